use super::*;
use crate::catalog::{Access, Catalog};
use crate::client::{Place, Scope};
use crate::facts::{EndpointSource, EngineFacts, Fact, Program, VaultFacts, VaultKind};
use crate::plan::{Warning, fingerprint, preview};
use crate::secret::Secret;
use crate::server::Mount;

mod built;
mod criteria;
mod in_place;
mod remote;
mod trust;
mod when;

fn found(path: &str, version: &str) -> Fact<Program> {
    Fact::Found {
        value: Program {
            path: path.to_owned(),
            version: version.to_owned(),
        },
    }
}

fn facts() -> Facts {
    Facts {
        engine: Fact::Found {
            value: EngineFacts {
                product: "Docker".to_owned(),
                version: "28.2".to_owned(),
                api: "1.44".to_owned(),
                endpoint: "unix:///var/run/docker.sock".to_owned(),
                found_by: EndpointSource::Platform,
                platform: "linux/amd64".to_owned(),
                remote: false,
                rootful_here: true,
                socket: Some(crate::facts::EngineSocket {
                    path: "/var/run/docker.sock".to_owned(),
                    group: 998,
                }),
            },
        },
        vault: Fact::Found {
            value: VaultFacts {
                kind: VaultKind::Keychain,
                product: "Keyring".to_owned(),
            },
        },
        uv: found("/u/bin/uv", "0.9.2"),
        python: found("/usr/bin/python3", "3.11.2"),
        node: found("/opt/node/bin/node", "20.20.2"),
        ..Facts::default()
    }
}

fn around(generation: &str) -> Surroundings {
    Surroundings {
        generation: generation.to_owned(),
        now: format!("2026-01-01T00:00:00.{generation}Z"),
        home: "/home/p/.local/share/berth".to_owned(),
        platform: Platform::Linux,
        private: crate::input::PrivatePlaces {
            user_home: "/home/p".to_owned(),
            berth_home: "/home/p/.local/share/berth".to_owned(),
            platform: Platform::Linux,
        },
        user_ids: Some((1000, 1000)),
        command: LauncherCommand {
            program: "/usr/bin/berth".to_owned(),
            args: vec!["run".to_owned(), "x".to_owned()],
            address: None,
        },
        start: LauncherCommand {
            program: "/usr/bin/berth".to_owned(),
            args: vec!["run".to_owned(), "x".to_owned()],
            address: None,
        },
        old: None,
        desktop_file: Some("/home/ada/.config/Claude/claude_desktop_config.json".to_owned()),
        registrations: Vec::new(),
        images: BTreeMap::new(),
        kept: Vec::new(),
        here: None,
        port: None,
        project: None,
        locked: false,
    }
}

fn choices(entry: &str, variant: &str) -> Choices {
    Choices {
        entry: entry.to_owned(),
        variant: Some(variant.to_owned()),
        ..Choices::default()
    }
}

fn planned(choices: &Choices, facts: &Facts, around: &Surroundings) -> Result<Plan> {
    let catalog = Catalog::built_in();
    install(
        &catalog.entry(&choices.entry).expect("a built-in entry"),
        choices,
        facts,
        around,
    )
}

fn record(plan: &Plan) -> &Installation {
    plan.steps
        .iter()
        .find_map(|step| match step {
            Step::WriteInstallation { installation, .. } => Some(installation.as_ref()),
            _ => None,
        })
        .expect("every installation is written")
}

fn kinds(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| preview(plan, step).kind)
        .collect()
}

#[test]
fn a_python_package_goes_into_an_environment_of_its_own() {
    let plan = planned(&choices("time", "python"), &facts(), &around("g1")).expect("a plan");
    assert_eq!(
        kinds(&plan),
        [
            "create_folder",
            "create_venv",
            "install_python",
            "write_installation",
            "register",
            "verify"
        ]
    );
    let Launch::Process {
        program, folder, ..
    } = &record(&plan).launch
    else {
        panic!("a process");
    };
    assert_eq!(folder, "/home/p/.local/share/berth/installations/time/g1");
    assert_eq!(program, &format!("{folder}/venv/bin/mcp-server-time"));
    assert!(plan.warnings.contains(&Warning::LessIsolated));
}

#[test]
fn pip_is_used_where_there_is_no_uv() {
    let facts = Facts {
        uv: Fact::Unknown,
        ..facts()
    };
    let plan = planned(&choices("time", "python"), &facts, &around("g1")).expect("a plan");
    let tool = plan.steps.iter().find_map(|step| match step {
        Step::CreateVenv { tool, .. } => Some(*tool),
        _ => None,
    });
    assert_eq!(tool, Some(crate::plan::PythonTool::Pip));
}

#[test]
fn folders_are_mounted_with_the_access_that_was_chosen() {
    let mut choices = choices("filesystem", "image");
    let grant = |path: &str, access| PathGrant {
        path: path.to_owned(),
        access,
    };
    let grants = vec![
        grant("/home/p/a", Access::ReadOnly),
        grant("/srv/a", Access::ReadWrite),
    ];
    choices
        .inputs
        .insert("folders".to_owned(), InputValue::Paths(grants));
    let plan = planned(&choices, &facts(), &around("g1")).expect("a plan");
    let Launch::Container(launch) = &record(&plan).launch else {
        panic!("a container")
    };
    let binds: Vec<(String, String, Access)> = launch
        .mounts
        .iter()
        .filter_map(|mount| match mount {
            Mount::Bind {
                source,
                target,
                access,
            } => Some((source.clone(), target.clone(), *access)),
            Mount::Volume { .. } | Mount::EngineSocket { .. } => None,
        })
        .collect();
    assert_eq!(binds[0].2, Access::ReadOnly);
    assert_eq!(binds[1].2, Access::ReadWrite);
    assert_ne!(
        binds[0].1, binds[1].1,
        "two folders of one name are told apart"
    );
    assert!(launch.args.contains(&binds[0].1) && launch.args.contains(&binds[1].1));
    let flags: Vec<String> = crate::plan::preview::hardening_flags(&launch.hardening);
    for flag in [
        "--read-only",
        "--cap-drop ALL",
        "--init",
        "--security-opt no-new-privileges",
    ] {
        assert!(
            flags.iter().any(|have| have == flag),
            "{flag} is missing: {flags:?}"
        );
    }
}

#[test]
fn a_secret_is_in_no_step_and_no_preview() {
    let mut choices = choices("github", "image");
    let catalog = Catalog::built_in();
    let entry = catalog.entry("github").expect("built in");
    let key = entry
        .inputs
        .iter()
        .find(|spec| spec.kind.is_secret())
        .expect("a token")
        .key
        .clone();
    choices
        .secrets
        .insert(key.clone(), Secret::new("ghp_planned-secret-value"));
    let plan = planned(&choices, &facts(), &around("g1")).expect("a plan");
    assert!(kinds(&plan).contains(&"store_secret".to_owned()));
    assert!(plan.warnings.contains(&Warning::SecretsInEnvironment));
    let shown: Vec<_> = plan.steps.iter().map(|step| preview(&plan, step)).collect();
    let text = format!(
        "{} {}",
        serde_json::to_string(&plan).expect("JSON"),
        serde_json::to_string(&shown).expect("JSON")
    );
    assert!(!text.contains("planned-secret-value"));
    assert!(text.contains("••••"));

    let locked = Facts {
        vault: Fact::Missing {
            error: Error::new(ErrorCode::KeychainLocked),
        },
        ..facts()
    };
    let error = planned(&choices, &locked, &around("g1")).expect_err("nowhere to put it");
    assert_eq!(error.code, ErrorCode::KeychainLocked);
}

#[test]
fn reconfiguring_prepares_beside_and_cleans_up_last() {
    let first = planned(&choices("time", "python"), &facts(), &around("g1")).expect("a plan");
    let old = record(&first).clone();
    let with_old = Surroundings {
        old: Some(old),
        ..around("g2")
    };
    let refused = planned(&choices("time", "python"), &facts(), &with_old).expect_err("taken");
    assert_eq!(
        refused.code,
        ErrorCode::NameTaken {
            name: "time".to_owned()
        }
    );

    let mut again = choices("time", "python");
    again.replace = true;
    again.place = Place::claude_code(Scope::Local, Some("/srv/site".to_owned()));
    let plan = planned(&again, &facts(), &with_old).expect("a plan");
    assert_eq!(plan.purpose, Purpose::Reconfigure);
    let kinds = kinds(&plan);
    let verify = kinds
        .iter()
        .position(|kind| kind == "verify")
        .expect("verified");
    assert_eq!(
        kinds[verify + 1..],
        ["unregister", "delete_folder", "forget_generation"]
    );
}

#[test]
fn consent_holds_for_the_same_plan_and_no_other() {
    let plan = |variant, generation: &str| {
        let plan = planned(&choices("time", variant), &facts(), &around(generation));
        fingerprint(&plan.expect("a plan")).expect("a fingerprint")
    };
    assert_eq!(plan("python", "g1"), plan("python", "g2"));
    assert_ne!(plan("python", "g1"), plan("image", "g1"));
}

#[test]
fn what_comes_later_says_so() {
    let catalog = Catalog::built_in();
    let entry = catalog.entry("dot-ai").expect("built in");
    let variant = entry
        .variants
        .iter()
        .find(|v| v.planned.is_some())
        .expect("planned");
    let error = planned(&choices("dot-ai", &variant.id), &facts(), &around("g1"));
    assert!(matches!(
        error.expect_err("later").code,
        ErrorCode::VariantPlanned { .. }
    ));
}
