use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::catalog::Access;
use crate::criteria::Written;
use crate::server::{ContainerLaunch, FileMode, Hardening, OwnProgram};

/// A log in memory; `None` is one that is not there.
struct There(Option<String>);

#[async_trait]
impl Inside for There {
    async fn writable(&self, _: &Spot) -> Result<Written> {
        Err(Error::internal("not asked"))
    }

    async fn files(&self, _: &Spot) -> Result<Vec<FileMode>> {
        Err(Error::internal("not asked"))
    }

    async fn lines(
        &self,
        at: &Spot,
        told: &mut (dyn for<'l> FnMut(&'l [u8]) + Send),
    ) -> Result<bool> {
        if at.path().ends_with("/never") {
            let path = at.root().to_owned();
            return Err(Error::new(ErrorCode::PathMissing { path }));
        }
        let lines = self.0.as_deref().unwrap_or_default().lines();
        lines.for_each(|line| told(line.as_bytes()));
        Ok(self.0.is_some())
    }

    async fn run(
        &self,
        _: &OwnProgram,
        _: &mut (dyn FnMut(String) + Send),
        _: &Watch,
    ) -> Result<Option<i32>> {
        Err(Error::internal("not asked"))
    }
}

fn installed(launch: Launch, data: &[DataPlace]) -> Installation {
    serde_json::from_value(json!({
        "name": "demo", "generation": "g", "entry": "demo", "title": "Demo",
        "variant": "v", "variant_title": "V", "pins": [], "launch": launch,
        "seal": "", "secrets": [], "inputs": {}, "places": [], "folder": null, "data": data,
        "tools": [], "tools_hash": null, "startup_seconds": 30, "installed_at": "",
        "verified_at": null, "last_error": null
    }))
    .expect("an installation")
}

fn container() -> Installation {
    let volume = |name: &str, target: &str| Mount::Volume {
        name: name.to_owned(),
        target: target.to_owned(),
    };
    let launch = ContainerLaunch {
        image: String::new(),
        image_id: String::new(),
        entrypoint: Vec::new(),
        args: Vec::new(),
        env: std::collections::BTreeMap::new(),
        mounts: vec![
            volume("outer", "/data"),
            volume("inner", "/data/logs"),
            Mount::Bind {
                source: "/home/ada/notes".to_owned(),
                target: "/notes".to_owned(),
                access: Access::ReadOnly,
            },
            Mount::EngineSocket {
                source: "/s".to_owned(),
                target: "/run/docker.sock".to_owned(),
            },
        ],
        http: None,
        hardening: Hardening::default(),
        stack: None,
    };
    installed(Launch::Container(Box::new(launch)), &[])
}

fn process() -> Installation {
    let launch = Launch::Process {
        program: "/g/bin/demo".to_owned(),
        args: Vec::new(),
        env: std::collections::BTreeMap::new(),
        path: Vec::new(),
        source: None,
        folder: "/g".to_owned(),
    };
    let path = "/b/data/demo".to_owned();
    installed(launch, &[DataPlace::Folder { path }])
}

#[test]
fn a_log_is_found_in_what_the_installation_keeps_and_nowhere_else() {
    let at = |path: &str| spot(&container(), path);
    let inner = at("/data/logs/a.jsonl").expect("in a volume");
    assert_eq!(
        (inner.root(), inner.path()),
        ("/data/logs", "/data/logs/a.jsonl")
    );
    assert!(matches!(inner, Spot::Volume { volume, .. } if volume == "inner"));
    let outer = at("/data/log").expect("in a volume");
    assert!(matches!(outer, Spot::Volume { volume, .. } if volume == "outer"));
    let mounted = at("/notes/a/b.log").expect("in a folder");
    assert_eq!(mounted.root(), "/home/ada/notes");
    assert_eq!(mounted.path(), "/home/ada/notes/a/b.log");
    for path in [
        "/etc/passwd",
        "/database/x",
        "/data/../etc/passwd",
        "/notes/../../etc/passwd",
        "/notes/./x",
        "/run/docker.sock",
        "{{berth.data}}/x",
    ] {
        assert_eq!(at(path), None, "{path}");
    }

    let at = |path: &str| spot(&process(), path);
    let kept = at("{{berth.data}}/logs/a").expect("in its folder");
    assert_eq!(kept.root(), "/b/data/demo");
    assert_eq!(kept.path(), "/b/data/demo/logs/a");
    for path in ["/etc/passwd", "{{berth.data}}", "{{berth.data}}/../x"] {
        assert_eq!(at(path), None, "{path}");
    }
}

async fn end(text: Option<&str>, format: LogFormat, lines: u32, path: &str) -> Result<LogEnd> {
    let asked = LogAsked {
        path: path.to_owned(),
        format,
        lines,
    };
    let hidden = [Secret::new("tok_secret"), Secret::new("a \"quoted\" one")];
    let there = There(text.map(str::to_owned));
    end_of(&container(), &asked, &there, &hidden, &Watch::silent()).await
}

#[tokio::test]
async fn the_last_lines_are_told() {
    let text = "one\ntwo\r\nthree";
    let texts =
        |end: LogEnd| -> Vec<String> { end.lines.into_iter().map(|line| line.text).collect() };
    let all = end(Some(text), LogFormat::Text, 3, "/data/a")
        .await
        .expect("read");
    assert!(all.there && !all.more);
    assert_eq!(texts(all), ["one", "two", "three"]);
    let some = end(Some(text), LogFormat::Text, 2, "/data/a")
        .await
        .expect("read");
    assert!(some.more);
    assert_eq!(texts(some), ["two", "three"]);
    let empty = end(Some(""), LogFormat::Text, 2, "/data/a")
        .await
        .expect("read");
    assert!(empty.there && empty.lines.is_empty() && !empty.more);
}

#[tokio::test]
async fn what_is_not_written_yet_is_said() {
    let none = end(None, LogFormat::Text, 2, "/data/a")
        .await
        .expect("read");
    assert_eq!(none, LogEnd::default());
    let unmade = end(None, LogFormat::Text, 2, "/data/never")
        .await
        .expect("read");
    assert_eq!(unmade, LogEnd::default());
    let outside = end(Some("x"), LogFormat::Text, 2, "/etc/passwd").await;
    let path = "/etc/passwd".to_owned();
    assert_eq!(
        outside.expect_err("it is not kept").code,
        ErrorCode::PathMissing { path }
    );
}

#[tokio::test]
async fn lines_of_json_are_told_apart_and_others_are_shown_as_they_are() {
    let text = r#"{"timestamp": "2026-01-02T03:04:05Z", "level": "warn", "action": "tool.create", "x": 1}
{"ts": 17, "result": true, "event": {"deep": 1}}
not json
["a list"]"#;
    let end = end(Some(text), LogFormat::Jsonl, 9, "/data/a")
        .await
        .expect("read");
    let fields: Vec<_> = end
        .lines
        .iter()
        .map(|it| (it.time.as_deref(), it.level.as_deref(), it.event.as_deref()))
        .collect();
    assert_eq!(
        fields,
        [
            (
                Some("2026-01-02T03:04:05Z"),
                Some("warn"),
                Some("tool.create")
            ),
            (Some("17"), Some("true"), None),
            (None, None, None),
            (None, None, None),
        ]
    );
    assert_eq!(end.lines[2].text, "not json");
    let plain = self::end(Some(text), LogFormat::Text, 9, "/data/a")
        .await
        .expect("read");
    assert_eq!(plain.lines[0].time, None, "it is text");
}

#[tokio::test]
async fn no_secret_and_no_control_character_is_told() {
    let text = "{\"event\": \"a tok_secret, tok_sec***\", \"level\": \"a \\\"quoted\\\" one\"}\n\u{1b}[31mred";
    let end = end(Some(text), LogFormat::Jsonl, 9, "/data/a")
        .await
        .expect("read");
    let all = format!("{end:?}");
    for hidden in ["tok_sec", "quoted", "\u{1b}", "u{1b}"] {
        assert!(!all.contains(hidden), "{hidden}: {all}");
    }
    assert!(
        end.lines[0]
            .event
            .as_deref()
            .is_some_and(|it| it.starts_with("a •"))
    );
}

#[tokio::test]
async fn neither_many_lines_nor_long_ones_are_told_whole() {
    let many = "x\n".repeat(LINES_LIMIT as usize + 1);
    let cut = end(Some(&many), LogFormat::Text, u32::MAX, "/data/a")
        .await
        .expect("read");
    assert_eq!((cut.lines.len(), cut.more), (LINES_LIMIT as usize, true));
    let long = format!("{}\n", "y".repeat(BYTES_LIMIT / 4)).repeat(5);
    let cut = end(Some(&long), LogFormat::Text, 100, "/data/a")
        .await
        .expect("read");
    assert_eq!((cut.lines.len(), cut.more), (4, true));
    assert!(cut.lines.iter().all(|line| line.text.len() == LINE_SHOWN));
}
