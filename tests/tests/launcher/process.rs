//! Servers that are programs of this computer: the launcher becomes them.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use berth_core::server::Launch;

use crate::support::Person;

/// Installs a shell script as a server.
fn install(person: &Person, name: &str, script: &str, change: impl FnOnce(&mut Launch)) -> PathBuf {
    let folder = person.berth_home().join("installations").join(name);
    let program = folder.join("venv/bin/server");
    std::fs::create_dir_all(program.parent().expect("a folder")).expect("made");
    write_script(&program, script);
    let mut launch = Launch::Process {
        program: program.to_str().expect("text").to_owned(),
        args: vec!["one two".to_owned(), "$HOME".to_owned()],
        env: BTreeMap::new(),
        path: Vec::new(),
        source: None,
        folder: folder.to_str().expect("text").to_owned(),
    };
    change(&mut launch);
    person.install(name, launch);
    program
}

fn write_script(path: &Path, script: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn the_launcher_becomes_the_server() {
    let person = Person::new();
    install(
        &person,
        "who",
        r#"echo "$$ $# $1 $2"; pwd; cat; exit 9"#,
        |_| {},
    );
    let mut session = person.start("who");
    let pid = session.pid();
    std::io::Write::write_all(session.input.as_mut().expect("open"), b"a\0b").expect("written");
    session.end_input();
    let mut output = Vec::new();
    let stream = session.output.as_mut().expect("open");
    std::io::Read::read_to_end(stream, &mut output).expect("read");
    let folder = person.berth_home().join("installations/who");
    let expected = format!("{pid} 2 one two $HOME\n{}\na\0b", folder.display());
    assert_eq!(String::from_utf8(output).expect("text"), expected);
    assert_eq!(session.wait().0.code(), Some(9));
}

#[test]
fn its_environment_is_what_it_needs_and_nothing_of_the_clients() {
    let person = Person::new();
    let program = install(&person, "env", "env; echo open /proc/$$/fd/*", |launch| {
        let Launch::Process { env, path, .. } = launch else {
            panic!("a process");
        };
        env.insert("MODE".to_owned(), "quiet".to_owned());
        path.push("/opt/node/bin".to_owned());
    });
    let output = person
        .command("env")
        .env("LANG", "C.UTF-8")
        .env("SSL_CERT_FILE", "/ca.pem")
        .env("GITHUB_TOKEN", "the client's own")
        .env("LD_LIBRARY_PATH", "/x")
        .env("DOCKER_HOST", "unix:///x")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("starts");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut lines: Vec<&str> = text.lines().collect();
    let open_files = lines.pop().expect("files");
    let direct = std::process::Command::new(&program)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("starts");
    let direct = String::from_utf8(direct.stdout).expect("text");
    let how_many = |line: Option<&str>| line.map(|line| line.split(' ').count());
    assert_eq!(
        how_many(Some(open_files)),
        how_many(direct.lines().last()),
        "nothing of the launcher's is open: {open_files}"
    );
    lines.retain(|line| {
        // The shell's own.
        !["PWD=", "SHLVL=", "_=", "OLDPWD="]
            .iter()
            .any(|own| line.starts_with(own))
    });
    lines.sort_unstable();
    let home = format!("HOME={}", person.home().display());
    let path = format!(
        "PATH=/opt/node/bin:{}:/usr/bin:/bin",
        program.parent().expect("a folder").display()
    );
    assert_eq!(
        lines,
        [
            home.as_str(),
            "LANG=C.UTF-8",
            "MODE=quiet",
            path.as_str(),
            "SSL_CERT_FILE=/ca.pem"
        ]
    );
}

#[test]
fn signals_are_as_a_program_expects_them() {
    let person = Person::new();
    // A launcher written in Rust ignores SIGPIPE; what it becomes must not.
    install(&person, "pipe", "grep SigIgn /proc/self/status", |_| {});
    let (_, output, _) = person.run("pipe");
    let ignored = output
        .trim()
        .rsplit('\t')
        .next()
        .expect("a mask")
        .to_owned();
    let ignored = u64::from_str_radix(&ignored, 16).expect("a mask");
    assert_eq!(ignored & (1 << 12), 0, "SIGPIPE");
}

#[test]
fn a_source_folder_that_is_gone_is_said_before_the_server_starts() {
    let person = Person::new();
    let code = person.home().join("my code");
    std::fs::create_dir(&code).expect("made");
    install(&person, "here", "echo started", |launch| {
        let Launch::Process { source, .. } = launch else {
            panic!("a process");
        };
        *source = Some(code.to_str().expect("text").to_owned());
    });
    let (status, output, errors) = person.run("here");
    assert_eq!(
        (status.code(), output.as_str()),
        (Some(0), "started\n"),
        "{errors}"
    );
    std::fs::rename(&code, person.home().join("elsewhere")).expect("moved");
    let (status, output, errors) = person.run("here");
    assert_eq!((status.code(), output.as_str()), (Some(6), ""), "{errors}");
    let expected = format!(
        "berth: The server needs `{}`, which is no longer there. Put it back, or reconfigure the server with where it is now.\n",
        code.display()
    );
    assert_eq!(errors, expected);
}

#[test]
fn a_program_that_is_not_its_own_is_not_started() {
    let person = Person::new();
    let marker = person.home().join("started");
    for program in ["/usr/bin/touch", "/bin/../usr/bin/touch"] {
        install(&person, "other", "", |launch| {
            let Launch::Process {
                program: path,
                args,
                ..
            } = launch
            else {
                panic!("a process");
            };
            *path = program.to_owned();
            *args = vec![marker.to_str().expect("text").to_owned()];
        });
        let (status, _, errors) = person.run("other");
        assert_eq!(status.code(), Some(12), "{errors}");
        assert!(errors.contains("is not what was agreed to"), "{errors}");
    }
    assert!(!marker.exists());
}

#[test]
fn a_program_that_is_gone_is_named() {
    let person = Person::new();
    let program = install(&person, "gone", "", |_| {});
    std::fs::remove_file(&program).expect("removed");
    let (status, _, errors) = person.run("gone");
    assert_eq!(status.code(), Some(11));
    assert_eq!(
        errors,
        format!(
            "berth: The program `{}` is not there. Reconfigure the server to put it back.\n",
            program.display()
        )
    );
    // Its interpreter: an update of Python does this to virtual environments.
    std::fs::write(&program, "#!/absent/python\n").expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("set");
    let (status, _, errors) = person.run("gone");
    assert_eq!(status.code(), Some(11), "{errors}");
}
