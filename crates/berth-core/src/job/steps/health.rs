//! What a server says of itself while it is verified.

use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::port::{Ports, ProbeAnswer, StartRequest};
use crate::progress::Watch;
use crate::server::{ContainerLaunch, Health, HealthPaths, Installation, Launch, Probed, metrics};

/// How long is waited between two looks at a server that has to start once more.
const BETWEEN: Duration = Duration::from_millis(150);
/// Looks in a second.
const A_SECOND: u32 = 6;
/// How long a server is looked for that was too slow for its handshake, in seconds.
const SLOW_SECONDS: u32 = 15;
/// How many looks are waited for the rest of its answers once it gave one.
const REST: u32 = 4 * A_SECOND;

/// Where a server is asked, and at which paths.
struct Asked {
    base: String,
    paths: HealthPaths,
}

/// Asks a server that runs: one that was started for this verification, or one somewhere else.
/// `None` where it has no paths for that. Whatever goes wrong is no answer: none of it decides
/// anything.
pub async fn ask(ports: &Ports, installation: &Installation, watch: &Watch) -> Option<Health> {
    let asked = paths(installation)?;
    let health = match base(ports, installation).await {
        Some(base) => look(ports, &Asked { base, paths: asked }).await,
        None => silent(asked),
    };
    Some(told(ports, health, watch))
}

/// Asks a server whose handshake has `failed`: it is started once more, without a word to it. It gets
/// as long as it had for the handshake, unless that was too short for it: nobody waits twice.
pub async fn ask_again(
    ports: &Ports,
    installation: &Installation,
    request: &StartRequest,
    failed: &Error,
    watch: &Watch,
) -> Option<Health> {
    if !matches!(installation.launch, Launch::Container(_)) {
        return ask(ports, installation, watch).await;
    }
    let paths = paths(installation)?;
    let seconds = match failed.code {
        ErrorCode::ServerTimeout { .. } => request.startup_seconds.min(SLOW_SECONDS),
        _ => request.startup_seconds,
    };
    let looks = seconds.saturating_mul(A_SECOND);
    let health = match ports.mcp.hold(request).await {
        Ok(mut held) => {
            let ended = || held.has_ended();
            let health = until_it_answers(ports, installation, &paths, looks, ended).await;
            held.end().await;
            health
        }
        Err(_) => silent(paths),
    };
    Some(told(ports, health, watch))
}

async fn until_it_answers(
    ports: &Ports,
    installation: &Installation,
    paths: &HealthPaths,
    mut looks: u32,
    mut has_ended: impl FnMut() -> bool,
) -> Health {
    let mut seen = silent(paths.clone());
    while looks > 0 {
        looks -= 1;
        if let Some(base) = base(ports, installation).await {
            let paths = paths.clone();
            let now = look(ports, &Asked { base, paths }).await;
            if answers(&now) == now.asked().count() {
                return now;
            }
            if answers(&now) > 0 {
                // It began to listen while it was asked, or is slow: the rest is near.
                looks = looks.min(REST);
            }
            if answers(&now) >= answers(&seen) {
                seen = now;
            }
        }
        if has_ended() {
            break;
        }
        tokio::time::sleep(BETWEEN).await;
    }
    seen
}

/// How many of its paths answered.
fn answers(health: &Health) -> usize {
    let answered = |(_, probed): &(_, &Probed)| probed.status.is_some();
    health.asked().filter(answered).count()
}

fn paths(installation: &Installation) -> Option<HealthPaths> {
    let paths = match &installation.launch {
        Launch::Remote(launch) => launch.health.clone(),
        Launch::Container(launch) => launch.http.as_ref()?.health_paths(),
        Launch::Process { .. } => return None,
    };
    (!paths.is_empty()).then_some(paths)
}

/// The address that the paths are below.
async fn base(ports: &Ports, installation: &Installation) -> Option<String> {
    match &installation.launch {
        Launch::Remote(launch) => Some(launch.url.clone()),
        Launch::Container(launch) => published(ports, installation, launch).await,
        Launch::Process { .. } => None,
    }
}

/// Where the server is reached: at the port that is kept for it, or that of the youngest session of
/// this generation.
async fn published(
    ports: &Ports,
    installation: &Installation,
    launch: &ContainerLaunch,
) -> Option<String> {
    let http = launch.http.as_ref()?;
    if let Some(port) = http.kept {
        return Some(format!("http://127.0.0.1:{port}/"));
    }
    let inside = http.port;
    let engine = &ports.engine;
    let containers = engine
        .session_containers(Some(&installation.name))
        .await
        .ok()?;
    let home = ports.host.home();
    let ours = containers.into_iter().filter(|container| {
        let labels = &container.labels;
        container.running && labels.home == home && labels.generation == installation.generation
    });
    // Identifiers of sessions sort by their time.
    let youngest = ours.max_by(|a, b| a.labels.session.cmp(&b.labels.session))?;
    let port = youngest.ports.get(&inside)?;
    Some(format!("http://127.0.0.1:{port}/"))
}

async fn look(ports: &Ports, asked: &Asked) -> Health {
    let paths = &asked.paths;
    let (live, ready, told) = futures_util::join!(
        answer(ports, &asked.base, paths.live.as_deref()),
        answer(ports, &asked.base, paths.ready.as_deref()),
        answer(ports, &asked.base, paths.metrics.as_deref()),
    );
    let (numbers, left_out) = match &told {
        Some(answer) if (200..300).contains(&answer.status) => metrics(&answer.body),
        _ => (Vec::new(), 0),
    };
    Health {
        numbers,
        left_out,
        ..seen(paths, [live, ready, told])
    }
}

async fn answer(ports: &Ports, base: &str, path: Option<&str>) -> Option<ProbeAnswer> {
    let url = url::Url::parse(base).ok()?.join(path?).ok()?;
    ports.probe.ask(url.as_str()).await
}

fn silent(paths: HealthPaths) -> Health {
    seen(&paths, [None, None, None])
}

fn seen(paths: &HealthPaths, answers: [Option<ProbeAnswer>; 3]) -> Health {
    let [live, ready, metrics] = answers;
    let probed = |path: &Option<String>, answer: Option<ProbeAnswer>| {
        path.clone().map(|path| Probed {
            path,
            status: answer.map(|answer| answer.status),
        })
    };
    Health {
        live: probed(&paths.live, live),
        ready: probed(&paths.ready, ready),
        metrics: probed(&paths.metrics, metrics),
        ..Health::default()
    }
}

fn told(ports: &Ports, health: Health, watch: &Watch) -> Health {
    for (what, probed) in health.asked() {
        watch.line(match probed.status {
            Some(status) => format!("{what}: {} answers {status}", probed.path),
            None => format!("{what}: {} does not answer", probed.path),
        });
    }
    Health {
        asked_at: ports.host.now(),
        ..health
    }
}
