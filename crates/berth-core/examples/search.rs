//! Searches a folder of entries as someone types, and prints the milliseconds of every keystroke.
//! `cargo xtask bench` builds and starts it: `search FOLDER ENTRIES`.

use std::error::Error;
use std::io::{BufWriter, Write};
use std::time::Instant;

use berth_core::catalog::search::Query;
use berth_core::catalog::{Catalog, Trust};

/// Entries whose titles are typed, one after the other.
const TYPED: usize = 300;
/// As many cards as the window asks for.
const PAGE: usize = 60;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("which folder?")?;
    let wanted: usize = args.next().ok_or("how many entries?")?.parse()?;
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        files.push((path.display().to_string(), std::fs::read_to_string(path)?));
    }
    let files = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let catalog = Catalog::from_files(files, Trust::Community);
    if let Some(report) = catalog.reports().first() {
        return Err(report.clone().into());
    }
    if catalog.cards().len() != wanted {
        return Err(format!("{} entries, not {wanted}", catalog.cards().len()).into());
    }

    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, text) in texts(&catalog).enumerate() {
        let mut typed = String::new();
        for character in text.chars() {
            typed.push(character);
            let query = Query {
                text: typed.clone(),
                limit: PAGE,
                ..Query::default()
            };
            let started = Instant::now();
            let found = catalog.search(&query, &|_| false);
            let milliseconds = started.elapsed().as_secs_f64() * 1e3;
            std::hint::black_box(found.total);
            // The first title brings the index into the processor's caches.
            if number > 0 {
                writeln!(out, "{milliseconds}")?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// What is typed: titles from all over the catalog, every fifth with a typing error.
fn texts(catalog: &Catalog) -> impl Iterator<Item = String> + '_ {
    let every = (catalog.cards().len() / TYPED).max(1);
    let titles = catalog.cards().iter().step_by(every);
    titles.enumerate().map(|(number, card)| {
        if number % 5 == 0 {
            card.title.replacen('a', "q", 1)
        } else {
            card.title.to_string()
        }
    })
}
