//! From the command line's options to choices.

use std::path::Path;

use berth_api::Berth;
use berth_api::types::EntryRequest;
use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::{SecretValues, parse_assignments};
use berth_core::plan::Choices;

use super::{env, kept, sources};
use crate::args::{ChoiceArgs, ClientArg, PlaceArgs, ScopeArg};
use crate::ask;
use crate::output::Output;

/// The choices, with the secrets apart: each request takes its own. What is not given is kept from
/// the installation that is replaced. A source folder that is still missing is looked for, and its
/// `.env` file is read for what else is.
pub async fn choices(berth: &Berth, out: Output, args: &ChoiceArgs) -> Result<Choices> {
    let id = args.entry.clone();
    let entry = berth.entry_get(EntryRequest { id }).await?.entry;
    let mut inputs = parse_assignments(&entry, &args.set)?;
    if let Some(source) = &args.source {
        // Variants that are built from a folder have an input of this name.
        let assignment = format!("source={}", absolute(source)?);
        inputs.extend(parse_assignments(&entry, &[assignment])?);
    }
    let mut choices = Choices {
        entry: args.entry.clone(),
        variant: args.variant.clone(),
        name: args.name.clone(),
        place: place(&args.place)?,
        inputs,
        secrets: secrets(args)?,
        replace: args.replace,
        no_cache: args.no_cache,
        use_image: args.use_image,
        direct: args.direct,
        from_env: Vec::new(),
    };
    let replaced = kept::replaced(berth, &entry, args).await?;
    if let Some(replaced) = &replaced {
        kept::keep(&entry, args, replaced, &mut choices);
    }
    sources::fill_in(berth, out, &entry, &mut choices).await?;
    if !args.no_env {
        env::fill_in(berth, out, &entry, replaced.as_ref(), &mut choices).await?;
    }
    Ok(choices)
}

fn secrets(args: &ChoiceArgs) -> Result<SecretValues> {
    ask::secrets(&args.secret, &args.secret_env)
}

/// The place that was asked for; a project is the current folder unless one was given.
pub fn place(args: &PlaceArgs) -> Result<Place> {
    let scope: Scope = args.scope.unwrap_or(ScopeArg::User).into();
    match (args.client, args.project.as_deref()) {
        (Some(ClientArg::ClaudeDesktop), _) => Ok(Place::claude_desktop()),
        _ if !scope.needs_project() => Ok(Place::claude_code(scope, None)),
        (_, folder) => {
            let folder = absolute(folder.unwrap_or(Path::new(".")))?;
            Ok(Place::claude_code(scope, Some(folder)))
        }
    }
}

/// An existing folder's absolute path.
pub fn absolute(folder: &Path) -> Result<String> {
    let missing = || {
        Error::new(ErrorCode::FolderMissing {
            path: folder.to_string_lossy().into_owned(),
        })
    };
    let path = std::fs::canonicalize(folder).map_err(|error| missing().caused_by(&error))?;
    path.into_os_string()
        .into_string()
        .map_err(|_| missing().with_cause("its name is not valid Unicode"))
}
