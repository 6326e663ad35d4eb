//! A session of an installed server, as a client begins it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A session that is under way.
pub struct Session<'a> {
    sandbox: &'a Sandbox,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl<'a> Session<'a> {
    /// Begins one, and nothing is said to the server yet.
    ///
    /// # Panics
    /// When the launcher cannot be started.
    #[must_use]
    pub fn begin(sandbox: &'a Sandbox, name: &str) -> Self {
        let mut child = sandbox
            .command(sandbox.path("bin/berth"))
            .args(["run", name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the launcher starts");
        let input = child.stdin.take().expect("an input");
        let output = BufReader::new(child.stdout.take().expect("an output"));
        Self {
            sandbox,
            child,
            input,
            output,
        }
    }

    /// The line that answers a request.
    ///
    /// # Panics
    /// When the session is over.
    pub fn ask(&mut self, method: &str, params: &Value) -> String {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        writeln!(self.input, "{request}").expect("it reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        line
    }

    /// The line that answers the handshake's first request.
    ///
    /// # Panics
    /// When the session is over.
    pub fn greet(&mut self) -> String {
        self.ask("initialize", &json!({ "protocolVersion": "2025-06-18" }))
    }

    /// The only container of this machine's Berth, as the engine says it is.
    ///
    /// # Panics
    /// When there is none, or more than one.
    #[must_use]
    pub fn container(&self) -> Value {
        let containers = self.sandbox.containers();
        let [container] = &containers[..] else {
            panic!("one container: {containers:?}");
        };
        let inspect = ["inspect", container];
        self.sandbox.docker(&inspect).ok().json()[0].take()
    }

    /// Ends it as a client does: its input is closed.
    ///
    /// # Panics
    /// When the launcher does not end well.
    pub fn end(mut self) {
        drop(self.input);
        let ended = self.child.wait().expect("it ends");
        assert_eq!(ended.code(), Some(0));
    }
}
