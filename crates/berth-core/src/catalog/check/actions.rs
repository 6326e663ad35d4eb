use super::super::{ActSpec, ActionSpec, Entry, InputKind, Run, Variant};
use super::criteria::{is_program, program};
use super::help::variants;
use super::{not_blank, unique};

pub(super) fn check(entry: &Entry, found: &mut Vec<String>) {
    unique(
        "actions",
        entry.actions.iter().map(|spec| spec.id.clone()),
        found,
    );
    for spec in &entry.actions {
        let at = format!("action `{}`", spec.id);
        not_blank(&format!("{at}.title"), &spec.title, found);
        if let Some(changes) = &spec.changes {
            not_blank(&format!("{at}.changes"), changes, found);
        }
        variants(entry, &at, &spec.variants, found);
        let undoes = |act: &ActSpec| matches!(act, ActSpec::Command { undo: Some(_), .. });
        if spec.changes.is_none() && spec.steps.iter().any(undoes) {
            found.push(format!(
                "{at}: it has an `undo`, so it changes something; say what in `changes`"
            ));
        }
        for variant in entry.variants.iter().filter(|it| spec.is_for(&it.id)) {
            let mut problems = Vec::new();
            of(entry, spec, variant, &mut problems);
            let named = |problem| format!("{at}, variant `{}`: {problem}", variant.id);
            found.extend(problems.into_iter().map(named));
        }
    }
}

fn of(entry: &Entry, spec: &ActionSpec, variant: &Variant, found: &mut Vec<String>) {
    for act in &spec.steps {
        match act {
            ActSpec::Command { command, undo, .. } => {
                if matches!(variant.run, Run::Remote(_) | Run::Kubernetes {}) {
                    found.push("it has no programs on this computer".to_owned());
                    continue;
                }
                program(entry, variant, command, found);
                if let Some(undo) = undo {
                    program(entry, variant, undo, found);
                }
            }
            ActSpec::Tool { tool, .. } => {
                not_blank("a tool", tool, found);
                if matches!(variant.run, Run::Kubernetes {}) {
                    found.push("its tools cannot be called from here yet".to_owned());
                }
            }
            ActSpec::Program {
                input,
                program,
                arguments,
                ..
            } => {
                let folder = entry.inputs_of(&variant.id).find(|it| it.key == *input);
                let fits = folder.is_some_and(|it| {
                    matches!(
                        it.kind,
                        InputKind::Source { .. }
                            | InputKind::Folder {
                                multiple: false,
                                ..
                            }
                    )
                });
                if !fits {
                    found.push(format!("`{input}` is no input with one folder"));
                }
                if !is_program(program) {
                    found.push(format!("`{program}` is not the name of a program"));
                }
                if arguments.iter().any(|text| text.contains("{{")) {
                    found.push(format!("an argument of `{program}` has {{{{"));
                }
            }
        }
    }
}
