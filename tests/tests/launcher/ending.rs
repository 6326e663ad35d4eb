//! Every way out of a session leaves no container.

use std::io::Write;

use rustix::process::Signal;

use crate::support::{Person, until};

#[test]
fn the_end_of_input_ends_the_server() {
    let person = Person::new();
    person.install_image("server", &[]);
    let mut session = person.start("server");
    session.until_up();
    person.running_container();
    session.end_input();
    assert_eq!(session.wait().0.code(), Some(0));
    assert!(person.containers().is_empty(), "gone when the launcher is");
}

#[test]
fn a_server_that_goes_on_without_input_is_ended() {
    let person = Person::new();
    person.install_image("stay", &["--stay"]);
    let mut session = person.start("stay");
    session.until_up();
    session.end_input();
    let (status, _) = session.wait();
    assert_eq!(status.code(), Some(143), "it was asked to terminate");
    assert!(person.containers().is_empty());
}

#[test]
fn signals_end_the_session_and_its_container() {
    let person = Person::new();
    person.install_image("stay", &["--stay"]);
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let mut session = person.start("stay");
        session.until_up();
        session.signal(signal);
        let (status, errors) = session.wait();
        assert_eq!(status.code(), Some(code), "{errors}");
        assert!(person.containers().is_empty(), "{signal:?}");
    }
}

#[test]
fn a_signal_before_the_server_is_up_ends_it_too() {
    let person = Person::new();
    person.install_image("stay", &["--stay"]);
    for wait_ms in [0, 5, 20, 60, 120, 250] {
        let session = person.start("stay");
        // Before the launcher catches signals, one just ends it.
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        session.signal(Signal::TERM);
        session.wait();
        until("nothing is left", || {
            // A container that was being made at that moment is for the sweep.
            sweep(&person);
            person.containers().is_empty().then_some(())
        });
    }
}

#[test]
fn a_client_that_reads_no_more_ends_the_session() {
    let person = Person::new();
    person.install_image("copy", &["--copy", "--stay"]);
    let mut session = person.start("copy");
    let mut input = session.input.take().expect("open");
    input.write_all(b"x").expect("written");
    person.running_container();
    drop(session.output.take());
    // Two, because the first may be written before the reader is gone.
    for _ in 0..2 {
        let _ = input.write_all(b"x");
    }
    until("the launcher ends", || {
        let _ = input.write_all(b"x");
        person.containers().is_empty().then_some(())
    });
    session.wait();
}

#[test]
fn when_the_launcher_is_killed_its_server_sees_the_end_of_input() {
    let person = Person::new();
    person.install_image("server", &[]);
    let mut session = person.start("server");
    session.until_up();
    session.signal(Signal::KILL);
    session.wait();
    person.until_no_container();
}

#[test]
fn what_a_killed_launcher_leaves_is_swept_and_nothing_else() {
    let person = Person::new();
    person.install_image("stay", &["--stay"]);
    let mut killed = person.start("stay");
    killed.until_up();
    let left = person.running_container()["Id"].clone();
    let mut alive = person.start("stay");
    alive.until_up();
    let neighbour = Person::new();
    neighbour.install_image("stay", &["--stay"]);
    let mut dead_neighbour = neighbour.start("stay");
    dead_neighbour.until_up();

    killed.signal(Signal::KILL);
    killed.wait();
    dead_neighbour.signal(Signal::KILL);
    dead_neighbour.wait();
    assert_eq!(person.containers().len(), 2, "it has not ended by itself");
    assert_eq!(sweep(&person), 1);
    let still = person.containers();
    assert_eq!(still.len(), 1);
    assert_ne!(still[0]["Id"], left);
    assert_eq!(
        neighbour.containers().len(),
        1,
        "another home's is another's"
    );
    assert_eq!(sweep(&neighbour), 1);
    alive.signal(Signal::TERM);
    alive.wait();
}

#[test]
fn the_next_session_sweeps_by_itself() {
    let person = Person::new();
    person.install_image("stay", &["--stay"]);
    person.install_image("server", &[]);
    let mut killed = person.start("stay");
    killed.until_up();
    killed.signal(Signal::KILL);
    killed.wait();
    let mut next = person.start("server");
    next.until_up();
    until("only the new one is there", || {
        (person.containers().len() == 1).then_some(())
    });
    next.until_up();
    next.end_input();
    assert_eq!(next.wait().0.code(), Some(0));
}

#[test]
fn an_engine_that_removes_the_container_ends_the_session() {
    let person = Person::new();
    person.install_image("stay", &["--stay"]);
    let mut session = person.start("stay");
    session.until_up();
    let id = person.running_container()["Id"].clone();
    let id = id.as_str().expect("an id");
    let (status, _) = crate::support::engine("DELETE", &format!("/containers/{id}?force=1"));
    assert_eq!(status, 204);
    assert_eq!(session.wait().0.code(), Some(137));
}

/// Sweeps as the app does.
fn sweep(person: &Person) -> u32 {
    use berth_adapters::docker::DockerEngine;
    use berth_adapters::host::LocalHost;
    use berth_core::port::Host;

    let home = person.berth_home();
    let home = home.to_str().expect("text").to_owned();
    let host = LocalHost::new(Some(&home)).expect("a host");
    let engine = DockerEngine::new(&host.user_home(), || {
        Some(berth_testkit::ground::docker_host())
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime
        .block_on(berth_adapters::launcher::sweep(&engine, &home, &|owner| {
            host.owner_lives(owner)
        }))
        .expect("swept")
}
