//! An entry's own help: prompts, questions, what to do after a change, and what helps against what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A prompt to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// What it shows, a few words.
    pub title: String,
    /// What to paste into Claude.
    pub text: String,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HelpTopic {
    /// The question, as a person would ask it.
    pub question: String,
    /// The answer, as Markdown without HTML.
    pub answer: String,
}

/// What to do after something has changed, for some of the variants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePath {
    /// What has changed, a few words: "Code", "Dependencies", "Token".
    pub changed: String,
    /// The variants that this is for; empty means all of them.
    #[serde(default)]
    pub variants: Vec<String>,
    /// What is to be done.
    pub then: Remedy,
}

/// Something that goes wrong with this server, how it is recognised, and what helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// What a person sees, as a short sentence.
    pub problem: String,
    /// Regular expressions, any of which is found in a line that the failure left: the texts of the
    /// error, the job's log, or what a person pastes. Without one it is shown on the entry's page only.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Why it happens.
    pub cause: String,
    /// What helps, as Markdown without HTML.
    pub help: String,
    /// The variants that it can happen to; empty means all of them.
    #[serde(default)]
    pub variants: Vec<String>,
    /// What Berth can do about it by itself.
    #[serde(default)]
    pub then: Option<Remedy>,
}

/// What can be done about a change or a failure, as one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Start Claude Code again; Berth has nothing to do.
    Restart,
    /// Install again with the same choices: build the image, install the packages.
    Rebuild,
    /// The same without what the engine has kept from earlier builds.
    RebuildWithoutCache,
    /// Give other values, or another scope.
    Reconfigure,
}

impl Trouble {
    /// Whether it can happen to a variant.
    #[must_use]
    pub fn is_for(&self, variant: &str) -> bool {
        is_for(&self.variants, variant)
    }

    /// The last of these lines that shows it.
    #[must_use]
    pub fn shown_by<'a>(&self, lines: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        // A sign that does not compile was refused when the entry was loaded.
        let signs: Vec<_> = self
            .signs
            .iter()
            .flat_map(|sign| super::sign(sign))
            .collect();
        lines
            .filter(|line| signs.iter().any(|sign| sign.is_match(line)))
            .last()
    }
}

fn is_for(variants: &[String], variant: &str) -> bool {
    variants.is_empty() || variants.iter().any(|id| id == variant)
}

impl super::Entry {
    /// What a failure of this variant looks like, going by the lines that it left.
    #[must_use]
    pub fn troubles_in<'a>(
        &self,
        variant: &str,
        lines: impl Iterator<Item = &'a str> + Clone,
    ) -> Vec<&Trouble> {
        self.troubles
            .iter()
            .filter(|trouble| trouble.is_for(variant))
            .filter(|trouble| trouble.shown_by(lines.clone()).is_some())
            .collect()
    }

    /// What to do after changes, for a variant.
    pub fn updates_of<'a>(&'a self, variant: &'a str) -> impl Iterator<Item = &'a UpdatePath> + 'a {
        self.updates
            .iter()
            .filter(move |update| is_for(&update.variants, variant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(signs: &[&str]) -> Trouble {
        Trouble {
            problem: "The build fails".to_owned(),
            signs: signs.iter().map(|sign| (*sign).to_owned()).collect(),
            cause: "A stale cache".to_owned(),
            help: "Build without it.".to_owned(),
            variants: Vec::new(),
            then: Some(Remedy::RebuildWithoutCache),
        }
    }

    #[test]
    fn a_trouble_is_known_by_any_of_its_signs_in_any_line() {
        let lines = [
            "Step 3/9 : RUN pip install .",
            "error: externally-managed-environment",
        ];
        let seen = |signs: &[&str]| trouble(signs).shown_by(lines.iter().copied());
        assert_eq!(seen(&["externally-managed-environment"]), Some(lines[1]));
        assert_eq!(
            seen(&["no such text", r"Step \d+/\d+ : RUN"]),
            Some(lines[0])
        );
        assert_eq!(seen(&["RUN", "error"]), Some(lines[1]), "the last one");
        assert_eq!(seen(&["EXTERNALLY"]), None);
        assert_eq!(seen(&[]), None, "without signs it is never recognised");
    }
}
