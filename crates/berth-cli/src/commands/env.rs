//! Values out of the `.env` file of a source folder.

use berth_api::Berth;
use berth_api::types::SourceEnv;
use berth_core::catalog::{Entry, InputKind};
use berth_core::error::Result;
use berth_core::input::InputValue;
use berth_core::plan::Choices;
use berth_core::server::Installation;
use berth_core::source::EnvFound;

use super::install::again;
use crate::output::text::counted;
use crate::output::{Output, clean};

/// Takes what the file has for inputs that were not given, and says which and from where; never a
/// value.
pub async fn fill_in(
    berth: &Berth,
    out: Output,
    entry: &Entry,
    replaced: Option<&Installation>,
    choices: &mut Choices,
) -> Result<()> {
    // The secrets that it has stay: the file may be older than what was given since.
    let kept: Vec<&str> = replaced
        .iter()
        .flat_map(|replaced| &replaced.secrets)
        .map(|secret| secret.input.as_str())
        .collect();
    for spec in &entry.inputs {
        if let (InputKind::Source { .. }, Some(InputValue::Paths(grants))) =
            (&spec.kind, choices.inputs.get(&spec.key))
            && let [grant] = &grants[..]
        {
            let request = SourceEnv {
                entry: entry.id.clone(),
                input: spec.key.clone(),
                folder: grant.path.clone(),
            };
            if let Some(found) = berth.source_env(request).await? {
                // Only what the variant asks for is taken, and said to be.
                let preview = berth.plan_preview(again(choices)).await?;
                let variant = preview.variant.unwrap_or_default();
                let asked: Vec<&str> = entry
                    .inputs_of(&variant)
                    .filter(|spec| !kept.contains(&spec.key.as_str()))
                    .map(|spec| spec.key.as_str())
                    .collect();
                use_values(out, &asked, choices, found);
            }
        }
    }
    Ok(())
}

fn use_values(out: Output, asked: &[&str], choices: &mut Choices, found: EnvFound) {
    let (mut used, mut unfit) = (Vec::new(), Vec::new());
    for value in found.values {
        let key = &value.input;
        let given = choices.inputs.contains_key(key) || choices.secrets.contains_key(key);
        if given || !asked.contains(&key.as_str()) {
            continue;
        }
        let named = format!("{key} ({})", value.variable);
        match (value.problem, value.value) {
            (Some(problem), _) => unfit.push(format!("{named} {problem}")),
            (None, Some(plain)) => {
                choices.inputs.insert(key.clone(), plain);
                used.push(named);
            }
            (None, None) => {
                choices.from_env.push(key.clone());
                used.push(named);
            }
        }
    }
    let path = &found.path;
    if !used.is_empty() {
        let used = used.join(", ");
        out.remark(&clean(&format!(
            "From {path}: {used}. --no-env takes nothing from it."
        )));
    }
    for unfit in unfit {
        out.remark(&clean(&format!("Not used from {path}: {unfit}.")));
    }
    if found.ignored > 0 {
        let lines = counted(found.ignored as usize, "line", "lines");
        out.remark(&clean(&format!(
            "Left out of {path}: {lines} that cannot be read."
        )));
    }
}
