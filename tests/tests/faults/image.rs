//! Images and containers for one machine, in the engine and the registry that all share.

use std::fs;

use berth_core::port::SessionLabels;
use berth_testkit::ground;
use berth_tests::sandbox::Sandbox;

use crate::machine::HUB;

/// The entry, over this image.
pub fn entry(image: &str) -> String {
    format!(
        r#"
id: {HUB}
title: Hub
publisher: Tests
summary: Knows who you are
description: Knows who you are.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: token
    title: Token
    required: true
    kind: {{ type: secret }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: "{image}"
      env: {{ TOKEN: "{{{{token}}}}" }}
      network: none
      mounts:
        - source: {{ from: volume, holds: what it remembers }}
          target: /data
credential_check: {{ tool: whoami }}
"#
    )
}

/// The fixture server in an image with a layer of its own, in the registry and not in the engine.
pub fn make_image(sandbox: &Sandbox, label: &str) -> String {
    let image = format!("{}/berth-test/faults-{label}:1", ground::registry());
    import(sandbox, label, &image);
    sandbox.docker(&["push", "--quiet", &image]).ok();
    sandbox.docker(&["rmi", "--force", &image]).ok();
    image
}

fn import(sandbox: &Sandbox, ballast: &str, image: &str) {
    let folder = sandbox.path("image");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(ground::server(), folder.join("server")).unwrap();
    // Noise does not compress: the pull takes a moment.
    let mut noise = crate::dice::Dice::of(1);
    let bytes: Vec<u8> = (0..1 << 20)
        .flat_map(|_| noise.next().to_le_bytes())
        .collect();
    fs::write(folder.join("ballast"), bytes).unwrap();
    fs::write(folder.join("label"), ballast).unwrap();
    let tar = sandbox.path("image.tar");
    let packed = sandbox
        .command("tar")
        .arg("-C")
        .arg(&folder)
        .arg("-cf")
        .arg(&tar)
        .arg(".")
        .status();
    assert!(packed.unwrap().success());
    let tar = tar.to_str().unwrap();
    sandbox
        .docker(&["import", "-c", r#"ENTRYPOINT ["/server"]"#, tar, image])
        .ok();
    fs::remove_dir_all(folder).unwrap();
    fs::remove_file(tar).unwrap();
}

/// Two running containers that are none of this Berth's: one without labels, and one of another
/// Berth home whose launcher is dead.
pub fn others_containers(sandbox: &Sandbox, label: &str) -> [String; 2] {
    let image = format!("berth-test/faults-others-{label}:1");
    import(sandbox, &format!("others {label}"), &image);
    let run = |labels: &[&str]| {
        let args = [
            &["run", "--detach", "--interactive", "--network", "none"],
            labels,
            &[&image, "--stay"],
        ]
        .concat();
        sandbox.docker(&args).ok().stdout.trim().to_owned()
    };
    let labels = [
        format!("--label={}=/somewhere/else", SessionLabels::HOME),
        format!("--label={}={HUB}", SessionLabels::INSTALLATION),
        format!("--label={}=01OTHERHOME", SessionLabels::GENERATION),
        format!("--label={}=01OTHERSESSION", SessionLabels::SESSION),
        format!("--label={}=1:1:..", SessionLabels::OWNER),
    ];
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    [run(&[]), run(&labels)]
}
