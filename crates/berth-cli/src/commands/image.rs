//! `berth image`

use berth_api::Berth;
use berth_api::types::NameRequest;
use berth_core::error::Result;
use berth_core::image::{BuiltFrom, CacheTool, ImageAdvice, ImageReview};

use crate::output::table::Table;
use crate::output::text::{counted, day, size};
use crate::output::{Output, clean, error_text};

/// Most characters of an instruction in the table; the JSON has all of it.
const LONGEST: usize = 100;

/// Most things of a folder that are listed, the largest.
const PARTS: usize = 12;

/// Runs it.
pub async fn run(berth: &Berth, out: Output, name: String) -> Result<()> {
    let review = berth.image_review(NameRequest { name }).await?;
    out.answer(&review, || text(&review));
    Ok(())
}

fn text(review: &ImageReview) -> String {
    let mut text = format!("{}: {}", clean(&review.reference), size(review.size));
    if let Some(wanted) = review.wanted {
        text.push_str(&format!(" (to stay below {})", size(wanted)));
    }
    if let Some(created) = &review.created {
        text.push_str(&format!(", made {}", day(created)));
    }
    text.push_str("\n\n");
    text.push_str(&layers(review));
    if let Some(from) = &review.built_from {
        text.push_str(&given(from));
        text.push_str(&needs(from));
    }
    if !review.advice.is_empty() {
        text.push_str("\nWhat could make it smaller:\n");
        for advice in &review.advice {
            text.push_str(&format!("- {}\n", clean(&said(advice))));
        }
    }
    text
}

/// What changed files. What it began with is one row.
fn layers(review: &ImageReview) -> String {
    let mut table = Table::new(["SIZE", "LAYER"]);
    let base = review.layers.iter().filter(|layer| layer.base);
    let (count, sum) = base.fold((0_usize, 0), |(count, sum), layer| {
        (count + 1, sum + layer.size)
    });
    if count > 0 {
        let from = review.built_from.iter();
        let mut names = from.filter_map(|from| from.sent.as_ref()?.base.as_deref());
        let name = names.next().unwrap_or("another image");
        table.row([size(sum), format!("FROM {name}")]);
    }
    let own = review.layers.iter().filter(|layer| !layer.base);
    for layer in own.filter(|layer| layer.size > 0) {
        let mut instruction: String = layer.instruction.chars().take(LONGEST).collect();
        if instruction.len() < layer.instruction.len() {
            instruction.push('…');
        }
        table.row([size(layer.size), instruction]);
    }
    table.text()
}

fn given(from: &BuiltFrom) -> String {
    let mut text = String::new();
    if let Some(sent) = &from.sent {
        text.push_str(&format!(
            "\n{} of {} are given to its build{}:\n",
            counted(
                usize::try_from(sent.files).unwrap_or(usize::MAX),
                "file",
                "files"
            ),
            clean(&from.folder),
            match &sent.ignore {
                Some(file) => format!(", without what {} names", clean(file)),
                None => String::new(),
            }
        ));
        let mut table = Table::new(["SIZE", "FILES", "NAME"]);
        for part in sent.parts.iter().take(PARTS) {
            table.row([size(part.size), part.files.to_string(), part.name.clone()]);
        }
        text.push_str(&table.text());
    }
    if let Some(error) = &from.unread {
        text.push_str(&format!("\n{}\n", error_text(error)));
    }
    text
}

fn needs(from: &BuiltFrom) -> String {
    let names: Vec<String> = from
        .dependencies
        .iter()
        .map(|needs| clean(&needs.name))
        .collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!("\nThe project needs {}.\n", names.join(", ")),
    }
}

fn said(advice: &ImageAdvice) -> String {
    match advice {
        ImageAdvice::TooLarge { size: is, wanted } => format!(
            "It is {} larger than it should be.",
            size(is.saturating_sub(*wanted))
        ),
        ImageAdvice::IgnoreMissing { path } => {
            format!("Nothing says what its build is not given: write {path}.")
        }
        ImageAdvice::SeldomNeeded { name, size: is } => format!(
            "Its build is given {name} ({}), which images seldom need: name it in .dockerignore.",
            size(*is)
        ),
        ImageAdvice::CacheKept { tool, instruction } => {
            let (keeps, helps) = match tool {
                CacheTool::Apt => (
                    "apt's lists stay in the image",
                    "end the instruction with `rm -rf /var/lib/apt/lists/*`",
                ),
                CacheTool::Npm => (
                    "npm's downloads stay in the image",
                    "end the instruction with `npm cache clean --force`",
                ),
                CacheTool::Pip => (
                    "pip's downloads stay in the image",
                    "install with `--no-cache-dir`",
                ),
            };
            format!("{keeps}: {helps} ({instruction})")
        }
        ImageAdvice::RunsApart { count } => format!(
            "{count} RUN instructions follow each other: what a later one deletes stays in the layer of an earlier one. Make them one."
        ),
        ImageAdvice::NotImported { name } => {
            format!("No source file imports anything named {name}: look whether it is needed.")
        }
    }
}
