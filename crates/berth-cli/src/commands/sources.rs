//! Source folders that were not given: the present one, the current one, or the only one.

use std::path::Path;

use berth_api::Berth;
use berth_api::types::SourceFind;
use berth_core::catalog::{Entry, InputKind, Marker};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::InputValue;
use berth_core::plan::Choices;
use berth_core::source::FoundSource;

use super::choices::absolute;
use super::install::again;
use crate::output::{Output, clean};

/// Fills in every source folder that is needed and was not given, and says which.
pub async fn fill_in(
    berth: &Berth,
    out: Output,
    entry: &Entry,
    choices: &mut Choices,
) -> Result<()> {
    let wanted = |spec: &&berth_core::catalog::InputSpec| {
        spec.required && matches!(spec.kind, InputKind::Source { .. })
    };
    let given = |key: &str, choices: &Choices| choices.inputs.contains_key(key);
    if !entry
        .inputs
        .iter()
        .any(|spec| wanted(&spec) && !given(&spec.key, choices))
    {
        return Ok(());
    }
    // Which variant it will be is the plan's to say, and so is what else stands in the way.
    let preview = berth.plan_preview(again(choices)).await?;
    let Some(variant) = preview.variant else {
        return Ok(());
    };
    for spec in entry.inputs_of(&variant).filter(wanted) {
        let InputKind::Source { marker } = &spec.kind else {
            continue;
        };
        if given(&spec.key, choices) {
            continue;
        }
        let found = find(berth, out, entry, &spec.key, marker).await;
        // A folder helps nobody whose engine is stopped.
        let path = found.map_err(|error| preview.problem.clone().unwrap_or(error))?;
        choices
            .inputs
            .insert(spec.key.clone(), InputValue::source(path));
    }
    Ok(())
}

async fn find(
    berth: &Berth,
    out: Output,
    entry: &Entry,
    key: &str,
    marker: &Marker,
) -> Result<String> {
    let here = absolute(Path::new("."))?;
    let request = SourceFind {
        entry: entry.id.clone(),
        input: key.to_owned(),
        folders: vec![here.clone()],
    };
    let found = berth.source_find(request).await?.sources;
    let source = choose(found, &here, key, marker)?;
    let before = if source.used_before {
        ", used before"
    } else {
        ""
    };
    let version = source.version.iter().map(|version| format!(" {version}"));
    out.remark(&clean(&format!(
        "Source folder: {} ({}{}{before})",
        source.path,
        project(marker),
        version.collect::<String>()
    )));
    Ok(source.path)
}

/// The folder that the person is in, or the only one.
fn choose(found: Vec<FoundSource>, here: &str, key: &str, marker: &Marker) -> Result<FoundSource> {
    let input = key.to_owned();
    let nearest = found
        .iter()
        .filter(|source| Path::new(here).starts_with(&source.path))
        .max_by_key(|source| source.path.len());
    if let Some(nearest) = nearest {
        return Ok(nearest.clone());
    }
    match <[FoundSource; 1]>::try_from(found) {
        Ok([only]) => Ok(only),
        Err(none) if none.is_empty() => Err(Error::new(ErrorCode::SourceMissing {
            input,
            project: project(marker),
        })),
        Err(several) => {
            let folders = several.into_iter().map(|source| source.path).collect();
            Err(Error::new(ErrorCode::SourceUnclear { input, folders }))
        }
    }
}

/// What the folder is of.
fn project(marker: &Marker) -> String {
    let name = marker.name.as_ref().unwrap_or(&marker.file);
    name.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(paths: &[&str], here: &str) -> Result<String> {
        let found = paths.iter().map(|path| FoundSource {
            path: (*path).to_owned(),
            version: None,
            used_before: false,
        });
        let marker = Marker {
            file: "pyproject.toml".to_owned(),
            name: Some("box-mcp".to_owned()),
        };
        choose(found.collect(), here, "source", &marker).map(|source| source.path)
    }

    #[test]
    fn the_folder_that_one_is_in_counts_before_all_others() {
        let three = ["/h/a", "/h/b", "/h/b/inner"];
        assert_eq!(chosen(&three, "/h/a"), Ok("/h/a".to_owned()));
        assert_eq!(chosen(&three, "/h/a/src/deep"), Ok("/h/a".to_owned()));
        assert_eq!(chosen(&three, "/h/b/inner/x"), Ok("/h/b/inner".to_owned()));
        assert_eq!(chosen(&["/h/a"], "/elsewhere"), Ok("/h/a".to_owned()));
    }

    #[test]
    fn several_are_listed_and_none_is_said() {
        let unclear = chosen(&["/h/a", "/h/b"], "/h/ab").expect_err("two");
        assert_eq!(
            unclear.code,
            ErrorCode::SourceUnclear {
                input: "source".to_owned(),
                folders: vec!["/h/a".to_owned(), "/h/b".to_owned()],
            }
        );
        let missing = chosen(&[], "/h").expect_err("none");
        assert_eq!(
            missing.code,
            ErrorCode::SourceMissing {
                input: "source".to_owned(),
                project: "box-mcp".to_owned(),
            }
        );
    }
}
