use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::*;

/// Hands that do nothing but say what they were given.
#[derive(Default)]
struct Given {
    exit: Option<i32>,
    printed: Vec<String>,
    answer: (bool, String),
    fails: bool,
    used: Mutex<Vec<String>>,
}

impl Given {
    fn ran(&self, what: String, told: &mut (dyn FnMut(String) + Send)) -> Result<Option<i32>> {
        self.used.lock().expect("no panic").push(what);
        if self.fails {
            let failed = Error::new(ErrorCode::EngineFailed {
                operation: "start".to_owned(),
            });
            return Err(failed.with_cause("TOKEN=tok_secret"));
        }
        self.printed.iter().cloned().for_each(told);
        Ok(self.exit)
    }
}

#[async_trait]
impl Hands for Given {
    async fn beside(
        &self,
        program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        _watch: &Watch,
    ) -> Result<Option<i32>> {
        self.ran(program.shown(), told)
    }

    async fn call(
        &self,
        tool: &str,
        _arguments: &Map<String, Value>,
        watch: &Watch,
    ) -> Result<ToolResult> {
        watch.line("the server says tok_secret");
        self.used.lock().expect("no panic").push(tool.to_owned());
        let (is_error, text) = self.answer.clone();
        Ok(ToolResult {
            is_error,
            text,
            raw: Value::Null,
        })
    }

    async fn in_folder(
        &self,
        program: &FolderProgram,
        told: &mut (dyn FnMut(String) + Send),
        _watch: &Watch,
    ) -> Result<Option<i32>> {
        self.ran(program.shown(), told)
    }
}

fn command(undo: Option<&str>) -> Act {
    let program = |name: &str| OwnProgram {
        program: name.to_owned(),
        args: Vec::new(),
        seconds: 5,
    };
    Act::Command {
        program: program("aside"),
        undo: undo.map(program),
    }
}

fn tool() -> Act {
    Act::Tool {
        tool: "look".to_owned(),
        arguments: Map::new(),
    }
}

fn make() -> Act {
    Act::Program {
        program: FolderProgram {
            folder: "/src".to_owned(),
            program: "make".to_owned(),
            args: vec!["all tests".to_owned()],
            seconds: 5,
        },
    }
}

async fn done(step: &Act, undo: bool, hands: &Given) -> (Result<()>, Vec<String>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let report = move |progress: Progress| {
        if let Progress::Line { text } = progress {
            kept.lock().expect("no panic").push(text);
        }
    };
    let watch = Watch::new(report, CancellationToken::new());
    let hidden = [Secret::new("tok_secret")];
    let result = act(step, undo, hands, &hidden, &watch).await;
    let lines = lines.lock().expect("no panic").clone();
    (result, lines)
}

#[tokio::test]
async fn what_is_printed_and_answered_is_told_without_secrets() {
    let hands = Given {
        exit: Some(0),
        printed: vec!["it is tok_secret".to_owned(), "\u{1b}[1mwell".to_owned()],
        answer: (false, r#"{"calls":3,"token":"tok_secret"}"#.to_owned()),
        ..Given::default()
    };
    for step in [command(None), make()] {
        let (result, lines) = done(&step, false, &hands).await;
        assert_eq!(result, Ok(()));
        assert_eq!(lines, ["it is ••••••••", "[1mwell"]);
    }
    let (result, lines) = done(&tool(), false, &hands).await;
    assert_eq!(result, Ok(()));
    let expected = [
        "the server says ••••••••",
        "{",
        "  \"calls\": 3,",
        "  \"token\": \"••••••••\"",
        "}",
    ];
    assert_eq!(lines, expected, "JSON that can be read");
    let used = hands.used.into_inner().expect("no panic");
    assert_eq!(used, ["aside", "make 'all tests'", "look"]);
}

#[tokio::test]
async fn another_end_than_0_and_an_error_answer_fail() {
    let hands = Given {
        exit: Some(2),
        printed: vec!["tok_secret is wrong".to_owned()],
        answer: (true, "no tok_secret".to_owned()),
        ..Given::default()
    };
    let (result, _) = done(&make(), false, &hands).await;
    let error = result.expect_err("it failed");
    let program = "make 'all tests'".to_owned();
    let exit = Some(2);
    assert_eq!(error.code, ErrorCode::ProgramFailed { program, exit });
    assert_eq!(error.causes, ["•••••••• is wrong"]);
    let (result, _) = done(&tool(), false, &hands).await;
    let error = result.expect_err("it failed");
    assert_eq!(error.name(), "tool_failed");
    assert_eq!(error.causes, ["no ••••••••"]);

    let hands = Given {
        fails: true,
        ..Given::default()
    };
    let (result, _) = done(&command(None), false, &hands).await;
    assert_eq!(result.expect_err("it failed").causes, ["TOKEN=••••••••"]);
}

#[tokio::test]
async fn only_what_has_an_undo_is_undone() {
    let hands = Given {
        exit: Some(0),
        ..Given::default()
    };
    for step in [command(None), tool(), make()] {
        assert_eq!(done(&step, true, &hands).await.0, Ok(()));
    }
    assert_eq!(hands.used.lock().expect("no panic").len(), 0);
    done(&command(Some("back")), true, &hands)
        .await
        .0
        .expect("undone");
    let used = hands.used.into_inner().expect("no panic");
    assert_eq!(used, ["back"]);
}

#[tokio::test]
async fn of_very_many_lines_the_first_and_the_last_are_told() {
    let hands = Given {
        exit: Some(0),
        printed: (0..LINES_TOLD + 100)
            .map(|number| number.to_string())
            .collect(),
        ..Given::default()
    };
    let (_, lines) = done(&make(), false, &hands).await;
    assert_eq!(lines.len(), LINES_TOLD + 1 + LAST_LINES);
    assert_eq!(lines[LINES_TOLD], "…");
    let last = (LINES_TOLD + 99).to_string();
    assert_eq!(lines.last(), Some(&last));

    let hands = Given {
        exit: Some(0),
        printed: (0..LINES_TOLD + 5)
            .map(|number| number.to_string())
            .collect(),
        ..Given::default()
    };
    let (_, lines) = done(&make(), false, &hands).await;
    assert_eq!(lines.len(), LINES_TOLD + 5, "each once");
}
