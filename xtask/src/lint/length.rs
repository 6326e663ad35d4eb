//! Files that have outgrown being read in one sitting.

use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use std::collections::BTreeMap;
use std::fs;

/// Lines that a file may have without a reason.
const LINES: usize = 400;
/// The list of files with a reason: a path, blanks, the reason; `#` begins a comment.
const ALLOWED: &str = ".ci/long-files";
const KINDS: &[&str] = &[
    "rs", "ts", "js", "mjs", "cjs", "svelte", "css", "sh", "py", "html",
];

/// Looks at every file that git knows, new ones too.
pub fn check(paths: &Paths, _interrupt: &Interrupt) -> Result<()> {
    let listed = Cmd::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .dir(&paths.root)
        .quiet()?;
    let allowed_file = paths.root.join(ALLOWED);
    let text = fs::read_to_string(&allowed_file).doing(|| format!("reading {ALLOWED}"))?;
    let allowed = allowed(&text)?;
    let mut files = BTreeMap::new();
    for name in listed.lines().filter(|name| is_code(name)) {
        // A file that git still lists may be gone from the folder.
        if let Ok(text) = fs::read_to_string(paths.root.join(name)) {
            files.insert(name.to_owned(), text.lines().count());
        }
    }
    let problems = problems(&files, &allowed);
    if problems.is_empty() {
        out::line(format!("{} files, none too long", files.len()));
        return Ok(());
    }
    fail(problems.join("\n"))
}

fn is_code(name: &str) -> bool {
    let generated = name.contains("/generated/");
    !generated
        && name
            .rsplit_once('.')
            .is_some_and(|(_, kind)| KINDS.contains(&kind))
}

fn allowed(text: &str) -> Result<BTreeMap<String, String>> {
    let mut allowed = BTreeMap::new();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        match line.split_once(char::is_whitespace) {
            Some((name, reason)) => {
                allowed.insert(name.to_owned(), reason.trim().to_owned());
            }
            None => return fail(format!("{ALLOWED}: {line} is there without a reason")),
        }
    }
    Ok(allowed)
}

/// Files that are too long without a reason, and reasons that are no longer needed.
fn problems(files: &BTreeMap<String, usize>, allowed: &BTreeMap<String, String>) -> Vec<String> {
    let long = files
        .iter()
        .filter(|(name, lines)| **lines > LINES && !allowed.contains_key(*name));
    let long = long.map(|(name, lines)| {
        format!("{name} has {lines} lines: give a part of it a file of its own, or a reason in {ALLOWED}")
    });
    let idle = allowed
        .keys()
        .filter(|name| files.get(*name).is_none_or(|lines| *lines <= LINES));
    let idle = idle.map(|name| format!("{ALLOWED}: {name} needs no reason (any more)"));
    long.chain(idle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_needs_a_reason_and_a_short_one_none() {
        let files = [
            ("long.rs", 401),
            ("known.rs", 900),
            ("edge.rs", 400),
            ("short.rs", 3),
        ];
        let files = files.map(|(name, lines)| (name.to_owned(), lines)).into();
        let allowed = allowed("# why\nknown.rs  one table\nshort.rs  was long once\n").unwrap();
        let problems = problems(&files, &allowed);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("long.rs has 401") && problems[1].contains("short.rs"));
    }

    #[test]
    fn a_name_without_a_reason_is_refused() {
        assert!(allowed("known.rs\n").is_err());
    }

    #[test]
    fn generated_files_and_data_are_not_read_by_people() {
        assert!(is_code("xtask/src/main.rs") && is_code("ui/src/App.svelte"));
        assert!(!is_code("ui/src/bridge/generated/Entry.ts") && !is_code("Cargo.lock"));
    }
}
