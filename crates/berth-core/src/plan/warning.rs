use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client::Place;

/// Something to know before agreeing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// A process variant is not confined as a container is.
    LessIsolated,
    /// Values in a container's environment can be read with `docker inspect` while it runs.
    SecretsInEnvironment,
    /// The registered command `berth` was not found on the PATH.
    LauncherNotOnPath,
    /// A registration that Berth did not make is replaced.
    ReplacesForeign {
        /// Its scope.
        place: Place,
    },
    /// A registration of the same name in another scope wins over, or hides, this one.
    Shadowed {
        /// The other one.
        place: Place,
    },
    /// Secrets are taken from a file that keeps them.
    SecretInFile {
        /// Its absolute path.
        path: String,
    },
    /// It runs from the person's own source folder, and the project's build may write there.
    InPlace {
        /// Absolute path.
        folder: String,
    },
    /// It is built from a copy of the person's own source folder, by the project's own scripts.
    BuiltFromCopy {
        /// Absolute path of the folder.
        folder: String,
    },
    /// While a session runs, a port of 127.0.0.1 leads to it.
    OpensPort {
        /// Whether it is given a secret with every request, to tell Berth from others.
        guarded: bool,
    },
    /// It runs somewhere else: what its tools are given is sent there.
    DataLeaves {
        /// Host and port.
        host: String,
    },
    /// Claude Code has the address itself and asks Berth for the secret headers, as any program of
    /// the person's could then.
    AsksForHeaders {
        /// The command that it runs.
        command: String,
    },
    /// What the server has kept since the backup is replaced.
    ReplacesData {
        /// When the backup was made (RFC 3339, UTC).
        created_at: String,
        /// What is replaced, in plain words.
        holds: Vec<String>,
    },
    /// What it changes, in the entry's words.
    Changes {
        /// What.
        what: String,
    },
    /// A program of this computer runs as the person: nothing confines it.
    RunsAsYou {
        /// The program and its arguments.
        program: String,
        /// Absolute path of the folder that it runs in.
        folder: String,
    },
    /// Without its passphrase nobody can open the backup.
    NeedsPassphrase,
    /// It has the container engine's socket: whoever controls it controls this computer.
    ControlsComputer {
        /// The service that has it; the server itself where there is none.
        service: Option<String>,
        /// Whether with the rights of root; with the person's otherwise.
        root: bool,
    },
    /// A file or folder gives away more than a folder of work: credentials, or the whole account.
    GivesAway {
        /// Absolute path.
        path: String,
        /// Whether the server can change what is there.
        writable: bool,
    },
    /// What follows from a choice, in the entry's words.
    Follows {
        /// The input's title.
        input: String,
        /// What follows.
        note: String,
    },
    /// The server may read or write these folders.
    Grants {
        /// Absolute paths.
        paths: Vec<String>,
    },
}
