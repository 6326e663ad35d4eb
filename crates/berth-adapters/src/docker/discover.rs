//! Where an engine may be.

use std::path::{Path, PathBuf};

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{EndpointSource, Platform};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// How environment variables are read.
pub type Variables = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What the search looks at. Given by the caller, so that every platform's order is tested
/// everywhere.
pub struct Around {
    /// The operating system.
    pub platform: Platform,
    /// The person's home folder.
    pub user_home: PathBuf,
    /// The person's number, on Unix.
    pub uid: Option<u32>,
    /// Reads an environment variable; empty counts as unset.
    pub variable: Variables,
}

impl Around {
    /// This machine and this process's environment.
    #[must_use]
    pub fn here(user_home: &str) -> Self {
        Self {
            platform: crate::host::paths::this_platform(),
            user_home: PathBuf::from(user_home),
            #[cfg(unix)]
            uid: Some(rustix::process::getuid().as_raw()),
            #[cfg(not(unix))]
            uid: None,
            variable: Box::new(|name| std::env::var(name).ok()),
        }
    }

    fn set(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// The folder of Docker's own configuration.
    #[must_use]
    pub fn docker_config(&self) -> PathBuf {
        self.set("DOCKER_CONFIG")
            .map_or_else(|| self.user_home.join(".docker"), PathBuf::from)
    }
}

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Somebody chose this one. No other is tried in its place: another engine has other images
    /// and other containers.
    Chosen {
        /// As it was written.
        endpoint: String,
        /// By what.
        by: EndpointSource,
    },
    /// Nobody chose; the first of the usual places that answers.
    Usual(Vec<String>),
}

/// Decides where to look: Berth's setting, then `DOCKER_HOST`, then the current `docker context`,
/// then the usual places of the platform (the order of Docker's own command line).
pub fn search(around: &Around, setting: Option<&str>) -> Result<Search> {
    let chosen = |endpoint: String, by| Ok(Search::Chosen { endpoint, by });
    if let Some(endpoint) = setting.filter(|endpoint| !endpoint.is_empty()) {
        return chosen(endpoint.to_owned(), EndpointSource::Settings);
    }
    if let Some(endpoint) = around.set("DOCKER_HOST") {
        return chosen(endpoint, EndpointSource::Environment);
    }
    if let Some(endpoint) = context(around)? {
        return chosen(endpoint, EndpointSource::Context);
    }
    Ok(Search::Usual(usual(around)))
}

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints", default)]
    endpoints: std::collections::BTreeMap<String, MetaEndpoint>,
}

#[derive(Deserialize)]
struct MetaEndpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
}

/// The endpoint of the current context; `None` where it is the default one. A configuration that
/// cannot be read chooses nothing; a context that was chosen and is not there is an error.
fn context(around: &Around) -> Result<Option<String>> {
    let folder = around.docker_config();
    let named = around.set("DOCKER_CONTEXT").or_else(|| {
        let text = std::fs::read(folder.join("config.json")).ok()?;
        serde_json::from_slice::<Config>(&text)
            .ok()?
            .current_context
    });
    let Some(name) = named.filter(|name| !name.is_empty() && name != "default") else {
        return Ok(None);
    };
    // Docker names the folder after the hash of the context's name.
    let hash: String = Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = folder.join("contexts/meta").join(hash).join("meta.json");
    match read_meta(&path) {
        Some(endpoint) => Ok(Some(endpoint)),
        None => Err(Error::new(ErrorCode::EngineMissing).with_cause(format!(
            "the docker context `{name}` is chosen, and {} does not give its endpoint",
            path.display()
        ))),
    }
}

fn read_meta(path: &Path) -> Option<String> {
    let text = std::fs::read(path).ok()?;
    let mut meta: Meta = serde_json::from_slice(&text).ok()?;
    meta.endpoints
        .remove("docker")?
        .host
        .filter(|host| !host.is_empty())
}

/// The usual places, in the order in which they are preferred: what `docker` itself would use,
/// then the engines that people install instead.
fn usual(around: &Around) -> Vec<String> {
    if around.platform == Platform::Windows {
        return [
            "docker_engine",
            "dockerDesktopLinuxEngine",
            "rancher_desktop",
            "podman-machine-default",
        ]
        .iter()
        .map(|pipe| format!("npipe:////./pipe/{pipe}"))
        .collect();
    }
    let mut sockets = vec![PathBuf::from("/var/run/docker.sock")];
    let home = &around.user_home;
    let runtime = around.set("XDG_RUNTIME_DIR").map(PathBuf::from);
    if around.platform == Platform::Linux {
        // Clients and desktops that drop XDG_RUNTIME_DIR leave it where logind makes it.
        let by_number = around
            .uid
            .map(|uid| PathBuf::from(format!("/run/user/{uid}")));
        for folder in runtime.iter().chain(&by_number) {
            sockets.push(folder.join("docker.sock"));
        }
        sockets.push(home.join(".docker/run/docker.sock"));
        sockets.push(home.join(".docker/desktop/docker.sock"));
        sockets.push(home.join(".rd/docker.sock"));
        sockets.push(home.join(".colima/default/docker.sock"));
        sockets.push(home.join(".config/colima/default/docker.sock"));
        for folder in runtime.iter().chain(&by_number) {
            sockets.push(folder.join("podman/podman.sock"));
        }
        sockets.push(PathBuf::from("/run/podman/podman.sock"));
    } else {
        sockets.push(home.join(".docker/run/docker.sock"));
        sockets.push(home.join(".orbstack/run/docker.sock"));
        sockets.push(home.join(".rd/docker.sock"));
        sockets.push(home.join(".colima/default/docker.sock"));
        sockets.push(home.join(".config/colima/default/docker.sock"));
        sockets.push(home.join(".local/share/containers/podman/machine/podman.sock"));
        if let Some(folder) = around.set("TMPDIR") {
            sockets.push(Path::new(&folder).join("podman/podman-machine-default-api.sock"));
        }
    }
    let mut places: Vec<String> = Vec::new();
    for socket in sockets {
        let place = format!("unix://{}", socket.display());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(platform: Platform, home: &Path, variables: &'static [(&str, &str)]) -> Around {
        Around {
            platform,
            user_home: home.to_owned(),
            uid: Some(1000),
            variable: Box::new(|name| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            }),
        }
    }

    fn context(home: &Path, name: &str, meta: &str) {
        let docker = home.join(".docker");
        let hash: String = Sha256::digest(name.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let folder = docker.join("contexts/meta").join(hash);
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("meta.json"), meta).expect("written");
        std::fs::write(
            docker.join("config.json"),
            serde_json::json!({"auths": {}, "currentContext": name}).to_string(),
        )
        .expect("written");
    }

    const COLIMA: &str = r#"{"Name":"colima","Metadata":{"Description":"colima"},
        "Endpoints":{"docker":{"Host":"unix:///h/.colima/default/docker.sock","SkipTLSVerify":false}}}"#;

    #[test]
    fn setting_before_variable_before_context_before_places() {
        let home = tempfile::tempdir().expect("a folder");
        let bare = around(Platform::Linux, home.path(), &[]);
        assert!(matches!(search(&bare, None), Ok(Search::Usual(_))));
        assert!(matches!(search(&bare, Some("")), Ok(Search::Usual(_))));

        context(home.path(), "colima", COLIMA);
        assert_eq!(
            search(&bare, None).expect("found"),
            Search::Chosen {
                endpoint: "unix:///h/.colima/default/docker.sock".to_owned(),
                by: EndpointSource::Context,
            }
        );
        let host = around(
            Platform::Linux,
            home.path(),
            &[("DOCKER_HOST", "tcp://box:2375")],
        );
        assert_eq!(
            search(&host, None).expect("found"),
            Search::Chosen {
                endpoint: "tcp://box:2375".to_owned(),
                by: EndpointSource::Environment,
            }
        );
        assert_eq!(
            search(&host, Some("unix:///x.sock")).expect("found"),
            Search::Chosen {
                endpoint: "unix:///x.sock".to_owned(),
                by: EndpointSource::Settings,
            }
        );
    }

    #[test]
    fn the_default_context_chooses_nothing() {
        let home = tempfile::tempdir().expect("a folder");
        context(home.path(), "colima", COLIMA);
        let by_variable = around(
            Platform::Linux,
            home.path(),
            &[("DOCKER_CONTEXT", "default"), ("DOCKER_HOST", "")],
        );
        assert!(matches!(search(&by_variable, None), Ok(Search::Usual(_))));
        let config = home.path().join(".docker/config.json");
        for text in ["{\"currentContext\": \"\"}", "{}", "not json", ""] {
            std::fs::write(&config, text).expect("written");
            let around = around(Platform::Linux, home.path(), &[]);
            assert!(
                matches!(search(&around, None), Ok(Search::Usual(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_context_that_is_not_there_is_an_error() {
        let home = tempfile::tempdir().expect("a folder");
        context(home.path(), "colima", "{\"Endpoints\":{}}");
        for variables in [&[][..], &[("DOCKER_CONTEXT", "other")]] {
            let error = search(&around(Platform::Linux, home.path(), variables), None)
                .expect_err("no endpoint");
            assert_eq!(error.code, ErrorCode::EngineMissing);
            assert!(error.causes[0].contains("docker context"), "{error:?}");
        }
    }

    #[test]
    fn docker_config_moves_the_contexts() {
        let home = tempfile::tempdir().expect("a folder");
        context(home.path(), "colima", COLIMA);
        let elsewhere = around(Platform::Linux, home.path(), &[("DOCKER_CONFIG", "/none")]);
        assert!(matches!(search(&elsewhere, None), Ok(Search::Usual(_))));
    }

    #[test]
    fn usual_places_of_each_platform() {
        let places = |platform, variables| usual(&around(platform, Path::new("/h"), variables));
        let linux = places(Platform::Linux, &[]);
        assert_eq!(linux[0], "unix:///var/run/docker.sock");
        assert_eq!(linux[1], "unix:///run/user/1000/docker.sock");
        for place in [
            "unix:///h/.docker/desktop/docker.sock",
            "unix:///h/.colima/default/docker.sock",
            "unix:///h/.rd/docker.sock",
            "unix:///run/user/1000/podman/podman.sock",
            "unix:///run/podman/podman.sock",
        ] {
            assert!(linux.iter().any(|found| found == place), "{place}");
        }
        let moved = places(Platform::Linux, &[("XDG_RUNTIME_DIR", "/run/user/1000")]);
        assert_eq!(moved, linux, "named once");

        let mac = places(Platform::MacOs, &[("TMPDIR", "/var/folders/x/T/")]);
        for place in [
            "unix:///h/.docker/run/docker.sock",
            "unix:///h/.orbstack/run/docker.sock",
            "unix:///var/folders/x/T/podman/podman-machine-default-api.sock",
        ] {
            assert!(mac.iter().any(|found| found == place), "{place}");
        }
        assert!(!mac.iter().any(|place| place.contains("/run/user/")));

        let windows = places(Platform::Windows, &[]);
        assert_eq!(windows[0], "npipe:////./pipe/docker_engine");
        assert!(windows.iter().all(|place| place.starts_with("npipe:")));
    }
}
