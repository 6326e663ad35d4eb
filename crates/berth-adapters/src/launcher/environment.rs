//! The environment of a server that is a program of this computer.
//!
//! A server gets what every program needs to run, and what its installation says. It does not get
//! the rest of the client's environment: that is where the tokens of other programs are
//! (`ANTHROPIC_API_KEY`, `AWS_…`, `GITHUB_TOKEN`), and a server that works only because of a
//! variable of the terminal it was tried in fails when a client is started from a menu.
//!
//! Passed through, where the client has them:
//! - who and where: `HOME` (the account's own folder where it is missing), `USER`, `LOGNAME`,
//!   `SHELL`, `TMPDIR`; on Windows the folders and system variables without which programs do not
//!   start;
//! - language and terminal: `LANG`, `LANGUAGE`, `LC_*`, `TZ`, `TERM`;
//! - the way out of a company's network: proxies (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`,
//!   `NO_PROXY`, in both spellings) and certificate authorities (`SSL_CERT_FILE`, `SSL_CERT_DIR`,
//!   `NODE_EXTRA_CA_CERTS`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `PIP_CERT`, `GIT_SSL_CAINFO`,
//!   `AWS_CA_BUNDLE`). A proxy's address can hold a password: it is meant for every program of the
//!   person, and the server could not reach anything without it. It is not logged, and containers
//!   do not get it, because `127.0.0.1` is another place there.
//!
//! Not passed on: `XDG_*`, `DISPLAY`, `DBUS_SESSION_BUS_ADDRESS` (clients drop them as well, so a
//! server could not rely on them), `LD_*`, `DYLD_*`, `PYTHON*`, `NODE_OPTIONS` and the like, which
//! would change what code runs.
//!
//! `PATH` is, in this order: folders that the launch names, the program's own folder (its virtual
//! environment or `.bin`), the client's PATH. An installation whose own environment sets `PATH`
//! gets exactly that.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::secrets::SecretVariable;

const EVERYWHERE: &[&str] = &[
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "GIT_SSL_CAINFO",
    "AWS_CA_BUNDLE",
];

const UNIX: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

const WINDOWS: &[&str] = &[
    "USERPROFILE",
    "USERNAME",
    "HOMEDRIVE",
    "HOMEPATH",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "ALLUSERSPROFILE",
    "PUBLIC",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "COMMONPROGRAMFILES",
    "COMMONPROGRAMFILES(X86)",
    "COMMONPROGRAMW6432",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "OS",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
    "COMPUTERNAME",
    "SESSIONNAME",
];

/// Where a system has programs, for a client that has no PATH at all.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What a server's environment is made of.
pub(super) struct Wanted<'a> {
    /// The installation's own variables.
    pub own: &'a BTreeMap<String, String>,
    /// Folders that come first on the PATH.
    pub path: &'a [String],
    /// The program.
    pub program: &'a Path,
    /// The person's home folder.
    pub user_home: &'a Path,
    /// Variables out of the vault.
    pub secrets: &'a [SecretVariable],
}

impl Wanted<'_> {
    /// The whole environment, from the one of this process.
    pub fn build(
        &self,
        current: impl Iterator<Item = (OsString, OsString)>,
    ) -> Vec<(OsString, OsString)> {
        self.build_for(cfg!(windows), current)
    }

    fn build_for(
        &self,
        windows: bool,
        current: impl Iterator<Item = (OsString, OsString)>,
    ) -> Vec<(OsString, OsString)> {
        let mut made = Variables {
            windows,
            all: Vec::new(),
        };
        let mut client_path = None;
        for (name, value) in current {
            if made.same(&name, OsStr::new("PATH")) {
                client_path = Some(value);
            } else if is_passed(windows, &name) {
                made.set(name, value);
            }
        }
        if !windows && !made.has(OsStr::new("HOME")) {
            made.set("HOME".into(), self.user_home.into());
        }
        made.set("PATH".into(), self.path(windows, client_path));
        for (name, value) in self.own {
            made.set(name.into(), value.into());
        }
        for (name, value) in self.secrets {
            made.set(name.into(), value.expose().into());
        }
        made.all
    }

    fn path(&self, windows: bool, client: Option<OsString>) -> OsString {
        let separator = if windows { ";" } else { ":" };
        let mut path = OsString::new();
        let mut add = |folder: &OsStr| {
            // An empty part would be the working directory.
            if !folder.is_empty() {
                if !path.is_empty() {
                    path.push(separator);
                }
                path.push(folder);
            }
        };
        for folder in self.path {
            add(OsStr::new(folder));
        }
        if let Some(folder) = self.program.parent() {
            add(folder.as_os_str());
        }
        match client {
            Some(client) => add(&client),
            None if !windows => add(OsStr::new(USUAL_PATH)),
            None => {}
        }
        path
    }
}

fn is_passed(windows: bool, name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let name = if windows {
        name.to_ascii_uppercase()
    } else {
        name.to_owned()
    };
    let platform = if windows { WINDOWS } else { UNIX };
    EVERYWHERE.contains(&name.as_str())
        || platform.contains(&name.as_str())
        || name.starts_with("LC_")
}

/// Variables by name; Windows does not tell their case apart.
struct Variables {
    windows: bool,
    all: Vec<(OsString, OsString)>,
}

impl Variables {
    fn same(&self, a: &OsStr, b: &OsStr) -> bool {
        if self.windows {
            a.eq_ignore_ascii_case(b)
        } else {
            a == b
        }
    }

    fn has(&self, name: &OsStr) -> bool {
        self.all.iter().any(|(known, _)| self.same(known, name))
    }

    fn set(&mut self, name: OsString, value: OsString) {
        let windows = self.windows;
        self.all.retain(|(known, _)| {
            if windows {
                !known.eq_ignore_ascii_case(&name)
            } else {
                *known != name
            }
        });
        self.all.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use berth_core::secret::Secret;

    fn built(
        windows: bool,
        own: &[(&str, &str)],
        path: &[&str],
        secrets: &[(&str, &str)],
        current: &[(&str, &str)],
    ) -> BTreeMap<String, String> {
        let text = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        let own = own.iter().map(text).collect();
        let path: Vec<String> = path.iter().map(|&folder| folder.to_owned()).collect();
        let secrets: Vec<SecretVariable> = secrets
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Secret::new(*value)))
            .collect();
        let wanted = Wanted {
            own: &own,
            path: &path,
            program: Path::new("/b/g/venv/bin/server"),
            user_home: Path::new("/home/ada"),
            secrets: &secrets,
        };
        let current = current
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        wanted
            .build_for(windows, current)
            .into_iter()
            .map(|(name, value)| {
                let text = |part: OsString| part.into_string().expect("text");
                (text(name), text(value))
            })
            .collect()
    }

    #[test]
    fn other_programs_tokens_stay_with_the_client() {
        let made = built(
            false,
            &[],
            &[],
            &[],
            &[
                ("HOME", "/home/ada"),
                ("PATH", "/usr/bin"),
                ("LC_ALL", "C.UTF-8"),
                ("https_proxy", "http://proxy:3128"),
                ("NODE_EXTRA_CA_CERTS", "/ca.pem"),
                ("ANTHROPIC_API_KEY", "x"),
                ("LD_PRELOAD", "/x.so"),
                ("NODE_OPTIONS", "--require /x.js"),
                ("PYTHONPATH", "/x"),
                ("BERTH_HOME", "/b"),
                ("XDG_DATA_HOME", "/x"),
            ],
        );
        let names: Vec<&str> = made.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "HOME",
                "LC_ALL",
                "NODE_EXTRA_CA_CERTS",
                "PATH",
                "https_proxy"
            ]
        );
    }

    #[test]
    fn the_path_begins_with_what_the_launch_names() {
        let path = |own: &[(&str, &str)], path: &[&str], current: &[(&str, &str)]| {
            built(false, own, path, &[], current)["PATH"].clone()
        };
        let client = [("PATH", "/usr/bin:/bin")];
        assert_eq!(path(&[], &[], &client), "/b/g/venv/bin:/usr/bin:/bin");
        assert_eq!(
            path(&[], &["/opt/node/bin"], &client),
            "/opt/node/bin:/b/g/venv/bin:/usr/bin:/bin"
        );
        assert_eq!(
            path(&[], &[], &[]),
            "/b/g/venv/bin:/usr/local/bin:/usr/bin:/bin"
        );
        assert_eq!(path(&[], &[""], &[("PATH", "")]), "/b/g/venv/bin");
        assert_eq!(
            path(&[("PATH", "/nonexistent")], &["/opt"], &client),
            "/nonexistent"
        );
    }

    #[test]
    fn an_account_without_home_variable_still_has_a_home() {
        assert_eq!(built(false, &[], &[], &[], &[])["HOME"], "/home/ada");
    }

    #[test]
    fn the_installation_wins_and_a_secret_wins_over_it() {
        let made = built(
            false,
            &[("TZ", "UTC"), ("TOKEN", "")],
            &[],
            &[("TOKEN", "s3cret")],
            &[("TZ", "Europe/Vienna"), ("TOKEN", "the client's")],
        );
        assert_eq!(made["TZ"], "UTC");
        assert_eq!(made["TOKEN"], "s3cret");
    }

    #[test]
    fn windows_does_not_tell_case_apart() {
        let made = built(
            true,
            &[("temp", r"D:\t")],
            &[r"C:\node"],
            &[],
            &[
                ("Path", r"C:\Windows"),
                ("SystemRoot", r"C:\Windows"),
                ("TEMP", r"C:\t"),
                ("OPENAI_API_KEY", "x"),
            ],
        );
        assert_eq!(made["PATH"], r"C:\node;/b/g/venv/bin;C:\Windows");
        assert_eq!(made["SystemRoot"], r"C:\Windows");
        assert_eq!(made["temp"], r"D:\t");
        assert_eq!(made.len(), 3);
    }
}
