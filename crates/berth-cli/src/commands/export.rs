//! `berth export`

use berth_api::Berth;
use berth_api::types::NameRequest;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::export::Note;
use serde_json::json;

use crate::args::ExportArgs;
use crate::output::{Output, clean};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, args: ExportArgs) -> Result<()> {
    let format = args.format.into();
    let request = NameRequest {
        name: args.name.clone(),
    };
    let exports = berth.export_list(request).await?;
    let exported = exports.into_iter().find(|it| it.format == format);
    let exported = exported.ok_or_else(|| {
        Error::new(ErrorCode::ExportUnfit {
            name: args.name,
            format,
        })
    })?;
    if !out.json {
        for note in &exported.notes {
            out.remark(&clean(&said(note)));
        }
    }
    // As it is, so that it can go straight into a file.
    out.answer(&json!(exported), || exported.text.trim_end().to_owned());
    Ok(())
}

fn said(note: &Note) -> String {
    match note {
        Note::NeedsBerth => {
            "It starts Berth: whoever uses it needs Berth and this server in it.".to_owned()
        }
        Note::PersonalPaths => "It names paths of this computer.".to_owned(),
        Note::SecretsAsVariables { names } => format!(
            "Secrets are not in it. It takes them from: {}. `berth export NAME --as env` makes a file for them.",
            names.join(", ")
        ),
        Note::SecretsInDocker { names } => format!(
            "Secrets are not in it. Docker asks for them: {}.",
            names.join(", ")
        ),
        Note::WithoutData => "What the server has kept so far is not in it.".to_owned(),
        Note::BuiltHere { folder } => format!("Its image is built from {folder}."),
    }
}
