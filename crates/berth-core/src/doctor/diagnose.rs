//! From facts to diagnoses: a pure function, so every state of a machine can be tested.

use super::{Check, CheckId, CheckStatus, Fix, Seen};
use crate::client::ClientState;
use crate::error::{Error, ErrorCode as E};
use crate::facts::{
    EndpointSource, EngineFacts, Fact, Facts, Platform, Probe, Program, VaultFacts,
};
use crate::server::Installation;

/// Where to read how an engine is installed.
const GET_ENGINE: &str = "https://docs.docker.com/get-started/get-docker/";
/// Where to read how Claude Code is installed.
const GET_CLAUDE: &str = "https://code.claude.com/docs/en/setup";
/// Where to read how uv is installed.
const GET_UV: &str = "https://docs.astral.sh/uv/getting-started/installation/";
/// Where to get Node.js.
const GET_NODE: &str = "https://nodejs.org/en/download";

/// All checks, in the order of the doctor's page. `link` is where a link to the launcher would be
/// put on the PATH.
#[must_use]
pub fn diagnose(
    facts: &Facts,
    installations: &[Installation],
    reports: &[Error],
    platform: Platform,
    link: &str,
) -> Vec<Check> {
    vec![
        engine(&facts.engine, platform),
        vault(&facts.vault, platform),
        claude(&facts.claude),
        launcher(&facts.launcher_on_path, link),
        python(&facts.uv, &facts.python),
        node(&facts.node),
        servers(installations),
        catalog(reports),
    ]
}

pub(super) fn engine(fact: &Fact<EngineFacts>, platform: Platform) -> Check {
    let recheck = Fix::Recheck {
        probe: Probe::Engine,
    };
    check(
        CheckId::Engine,
        fact,
        |engine| {
            let by = match engine.found_by {
                EndpointSource::Settings => "settings",
                EndpointSource::Environment => "DOCKER_HOST",
                EndpointSource::Context => "docker context",
                EndpointSource::Platform => "platform",
            };
            vec![
                seen("product", &engine.product),
                seen("version", &engine.version),
                seen("api", &engine.api),
                seen("endpoint", &engine.endpoint),
                seen("found_by", by),
                seen("platform", &engine.platform),
            ]
        },
        |error| {
            let mut fixes = match (&error.code, platform) {
                (E::EngineMissing | E::EngineTooOld { .. }, _) => vec![link_to(GET_ENGINE)],
                (E::EngineStopped { .. }, Platform::Linux) => {
                    vec![command("sudo systemctl start docker")]
                }
                (E::EngineStopped { .. }, Platform::MacOs) => vec![command("open -a Docker")],
                (E::EngineDenied { .. }, Platform::Linux) => {
                    vec![command("sudo usermod -aG docker $USER")]
                }
                _ => Vec::new(),
            };
            fixes.extend([recheck, Fix::OpenSettings]);
            // Python and Node variants do without an engine.
            (CheckStatus::Limited, fixes)
        },
    )
}

pub(super) fn vault(fact: &Fact<VaultFacts>, platform: Platform) -> Check {
    check(
        CheckId::Vault,
        fact,
        |vault| vec![seen("product", &vault.product)],
        |error| {
            let recheck = Fix::Recheck {
                probe: Probe::Vault,
            };
            let fixes = match (&error.code, platform) {
                (E::PassphraseNeeded, _) => vec![Fix::UnlockVault],
                (E::KeychainMissing, Platform::Linux) => vec![
                    command("sudo apt install gnome-keyring"),
                    recheck,
                    Fix::CreateVault,
                ],
                (E::KeychainMissing, _) => vec![recheck, Fix::CreateVault],
                _ => vec![recheck],
            };
            (CheckStatus::Bad, fixes)
        },
    )
}

pub(super) fn claude(fact: &Fact<ClientState>) -> Check {
    let mut result = check(
        CheckId::Claude,
        fact,
        |client| {
            vec![
                seen("version", &client.version),
                seen("path", &client.program),
                seen("config", &client.config),
            ]
        },
        |error| {
            let mut fixes = Vec::new();
            if error.code == E::ClaudeMissing {
                fixes.push(command("npm install -g @anthropic-ai/claude-code"));
                fixes.push(link_to(GET_CLAUDE));
            }
            fixes.extend([
                Fix::Recheck {
                    probe: Probe::Claude,
                },
                Fix::OpenSettings,
            ]);
            (CheckStatus::Bad, fixes)
        },
    );
    if let Some(client) = fact.found()
        && let Some((path, reason)) = client.unreadable.iter().next()
    {
        result.status = CheckStatus::Limited;
        result.error =
            Some(Error::new(E::ClientConfigInvalid { path: path.clone() }).with_cause(reason));
        result.fixes = vec![Fix::Recheck {
            probe: Probe::Claude,
        }];
    }
    result
}

fn launcher(fact: &Fact<Program>, link: &str) -> Check {
    check(
        CheckId::Launcher,
        fact,
        |program| {
            vec![
                seen("path", &program.path),
                seen("version", &program.version),
            ]
        },
        |_| {
            let fixes = vec![
                Fix::LinkLauncher {
                    path: link.to_owned(),
                },
                Fix::Recheck {
                    probe: Probe::LauncherOnPath,
                },
            ];
            (CheckStatus::Limited, fixes)
        },
    )
}

fn python(uv: &Fact<Program>, python: &Fact<Program>) -> Check {
    // One of the two is enough.
    let fact = if uv.found().is_some() { uv } else { python };
    let mut result = check(
        CheckId::Python,
        fact,
        |_| programs(&[("uv", uv), ("python", python)]),
        |_| {
            (
                CheckStatus::Limited,
                vec![
                    link_to(GET_UV),
                    Fix::Recheck {
                        probe: Probe::Python,
                    },
                ],
            )
        },
    );
    if *uv == Fact::Unknown && result.status != CheckStatus::Good {
        result = waiting(CheckId::Python);
    }
    result
}

fn node(fact: &Fact<Program>) -> Check {
    check(
        CheckId::Node,
        fact,
        |_| programs(&[("node", fact)]),
        |_| {
            (
                CheckStatus::Limited,
                vec![link_to(GET_NODE), Fix::Recheck { probe: Probe::Node }],
            )
        },
    )
}

fn servers(installations: &[Installation]) -> Check {
    let failing = installations
        .iter()
        .find_map(|i| Some((i, i.last_error.as_ref()?)));
    Check {
        id: CheckId::Installations,
        status: if failing.is_some() {
            CheckStatus::Limited
        } else {
            CheckStatus::Good
        },
        seen: match failing {
            Some((installation, _)) => vec![seen("server", &installation.name)],
            None => vec![seen("count", &installations.len().to_string())],
        },
        error: failing.map(|(_, error)| error.clone()),
        fixes: Vec::new(),
    }
}

fn catalog(reports: &[Error]) -> Check {
    Check {
        id: CheckId::Catalog,
        status: if reports.is_empty() {
            CheckStatus::Good
        } else {
            CheckStatus::Limited
        },
        seen: Vec::new(),
        error: reports.first().cloned(),
        fixes: Vec::new(),
    }
}

fn check<T>(
    id: CheckId,
    fact: &Fact<T>,
    found: impl FnOnce(&T) -> Vec<Seen>,
    missing: impl FnOnce(&Error) -> (CheckStatus, Vec<Fix>),
) -> Check {
    match fact {
        Fact::Unknown => waiting(id),
        Fact::Found { value } => Check {
            id,
            status: CheckStatus::Good,
            seen: found(value),
            error: None,
            fixes: Vec::new(),
        },
        Fact::Missing { error } => {
            let (status, fixes) = missing(error);
            Check {
                id,
                status,
                seen: Vec::new(),
                error: Some(error.clone()),
                fixes,
            }
        }
    }
}

fn waiting(id: CheckId) -> Check {
    Check {
        id,
        status: CheckStatus::Checking,
        seen: Vec::new(),
        error: None,
        fixes: Vec::new(),
    }
}

fn programs(facts: &[(&str, &Fact<Program>)]) -> Vec<Seen> {
    facts
        .iter()
        .filter_map(|(name, fact)| {
            let program = fact.found()?;
            Some(seen(
                name,
                &format!("{} · {}", program.version, program.path),
            ))
        })
        .collect()
}

pub(super) fn seen(what: &str, value: &str) -> Seen {
    Seen {
        what: what.to_owned(),
        value: value.to_owned(),
    }
}

fn command(text: &str) -> Fix {
    Fix::CopyCommand {
        command: text.to_owned(),
    }
}

fn link_to(url: &str) -> Fix {
    Fix::OpenLink {
        url: url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(facts: &Facts) -> Vec<Check> {
        diagnose(facts, &[], &[], Platform::Linux, "/h/.local/bin/berth")
    }

    fn one(facts: &Facts, id: CheckId) -> Check {
        all(facts)
            .into_iter()
            .find(|check| check.id == id)
            .expect("every check is there")
    }

    fn missing<T>(code: E) -> Fact<T> {
        Fact::Missing {
            error: Error::new(code),
        }
    }

    #[test]
    fn nothing_is_claimed_before_a_probe_has_answered() {
        for check in all(&Facts::default()) {
            if !matches!(check.id, CheckId::Installations | CheckId::Catalog) {
                assert_eq!(check.status, CheckStatus::Checking, "{:?}", check.id);
            }
        }
    }

    #[test]
    fn every_missing_thing_has_a_fix() {
        let endpoint = || "unix:///s".to_owned();
        for code in [
            E::EngineMissing,
            E::EngineStopped {
                endpoint: endpoint(),
            },
            E::EngineDenied {
                endpoint: endpoint(),
            },
        ] {
            let facts = Facts {
                engine: missing(code.clone()),
                ..Facts::default()
            };
            let check = one(&facts, CheckId::Engine);
            assert_eq!(check.error.map(|error| error.code), Some(code));
            assert!(check.fixes.len() >= 3, "{:?}", check.fixes);
        }
        for code in [E::KeychainMissing, E::KeychainLocked, E::PassphraseNeeded] {
            let facts = Facts {
                vault: missing(code),
                ..Facts::default()
            };
            let check = one(&facts, CheckId::Vault);
            assert_eq!(check.status, CheckStatus::Bad);
            assert!(!check.fixes.is_empty());
        }
        let facts = Facts {
            claude: missing(E::ClaudeMissing),
            ..Facts::default()
        };
        assert!(!one(&facts, CheckId::Claude).fixes.is_empty());
    }

    #[test]
    fn a_missing_keychain_offers_the_encrypted_vault() {
        let facts = Facts {
            vault: missing(E::KeychainMissing),
            ..Facts::default()
        };
        assert!(
            one(&facts, CheckId::Vault)
                .fixes
                .contains(&Fix::CreateVault)
        );
    }

    #[test]
    fn uv_alone_is_enough_for_python() {
        let uv = Program {
            path: "/u/uv".to_owned(),
            version: "0.9".to_owned(),
        };
        let facts = Facts {
            uv: Fact::Found { value: uv },
            python: missing(E::PythonMissing {
                needed: ">=3.11".to_owned(),
            }),
            ..Facts::default()
        };
        assert_eq!(one(&facts, CheckId::Python).status, CheckStatus::Good);
    }
}
