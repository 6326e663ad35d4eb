//! dot-ai as a stack: a server that stays, a plugin with the tools for the cluster, and Qdrant.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use berth_testkit::ground;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::{Sandbox, argv_with};
use serde_json::json;

use super::project::Project;
use super::stack::inspected;

const NAME: &str = "dot-ai";
/// The stage of the stand-in's recipe, and the image that it stands for.
const IMAGES: [(&str, &str); 3] = [
    ("server", "ghcr.io/vfarcic/dot-ai:2.2.2"),
    (
        "agentic-tools",
        "ghcr.io/vfarcic/dot-ai-agentic-tools:2.2.2",
    ),
    ("qdrant", "qdrant/qdrant:v1.18.0"),
];

fn project() -> Project {
    let images = IMAGES.map(|(_, image)| image);
    let project = Project::on(Sandbox::new(), NAME, &ground::image_node(), &images);
    let folder = project.folder.to_str().unwrap();
    for (stage, image) in IMAGES {
        let build = [
            "build", "--quiet", "--target", stage, "--tag", image, folder,
        ];
        project.sandbox.docker(&build).ok();
    }
    project
}

#[test]
fn a_server_its_plugin_and_its_store_are_one_installation() {
    let project = project();
    let sandbox = &project.sandbox;
    let kubeconfig = sandbox.home().join("cluster.yaml");
    fs::write(&kubeconfig, "current-context: practice\n").unwrap();
    fs::set_permissions(&kubeconfig, Permissions::from_mode(0o600)).unwrap();
    let access = format!("kubeconfig={}", kubeconfig.display());
    let install = [
        "install",
        NAME,
        "--variant",
        "stack",
        "--yes",
        "--set",
        &access,
    ];
    sandbox.berth(&install).ok();
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 5, "those of the plugin are there");
    let seen = project.tool("kubectl_version", &json!({}));
    assert_eq!(
        seen["context"], "practice",
        "a file that only its owner may read"
    );
    project.tool("vector_store", &json!({ "name": "two replicas" }));
    let stored = json!([{ "name": "two replicas" }]);
    assert_eq!(project.tool("vector_list", &json!({})), stored);
    assert_eq!(project.tool("version", &json!({}))["telemetry"], "false");

    for service in ["server", "agentic-tools", "qdrant"] {
        let about = inspected(sandbox, service);
        let host = &about["HostConfig"];
        assert_eq!(host["ReadonlyRootfs"], true, "{service}");
        assert_eq!(host["CapDrop"], json!(["ALL"]), "{service}");
        let published = host["PortBindings"]["3456/tcp"][0]["HostIp"].as_str();
        assert_eq!(published, (service == "server").then_some("127.0.0.1"));
    }
    let env = inspected(sandbox, "server")["Config"]["Env"].take();
    let token = env.as_array().unwrap().iter().find_map(|each| {
        let token = each.as_str()?.strip_prefix("DOT_AI_AUTH_TOKEN=")?;
        Some(token.to_owned())
    });
    let token = token.unwrap();
    assert_eq!(sandbox.files_with(&token), Vec::<std::path::PathBuf>::new());
    assert_eq!(argv_with(&token), [""; 0]);

    // Claude Code can have the address itself, and asks for the token.
    let again = ["--replace", "--direct", "--set", "telemetry=true"];
    sandbox.berth(&[&install[..], &again].concat()).ok();
    let settings = fs::read_to_string(sandbox.home().join(".claude.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    let given = &settings["mcpServers"][NAME];
    let url = given["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:2"), "{given}");
    assert_eq!(given["type"], "http");
    assert!(is_connected(sandbox, NAME));
    assert_eq!(
        project.tool("vector_list", &json!({})),
        stored,
        "it is kept"
    );
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
}
