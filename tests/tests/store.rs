//! Berth's state in a real SQLite file, between real processes.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use berth_adapters::sqlite::{FILE_NAME, SqliteStore, open_for_launch};
use berth_core::error::{ErrorCode, Result};
use berth_core::port::Store;
use berth_testkit::{contract, sample};

/// Starts the other process; it is killed when the test is over, however that ends.
struct Helper {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Helper {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_berth-test-helper"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the helper starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, out }
    }

    /// The next line, or `None` when it has ended.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.out.read_line(&mut line).expect("text");
        (read > 0).then(|| line.trim_end().to_owned())
    }

    fn kill_9(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn path(home: &Path) -> &str {
    home.to_str().expect("UTF-8")
}

fn failure<T>(result: Result<T>) -> ErrorCode {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => {
            assert!(!error.message().is_empty() && error.hint().is_some());
            error.code
        }
    }
}

fn names(store: &dyn Store) -> BTreeSet<String> {
    store
        .installations()
        .expect("read")
        .into_iter()
        .map(|i| i.name)
        .collect()
}

#[test]
fn keeps_the_contract() {
    let place = tempfile::tempdir().expect("a folder");
    contract::store::check(&SqliteStore::open(&place.path().join("home")).expect("opened"));
}

#[test]
fn what_is_written_is_there_after_opening_again() {
    let place = tempfile::tempdir().expect("a folder");
    let job = sample::job("01J", "kept");
    {
        let store = SqliteStore::open(place.path()).expect("opened");
        store.create_job(&job).expect("written");
        store
            .append_log("01J", &[sample::log_line("a line")])
            .expect("written");
        store
            .put_installation(&sample::installation("kept", "G1"))
            .expect("written");
    }
    let store = SqliteStore::open(place.path()).expect("opened again");
    assert_eq!(store.open_jobs().expect("read"), [job]);
    assert_eq!(store.log("01J").expect("read").len(), 1);
    assert_eq!(names(&store), ["kept".to_owned()].into());
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().expect("a folder");
    let home = place.path().join("new/home");
    let store = SqliteStore::open(&home).expect("opened");
    let _guard = store.lock_job("01J").expect("asked");
    store
        .put_installation(&sample::installation("x", "G1"))
        .expect("written");
    let mut seen = 0;
    for folder in [home.clone(), home.join("jobs")] {
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).expect("listed") {
            let entry = entry.expect("listed").path();
            if entry.is_file() {
                seen += 1;
                assert_eq!(mode(&entry), 0o600, "{}", entry.display());
            }
        }
    }
    assert!(seen >= 4, "database, log, index and lock: {seen}");
}

#[test]
fn processes_open_and_write_at_the_same_time() {
    let place = tempfile::tempdir().expect("a folder");
    let home = path(place.path());
    // All of them meet a folder without a database.
    let mut helpers: Vec<Helper> = (0..4)
        .map(|n| Helper::start(&["store-write", home, &format!("p{n}"), "40"]))
        .collect();
    let mut said = BTreeSet::new();
    for helper in &mut helpers {
        while let Some(name) = helper.line() {
            said.insert(name);
        }
        assert!(helper.child.wait().expect("ended").success());
    }
    assert_eq!(said.len(), 160);
    assert_eq!(
        names(&SqliteStore::open(place.path()).expect("opened")),
        said
    );
}

#[test]
fn the_change_counter_tells_of_other_processes_only() {
    let place = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(place.path()).expect("opened");
    store
        .put_installation(&sample::installation("own", "G1"))
        .expect("written");
    let before = store.change_counter().expect("read");
    store
        .put_installation(&sample::installation("own", "G1"))
        .expect("written");
    assert_eq!(store.change_counter().expect("read"), before);
    let mut other = Helper::start(&["store-write", path(place.path()), "other", "1"]);
    while other.line().is_some() {}
    assert_ne!(store.change_counter().expect("read"), before);
}

#[test]
fn a_killed_process_lets_go_of_its_lock_and_its_job_stays_open() {
    let place = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(place.path()).expect("opened");
    store
        .create_job(&sample::job("01J", "one"))
        .expect("written");
    let mut owner = Helper::start(&["store-lock", path(place.path()), "01J"]);
    assert_eq!(owner.line().as_deref(), Some("held"));
    assert!(store.lock_job("01J").expect("asked").is_none());
    let mut third = Helper::start(&["store-lock", path(place.path()), "01J"]);
    assert_eq!(third.line().as_deref(), Some("taken"));

    owner.kill_9();
    let guard = store.lock_job("01J").expect("asked");
    assert!(guard.is_some(), "the lock died with its process");
    assert_eq!(
        store.open_jobs().expect("read").len(),
        1,
        "the job is found"
    );
}

#[test]
fn a_lock_is_no_path() {
    let place = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(place.path()).expect("opened");
    for id in ["", "../berth", "a/b", "a\\b", "a.b"] {
        assert!(matches!(
            failure(store.lock_job(id)),
            ErrorCode::JobUnknown { .. }
        ));
    }
}

#[test]
fn a_process_killed_while_it_writes_loses_nothing_that_it_said() {
    let place = tempfile::tempdir().expect("a folder");
    for round in 0..5 {
        let prefix = format!("r{round}");
        let mut writer = Helper::start(&["store-write", path(place.path()), &prefix, "1000000"]);
        let mut said = BTreeSet::new();
        for _ in 0..30 {
            said.insert(writer.line().expect("it goes on writing"));
        }
        writer.kill_9();
        while let Some(name) = writer.line() {
            said.insert(name);
        }
        let store = SqliteStore::open(place.path()).expect("opened");
        let found = names(&store);
        assert!(said.is_subset(&found), "round {round}");
        let raw = rusqlite::Connection::open(place.path().join(FILE_NAME)).expect("opened");
        let health: String = raw
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("checked");
        assert_eq!(health, "ok");
    }
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join(FILE_NAME);
    let garbage = b"this is not a database, and long enough to be looked at ".repeat(100);
    fs::write(&file, &garbage).expect("written");
    let expected = ErrorCode::StoreDamaged {
        path: file.display().to_string(),
    };
    assert_eq!(failure(SqliteStore::open(place.path())), expected);
    assert_eq!(failure(open_for_launch(place.path())), expected);
    assert_eq!(fs::read(&file).expect("read"), garbage);
}

#[test]
fn damage_inside_the_file_is_an_error_not_a_wrong_answer() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join(FILE_NAME);
    {
        let store = SqliteStore::open(place.path()).expect("opened");
        for number in 0..200 {
            store
                .put_installation(&sample::installation(&format!("n{number}"), "G1"))
                .expect("written");
        }
    }
    let length = fs::metadata(&file).expect("there").len();
    assert!(length > 64 * 1024, "closing brought the log into the file");
    let mut raw = fs::OpenOptions::new()
        .write(true)
        .open(&file)
        .expect("opened");
    // Everything but the first page, which holds the header and the tables' names.
    raw.seek(SeekFrom::Start(4096)).expect("there");
    raw.write_all(&vec![0xA5; usize::try_from(length - 4096).expect("small")])
        .expect("written");
    drop(raw);
    let store = SqliteStore::open(place.path());
    let code = match store {
        Ok(store) => failure(store.installations()),
        Err(error) => error.code,
    };
    assert_eq!(
        code,
        ErrorCode::StoreDamaged {
            path: file.display().to_string()
        }
    );
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    drop(SqliteStore::open(place.path()).expect("opened"));
    let file = place.path().join(FILE_NAME);
    {
        let raw = rusqlite::Connection::open(&file).expect("opened");
        raw.pragma_update(None, "user_version", 999)
            .expect("written");
    }
    let before = fs::read(&file).expect("read");
    for code in [
        failure(SqliteStore::open(place.path())),
        failure(open_for_launch(place.path())),
    ] {
        assert!(
            matches!(code, ErrorCode::StoreNewer { found: 999, known } if known < 999),
            "{code:?}"
        );
    }
    assert_eq!(fs::read(&file).expect("read"), before);
}

#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_is_an_error_and_loses_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    drop(SqliteStore::open(place.path()).expect("opened"));
    // A limit on the size of files is what a test can make a full disk of without being root.
    let output = Command::new("/bin/sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 512; exec \"$0\" \"$@\""])
        .args([env!("CARGO_BIN_EXE_berth-test-helper"), "store-fill"])
        .arg(place.path())
        .output()
        .expect("run");
    let text = String::from_utf8(output.stdout).expect("text");
    let said: Vec<&str> = text.lines().collect();
    let [code, read, written] = said[..] else {
        panic!("{said:?}, {}", String::from_utf8_lossy(&output.stderr));
    };
    assert_eq!(code, "store_failed");
    assert_eq!(
        read, written,
        "what was written before can be read meanwhile"
    );
    let store = SqliteStore::open(place.path()).expect("opened");
    assert_eq!(names(&store).len().to_string(), written, "and afterwards");
    store
        .put_installation(&sample::installation("more", "G1"))
        .expect("there is room again");
}

#[test]
fn the_launcher_reads_what_there_is() {
    let place = tempfile::tempdir().expect("a folder");
    let home = place.path().join("home");
    let nothing = open_for_launch(&home).expect("no state is fine");
    assert_eq!(nothing.installation("alpha").expect("read"), None);
    assert_eq!(nothing.settings().expect("read"), Default::default());
    assert!(!home.exists(), "and makes none");

    let store = SqliteStore::open(&home).expect("opened");
    let alpha = sample::installation("alpha", "G1");
    store.put_installation(&alpha).expect("written");
    let records = open_for_launch(&home).expect("beside a process that writes");
    assert_eq!(
        records.installation("alpha").expect("read"),
        Some(alpha.clone())
    );
    store
        .put_installation(&sample::installation("alpha", "G2"))
        .expect("readers do not hold up writers");
    drop((records, store));

    let records = open_for_launch(&home).expect("with nobody else");
    let found = records.installation("alpha").expect("read").expect("there");
    assert_eq!(found.generation, "G2");
    assert_eq!(records.machine_notes().expect("read"), Default::default());
}
