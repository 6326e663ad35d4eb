use std::collections::BTreeMap;

use super::*;
use crate::server::Launch;

/// What is there, in memory.
#[derive(Default)]
struct There {
    written: Option<Written>,
    files: Vec<FileMode>,
    log: Option<&'static str>,
    exit: Option<i32>,
    printed: Vec<&'static str>,
    fails: bool,
}

#[async_trait]
impl Inside for There {
    async fn writable(&self, at: &Spot) -> Result<Written> {
        self.written.clone().ok_or_else(|| {
            Error::new(ErrorCode::PathMissing {
                path: at.root().to_owned(),
            })
        })
    }

    async fn files(&self, at: &Spot) -> Result<Vec<FileMode>> {
        let fits = |file: &&FileMode| glob::fits(at.path(), &file.path);
        Ok(self.files.iter().filter(fits).cloned().collect())
    }

    async fn lines(
        &self,
        _at: &Spot,
        told: &mut (dyn for<'l> FnMut(&'l [u8]) + Send),
    ) -> Result<bool> {
        let lines = self.log.unwrap_or_default().lines();
        lines.for_each(|line| told(line.as_bytes()));
        Ok(self.log.is_some())
    }

    async fn run(
        &self,
        _program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        watch.check()?;
        if self.fails {
            let failed = Error::new(ErrorCode::EngineFailed {
                operation: "start the program".to_owned(),
            });
            return Err(failed.with_cause("TOKEN=tok_secret"));
        }
        self.printed
            .iter()
            .for_each(|line| told((*line).to_owned()));
        Ok(self.exit)
    }
}

fn installation(looks: impl IntoIterator<Item = Look>, required: bool) -> Installation {
    let mut installation: Installation = serde_json::from_value(serde_json::json!({
        "name": "demo", "generation": "g", "entry": "demo", "title": "Demo",
        "variant": "python", "variant_title": "Python", "pins": [],
        "launch": Launch::Process {
            program: "/v/bin/demo".to_owned(), args: Vec::new(), env: BTreeMap::new(),
            path: Vec::new(), source: None, folder: "/v".to_owned(),
        },
        "seal": "", "secrets": [], "inputs": {}, "places": [], "folder": null, "data": [],
        "tools": [], "tools_hash": null, "startup_seconds": 30, "installed_at": "",
        "verified_at": null, "last_error": null
    }))
    .expect("an installation");
    let criterion = |(number, look)| Criterion {
        id: format!("c{number}"),
        title: format!("Title {number}"),
        help: None,
        required,
        look,
    };
    installation.criteria = looks.into_iter().enumerate().map(criterion).collect();
    installation
}

fn spot(path: &str) -> Spot {
    Spot::Volume {
        volume: "v".to_owned(),
        target: "/data".to_owned(),
        path: path.to_owned(),
    }
}

async fn seen(there: &There, look: Look, printed: &[&str]) -> CriterionSeen {
    let printed: Vec<String> = printed.iter().map(|line| (*line).to_owned()).collect();
    let hidden = [Secret::new("tok_secret")];
    let installation = installation([look], false);
    let watch = Watch::silent();
    let all = super::look(&installation, &printed, there, &hidden, &watch);
    all.await.expect("looked at").remove(0)
}

#[tokio::test]
async fn what_is_written_to_and_by_whom_is_told() {
    let at = Look::Writable { at: spot("/data") };
    let about = About {
        uid: 0,
        gid: 0,
        mode: 0o755,
        is_folder: true,
    };
    let user = User {
        uid: 1000,
        gid: 1000,
    };
    let there = There {
        written: Some(Written {
            can: may_write(user, &[], about),
            looked_at: "/data".to_owned(),
            compared: Some((user, about)),
        }),
        ..There::default()
    };
    let found = seen(&there, at.clone(), &[]).await;
    assert_eq!(found.met, Some(false));
    let line = found.line();
    assert_eq!(
        line,
        "Title 0: no (/data is 0:0's, mode 0755; the server is 1000:1000)"
    );
    let missing = seen(&There::default(), at, &[]).await;
    assert_eq!(missing.met, None, "it is not known");
    assert!(matches!(missing.seen, Finding::Nothing { .. }));
}

#[tokio::test]
async fn files_may_allow_less_but_not_more() {
    let look = |may_be_missing| Look::Mode {
        at: spot("/data/*.key"),
        at_most: 0o600,
        may_be_missing,
    };
    let file = |path: &str, mode| FileMode {
        path: path.to_owned(),
        mode,
    };
    let mut there = There::default();
    assert_eq!(seen(&there, look(true), &[]).await.met, Some(true));
    assert_eq!(
        seen(&there, look(false), &[]).await.met,
        Some(false),
        "there is none"
    );
    there.files = vec![
        file("/data/a.key", 0o600),
        file("/data/b.key", 0o400),
        file("/data/a.pub", 0o644),
    ];
    assert_eq!(seen(&there, look(false), &[]).await.met, Some(true));
    there
        .files
        .extend((0..9).map(|number| file(&format!("/data/{number}.key"), 0o644)));
    let found = seen(&there, look(true), &[]).await;
    assert_eq!(found.met, Some(false));
    let Finding::Mode { files, wrong, .. } = found.seen else {
        panic!("{:?}", found.seen);
    };
    assert_eq!((files, wrong.len()), (11, FILES_SHOWN));
    there.files = vec![file("/data/a.key", 0o4600)];
    assert_eq!(
        seen(&there, look(true), &[]).await.met,
        Some(false),
        "setuid is more"
    );
}

#[tokio::test]
async fn only_the_end_of_a_log_counts_and_its_secrets_are_hidden() {
    let look = |at, lines| Look::Log {
        at,
        pattern: "critical".to_owned(),
        lines,
    };
    let there = There {
        log: Some("critical: old\nfine\ncritical: tok_secret\u{7} is wrong\nfine"),
        ..There::default()
    };
    let at = Some(spot("/data/log"));
    assert_eq!(seen(&there, look(at.clone(), 1), &[]).await.met, Some(true));
    let found = seen(&there, look(at.clone(), 4), &[]).await;
    assert_eq!(found.met, Some(false));
    let Finding::Log {
        lines,
        matching,
        last,
        ..
    } = found.seen
    else {
        panic!("{:?}", found.seen);
    };
    let last = last.expect("a line");
    assert_eq!((lines, matching), (4, 2));
    assert!(
        last.starts_with("critical: ") && last.ends_with(" is wrong"),
        "{last}"
    );
    assert!(!last.contains("tok_secret"), "{last}");
    let none = There::default();
    assert_eq!(
        seen(&none, look(at, 4), &[]).await.met,
        Some(true),
        "nothing was written"
    );
    let printed = seen(&none, look(None, 4), &["fine", "critical"]).await;
    assert_eq!(printed.met, Some(false));
}

#[tokio::test]
async fn a_program_is_judged_by_how_it_ends() {
    let program = OwnProgram {
        program: "/v/bin/status".to_owned(),
        args: vec!["-v x".to_owned()],
        seconds: 5,
    };
    let look = Look::Command {
        program: program.clone(),
        without: None,
    };
    let mut there = There {
        exit: Some(0),
        printed: vec!["one tok_secret"; 99],
        ..There::default()
    };
    let found = seen(&there, look.clone(), &[]).await;
    assert_eq!(found.met, Some(true));
    let Finding::Command { command, lines, .. } = &found.seen else {
        panic!("{:?}", found.seen);
    };
    assert_eq!((command.as_str(), lines.len()), ("/v/bin/status '-v x'", 0));
    let unlike = Look::Command {
        program,
        without: Some("^one".to_owned()),
    };
    there.printed[3] = "KEY: tok_sec*** of tok_sexy";
    let found = seen(&there, unlike, &[]).await;
    assert_eq!(found.met, Some(false), "it says so, and ends with 0");
    let Finding::Command { said, lines, .. } = &found.seen else {
        panic!("{:?}", found.seen);
    };
    assert!(said.is_some());
    assert_eq!(lines.len(), LINES_KEPT);
    assert!(!format!("{found:?}").contains("tok_s"), "{found:?}");
    there.exit = Some(3);
    assert_eq!(seen(&there, look.clone(), &[]).await.met, Some(false));
    there.exit = None;
    assert_eq!(
        seen(&there, look.clone(), &[]).await.met,
        Some(false),
        "it took too long"
    );
    there.fails = true;
    let found = seen(&there, look, &[]).await;
    assert_eq!(found.met, None);
    assert!(!format!("{found:?}").contains("tok_secret"));
}

#[tokio::test]
async fn required_ones_have_to_be_known_to_hold() {
    let look = Look::Writable { at: spot("/data") };
    for required in [false, true] {
        let installation = installation([look.clone()], required);
        let seen = super::look(&installation, &[], &There::default(), &[], &Watch::silent()).await;
        let held = hold(&seen.expect("looked at"));
        assert_eq!(held.is_err(), required);
    }
}
