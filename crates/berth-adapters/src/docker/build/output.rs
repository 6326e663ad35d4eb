//! What an engine says while it builds: lines for the log, the instructions that begin, the layers
//! of the images that it pulls, and how it ended.

use std::collections::VecDeque;

use berth_core::progress::{Progress, Watch};
use berth_core::text::plain;
use serde::Deserialize;

use crate::docker::layers::{Layers, Line};

/// How many of the last lines an error keeps.
const KEPT: usize = 12;

/// Longest line that is passed on, in characters; what a tool prints without an end is cut.
const LONGEST: usize = 4000;

/// One message of the engine's answer to a build.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Output, not always whole lines.
    stream: Option<String>,
    /// What was made.
    aux: Option<Made>,
    /// What a pull says.
    #[serde(flatten)]
    line: Line,
}

#[derive(Debug, Deserialize)]
struct Made {
    #[serde(rename = "ID")]
    id: Option<String>,
}

/// Follows a build.
pub struct Output<'a> {
    watch: &'a Watch,
    layers: Layers<'a>,
    pending: String,
    last: VecDeque<String>,
    step: Option<String>,
    made: Option<String>,
}

impl<'a> Output<'a> {
    /// Nothing was said yet.
    #[must_use]
    pub fn new(watch: &'a Watch) -> Self {
        Self {
            watch,
            layers: Layers::new(watch),
            pending: String::new(),
            last: VecDeque::new(),
            step: None,
            made: None,
        }
    }

    /// Takes a message in; the engine's words where the build failed.
    pub fn take(&mut self, message: Message) -> Result<(), String> {
        let Message { stream, aux, line } = message;
        if line.error.is_some() || line.error_detail.is_some() {
            let detail = line.error_detail.unwrap_or_default();
            return Err(detail.message.or(line.error).unwrap_or_default());
        }
        if let Some(text) = stream {
            self.text(&text);
        }
        if let Some(id) = aux.and_then(|made| made.id) {
            self.made = Some(id);
        }
        self.layers.take(&line);
        Ok(())
    }

    /// Passes on what was held back.
    pub fn finish(&mut self) {
        self.layers.finish();
        let rest = std::mem::take(&mut self.pending);
        self.line(&rest);
    }

    /// The image that was made.
    #[must_use]
    pub fn made(&self) -> Option<&str> {
        self.made.as_deref()
    }

    /// The instruction that began last.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        self.step.as_deref()
    }

    /// The last lines, the oldest first.
    pub fn last(&self) -> impl Iterator<Item = &str> {
        self.last.iter().map(String::as_str)
    }

    fn text(&mut self, text: &str) {
        self.pending.push_str(text);
        // A progress bar writes over its line.
        while let Some(end) = self.pending.find(['\n', '\r']) {
            let line: String = self.pending.drain(..=end).collect();
            self.line(&line);
        }
        if self.pending.len() > LONGEST * 4 {
            let line = std::mem::take(&mut self.pending);
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        let line = plain(line, LONGEST);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        if let Some((done, total, instruction)) = step(line) {
            self.layers.finish();
            self.step = Some(instruction.to_owned());
            // The ones before it are done.
            self.watch.report(Progress::Count {
                done: done.saturating_sub(1),
                total,
            });
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        self.watch.line(line);
    }
}

/// `Step 3/9 : RUN make`, as Docker says it; Podman says `STEP 3/9: RUN make`.
fn step(line: &str) -> Option<(u32, u32, &str)> {
    let rest = line
        .strip_prefix("Step ")
        .or_else(|| line.strip_prefix("STEP "))?;
    let (number, instruction) = rest.split_once(':')?;
    let (done, total) = number.trim_end().split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?, instruction.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio_util::sync::CancellationToken;

    /// As dockerd 20.10 sends it, shortened.
    const BUILD: &[&str] = &[
        r#"{"stream":"Step 1/3 : FROM r/a"}"#,
        r#"{"stream":"\n"}"#,
        r#"{"status":"Pulling from a","id":"1"}"#,
        r#"{"status":"Pulling fs layer","progressDetail":{},"id":"aaa"}"#,
        r#"{"status":"Pull complete","progressDetail":{},"id":"aaa"}"#,
        r#"{"stream":" ---\u003e 1f2e\n"}"#,
        r#"{"stream":"Step 2/3 : RUN make"}"#,
        r#"{"stream":"\n"}"#,
        r#"{"stream":" ---\u003e Running in 0af3\n"}"#,
        r#"{"stream":"10%\r90%\nhalf "}"#,
        r#"{"stream":"a line\n"}"#,
        r#"{"stream":"\u001b[91mwarning\n\u001b[0m"}"#,
        r#"{"stream":"Removing intermediate container 0af3\n"}"#,
        r#"{"stream":"Step 3/3 : CMD x"}"#,
        r#"{"stream":"\n"}"#,
        r#"{"aux":{"ID":"sha256:77"}}"#,
        r#"{"stream":"Successfully built 77\n"}"#,
    ];

    fn run(
        lines: &[&str],
    ) -> (
        Vec<Progress>,
        Result<(), String>,
        Option<String>,
        Option<String>,
    ) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let watch = Watch::new(
            move |progress| sink.lock().expect("not poisoned").push(progress),
            CancellationToken::new(),
        );
        let mut output = Output::new(&watch);
        let took = lines
            .iter()
            .try_for_each(|line| output.take(serde_json::from_str(line).expect(line)));
        output.finish();
        let ends = (
            output.made().map(str::to_owned),
            output.step().map(str::to_owned),
        );
        let seen = seen.lock().expect("not poisoned").clone();
        (seen, took, ends.0, ends.1)
    }

    #[test]
    fn a_build_is_told_line_by_line_and_step_by_step() {
        let (seen, took, made, step) = run(BUILD);
        took.expect("it went well");
        assert_eq!(made.as_deref(), Some("sha256:77"));
        assert_eq!(step.as_deref(), Some("CMD x"));
        let lines: Vec<&str> = seen
            .iter()
            .filter_map(|progress| match progress {
                Progress::Line { text } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(
            lines,
            [
                "Step 1/3 : FROM r/a",
                "Pulling from a (1)",
                " ---> 1f2e",
                "Step 2/3 : RUN make",
                " ---> Running in 0af3",
                "10%",
                "90%",
                "half a line",
                "warning",
                "Removing intermediate container 0af3",
                "Step 3/3 : CMD x",
                "Successfully built 77",
            ]
        );
        let counts: Vec<(u32, u32)> = seen
            .iter()
            .filter_map(|progress| match progress {
                Progress::Count { done, total } => Some((*done, *total)),
                _ => None,
            })
            .collect();
        assert_eq!(counts, [(0, 3), (1, 3), (2, 3)]);
        assert!(
            seen.iter()
                .any(|progress| matches!(progress, Progress::Layers { .. }))
        );
    }

    #[test]
    fn a_failure_keeps_the_step_and_the_words() {
        let (_, took, made, step) = run(&[
            r#"{"stream":"Step 1/1 : RUN false"}"#,
            r#"{"stream":"\n"}"#,
            r#"{"errorDetail":{"code":1,"message":"returned a non-zero code: 1"},"error":"x"}"#,
        ]);
        assert_eq!(took, Err("returned a non-zero code: 1".to_owned()));
        assert_eq!((made, step.as_deref()), (None, Some("RUN false")));
    }

    #[test]
    fn steps_are_told_from_what_tools_print() {
        assert_eq!(step("STEP 1/2: FROM x"), Some((1, 2, "FROM x")));
        for line in ["Step by step: now", "Stepping 1/2 : x", "Step a/b : x"] {
            assert_eq!(step(line), None, "{line}");
        }
    }
}
