//! What goes wrong is one plain line and an exit code of `docs/command-line.md`.

use berth_core::catalog::Access;
use berth_core::port::Store;
use berth_core::server::{Launch, Mount};

use crate::support::{Person, engine};

/// Runs it and gives the exit code and the one line.
fn refused(person: &Person, name: &str) -> (Option<i32>, String) {
    let (status, output, errors) = person.run(name);
    assert_eq!(output, "", "standard output is the protocol's");
    assert!(errors.ends_with('\n'), "{errors:?}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.starts_with("berth: "), "{errors}");
    (status.code(), errors.trim_end().to_owned())
}

#[test]
fn a_name_that_is_not_installed() {
    let person = Person::new();
    assert_eq!(
        refused(&person, "absent"),
        (
            Some(3),
            "berth: No server named `absent` is installed. See what is installed: `berth list`."
                .to_owned()
        )
    );
}

#[test]
fn an_image_that_is_gone() {
    let person = Person::new();
    person.install_container("gone", |launch| {
        launch.image = "mcp/gone:1".to_owned();
        launch.image_id = format!("sha256:{}", "0".repeat(64));
    });
    let (code, line) = refused(&person, "gone");
    assert_eq!(code, Some(8));
    assert_eq!(
        line,
        "berth: The image `mcp/gone:1` is no longer on this computer. Reconfigure the server to \
         get the image again, or to build it."
    );
}

#[test]
fn an_engine_that_does_not_run() {
    let person = Person::new();
    person.install_image("server", &[]);
    let socket = person.home().join("engine.sock");
    let endpoint = format!("unix://{}", socket.display());
    person.choose_engine(&endpoint);
    let expected = format!(
        "berth: The container engine at {endpoint} does not answer. Start it, then try again."
    );
    assert_eq!(refused(&person, "server"), (Some(8), expected.clone()));
    // A socket that nobody listens on any more.
    drop(std::os::unix::net::UnixListener::bind(&socket).expect("bound"));
    assert_eq!(refused(&person, "server"), (Some(8), expected));
}

#[test]
fn something_else_on_the_engines_socket() {
    use std::io::Write;
    let person = Person::new();
    person.install_image("server", &[]);
    let socket = person.home().join("engine.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).expect("bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // The launcher may have hung up.
            let _ = stream.write_all(b"220 mail.example ESMTP\r\n");
        }
    });
    person.choose_engine(&format!("unix://{}", socket.display()));
    let (code, line) = refused(&person, "server");
    assert_eq!(code, Some(8));
    assert!(line.contains("does not answer"), "{line}");
}

#[test]
fn a_program_in_the_image_that_cannot_be_started() {
    let person = Person::new();
    person.install_container("broken", |launch| {
        launch.entrypoint = vec!["/absent".to_owned()];
        launch.hardening.init = false;
    });
    let (code, line) = refused(&person, "broken");
    assert_eq!(code, Some(8));
    assert!(
        line.starts_with("berth: The container engine could not start the server. ")
            && line.contains("/absent"),
        "{line}"
    );
    person.until_no_container();
}

#[test]
fn a_folder_that_was_shared_and_is_gone() {
    let person = Person::new();
    let folder = person.home().join("project");
    person.install_container("server", |launch| {
        launch.mounts.push(Mount::Bind {
            source: folder.to_str().expect("text").to_owned(),
            target: "/project".to_owned(),
            access: Access::ReadWrite,
        });
    });
    let (code, line) = refused(&person, "server");
    assert_eq!(code, Some(6));
    assert!(line.contains(folder.to_str().expect("text")), "{line}");
    assert!(!folder.exists(), "it is not made");
}

#[test]
fn a_record_that_was_changed_does_not_start() {
    let person = Person::new();
    let installation = person.install_image("server", &[]);
    let marker = person.home().join("started");
    let launches = [
        {
            let Launch::Container(mut launch) = installation.launch.clone() else {
                panic!("a container");
            };
            launch.hardening.read_only_root = false;
            Launch::Container(launch)
        },
        Launch::Process {
            program: "/usr/bin/touch".to_owned(),
            args: vec![marker.to_str().expect("text").to_owned()],
            env: std::collections::BTreeMap::new(),
            path: Vec::new(),
            source: None,
            folder: "/".to_owned(),
        },
    ];
    for launch in launches {
        let mut changed = installation.clone();
        changed.launch = launch;
        person.store().put_installation(&changed).expect("written");
        let (code, line) = refused(&person, "server");
        assert_eq!(code, Some(12));
        assert!(
            line.starts_with("berth: What `server` would start is not what was agreed to."),
            "{line}"
        );
    }
    assert!(!marker.exists());
    assert!(person.containers().is_empty());
}

#[test]
fn an_engine_that_is_too_old_is_told_apart() {
    use std::io::{Read, Write};
    let person = Person::new();
    person.install_image("server", &[]);
    let socket = person.home().join("engine.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).expect("bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nApi-Version: 1.40\r\nContent-Length: 2\r\n\r\nOK");
        }
    });
    person.choose_engine(&format!("unix://{}", socket.display()));
    assert_eq!(
        refused(&person, "server"),
        (
            Some(8),
            "berth: The container engine speaks API 1.40; 1.41 is needed. Update the engine."
                .to_owned()
        )
    );
    let (_, version) = engine("GET", "/version");
    assert_ne!(version["ApiVersion"], "1.40");
}
