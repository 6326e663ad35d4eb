//! What `docker login` left for a registry.
//!
//! Docker's configuration names, for each registry or for all, a helper program that keeps the
//! credentials, or has them itself in `auths`. They go to the engine in one header and nowhere
//! else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use berth_core::secret::Secret;
use hyper::header::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt;

/// A helper may have to ask its keychain; one that waits for a person does not hold a pull up.
const HELPER_LIMIT: Duration = Duration::from_secs(15);

/// The user name by which helpers say that the secret is a token.
const TOKEN_USER: &str = "<token>";

/// The parts of `config.json` that matter here.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    auths: BTreeMap<String, Auth>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
    #[serde(rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Auth {
    auth: Option<Secret>,
    identitytoken: Option<Secret>,
}

/// Credentials for one registry.
pub enum Credentials {
    /// A user and a password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token that stands for both.
    Token(Secret),
}

impl Credentials {
    /// As engines take them; only ever a part of a header.
    #[must_use]
    pub fn value(&self, server: &str) -> serde_json::Value {
        match self {
            Self::Password { user, password } => json!({
                "username": user, "password": password.expose(), "serveraddress": server,
            }),
            Self::Token(token) => json!({
                "identitytoken": token.expose(), "serveraddress": server,
            }),
        }
    }

    /// The value of `X-Registry-Auth`, marked so that it is never printed. `None` where it cannot
    /// be a header.
    #[must_use]
    pub fn header(&self, server: &str) -> Option<HeaderValue> {
        let value = self.value(server).to_string();
        let mut header = HeaderValue::from_str(&URL_SAFE.encode(value)).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// Looks up what is known for `server` (`host:port`, or the address of the engine's own default
/// registry). What cannot be read or does not answer counts as nothing, as it does for Docker's
/// own command line: public images need no credentials, and others are refused by the registry.
pub async fn find(docker_config: &Path, server: &str) -> Option<Credentials> {
    let text = tokio::fs::read(docker_config.join("config.json"))
        .await
        .ok()?;
    let config: Config = serde_json::from_slice(&text).ok()?;
    let helper = config
        .helpers
        .iter()
        .find(|(known, _)| host(known) == host(server))
        .map(|(_, helper)| helper)
        .or(config.store.as_ref());
    if let Some(helper) = helper
        && let Some(found) = ask(&helper_program(helper)?, server).await
    {
        return Some(found);
    }
    let exact = config.auths.get(server);
    let auth = exact.or_else(|| {
        config
            .auths
            .iter()
            .find(|(known, _)| host(known) == host(server))
            .map(|(_, auth)| auth)
    })?;
    from_file(auth)
}

/// Registries are written as a host, or as an address with a scheme and a path.
fn host(server: &str) -> &str {
    let rest = server
        .strip_prefix("https://")
        .or_else(|| server.strip_prefix("http://"))
        .unwrap_or(server);
    rest.split('/').next().unwrap_or(rest)
}

fn from_file(auth: &Auth) -> Option<Credentials> {
    if let Some(token) = auth
        .identitytoken
        .as_ref()
        .filter(|token| !token.is_empty())
    {
        return Some(Credentials::Token(token.clone()));
    }
    let text = auth.auth.as_ref()?.expose().trim();
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| STANDARD_NO_PAD.decode(text))
        .ok()?;
    // Docker pads the password with NUL bytes.
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.trim_end_matches('\0').split_once(':')?;
    (!user.is_empty()).then(|| Credentials::Password {
        user: user.to_owned(),
        password: Secret::new(password),
    })
}

/// Where a helper is. Docker Desktop for macOS has its own inside its folder.
fn helper_program(name: &str) -> Option<PathBuf> {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.');
    if !plain || name.is_empty() {
        return None;
    }
    let file = format!("docker-credential-{name}");
    crate::host::programs::find(&file).or_else(|| {
        let inside = Path::new("/Applications/Docker.app/Contents/Resources/bin").join(&file);
        inside.is_file().then_some(inside)
    })
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username", default)]
    user: String,
    #[serde(rename = "Secret")]
    secret: Secret,
}

/// Asks a helper: the registry on its stdin, JSON on its stdout.
async fn ask(program: &Path, server: &str) -> Option<Credentials> {
    let work = async {
        let mut child = tokio::process::Command::new(program)
            .arg("get")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let mut stdin = child.stdin.take()?;
        match stdin.write_all(server.as_bytes()).await {
            Ok(()) => {}
            // A helper that knows one registry only need not read its name.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            Err(_) => return None,
        }
        drop(stdin);
        let output = child.wait_with_output().await.ok()?;
        if !output.status.success() {
            return None;
        }
        let answer: Answer = serde_json::from_slice(&output.stdout).ok()?;
        if answer.secret.is_empty() {
            return None;
        }
        Some(if answer.user == TOKEN_USER {
            Credentials::Token(answer.secret)
        } else {
            Credentials::Password {
                user: answer.user,
                password: answer.secret,
            }
        })
    };
    tokio::time::timeout(HELPER_LIMIT, work).await.ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(header: &HeaderValue) -> serde_json::Value {
        let bytes = URL_SAFE.decode(header.as_bytes()).expect("base64");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    async fn found(config: serde_json::Value, server: &str) -> Option<serde_json::Value> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("config.json"), config.to_string()).expect("written");
        let credentials = find(folder.path(), server).await?;
        let header = credentials.header(server).expect("a header");
        assert!(header.is_sensitive());
        Some(decoded(&header))
    }

    #[tokio::test]
    async fn reads_auths_under_every_way_to_write_a_registry() {
        // "ada:p:w~~?" – a colon in the password, and bytes whose base64 the alphabets differ in.
        let auth = STANDARD.encode("ada:p:w~~?\u{ff}\0\0");
        for written in [
            "r.example:5000",
            "https://r.example:5000",
            "https://r.example:5000/v1/",
        ] {
            let config =
                json!({"auths": {"other.example": {"auth": "eDp5"}, written: {"auth": auth}}});
            let got = found(config, "r.example:5000").await.expect(written);
            assert_eq!(got["username"], "ada");
            assert_eq!(got["password"], "p:w~~?\u{ff}");
            assert_eq!(got["serveraddress"], "r.example:5000");
        }
        let index = json!({"auths": {"https://index.example/v1/": {"identitytoken": "tok"}}});
        let got = found(index, "https://index.example/v1/")
            .await
            .expect("a token");
        assert_eq!(got["identitytoken"], "tok");
        assert!(got.get("password").is_none());
    }

    #[tokio::test]
    async fn nothing_usable_is_nothing() {
        for config in [
            json!({}),
            json!({"auths": {}}),
            json!({"auths": {"r.example": {}}}),
            json!({"auths": {"r.example": {"auth": "%%%"}}}),
            json!({"auths": {"r.example": {"auth": STANDARD.encode("no colon")}}}),
            json!({"credsStore": "no-such-helper-anywhere"}),
            json!({"credsStore": "../../bin/true"}),
            json!([]),
        ] {
            assert!(
                found(config.clone(), "r.example").await.is_none(),
                "{config}"
            );
        }
        let folder = tempfile::tempdir().expect("a folder");
        assert!(find(folder.path(), "r.example").await.is_none());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_helper_is_asked_over_stdin() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let helper = |body: &str| {
            let path = folder.path().join("docker-credential-x");
            std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("set");
            path
        };
        let path = helper(
            r#"[ "$1" = get ] || exit 9; read -r s; printf '{"ServerURL":"%s","Username":"ada","Secret":"for %s"}' "$s" "$s""#,
        );
        match ask(&path, "r.example").await {
            Some(Credentials::Password { user, password }) => {
                assert_eq!((user.as_str(), password.expose()), ("ada", "for r.example"));
            }
            _ => panic!("a password"),
        }
        let path = helper(r#"printf '{"Username":"<token>","Secret":"tok"}'"#);
        assert!(matches!(
            ask(&path, "r.example").await,
            Some(Credentials::Token(token)) if token.expose() == "tok"
        ));
        let path = helper("echo 'credentials not found in native keychain'; exit 1");
        assert!(ask(&path, "r.example").await.is_none());
    }
}
