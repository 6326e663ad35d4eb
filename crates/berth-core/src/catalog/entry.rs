use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ActionSpec, CriterionSpec, HelpTopic, InputSpec, LogSpec, Prompt, Trouble, UpdatePath, Variant,
};

/// One server in the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Stable identifier, and the name that an installation gets unless the person chooses
    /// another: lower-case letters, digits and `-`.
    #[schemars(length(max = 64), regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    pub id: String,
    /// The name that people read.
    pub title: String,
    /// Who makes the server.
    pub publisher: String,
    /// One line, at most 90 characters, without a full stop's worth of marketing.
    #[schemars(length(max = 90))]
    pub summary: String,
    /// What it does, as Markdown without HTML.
    pub description: String,
    /// Where it belongs; the first one is the main one.
    #[schemars(length(min = 1))]
    pub categories: Vec<Category>,
    /// Further words that a search should find it by.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// What was checked about it. A file cannot claim this for itself: the loader sets it from
    /// where the file came from (built-in entries are [`Trust::Verified`]).
    #[serde(default, skip_deserializing)]
    #[schemars(skip)]
    pub trust: Trust,
    /// Where to read more (`https://`).
    #[serde(default)]
    #[schemars(regex(pattern = "^https://"))]
    pub homepage: Option<String>,
    /// Where the source is.
    #[serde(default)]
    pub source: Option<Source>,
    /// SPDX expression.
    #[serde(default)]
    pub license: Option<String>,
    /// Number of tools, where it is known before the first handshake and differs from the list.
    #[serde(default)]
    pub tools_count: Option<u32>,
    /// The tools as known when the entry was written; the handshake is what counts.
    #[serde(default)]
    pub tools: Vec<ToolSummary>,
    /// What it may touch, in plain words.
    pub permissions: Permissions,
    /// What it asks for.
    #[serde(default)]
    pub inputs: Vec<InputSpec>,
    /// The ways to run it, the recommended one first.
    #[schemars(length(min = 1))]
    pub variants: Vec<Variant>,
    /// A call that proves the credentials, made after the handshake.
    #[serde(default)]
    pub credential_check: Option<CredentialCheck>,
    /// What else has to be true, looked at whenever it is verified; the handshake decides.
    #[serde(default)]
    pub health: Vec<CriterionSpec>,
    /// The logs that it writes into what it keeps.
    #[serde(default)]
    pub logs: Vec<LogSpec>,
    /// What can be done with it once it is installed, when a person asks for it.
    #[serde(default)]
    pub actions: Vec<ActionSpec>,
    /// Seconds that the first answer may take. Clients give 30 by default.
    #[serde(default = "default_startup_seconds")]
    #[schemars(range(min = 1, max = 600))]
    pub startup_seconds: u32,
    /// Prompts to copy, the first one to try first.
    #[serde(default)]
    pub prompts: Vec<Prompt>,
    /// Questions and answers.
    #[serde(default)]
    pub help: Vec<HelpTopic>,
    /// What to do after the source, the packages or the credentials have changed.
    #[serde(default)]
    pub updates: Vec<UpdatePath>,
    /// What can go wrong, and what helps.
    #[serde(default)]
    pub troubles: Vec<Trouble>,
}

const fn default_startup_seconds() -> u32 {
    30
}

impl Entry {
    /// The variant with this identifier.
    #[must_use]
    pub fn variant(&self, id: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// The input with this key.
    #[must_use]
    pub fn input(&self, key: &str) -> Option<&InputSpec> {
        self.inputs.iter().find(|input| input.key == key)
    }

    /// The inputs that a variant asks for.
    pub fn inputs_of<'a>(&'a self, variant: &'a str) -> impl Iterator<Item = &'a InputSpec> + 'a {
        self.inputs.iter().filter(move |input| {
            input.variants.is_empty() || input.variants.iter().any(|id| id == variant)
        })
    }

    /// How many tools there are, as far as is known before a handshake.
    #[must_use]
    pub fn known_tools(&self) -> Option<u32> {
        self.tools_count.or_else(|| {
            u32::try_from(self.tools.len())
                .ok()
                .filter(|count| *count > 0)
        })
    }
}

/// The closed list of categories.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Category {
    Cloud,
    Databases,
    DeveloperTools,
    Files,
    Knowledge,
    Reasoning,
    Utilities,
    Web,
    Work,
}

/// What was checked about an entry.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// A built-in entry: reviewed, pinned by version and, where there is one, digest.
    Verified,
    /// The registry proved who owns it.
    Publisher,
    /// Nothing was proved.
    #[default]
    Community,
}

/// Where the source is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Repository (`https://`).
    #[schemars(regex(pattern = "^https://"))]
    pub url: String,
    /// Folder inside it.
    #[serde(default)]
    pub folder: Option<String>,
}

/// A tool's name and first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolSummary {
    /// Name as the protocol has it.
    pub name: String,
    /// One line.
    #[serde(default)]
    pub description: String,
}

/// What a server may touch, in plain words for the entry page and the consent sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Where it connects to: "none", "any web page that you name", "api.github.com".
    pub network: String,
    /// What it reads and writes: "none of yours", "the folders that you choose".
    pub files: String,
    /// Anything else worth knowing before agreeing, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A tool call that succeeds only with good credentials. A handshake often works without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialCheck {
    /// The tool to call; it must change nothing.
    pub tool: String,
    /// Its arguments.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub arguments: serde_json::Map<String, serde_json::Value>,
}
