//! What there is to know of one server's connection, through the ports.

use std::path::Path;

use crate::catalog::CredentialCheck;
use crate::client::{
    Client, DirectAddress, LauncherCommand, Place, Registration, Scope, is_launcher,
};
use crate::error::{Error, ErrorCode, Result};
use crate::facts::{EngineFacts, Fact, Facts, Platform, VaultFacts};
use crate::job::{Asked, client_says, handshake};
use crate::plan::vault_items;
use crate::port::{ClientHealth, PathKind, Ports, ServiceState, StartRequest};
use crate::progress::Watch;
use crate::server::{ContainerLaunch, Installation, Launch, check_seal};
use crate::stack;

/// All of it.
pub struct ServerFacts {
    pub platform: Platform,
    /// Where a link to the launcher would be put on the PATH.
    pub link: String,
    pub places: Vec<PlaceFacts>,
    /// Whether the record is what was agreed to.
    pub record: Result<()>,
    pub vault: Fact<VaultFacts>,
    /// Whether each secret is in the vault, by its input.
    pub secrets: Vec<(String, Result<bool>)>,
    pub engine: Fact<EngineFacts>,
    /// Whether each image is on this computer, by its name for people.
    pub images: Vec<(String, Result<bool>)>,
    /// What is at each path that its environment is made of.
    pub environment: Vec<(String, PathKind)>,
    /// What is at each path of the person's that it needs.
    pub folders: Vec<(String, PathKind)>,
    /// How each of its services is; `None` for one that has no container.
    pub services: Result<Vec<(String, Option<ServiceState>)>>,
    /// How many containers of its sessions run; `None` where it has none.
    pub sessions: Option<Result<usize>>,
    /// How many tools it has listed, and the milliseconds to its first answer; `None` where it was
    /// not started.
    pub answer: Option<Result<(usize, u64)>>,
}

/// A place's.
pub struct PlaceFacts {
    pub place: Place,
    /// Absolute path of the client's file, as far as it is known without the client.
    pub file: Option<String>,
    pub file_there: bool,
    pub found: Result<Option<Registration>>,
    /// What Berth would register there, but for an address.
    pub wanted: LauncherCommand,
    /// The address that the client was given itself.
    pub address: Option<DirectAddress>,
    /// Absolute path of the program that starts the launcher there.
    pub launcher: Result<String>,
    /// What the client says; `None` where it was not asked.
    pub said: Option<Result<ClientHealth>>,
}

/// What there is without starting anything.
pub async fn here(
    ports: &Ports,
    installation: &Installation,
    facts: &Facts,
) -> Result<ServerFacts> {
    let mut places = Vec::new();
    for place in &installation.places {
        places.push(at(ports, installation, place, facts).await?);
    }
    let mut secrets = Vec::new();
    if facts.vault.found().is_some() {
        for item in vault_items(installation) {
            let there = ports.vault.contains(&item).await;
            secrets.push((item.input, there));
        }
    }
    let mut images = Vec::new();
    let (mut services, mut sessions) = (Ok(Vec::new()), None);
    if facts.engine.found().is_some() && !installation.launch.containers().is_empty() {
        for ContainerLaunch {
            image, image_id, ..
        } in installation.launch.containers()
        {
            let there = ports.engine.image(image_id).await;
            images.push((image.clone(), there.map(|image| image.is_some())));
        }
        services = services_of(ports, installation).await;
        sessions = Some(sessions_of(ports, installation).await);
    }
    let kind = |path: &str| (path.to_owned(), ports.host.path_kind(path));
    Ok(ServerFacts {
        platform: ports.host.platform(),
        link: ports.host.link_path(),
        places,
        record: check_seal(installation),
        vault: facts.vault.clone(),
        secrets,
        engine: facts.engine.clone(),
        images,
        environment: environment(&installation.launch)
            .into_iter()
            .map(kind)
            .collect(),
        folders: installation.launch.needs().into_iter().map(kind).collect(),
        services,
        sessions,
        answer: None,
    })
}

async fn at(
    ports: &Ports,
    installation: &Installation,
    place: &Place,
    facts: &Facts,
) -> Result<PlaceFacts> {
    let name = &installation.name;
    let found = ports.clients.registration(name, place).await;
    let file = match (place.client, place.scope, &place.project) {
        (Client::ClaudeDesktop, _, _) => Some(ports.clients.desktop_file()?),
        (Client::ClaudeCode, Scope::Project, Some(project)) => {
            let file = Path::new(project).join(".mcp.json");
            Some(file.to_string_lossy().into_owned())
        }
        _ => facts.claude.found().map(|client| client.config.clone()),
    };
    let wanted = ports.host.launcher(name, place.scope)?;
    // What is registered, where it is a launcher at all.
    let raw = found.as_ref().ok().and_then(Option::as_ref);
    let program = raw
        .filter(|found| is_launcher(&found.raw, name))
        .and_then(|found| found.raw.get("command")?.as_str())
        .unwrap_or(&wanted.program)
        .to_owned();
    let launcher = if Path::new(&program).is_absolute() {
        match ports.host.path_kind(&program) {
            PathKind::File => Ok(program),
            _ => Err(Error::new(ErrorCode::ProgramMissing { program })),
        }
    } else {
        match &facts.launcher_on_path {
            Fact::Found { value } => Ok(value.path.clone()),
            Fact::Missing { error } => Err(error.clone()),
            Fact::Unknown => ports.host.launcher_on_path().await.map(|found| found.path),
        }
    };
    Ok(PlaceFacts {
        file_there: file
            .as_deref()
            .is_some_and(|file| ports.host.path_kind(file) == PathKind::File),
        place: place.clone(),
        file,
        found,
        wanted,
        address: installation.address_at(place).cloned(),
        launcher,
        said: None,
    })
}

/// The paths without which an environment of Berth's is broken.
fn environment(launch: &Launch) -> Vec<&str> {
    let Launch::Process {
        program,
        args,
        folder,
        ..
    } = launch
    else {
        return Vec::new();
    };
    // A tool of this computer's is given the file that was installed or built.
    let main = args
        .first()
        .filter(|main| Path::new(main).starts_with(folder));
    std::iter::once(program)
        .chain(main)
        .chain([folder])
        .map(String::as_str)
        .collect()
}

async fn services_of(
    ports: &Ports,
    installation: &Installation,
) -> Result<Vec<(String, Option<ServiceState>)>> {
    let Some(stack) = installation.launch.stack() else {
        return Ok(Vec::new());
    };
    let home = ports.host.home();
    let there = stack::containers(ports.engine.as_ref(), &home, &installation.name).await?;
    let state = |name: &str| {
        let own = there.iter().find(|container| {
            container.labels.generation == installation.generation
                && container.labels.service == name
        });
        own.map(|container| container.state)
    };
    let services = stack.services.iter();
    Ok(services
        .map(|service| (service.name.clone(), state(&service.name)))
        .collect())
}

async fn sessions_of(ports: &Ports, installation: &Installation) -> Result<usize> {
    let home = ports.host.home();
    let containers = ports
        .engine
        .session_containers(Some(&installation.name))
        .await?;
    Ok(containers
        .iter()
        .filter(|container| container.running && container.labels.home == home)
        .count())
}

/// Starts it as a client does, by the very code of a verification.
pub async fn answer(
    ports: &Ports,
    installation: &Installation,
    command: LauncherCommand,
    credential_check: Option<&CredentialCheck>,
    seen: &mut ServerFacts,
    watch: &Watch,
) -> Result<()> {
    let mut places = installation.places.iter();
    let request = StartRequest {
        command,
        folder: places.find_map(|place| place.project.clone()),
        startup_seconds: installation.startup_seconds,
    };
    let asked = Asked {
        installation: Some(installation),
        request: &request,
        credential_check,
    };
    // What it says of itself beside that decides nothing, and belongs to a verification.
    let mut health = None;
    match handshake(ports, &asked, &mut health, watch).await {
        Err(error) if error.is_cancelled() => return Err(error),
        answer => seen.answer = Some(answer.map(|(tools, ms)| (tools.len(), ms))),
    }
    Ok(())
}

/// Asks the clients of these places.
pub async fn verdicts(
    ports: &Ports,
    installation: &Installation,
    open: &[Place],
    seen: &mut ServerFacts,
    watch: &Watch,
) -> Result<()> {
    for at in &mut seen.places {
        if !open.contains(&at.place) {
            continue;
        }
        match client_says(ports, &installation.name, &at.place, watch).await {
            Err(error) if error.is_cancelled() => return Err(error),
            said => at.said = Some(said),
        }
    }
    Ok(())
}
