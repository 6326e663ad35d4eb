//! Looks at what an entry says has to be true of a server beside its handshake.
//!
//! It is done in the program that may read the vault, from the installation's sealed record: what is
//! told afterwards holds none of its secrets.

pub mod glob;
mod owner;

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Error, ErrorCode, Result};
use crate::progress::Watch;
use crate::redact::without_secrets;
use crate::secret::Secret;
use crate::server::{
    Criterion, CriterionSeen, FileMode, Finding, Installation, LINE_SHOWN, Look, OwnProgram, Spot,
};

pub use owner::{About, User, may_write, user};

/// Most files that are named.
const FILES_SHOWN: usize = 5;
/// Most lines of a program's that are kept.
const LINES_KEPT: usize = 12;
/// How long everything but a program may take.
const LIMIT: Duration = Duration::from_secs(20);

/// What can be looked at of an installation: what it keeps, and its own programs.
#[async_trait]
pub trait Inside: Send + Sync {
    /// Whether the server's user can write at a place, and what that was found from.
    ///
    /// # Errors
    /// `PathMissing` where what should hold it is not there.
    async fn writable(&self, at: &Spot) -> Result<Written>;

    /// The files (no folders, no links) that fit a place, with their modes.
    async fn files(&self, at: &Spot) -> Result<Vec<FileMode>>;

    /// Tells the lines of a file; `false` where there is none.
    async fn lines(
        &self,
        at: &Spot,
        told: &mut (dyn for<'l> FnMut(&'l [u8]) + Send),
    ) -> Result<bool>;

    /// Runs a program of the installation's to its end: its exit code, `None` where it was ended by
    /// a signal or because its time was over. It is ended when that is cancelled.
    async fn run(
        &self,
        program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>>;
}

/// Whether something can be written, and what that was found from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Whether it can.
    pub can: bool,
    /// What was looked at, as the server has it.
    pub looked_at: String,
    /// Server's user and group, owner and mode, where these were compared.
    pub compared: Option<(User, About)>,
}

/// Looks at all criteria of an installation. `printed` is what its server wrote on standard error.
///
/// # Errors
/// `Cancelled` only; what cannot be looked at is told as that.
pub async fn look(
    installation: &Installation,
    printed: &[String],
    inside: &dyn Inside,
    hidden: &[Secret],
    watch: &Watch,
) -> Result<Vec<CriterionSeen>> {
    let mut all = Vec::new();
    for criterion in &installation.criteria {
        watch.check()?;
        let seen = match one(&criterion.look, printed, inside, hidden, watch).await {
            Ok(seen) => seen,
            Err(error) if error.is_cancelled() => return Err(error),
            Err(error) => (None, nothing(error, hidden)),
        };
        all.push(shown(criterion, seen));
    }
    Ok(all)
}

/// What is told where nothing could be looked at.
#[must_use]
pub fn unseen(installation: &Installation, error: &Error) -> Vec<CriterionSeen> {
    let each = installation.criteria.iter();
    each.map(|criterion| {
        let error = error.clone();
        shown(criterion, (None, Finding::Nothing { error }))
    })
    .collect()
}

/// Why a server that answers does not count as one that works: the first of the required criteria
/// that is not known to be met.
///
/// # Errors
/// `CriterionUnmet`.
pub fn hold(seen: &[CriterionSeen]) -> Result<()> {
    let unmet = |seen: &&CriterionSeen| seen.required && seen.met != Some(true);
    match seen.iter().find(unmet) {
        Some(seen) => {
            let title = seen.title.clone();
            Err(Error::new(ErrorCode::CriterionUnmet { title }).with_cause(seen.line()))
        }
        None => Ok(()),
    }
}

fn shown(criterion: &Criterion, (met, seen): (Option<bool>, Finding)) -> CriterionSeen {
    CriterionSeen {
        id: criterion.id.clone(),
        title: criterion.title.clone(),
        help: criterion.help.clone(),
        required: criterion.required,
        met,
        seen,
    }
}

fn nothing(mut error: Error, hidden: &[Secret]) -> Finding {
    for cause in &mut error.causes {
        *cause = line(cause, hidden, LINE_SHOWN);
    }
    Finding::Nothing { error }
}

async fn one(
    look: &Look,
    printed: &[String],
    inside: &dyn Inside,
    hidden: &[Secret],
    watch: &Watch,
) -> Result<(Option<bool>, Finding)> {
    match look {
        Look::Writable { at } => {
            let written = in_time(inside.writable(at), watch).await?;
            let (user, about) = written.compared.unzip();
            let seen = Finding::Writable {
                path: at.path().to_owned(),
                looked_at: written.looked_at,
                user: user.map(|user| format!("{}:{}", user.uid, user.gid)),
                owner: about.map(|about| format!("{}:{}", about.uid, about.gid)),
                mode: about.map(|about| about.mode),
            };
            Ok((Some(written.can), seen))
        }
        Look::Mode {
            at,
            at_most,
            may_be_missing,
        } => {
            let files = in_time(inside.files(at), watch).await?;
            let count = u32::try_from(files.len()).unwrap_or(u32::MAX);
            let mut wrong = files;
            wrong.retain(|file| file.mode & !at_most & 0o7777 != 0);
            let met = wrong.is_empty() && (count > 0 || *may_be_missing);
            wrong.truncate(FILES_SHOWN);
            let seen = Finding::Mode {
                path: at.path().to_owned(),
                at_most: *at_most,
                files: count,
                wrong,
            };
            Ok((Some(met), seen))
        }
        Look::Log { at, pattern, lines } => {
            log(at.as_ref(), pattern, *lines, printed, inside, hidden, watch).await
        }
        Look::Command { program, without } => {
            let without = without.as_deref().map(pattern_of).transpose()?;
            let (mut last, mut said) = (VecDeque::new(), None);
            let mut told = |text: String| {
                if last.len() == LINES_KEPT {
                    last.pop_front();
                }
                let shown = line(&text, hidden, LINE_SHOWN);
                if without.as_ref().is_some_and(|regex| regex.is_match(&text)) {
                    said = Some(shown.clone());
                }
                last.push_back(shown);
            };
            let exit = inside.run(program, &mut told, watch).await?;
            let met = exit == Some(0) && said.is_none();
            if met {
                // It is for people to find out what is wrong.
                last.clear();
            }
            let seen = Finding::Command {
                command: program.shown(),
                exit,
                said,
                lines: last.into(),
            };
            Ok((Some(met), seen))
        }
    }
}

/// A pattern of an entry's, which was checked when that was loaded.
fn pattern_of(pattern: &str) -> Result<regex::Regex> {
    crate::catalog::sign(pattern)
        .map_err(|error| Error::internal("a pattern does not compile").with_cause(error))
}

async fn log(
    at: Option<&Spot>,
    pattern: &str,
    lines: u32,
    printed: &[String],
    inside: &dyn Inside,
    hidden: &[Secret],
    watch: &Watch,
) -> Result<(Option<bool>, Finding)> {
    let regex = pattern_of(pattern)?;
    // The end of the log, each line by whether it matches: lines can be long, and are many.
    let mut end: VecDeque<Option<String>> = VecDeque::new();
    let mut told = |bytes: &[u8]| {
        if end.len() == lines as usize {
            end.pop_front();
        }
        let text = String::from_utf8_lossy(bytes);
        end.push_back(
            regex
                .is_match(&text)
                .then(|| line(&text, hidden, LINE_SHOWN)),
        );
    };
    match at {
        Some(at) => {
            in_time(inside.lines(at, &mut told), watch).await?;
        }
        None => printed.iter().for_each(|line| told(line.as_bytes())),
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let seen = Finding::Log {
        path: at.map(|at| at.path().to_owned()),
        pattern: pattern.to_owned(),
        lines: count(end.len()),
        matching: count(end.iter().flatten().count()),
        last: end.iter().flatten().next_back().cloned(),
    };
    Ok((Some(end.iter().flatten().next().is_none()), seen))
}

/// Does something within the time that a look may take.
pub(crate) async fn in_time<T>(work: impl Future<Output = Result<T>>, watch: &Watch) -> Result<T> {
    let limited = async {
        match tokio::time::timeout(LIMIT, work).await {
            Ok(result) => result,
            Err(_) => Err(Error::new(ErrorCode::ServerTimeout {
                seconds: u32::try_from(LIMIT.as_secs()).unwrap_or(u32::MAX),
            })),
        }
    };
    watch.until_cancelled(limited).await
}

/// At most so many characters of a line that somebody else wrote, without secrets and without what is
/// not to be seen.
pub(crate) fn line(text: &str, hidden: &[Secret], most: usize) -> String {
    let text = without_secrets(text, hidden);
    let seen = text.chars().filter(|c| !c.is_control());
    seen.take(most).collect()
}

#[cfg(test)]
mod tests;
