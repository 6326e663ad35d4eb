//! Taking secrets out of what others say.
//!
//! Secrets that were just given are known to their job ([`crate::job`] takes them out of everything).
//! Those that were stored before are known to the vault alone, and to the program that may read it:
//! what a server says while Berth speaks with it goes through that program before anybody sees it.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::client::LauncherCommand;
use crate::error::{Error, Result};
use crate::port::Ports;
use crate::progress::{Progress, Watch};
use crate::secret::{DOTS, Secret};
use crate::server::Installation;

/// Shortest text, in characters, that is taken for a secret: replacing every `a` helps nobody.
const SHORTEST: usize = 4;
/// How much of a secret's beginning, in characters, is not told either.
const BEGINNING: usize = 6;
/// How much may wait to be told. A server that says more in that time is not understood anyway.
const WAITING: usize = 4_096;
/// Between two times that the program is asked: it is started each time.
const PACE: Duration = Duration::from_millis(200);

/// A line without the secrets that it may repeat.
#[must_use]
pub fn redacted(line: &str, secrets: &[Secret]) -> String {
    without_forms(line, &forms(secrets))
}

/// A text without what gives secrets away.
pub(crate) fn without_forms(text: &str, forms: &[Secret]) -> String {
    forms.iter().fold(text.to_owned(), |text, form| {
        text.replace(form.expose(), DOTS)
    })
}

/// What gives secrets away: each as it is, as JSON has it, and its lines, because what programs say is
/// told line by line. The longest come first: one may be a part of another.
pub(crate) fn forms<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Vec<Secret> {
    let mut forms: Vec<String> = Vec::new();
    for secret in secrets {
        let value = secret.expose();
        forms.push(value.to_owned());
        forms.extend(value.lines().map(|line| line.trim().to_owned()));
        let json = serde_json::Value::from(value).to_string();
        forms.push(json.trim_matches('"').to_owned());
    }
    forms.retain(|form| form.chars().count() >= SHORTEST);
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms.into_iter().map(Secret::new).collect()
}

/// A text without secrets, and without their beginnings: programs show some of one "so that it is
/// known again".
#[must_use]
pub fn without_secrets(text: &str, secrets: &[Secret]) -> String {
    let whole = redacted(text, secrets);
    secrets.iter().fold(whole, without_beginnings)
}

fn without_beginnings(text: String, secret: &Secret) -> String {
    let secret: Vec<char> = secret.expose().chars().collect();
    if secret.len() <= BEGINNING {
        return text;
    }
    let text: Vec<char> = text.chars().collect();
    let (mut shown, mut at) = (String::new(), 0);
    while at < text.len() {
        let pairs = text[at..].iter().zip(&secret);
        let same = pairs.take_while(|(a, b)| a == b).count();
        if same >= BEGINNING {
            shown.push_str(DOTS);
            at += same;
        } else {
            shown.push(text[at]);
            at += 1;
        }
    }
    shown
}

/// Does something with an installation's server. What the server says meanwhile reaches `watch`, and
/// what it says of its end stands in the error, both without the secrets of the installation; where
/// those cannot be had, neither is told, but why.
///
/// # Errors
/// What the work says; where there is no launcher, that.
pub async fn redacting<T, F>(
    ports: &Ports,
    installation: Option<&Installation>,
    watch: &Watch,
    work: impl FnOnce(Watch) -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let Some(installation) = installation.filter(|one| !one.secrets.is_empty()) else {
        return work(watch.clone()).await;
    };
    let command = ports.host.launcher_absolute(&installation.name)?;
    let (to, mut said) = mpsc::channel(WAITING);
    let heard = Watch::new(
        move |progress| {
            // What is too much is lost, as it would be out of anybody's sight.
            let _ = to.try_send(progress);
        },
        watch.cancel().clone(),
    );
    let mut between = Between {
        ports,
        name: &installation.name,
        command: Ok(command),
        watch,
    };
    let over = CancellationToken::new();
    let working = async {
        let result = work(heard).await;
        over.cancel();
        result
    };
    let passing = async {
        let mut waiting = Vec::new();
        while !over.is_cancelled() {
            tokio::select! {
                count = said.recv_many(&mut waiting, WAITING) => {
                    if count == 0 {
                        return;
                    }
                    between.pass(std::mem::take(&mut waiting)).await;
                    let pause = tokio::time::sleep(PACE);
                    tokio::select! { () = pause => {}, () = over.cancelled() => {} }
                }
                () = over.cancelled() => {}
            }
        }
        // Something that it started may go on and say more without end.
        while waiting.len() < WAITING
            && let Ok(progress) = said.try_recv()
        {
            waiting.push(progress);
        }
        between.pass(waiting).await;
    };
    let (result, ()) = tokio::join!(working, passing);
    match result {
        Err(error) if !error.causes.is_empty() => Err(between.error(error).await),
        result => result,
    }
}

/// What is between a server and whoever hears it.
struct Between<'a> {
    ports: &'a Ports,
    name: &'a str,
    /// The launcher; once that could not do it, why.
    command: Result<LauncherCommand>,
    watch: &'a Watch,
}

impl Between<'_> {
    async fn pass(&mut self, all: Vec<Progress>) {
        let texts = all.iter().filter_map(|one| match one {
            Progress::Line { text } => Some(text.clone()),
            _ => None,
        });
        let told_before = self.command.is_err();
        let mut texts = self
            .redact(texts.collect())
            .await
            .unwrap_or_default()
            .into_iter();
        for one in all {
            match one {
                Progress::Line { .. } => {
                    if let Some(text) = texts.next() {
                        self.watch.line(text);
                    }
                }
                other => self.watch.report(other),
            }
        }
        if let (Err(why), false) = (&self.command, told_before) {
            self.watch.line(unsaid(why));
        }
    }

    async fn error(&mut self, mut error: Error) -> Error {
        let causes = std::mem::take(&mut error.causes);
        match self.redact(causes).await {
            Some(causes) => error.causes = causes,
            None => {
                if let Err(why) = &self.command {
                    error.causes = vec![unsaid(why)];
                }
            }
        }
        error
    }

    /// The texts; nothing where that could not be done, now or before.
    async fn redact(&mut self, texts: Vec<String>) -> Option<Vec<String>> {
        if texts.is_empty() {
            return Some(texts);
        }
        let command = self.command.as_ref().ok()?;
        let inspector = &self.ports.inspector;
        match inspector
            .redact(self.name, command, texts, self.watch)
            .await
        {
            Ok(texts) => Some(texts),
            // Whoever has cancelled does not read on, and what is not told is not told wrongly.
            Err(error) if error.is_cancelled() => None,
            Err(error) => {
                self.command = Err(error);
                None
            }
        }
    }
}

fn unsaid(why: &Error) -> String {
    format!(
        "What the server said is not shown, because its secrets could not be taken out of it: {why}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(values: &[&str]) -> Vec<Secret> {
        values.iter().map(|value| Secret::new(*value)).collect()
    }

    #[test]
    fn a_secret_that_is_part_of_another_leaves_nothing_of_it() {
        let both = secrets(&["horse", "correct-horse-battery", "a"]);
        assert_eq!(
            without_secrets("a: correct-horse-battery, horse", &both),
            format!("a: {DOTS}, {DOTS}")
        );
    }

    #[test]
    fn a_key_of_several_lines_is_in_none_of_them_and_not_in_json() {
        let key = secrets(&["-----BEGIN KEY-----\nMC4CAQAwBQYD\n-----END KEY-----\n"]);
        for told in [
            "read MC4CAQAwBQYD",
            r#"{"key":"-----BEGIN KEY-----\nMC4CAQAwBQYD\n"}"#,
        ] {
            let told = without_secrets(told, &key);
            assert!(!told.contains("MC4C") && told.contains(DOTS), "{told}");
        }
    }

    #[test]
    fn its_beginning_is_not_told_either() {
        let one = secrets(&["ghp_0123456789"]);
        assert_eq!(
            without_secrets("token ghp_0123…\nnot ghp_", &one),
            format!("token {DOTS}…\nnot ghp_")
        );
    }
}
