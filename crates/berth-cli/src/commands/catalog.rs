//! `berth catalog`

use berth_api::Berth;
use berth_api::types::{
    CardState, CatalogCard, CatalogFilter, CatalogPage, CatalogQuery, EntryPage, EntryRequest,
    VariantPage,
};
use berth_core::catalog::{InputKind, InputSpec, RunsIn, Trust, Variant, When};
use berth_core::error::Result;
use berth_core::facts::Probe;

use crate::args::{CatalogCommand, SearchArgs};
use crate::output::table::Table;
use crate::output::text::{counted, day, indented, size};
use crate::output::{Output, clean};

/// What decides which variants can be installed here.
pub const VARIANT_PROBES: [Probe; 5] = [
    Probe::Engine,
    Probe::Uv,
    Probe::Python,
    Probe::Node,
    Probe::Claude,
];

/// Runs it.
pub async fn run(berth: &Berth, out: Output, command: CatalogCommand) -> Result<()> {
    match command {
        CatalogCommand::Search(args) => search(berth, out, args).await,
        CatalogCommand::Show(args) => {
            let request = EntryRequest { id: args.entry };
            // A wrong name is told at once, before anything is probed.
            berth.entry_get(request.clone()).await?;
            berth.facts_ensure(&VARIANT_PROBES).await?;
            let page = berth.entry_get(request).await?;
            out.answer(&page, || entry_text(&page));
            Ok(())
        }
    }
}

async fn search(berth: &Berth, out: Output, args: SearchArgs) -> Result<()> {
    let page = berth
        .catalog_list(CatalogQuery {
            text: args.words.join(" "),
            filter: CatalogFilter {
                categories: args.category.into_iter().map(Into::into).collect(),
                trust: args.trust.into_iter().map(Into::into).collect(),
                runs_in: args.runs_in.into_iter().map(Into::into).collect(),
                needs_secrets: args.no_secrets.then_some(false),
                installed: args.installed.then_some(true),
            },
            sort: args.sort.into(),
            offset: 0,
            limit: args.limit,
        })
        .await?;
    out.answer(&page, || page_text(&page));
    let skipped = berth.catalog_reports(()).await?.len();
    if skipped > 0 {
        out.remark(&format!(
            "{} skipped; see `berth doctor`.",
            counted(skipped, "catalog file was", "catalog files were")
        ));
    }
    Ok(())
}

fn page_text(page: &CatalogPage) -> String {
    if page.cards.is_empty() {
        return "Nothing was found.".to_owned();
    }
    let mut table = Table::new(["ENTRY", "RUNS IN", "STATE", "WHAT IT DOES"]);
    for card in &page.cards {
        table.row([
            card.id.clone(),
            places(card),
            state(&card.state),
            card.summary.clone(),
        ]);
    }
    let mut text = table.text();
    if (page.cards.len() as u64) < u64::from(page.total) {
        text.push_str(&format!(
            "\n{} of {} are shown.",
            page.cards.len(),
            page.total
        ));
    }
    text
}

fn places(card: &CatalogCard) -> String {
    card.runs_in
        .iter()
        .map(|place| runs_in(*place))
        .collect::<Vec<_>>()
        .join(", ")
}

fn runs_in(place: RunsIn) -> &'static str {
    match place {
        RunsIn::Python => "Python",
        RunsIn::Node => "Node.js",
        RunsIn::Container => "container",
        RunsIn::Remote => "elsewhere",
        RunsIn::Kubernetes => "Kubernetes",
    }
}

fn state(state: &CardState) -> String {
    match state {
        CardState::Available => "available".to_owned(),
        CardState::Planned => "planned".to_owned(),
        CardState::Busy { .. } => "being worked on".to_owned(),
        CardState::Installed { names } => match names.as_slice() {
            [_] => "installed".to_owned(),
            names => format!("installed as {}", names.join(", ")),
        },
    }
}

fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::Verified => "Verified: a built-in entry, reviewed and pinned.",
        Trust::Publisher => "Publisher: the registry proved who owns it.",
        Trust::Community => "Community: nothing was proved.",
    }
}

fn entry_text(page: &EntryPage) -> String {
    let entry = &page.entry;
    let mut text = format!(
        "{} ({}) by {}\n{}\n\n{}\n\n{}\n",
        clean(&entry.title),
        clean(&entry.id),
        clean(&entry.publisher),
        clean(&entry.summary),
        clean(entry.description.trim_end()),
        trust(entry.trust),
    );
    let mut add = |title: &str, body: String| {
        if !body.is_empty() {
            text.push_str(&format!("\n{title}\n{body}"));
        }
    };
    let mut touches = format!(
        "  Network: {}\n  Files: {}\n",
        clean(&entry.permissions.network),
        clean(&entry.permissions.files)
    );
    for note in &entry.permissions.notes {
        touches.push_str(&format!("  {}\n", clean(note)));
    }
    add("What it may touch", touches);
    let variants = entry.variants.iter().map(|variant| {
        let here = page.variants.iter().find(|page| page.id == variant.id);
        variant_text(variant, here, page.recommended.as_deref())
    });
    add("Variants", variants.collect());
    add("Inputs", entry.inputs.iter().map(input_text).collect());
    let tools = entry.tools.iter().map(|tool| {
        format!(
            "  {}  {}\n",
            clean(&tool.name),
            indented(&tool.description, "    ")
        )
    });
    add("Tools", tools.collect());
    let prompts = entry.prompts.iter().map(|prompt| {
        format!(
            "  {}: {}\n",
            clean(&prompt.title),
            indented(&prompt.text, "    ")
        )
    });
    add("Try", prompts.collect());
    let help = entry.help.iter().map(|topic| {
        format!(
            "  {}\n    {}\n",
            clean(&topic.question),
            indented(&topic.answer, "    ")
        )
    });
    add("Help", help.collect());
    text
}

fn variant_text(
    variant: &Variant,
    here: Option<&VariantPage>,
    recommended: Option<&str>,
) -> String {
    let mark = if recommended == Some(variant.id.as_str()) {
        " (recommended here)"
    } else {
        ""
    };
    let mut text = format!(
        "  {}{mark}: {}. {}\n",
        clean(&variant.id),
        clean(&variant.title),
        clean(&variant.best_for)
    );
    let mut line = |line: String| text.push_str(&format!("    {}\n", clean(&line)));
    if let Some(version) = &variant.version {
        line(format!("version {version}"));
    }
    if let Some(planned) = &variant.planned {
        line(format!("not yet: {planned}"));
    } else if let Some(here) = here {
        if !here.found.is_empty() {
            line(format!("found: {}", here.found.join(", ")));
        }
        if let Some(image) = &here.image {
            let made = image
                .created
                .as_deref()
                .map(|at| format!(", made {}", day(at)));
            line(format!(
                "existing image: {} ({}{})",
                image.reference,
                size(image.size),
                made.unwrap_or_default()
            ));
        }
        if let Some(error) = &here.missing {
            line(format!("missing: {}", error.message()));
        }
    }
    text
}

fn input_text(input: &InputSpec) -> String {
    let kind = match &input.kind {
        InputKind::Text { .. } => "text",
        InputKind::Number { .. } => "number",
        InputKind::Boolean { .. } => "yes or no",
        InputKind::Choice { .. } => "choice",
        InputKind::File { .. } => "file",
        InputKind::Folder { multiple: true, .. } => "folders",
        InputKind::Folder { .. } => "folder",
        InputKind::Source { .. } => "source folder",
        InputKind::Url { .. } => "address",
        InputKind::Secret {
            generate: Some(_), ..
        } => "secret, made by Berth",
        InputKind::Secret { .. } => "secret",
    };
    let asked = input.required && input.kind.generate().is_none();
    let needed = if asked { ", required" } else { "" };
    let mut text = format!(
        "  {} ({kind}{needed}): {}\n",
        clean(&input.key),
        clean(&input.title)
    );
    if let InputKind::Choice { options, .. } = &input.kind {
        let values: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
        text.push_str(&format!("    one of {}\n", clean(&values.join(", "))));
    }
    if let Some(When { input, is }) = &input.when {
        let value = match is.is_empty() {
            true => "given".to_owned(),
            false => is.join(" or "),
        };
        text.push_str(&format!(
            "    asked for when {input} is {}\n",
            clean(&value)
        ));
    }
    if !input.help.is_empty() {
        text.push_str(&format!("    {}\n", indented(&input.help, "    ")));
    }
    if let Some(link) = &input.link {
        text.push_str(&format!("    {}\n", clean(link)));
    }
    text
}
