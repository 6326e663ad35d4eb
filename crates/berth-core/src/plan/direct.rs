//! Giving a client the server's address itself.

use super::command::quote;
use crate::client::{Client, DirectAddress, LauncherCommand, Place, Scope};
use crate::error::{AddressProblem, Error, ErrorCode, Result};
use crate::facts::Platform;
use crate::server::{Installation, Launch};

/// What Claude Code is given of a server at a place. `command` starts it there otherwise.
///
/// # Errors
/// `AddressUnfit`: why the server can be reached through Berth only.
pub(super) fn address(
    installation: &Installation,
    place: &Place,
    command: &LauncherCommand,
    platform: Platform,
) -> Result<DirectAddress> {
    let unfit = |problem| Err(Error::new(ErrorCode::AddressUnfit { problem }));
    if place.client == Client::ClaudeDesktop {
        return unfit(AddressProblem::Client);
    }
    let Some((url, headers)) = installation.launch.lasting_address() else {
        return unfit(match &installation.launch {
            Launch::Container(launch) if launch.http.is_some() => AddressProblem::NotLasting,
            _ => AddressProblem::NotHttp,
        });
    };
    let secret = installation
        .secrets
        .iter()
        .any(|secret| !secret.target.is_variable());
    // Claude Code runs the helper of a local registration in folders that it trusts only, and
    // nobody could see here that it does. A project's is approved with the project.
    if secret && place.scope == Scope::Local {
        return unfit(AddressProblem::Scope);
    }
    Ok(DirectAddress {
        url,
        headers: headers.clone(),
        helper: secret.then(|| helper(command, platform)),
    })
}

/// The launcher's command line with `headers` for `run`.
pub(crate) fn helper(command: &LauncherCommand, platform: Platform) -> String {
    let quoted = |word: &str| match platform {
        // It goes through cmd.exe there, which knows these only.
        Platform::Windows if word.contains(' ') => format!("\"{word}\""),
        Platform::Windows => word.to_owned(),
        _ => quote(word),
    };
    let last = command.args.len().saturating_sub(2);
    let args = command.args.iter().enumerate().map(|(index, word)| {
        if index == last {
            "headers".to_owned()
        } else {
            quoted(word)
        }
    });
    let words: Vec<String> = std::iter::once(quoted(&command.program))
        .chain(args)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_helper_is_the_launcher_asked_for_headers() {
        let command = LauncherCommand {
            program: "/opt/my apps/berth".to_owned(),
            args: ["--home", "/b", "run", "notes"].map(str::to_owned).to_vec(),
            address: None,
        };
        assert_eq!(
            helper(&command, Platform::Linux),
            "'/opt/my apps/berth' --home /b headers notes"
        );
        assert_eq!(
            helper(&command, Platform::Windows),
            "\"/opt/my apps/berth\" --home /b headers notes"
        );
    }
}
