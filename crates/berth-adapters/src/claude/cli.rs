use std::fs::File;
use std::path::Path;
use std::time::Duration;

use berth_core::client::{LauncherCommand, Place, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::plan::command::{self, CommandLine};
use berth_core::port::ClientHealth;
use berth_core::progress::Watch;
use tokio::process::Command;

use super::person::Person;
use crate::process::{Finished, run as run_tool};

/// How long the command line may take for a change: it starts nothing.
const CHANGE_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to look at a server: it starts it, and waits for `MCP_TIMEOUT`.
const LOOK_LIMIT: Duration = Duration::from_secs(150);
/// What it may wait for a server, in milliseconds. Its own default is 30 s, and a first start on
/// a busy machine can be slower.
const MCP_TIMEOUT: &str = "120000";

/// A command line and what it does, for errors.
pub struct Line {
    line: CommandLine,
    operation: String,
}

pub fn add(program: &Path, name: &str, place: &Place, launcher: &LauncherCommand) -> Line {
    let line = command::register(&program.to_string_lossy(), name, place, launcher);
    Line {
        line,
        operation: format!("register `{name}`"),
    }
}

pub fn remove(program: &Path, name: &str, place: &Place) -> Line {
    let line = command::unregister(&program.to_string_lossy(), name, place);
    Line {
        line,
        operation: format!("take out `{name}`"),
    }
}

/// Runs a change, which holds the lock for as long as it runs, whatever becomes of this process.
pub async fn run(person: &Person, line: &Line, place: &Place, lock: &File) -> Result<()> {
    let (limit, operation) = (CHANGE_LIMIT, &line.operation);
    let keep = |command: &mut Command| keep_open(command, lock);
    let done = within(person, limit, &line.line, place, operation, keep).await?;
    if done.success() {
        return Ok(());
    }
    let (operation, exit) = (line.operation.clone(), done.exit);
    Err(done.error(ErrorCode::ClaudeFailed { operation, exit }))
}

/// Lets a child keep a file open, and with it the lock on it, which lasts until the last process
/// that has it open has ended. Windows closes it with this process.
fn keep_open(command: &mut Command, file: &File) {
    #[cfg(unix)]
    {
        use std::os::fd::AsRawFd;
        let file = file.as_raw_fd();
        // SAFETY: between fork and exec only fcntl is called, which may be called there; the file
        // is open until the child was started, because the caller has borrowed it until then.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(move || match libc::fcntl(file, libc::F_SETFD, 0) {
                -1 => Err(std::io::Error::last_os_error()),
                _ => Ok(()),
            });
        }
    }
    #[cfg(not(unix))]
    let _ = (command, file);
}

/// Asks what Claude Code thinks of a server that is registered at a place.
pub async fn health(
    person: &Person,
    program: &Path,
    name: &str,
    place: &Place,
) -> Result<ClientHealth> {
    let line = CommandLine {
        program: program.to_string_lossy().into_owned(),
        args: ["mcp", "get", name].map(str::to_owned).to_vec(),
    };
    let operation = "look at the server";
    let done = within(person, LOOK_LIMIT, &line, place, operation, |_| {}).await?;
    if !done.success() {
        return Ok(ClientHealth::Unclear);
    }
    Ok(said(&done.stdout, place.scope))
}

/// What `claude mcp get` says. There is no other form of this answer, so its words and symbols are
/// read here and nowhere else (2.1.329):
///
/// ```text
/// time:
///   Scope: User config (available in all your projects)
///   Status: ✔ Connected
///   Issue: …
/// ```
///
/// It answers for the scope that wins; where that is another one, it says nothing about ours. The
/// words after a status's symbol change between versions.
fn said(text: &str, scope: Scope) -> ClientHealth {
    let field = |key: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(key))
            .map(str::trim)
    };
    let scope_word = field("Scope:").and_then(|scope| scope.split_whitespace().next());
    if scope_word.is_some_and(|word| !word.eq_ignore_ascii_case(scope.as_str())) {
        return ClientHealth::Unclear;
    }
    match field("Status:").and_then(|status| status.chars().next()) {
        Some('✔' | '✓') => ClientHealth::Connected,
        Some('⏸') => ClientHealth::PendingApproval,
        // `! Connected · tools fetch failed`: nobody can use it.
        Some('✘' | '✗' | '!') => ClientHealth::Failed,
        _ => ClientHealth::Unclear,
    }
}

async fn within(
    person: &Person,
    limit: Duration,
    line: &CommandLine,
    place: &Place,
    operation: &str,
    prepare: impl FnOnce(&mut Command),
) -> Result<Finished> {
    let watch = Watch::silent();
    let ran = run_tool(
        line,
        |command| {
            person.apply(command);
            command
                .env("NO_COLOR", "1")
                .env("LC_ALL", "C.UTF-8")
                .env("MCP_TIMEOUT", MCP_TIMEOUT);
            // Local and project scope are those of the working directory.
            prepare(command);
            match &place.project {
                Some(project) if place.scope.needs_project() => command.current_dir(project),
                _ => command.current_dir(person.home()),
            };
        },
        &watch,
    );
    tokio::time::timeout(limit, ran).await.unwrap_or_else(|_| {
        let operation = operation.to_owned();
        Err(Error::new(ErrorCode::ClaudeFailed {
            operation,
            exit: None,
        })
        .with_cause(format!("no answer within {} s", limit.as_secs())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_symbols_of_the_status_line() {
        let text = |status: &str| {
            format!("t:\n  Scope: User config (available …)\n  Status: {status}\n  Type: stdio\n")
        };
        for (status, expected) in [
            ("✔ Connected", ClientHealth::Connected),
            ("✓ Connected", ClientHealth::Connected),
            ("✘ Failed to connect", ClientHealth::Failed),
            ("! Connected · tools fetch failed", ClientHealth::Failed),
            ("⏸ Pending approval (run …)", ClientHealth::PendingApproval),
            ("⊘ Disabled", ClientHealth::Unclear),
            ("", ClientHealth::Unclear),
        ] {
            assert_eq!(said(&text(status), Scope::User), expected, "{status}");
        }
        assert_eq!(said("", Scope::User), ClientHealth::Unclear);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_change_holds_the_lock_when_this_process_no_longer_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || {
            let file = folder.path().join("lock");
            crate::private::open_or_create(&file).expect("opened")
        };
        let lock = open();
        lock.lock().expect("locked");
        let mut command = Command::new("cat");
        command.stdin(std::process::Stdio::piped());
        keep_open(&mut command, &lock);
        let mut child = command.spawn().expect("started");
        drop(lock);
        assert!(open().try_lock().is_err(), "the change is under way");
        drop(child.stdin.take());
        child.wait().await.expect("ended");
        open().try_lock().expect("it is over");
    }

    #[test]
    fn an_answer_for_another_scope_is_none() {
        let text =
            "t:\n  Scope: Local config (private to you in this project)\n  Status: ✔ Connected\n";
        assert_eq!(said(text, Scope::Local), ClientHealth::Connected);
        assert_eq!(said(text, Scope::User), ClientHealth::Unclear);
    }
}
