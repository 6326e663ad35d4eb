//! `berth explain`

use std::io::{IsTerminal, Read};

use berth_api::Berth;
use berth_api::types::{ExplainRequest, NameRequest};
use berth_core::catalog::{Explained, PASTED_LIMIT, Remedy, TroubleSeen};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;

use crate::args::ExplainArgs;
use crate::output::text::indented;
use crate::output::{Output, clean, error_text};

/// What it is about.
struct About {
    entry: String,
    variant: Option<String>,
    /// The installation, where there is one.
    name: Option<String>,
}

/// Runs it.
pub async fn run(berth: &Berth, out: Output, args: ExplainArgs) -> Result<()> {
    let about = about(berth, args.name).await?;
    if std::io::stdin().is_terminal() {
        out.remark("Paste the error, then end it with Ctrl+D (Ctrl+Z and Enter on Windows).");
    }
    let request = ExplainRequest {
        entry: about.entry.clone(),
        variant: about.variant.clone(),
        text: pasted()?,
    };
    let explained = berth.error_explain(request).await?;
    out.answer(&explained, || text(&explained, &about));
    Ok(())
}

/// An installed server, or an entry: what failed to install is not installed.
async fn about(berth: &Berth, name: String) -> Result<About> {
    let request = NameRequest { name: name.clone() };
    match berth.installation_get(request).await {
        Ok(page) => Ok(About {
            entry: page.installation.entry,
            variant: Some(page.installation.variant),
            name: Some(name),
        }),
        Err(Error {
            code: ErrorCode::NotInstalled { .. },
            ..
        }) => Ok(About {
            entry: name,
            variant: None,
            name: None,
        }),
        Err(error) => Err(error),
    }
}

/// The end of what stands on standard input, a little more than is looked through.
fn pasted() -> Result<Secret> {
    const KEPT: usize = 2 * PASTED_LIMIT;
    let mut kept: Vec<u8> = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let read = std::io::stdin()
            .read(&mut chunk)
            .map_err(|error| Error::internal("no input").caused_by(&error))?;
        if read == 0 {
            return Ok(Secret::new(String::from_utf8_lossy(&kept)));
        }
        kept.extend_from_slice(&chunk[..read]);
        if kept.len() > 2 * KEPT {
            kept.drain(..kept.len() - KEPT);
        }
    }
}

fn text(explained: &Explained, about: &About) -> String {
    let mut text = String::new();
    for seen in &explained.errors {
        text.push_str(&format!("{}\n\n", error_text(&seen.error)));
    }
    for seen in &explained.troubles {
        text.push_str(&trouble(seen, about));
    }
    if text.is_empty() {
        text = match &about.name {
            Some(name) => format!(
                "Nothing in it is known here. See what Berth finds itself: `berth verify {name}`, \
                 or `berth doctor` for this computer.\n\n"
            ),
            None => "Nothing in it is known here. See what Berth finds on this computer: \
                     `berth doctor`.\n\n"
                .to_owned(),
        };
    }
    if explained.cut {
        text.push_str("Only its end was looked through: it is long.\n");
    }
    format!("{}\n", text.trim_end())
}

fn trouble(TroubleSeen { trouble, line }: &TroubleSeen, about: &About) -> String {
    let mut text = format!("{}\n", clean(&trouble.problem));
    let mut tell = |what: &str| text.push_str(&format!("  {}\n", indented(what, "  ")));
    tell(&format!("Shown by: {line}"));
    tell(&trouble.cause);
    tell(trouble.help.trim_end());
    if let Some(then) = trouble.then.and_then(|remedy| remedied(remedy, about)) {
        tell(&then);
    }
    text.push('\n');
    text
}

/// How a remedy is done here; what is not installed has none.
fn remedied(remedy: Remedy, about: &About) -> Option<String> {
    let name = about.name.as_deref()?;
    Some(match remedy {
        Remedy::Restart => "Start Claude Code again: `/exit`, then `claude`.".to_owned(),
        Remedy::Rebuild => format!("Run: berth update {name}"),
        Remedy::RebuildWithoutCache => format!("Run: berth update {name} --no-cache"),
        Remedy::Reconfigure => format!(
            "Run: berth install {} --name {name} --replace, with what is to be different",
            about.entry
        ),
    })
}
