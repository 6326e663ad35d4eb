pub use berth_core::catalog::Need;
use berth_core::catalog::{Category, Entry, RunsIn, Trust};
use berth_core::client::RegistrationSummary;
use berth_core::error::Error;
use berth_core::plan::HereImage;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A search.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CatalogQuery {
    /// What was typed.
    pub text: String,
    /// What is let through.
    pub filter: CatalogFilter,
    /// The order; relevance counts only while there is text.
    pub sort: CatalogSort,
    /// Index of the first card.
    pub offset: u32,
    /// Most cards; 0 means all.
    pub limit: u32,
}

/// What is let through; everything that is empty lets all through.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CatalogFilter {
    /// Any of these categories.
    pub categories: Vec<Category>,
    /// Any of these trust marks.
    pub trust: Vec<Trust>,
    /// Has a variant that can be installed and runs in any of these.
    pub runs_in: Vec<RunsIn>,
    /// Needs a secret, or needs none.
    pub needs_secrets: Option<bool>,
    /// Is installed, or is not.
    pub installed: Option<bool>,
}

/// The order of cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum CatalogSort {
    #[default]
    Relevance,
    Title,
    Publisher,
}

/// Cards that were found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CatalogPage {
    /// The cards of this page.
    pub cards: Vec<CatalogCard>,
    /// How many there are in all.
    pub total: u32,
    /// How many entries the catalog has without any search or filter.
    pub size: u32,
    /// How many would be left with each filter.
    pub facets: Facets,
}

/// Counts for the filters, over the text search alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[allow(missing_docs)]
pub struct Facets {
    pub categories: Vec<FacetCount<Category>>,
    pub trust: Vec<FacetCount<Trust>>,
    pub runs_in: Vec<FacetCount<RunsIn>>,
    pub needs_no_secrets: u32,
    pub needs_secrets: u32,
}

/// A value and how many entries have it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FacetCount<T> {
    /// The value.
    pub value: T,
    /// How many.
    pub count: u32,
}

/// An entry as a card.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CatalogCard {
    /// The entry.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its publisher.
    pub publisher: String,
    /// One line.
    pub summary: String,
    /// Its trust mark.
    pub trust: Trust,
    /// Its categories.
    pub categories: Vec<Category>,
    /// How many tools, where known.
    pub tools: Option<u32>,
    /// Where the variants that can be installed run; those that are only planned where there is
    /// no other.
    pub runs_in: Vec<RunsIn>,
    /// What the person must have at hand.
    pub needs: Vec<Need>,
    /// What the button shows.
    pub state: CardState,
}

/// What a card's button shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CardState {
    /// It can be installed.
    Available,
    /// All of its variants come later.
    Planned,
    /// A job is at work on it.
    Busy {
        /// The job.
        job: String,
    },
    /// It is installed.
    Installed {
        /// The installations' names.
        names: Vec<String>,
    },
}

/// A catalog file that was skipped.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CatalogReport {
    /// The file.
    pub file: String,
    /// Why.
    pub error: Error,
}

/// Asks for an entry.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EntryRequest {
    /// The entry.
    pub id: String,
}

/// An entry with what is known of it on this machine.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EntryPage {
    /// The entry itself.
    pub entry: Entry,
    /// Its variants on this machine, in the entry's order.
    pub variants: Vec<VariantPage>,
    /// The variant that the sheet opens with: the first that can be installed here.
    pub recommended: Option<String>,
    /// What the button shows.
    pub state: CardState,
    /// Registrations with the entry's name that are there already, also those of others.
    pub registrations: Vec<RegistrationSummary>,
}

/// A variant on this machine.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct VariantPage {
    /// The variant.
    pub id: String,
    /// Where it runs.
    pub runs_in: RunsIn,
    /// What was found for it: "uv 0.9.2", "Docker 28.2", "image mcp/time:1.2 is here".
    pub found: Vec<String>,
    /// What is missing for it here.
    pub missing: Option<Error>,
    /// Whether the probes that it depends on have not answered yet.
    pub checking: bool,
    /// Whether a folder that is given read-only really cannot be written.
    pub keeps_read_only: bool,
    /// The image that has the name under which this variant builds its own.
    pub image: Option<HereImage>,
}
