use super::super::template::{Known, Part, parse};
use super::super::{CriterionCheck, CriterionSpec, Entry, MountSource, Run, Variant};
use super::help::variants;
use super::words::{is_container_path, is_path};
use super::{not_blank, sign, unique};

/// Most programs' names: without a folder.
pub(super) fn is_program(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

pub(super) fn check(entry: &Entry, found: &mut Vec<String>) {
    unique(
        "health",
        entry.health.iter().map(|spec| spec.id.clone()),
        found,
    );
    for spec in &entry.health {
        let at = format!("health `{}`", spec.id);
        not_blank(&format!("{at}.title"), &spec.title, found);
        variants(entry, &at, &spec.variants, found);
        let pattern = match &spec.check {
            CriterionCheck::Log { pattern, .. } => Some(pattern),
            CriterionCheck::Command { without, .. } => without.as_ref(),
            CriterionCheck::Writable { .. } | CriterionCheck::Mode { .. } => None,
        };
        if let Some(pattern) = pattern {
            match sign(pattern) {
                Err(error) => found.push(format!("{at}: the pattern does not compile ({error})")),
                // It would be in every line.
                Ok(regex) if regex.is_match("") => {
                    found.push(format!("{at}: the pattern `{pattern}` is in every line"));
                }
                Ok(_) => {}
            }
        }
        let of = entry.variants.iter().filter(|it| spec.is_for(&it.id));
        for variant in of {
            let mut problems = Vec::new();
            one(entry, spec, variant, &mut problems);
            let named = |problem| format!("{at}, variant `{}`: {problem}", variant.id);
            found.extend(problems.into_iter().map(named));
        }
    }
}

fn one(entry: &Entry, spec: &CriterionSpec, variant: &Variant, found: &mut Vec<String>) {
    if matches!(variant.run, Run::Remote(_) | Run::Kubernetes {}) {
        found.push("nothing of it is on this computer; say which `variants` it is for".to_owned());
        return;
    }
    match &spec.check {
        CriterionCheck::Writable { path } => {
            place(variant, path, found);
            if path.contains('*') {
                found.push(format!("`{path}` has a `*`; that is for `mode`"));
            }
        }
        CriterionCheck::Mode { path, .. } => place(variant, path, found),
        CriterionCheck::Log { path, .. } => {
            if let Some(path) = path {
                place(variant, path, found);
                if path.contains('*') {
                    found.push(format!("`{path}` has a `*`; that is for `mode`"));
                }
            }
        }
        CriterionCheck::Command { command, .. } => program(entry, variant, command, found),
    }
}

/// That a path is in what the variant keeps.
fn place(variant: &Variant, path: &str, found: &mut Vec<String>) {
    if let Some(spec) = variant.container() {
        let plain = path.replace('*', "x");
        let is_below = |target: &str| {
            let rest = path.strip_prefix(target);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut mounts = spec.mounts.iter();
        let is_kept = mounts.any(|mount| {
            matches!(mount.source, MountSource::Volume { .. }) && is_below(&mount.target)
        });
        if !is_container_path(&plain) || !is_kept {
            found.push(format!("`{path}` is in no volume of its server"));
        }
        return;
    }
    below_data(variant, path, found);
}

/// That a path is in the folder that lasts.
pub(super) fn below_data(variant: &Variant, path: &str, found: &mut Vec<String>) {
    let parts = parse(path).unwrap_or_default();
    let fits = match parts.as_slice() {
        [Part::Known(Known::Data)] => true,
        [Part::Known(Known::Data), Part::Text(rest)] => {
            rest.starts_with('/')
                && rest[1..]
                    .split('/')
                    .all(|part| !matches!(part, "" | "." | ".."))
        }
        _ => false,
    };
    if !fits {
        found.push(format!("`{path}` is not below {{{{berth.data}}}}"));
    } else if !uses_data(variant) {
        found.push("it has no {{berth.data}}, which its server does not use".to_owned());
    }
}

fn uses_data(variant: &Variant) -> bool {
    let (args, env) = match &variant.run {
        Run::Python(spec) => (&spec.args, &spec.env),
        Run::Node(spec) => (&spec.args, &spec.env),
        _ => return false,
    };
    let mut texts = args.iter().chain(env.values());
    texts.any(|text| {
        let parts = parse(text).unwrap_or_default();
        parts.contains(&Part::Known(Known::Data))
    })
}

/// That a command is a program of the variant's own, and names nothing secret.
pub(super) fn program(
    entry: &Entry,
    variant: &Variant,
    command: &[String],
    found: &mut Vec<String>,
) {
    let in_container = variant.container().is_some();
    if matches!(&variant.run, Run::Stack(stack) if stack.long_lived) {
        found.push("its server runs all the time, and no other program beside it".to_owned());
    }
    let first = command.first().map(String::as_str).unwrap_or_default();
    let fits = is_program(first) || (in_container && is_container_path(first));
    if !fits {
        found.push(format!("`{first}` is not a program of its own"));
    }
    for arg in command.iter().skip(1) {
        let parts = match parse(arg) {
            Ok(parts) => parts,
            Err(problem) => {
                found.push(format!("the argument `{arg}` {problem}"));
                continue;
            }
        };
        for part in &parts {
            match part {
                Part::Known(Known::Data) if in_container || !uses_data(variant) => {
                    found.push(format!(
                        "the argument `{arg}` has {{{{berth.data}}}}, which its server does not use"
                    ));
                }
                Part::Known(Known::User) => {
                    found.push(format!("the argument `{arg}` has {{{{berth.user}}}}"));
                }
                Part::Value(key) | Part::Switch { key, .. } => {
                    let input = entry.inputs_of(&variant.id).find(|it| it.key == *key);
                    let fits = input.is_some_and(|input| {
                        !(input.kind.is_secret() || in_container && is_path(&input.kind))
                    });
                    if !fits {
                        found.push(format!(
                            "the argument `{arg}` names `{key}`, which it cannot have"
                        ));
                    }
                }
                Part::Known(_) | Part::Text(_) => {}
            }
        }
    }
}
