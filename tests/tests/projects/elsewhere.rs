//! dynamic-mcp runs code on an engine elsewhere: over TLS, where both sides prove who they are.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use berth_testkit::ground;
use berth_tests::left::assert_nothing_left;
use berth_tests::project::Project;
use berth_tests::sandbox::Ran;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose as Purpose, IsCa,
    KeyPair,
};
use serde_json::json;

use super::engine::OwnEngine;
use super::trust::{RUNNER, client, ran};

const NAME: &str = "dynamic-mcp";

/// An authority, as a folder that an engine or a client is given needs it.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The three files of one side: the authority that it believes, its own certificate by the other, and
/// its key, which nobody else may read.
fn side(
    folder: &Path,
    believes: &CertifiedIssuer<'static, KeyPair>,
    by: &CertifiedIssuer<'static, KeyPair>,
    purpose: Purpose,
    address: &str,
) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(folder).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![address.to_owned()]).unwrap();
    params.extended_key_usages = vec![purpose];
    let own = params.signed_by(&key, by).unwrap();
    fs::write(folder.join("ca.pem"), believes.pem()).unwrap();
    fs::write(folder.join("cert.pem"), own.pem()).unwrap();
    let file = folder.join("key.pem");
    fs::write(&file, key.serialize_pem()).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// This computer's address for containers of the run's engine.
pub fn gateway(project: &Project) -> String {
    let format = "{{(index .IPAM.Config 0).Gateway}}";
    let inspect = ["network", "inspect", "bridge", "--format", format];
    project
        .sandbox
        .docker(&inspect)
        .ok()
        .stdout
        .trim()
        .to_owned()
}

fn install(project: &Project, address: &str, certificates: &Path, more: &[&str]) -> Ran {
    let settings = [
        "engine=elsewhere".to_owned(),
        format!("docker_command={}", client().display()),
        format!("engine_address={address}"),
        format!("engine_certificates={}", certificates.display()),
    ];
    let folder = project.folder.to_str().unwrap();
    let mut args = vec![
        "install",
        NAME,
        "--yes",
        "--source",
        folder,
        "--variant",
        "image",
    ];
    for setting in &settings {
        args.extend(["--set", setting]);
    }
    args.extend(more);
    project.sandbox.berth(&args)
}

#[test]
fn code_runs_on_an_engine_that_knows_its_client() {
    let project = Project::new(NAME, &ground::image_node(), &["dynamic-mcp:latest"]);
    let sandbox = &project.sandbox;
    let (ours, others) = (authority(), authority());
    let host = gateway(&project);
    let folder = |name: &str| sandbox.path(name);
    side(&folder("engine"), &ours, &ours, Purpose::ServerAuth, &host);
    side(&folder("certs"), &ours, &ours, Purpose::ClientAuth, "berth");
    side(
        &folder("foreign"),
        &ours,
        &others,
        Purpose::ClientAuth,
        "berth",
    );
    side(
        &folder("deceived"),
        &others,
        &ours,
        Purpose::ClientAuth,
        "berth",
    );
    let port = TcpListener::bind((host.as_str(), 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = format!("tcp://{host}:{port}");
    let engine = OwnEngine::listening(&address, &folder("engine"));
    for args in [
        &["pull", "--quiet", &ground::image_node()][..],
        &["tag", &ground::image_node(), RUNNER],
    ] {
        engine.docker(args);
    }

    let wrong = install(
        &project,
        "https://engine.example.com",
        &folder("certs"),
        &[],
    );
    assert_eq!(wrong.exit, Some(6), "{wrong:?}");
    assert!(wrong.stderr.contains("tcp://host:2376"), "{wrong:?}");
    for certificates in ["foreign", "deceived"] {
        let refused = install(&project, &address, &folder(certificates), &[]);
        assert_eq!(refused.exit, Some(12), "{certificates}: {refused:?}");
        let said = format!("{}{}", refused.stdout, refused.stderr);
        assert!(said.contains("Docker is unavailable"), "{said}");
        assert!(said.contains("certificate"), "{certificates}: {said}");
        assert_nothing_left(sandbox, NAME);
    }

    let done = install(&project, &address, &folder("certs"), &[]).ok();
    assert!(
        !done.stdout.contains("--trust"),
        "a click is enough: {done:?}"
    );
    let answer = json!({ "engine": "docker", "result": "42" });
    assert_eq!(ran(&project, "6 * 7"), answer);
    let key = fs::read_to_string(folder("certs").join("key.pem")).unwrap();
    let line = key.lines().nth(1).unwrap();
    let kept = sandbox.files_with(line);
    assert_eq!(kept, [folder("certs").join("key.pem")], "and nowhere else");
    drop(engine);
    let gone = sandbox.berth(&["verify", NAME]);
    assert_eq!(gone.exit, Some(12), "{gone:?}");
    assert!(gone.stderr.contains("Docker is unavailable"), "{gone:?}");
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}
