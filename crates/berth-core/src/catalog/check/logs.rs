use super::super::{Entry, LogSpec, MountSource, Run, Variant};
use super::criteria::below_data;
use super::help::variants;
use super::{not_blank, unique};

pub(super) fn check(entry: &Entry, found: &mut Vec<String>) {
    unique("logs", entry.logs.iter().map(|spec| spec.id.clone()), found);
    for spec in &entry.logs {
        let at = format!("logs `{}`", spec.id);
        not_blank(&format!("{at}.title"), &spec.title, found);
        not_blank(&format!("{at}.about"), &spec.about, found);
        variants(entry, &at, &spec.variants, found);
        if let Some(when) = &spec.when {
            match entry.input(&when.input) {
                None => found.push(format!("{at}: there is no input `{}`", when.input)),
                Some(input) if input.kind.is_secret() => {
                    found.push(format!("{at}: `{}` is a secret", when.input));
                }
                Some(_) => {}
            }
        }
        let is_for = |it: &&Variant| spec.variants.is_empty() || spec.variants.contains(&it.id);
        for variant in entry.variants.iter().filter(is_for) {
            let mut problems = Vec::new();
            one(spec, variant, &mut problems);
            let named = |problem| format!("{at}, variant `{}`: {problem}", variant.id);
            found.extend(problems.into_iter().map(named));
        }
    }
}

fn one(spec: &LogSpec, variant: &Variant, found: &mut Vec<String>) {
    let path = &spec.path;
    if matches!(variant.run, Run::Remote(_) | Run::Kubernetes {}) {
        found.push("nothing of it is on this computer; say which `variants` it is for".to_owned());
        return;
    }
    if path.contains('*') {
        found.push(format!("`{path}` has a `*`; a log is one file"));
    }
    let Some(container) = variant.container() else {
        below_data(variant, path, found);
        return;
    };
    let is_below = |target: &str| {
        let rest = path.strip_prefix(target);
        rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
    };
    let is_kept = container.mounts.iter().any(|mount| {
        !matches!(mount.source, MountSource::EngineSocket {}) && is_below(&mount.target)
    });
    if !is_path(path) || !is_kept {
        found.push(format!(
            "`{path}` is in no volume and no mounted folder of its server"
        ));
    }
}

fn is_path(path: &str) -> bool {
    path.split('/')
        .skip(1)
        .all(|part| !matches!(part, "" | "." | ".."))
}
