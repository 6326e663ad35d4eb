//! `berth doctor`

use berth_api::Berth;
use berth_api::types::LauncherLinked;
use berth_core::doctor::{Check, CheckId, CheckStatus, Fix, Seen};
use berth_core::error::{Error, Result};

use crate::args::DoctorArgs;
use crate::output::plan::place_options;
use crate::output::{Output, clean, exit};

/// Runs it; the exit code says whether something must be mended.
pub async fn run(berth: &Berth, out: Output, args: DoctorArgs) -> Result<u8> {
    if args.link {
        let linked = berth.launcher_link(()).await?;
        out.answer(&linked, || link_text(&linked));
        return Ok(exit::DONE);
    }
    if let Some(name) = args.name {
        return super::diagnose::run(berth, out, name).await;
    }
    berth.startup().await;
    if args.report {
        let report = berth.support_report(()).await?;
        out.answer(&report, || clean(&report.text));
        return Ok(exit::DONE);
    }
    let checks = berth.doctor_run(()).await?;
    out.answer(&checks, || {
        checks.iter().map(text).collect::<Vec<_>>().join("\n")
    });
    let bad = checks.iter().any(|check| check.status == CheckStatus::Bad);
    Ok(if bad { exit::FAILED } else { exit::DONE })
}

fn link_text(linked: &LauncherLinked) -> String {
    let path = clean(&linked.path);
    if linked.on_path {
        format!("{path} leads to the launcher.")
    } else {
        format!(
            "{path} leads to the launcher, but its folder is not on the PATH yet: add it there."
        )
    }
}

fn text(check: &Check) -> String {
    let told = told(&check.seen, check.error.as_ref(), &check.fixes);
    format!("{}: {}\n{told}", title(check.id), status(check.status))
}

/// What was seen, what is wrong, and what helps: a line each, indented.
pub fn told(seen: &[Seen], error: Option<&Error>, fixes: &[Fix]) -> String {
    let mut text = String::new();
    for seen in seen {
        text.push_str(&format!(
            "  {}: {}\n",
            clean(&seen.what),
            clean(&seen.value)
        ));
    }
    if let Some(error) = error {
        text.push_str(&format!("  {}\n", clean(&error.message())));
        if let Some(hint) = error.hint() {
            text.push_str(&format!("  {}\n", clean(&hint)));
        }
    }
    for fix in fixes {
        if let Some(fix) = self::fix(fix) {
            text.push_str(&format!("  - {}\n", clean(&fix)));
        }
    }
    text
}

fn title(id: CheckId) -> &'static str {
    match id {
        CheckId::Engine => "Container engine",
        CheckId::Vault => "Keychain",
        CheckId::Claude => "Claude Code",
        CheckId::Launcher => "Launcher",
        CheckId::Python => "Python",
        CheckId::Node => "Node.js",
        CheckId::Installations => "Installed servers",
        CheckId::Catalog => "Catalog",
    }
}

/// How a check stands, in words.
pub fn status(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Checking => "not known yet",
        CheckStatus::Good => "good",
        CheckStatus::Limited => "limited",
        CheckStatus::Bad => "needs to be mended",
        CheckStatus::Skipped => "not looked at",
    }
}

/// A fix in words; `None` for those that only a window can offer.
fn fix(fix: &Fix) -> Option<String> {
    Some(match fix {
        Fix::Recheck { .. } | Fix::OpenSettings => return None,
        Fix::CopyCommand { command } => format!("run: {command}"),
        Fix::OpenLink { url } => format!("see: {url}"),
        Fix::CreateVault => "run: berth vault create".to_owned(),
        Fix::UnlockVault => "run: berth vault unlock".to_owned(),
        Fix::LinkLauncher { path } => format!("run: berth doctor --link (makes {path})"),
        Fix::Connect {
            name,
            place,
            replace,
            direct,
        } => {
            let mut line = format!("run: berth connect {name}{}", place_options(place));
            if *replace {
                line.push_str(" --replace");
            }
            if *direct {
                line.push_str(" --direct");
            }
            line
        }
        Fix::InstallAgain { name } => format!("run: berth update {name}"),
        Fix::GiveSecret { name, input } => format!("run: berth secret set {name} {input}"),
        Fix::StartServices { name } => format!("run: berth start {name}"),
    })
}
