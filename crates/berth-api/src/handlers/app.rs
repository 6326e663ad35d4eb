//! Berth itself: what it is, its settings, its doctor, and the desktop around it.

use berth_core::client::Client;
use berth_core::client::Scope;
use berth_core::doctor::{Check, diagnose};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{Fact, Platform, Probe};
use berth_core::input::InputProblem;
use berth_core::port::{Host, PathKind};
use berth_core::settings::Settings;

use super::Berth;
use crate::types::{
    AppEvent, AppInfo, ClientRow, LauncherLinked, LinkRequest, PickRequest, Picked, SaveRequest,
};

impl Berth {
    /// What the window needs to know first.
    pub async fn app_info(&self, _: ()) -> Result<AppInfo> {
        let host = &self.ports.host;
        Ok(AppInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: match host.platform() {
                Platform::Linux => "linux",
                Platform::MacOs => "macos",
                Platform::Windows => "windows",
            }
            .to_owned(),
            home: host.home(),
            user_home: host.user_home(),
            launcher: host.launcher("berth", Scope::User)?.program,
        })
    }

    /// The settings.
    pub async fn settings_get(&self, _: ()) -> Result<Settings> {
        self.store(|store| store.settings()).await
    }

    /// Writes the settings, and looks again at what they change.
    pub async fn settings_set(&self, request: Settings) -> Result<Settings> {
        check_settings(&request, self.ports.host.as_ref())?;
        let new = request.clone();
        let old = self
            .store(move |store| {
                let old = store.settings()?;
                store.put_settings(&new)?;
                Ok(old)
            })
            .await?;
        self.hub.send(AppEvent::Settings {
            settings: request.clone(),
        });
        let mut probes = Vec::new();
        if old.engine_endpoint != request.engine_endpoint {
            probes.push(Probe::Engine);
        }
        if old.claude_program != request.claude_program {
            probes.push(Probe::Claude);
        }
        if old.vault != request.vault {
            probes.push(Probe::Vault);
        }
        if !probes.is_empty() {
            self.look.probe(&probes).await?;
        }
        Ok(request)
    }

    /// The clients and what is registered with them.
    pub async fn client_list(&self, _: ()) -> Result<Vec<ClientRow>> {
        let mut facts = self.facts_now();
        let installations = self.store(|store| store.installations()).await?;
        for fact in [&mut facts.claude, &mut facts.claude_desktop] {
            let Fact::Found { value } = fact else {
                continue;
            };
            for found in &mut value.registrations {
                // An address looks like anybody's.
                found.is_berths |= installations.iter().any(|it| it.is_in(found));
            }
        }
        let row = |client: Client, state| ClientRow {
            client,
            title: client.title().to_owned(),
            state,
        };
        Ok(vec![
            row(Client::ClaudeCode, facts.claude),
            row(Client::ClaudeDesktop, facts.claude_desktop),
        ])
    }

    /// What is wrong with this machine, from what is known now.
    pub async fn doctor_run(&self, _: ()) -> Result<Vec<Check>> {
        let installations = self.store(|store| store.installations()).await?;
        let host = &self.ports.host;
        Ok(diagnose(
            &self.facts_now(),
            &installations,
            self.catalog.reports(),
            host.platform(),
            &host.link_path(),
        ))
    }

    /// Puts a link to the launcher into the person's own folder for programs.
    pub async fn launcher_link(&self, _: ()) -> Result<LauncherLinked> {
        let host = self.ports.host.clone();
        let path = tokio::task::spawn_blocking(move || host.link_launcher())
            .await
            .map_err(|error| Error::internal("a task ended early").caused_by(&error))??;
        self.look.probe(&[Probe::LauncherOnPath]).await?;
        let on_path = self.facts_now().launcher_on_path.found().is_some();
        Ok(LauncherLinked { path, on_path })
    }

    /// Asks for a folder with a native dialog.
    pub async fn pick_folder(&self, request: PickRequest) -> Result<Picked> {
        let path = self.desktop.pick_folder(&request.title).await?;
        Ok(Picked { path })
    }

    /// Asks for a file with a native dialog.
    pub async fn pick_file(&self, request: PickRequest) -> Result<Picked> {
        let path = self.desktop.pick_file(&request.title).await?;
        Ok(Picked { path })
    }

    /// Asks where a new file is to go with a native dialog; nothing is written.
    pub async fn pick_new_file(&self, request: SaveRequest) -> Result<Picked> {
        let SaveRequest { title, file_name } = request;
        let path = self.desktop.pick_new_file(&title, &file_name).await?;
        Ok(Picked { path })
    }

    /// Opens an address in the browser: `https`, or `http` of this very computer. Everything else
    /// (files, other programs' schemes) is refused, because catalog text is untrusted.
    pub async fn link_open(&self, request: LinkRequest) -> Result<()> {
        self.desktop.open_link(&check_link(&request.url)?).await
    }
}

/// Schemes that an engine's endpoint can have.
const ENDPOINTS: [&str; 3] = ["unix://", "tcp://", "npipe://"];

fn check_settings(settings: &Settings, host: &dyn Host) -> Result<()> {
    if let Some(endpoint) = &settings.engine_endpoint
        && !ENDPOINTS
            .iter()
            .any(|scheme| endpoint.len() > scheme.len() && endpoint.starts_with(scheme))
    {
        let allowed = ENDPOINTS.map(str::to_owned).to_vec();
        return Err(invalid("engine_endpoint", InputProblem::Scheme { allowed }));
    }
    if let Some(program) = &settings.claude_program {
        if !std::path::Path::new(program).is_absolute() {
            return Err(invalid("claude_program", InputProblem::NotAbsolute));
        }
        if host.path_kind(program) != PathKind::File {
            return Err(invalid("claude_program", InputProblem::NotThere));
        }
    }
    Ok(())
}

fn check_link(address: &str) -> Result<String> {
    let url = url::Url::parse(address).map_err(|_| invalid("url", InputProblem::NotAUrl))?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url.into()),
        "http" if here => Ok(url.into()),
        _ => Err(invalid(
            "url",
            InputProblem::Scheme {
                allowed: vec!["https".to_owned()],
            },
        )),
    }
}

fn invalid(input: &str, problem: InputProblem) -> Error {
    Error::new(ErrorCode::InputInvalid {
        input: input.to_owned(),
        problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened() {
        for good in [
            "https://example.org/a?b=c#d",
            "http://localhost:3000/",
            "http://127.0.0.1/x",
            "http://[::1]:80/",
        ] {
            assert!(check_link(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.org/",
            "http://localhost.example.org/",
            "http://127.0.0.1@example.org/",
            "file:///etc/passwd",
            "FILE:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "vscode://file/etc/passwd",
            "smb://example.org/share",
            "/etc/passwd",
            "",
        ] {
            assert!(check_link(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_opened_is_the_address_as_it_was_understood() {
        // A browser may read an odd spelling in another way than the check did.
        assert_eq!(
            check_link("HTTPS:\\\\Example.org\\a b"),
            Ok("https://example.org/a%20b".to_owned())
        );
    }
}
