//! Finding an engine and saying what it is.

use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{EndpointSource, EngineFacts, EngineSocket, Platform};
use bollard::Docker;
use bollard::models::{SystemInfo, SystemVersion};
use futures_util::future::join_all;

use super::discover::{Around, Search, search};
use super::transport::{client, failed};
use crate::launcher::wire::{Client, Endpoint, Version};

/// How long one place may take to say which API it speaks. An engine that is up answers within
/// milliseconds; one that starts or is paused accepts the connection and says nothing.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// An engine that answered.
#[derive(Clone)]
pub struct Found {
    /// Where it is.
    pub endpoint: Endpoint,
    /// How it was found.
    pub by: EndpointSource,
    /// The version that is spoken with it.
    pub version: Version,
    /// A client that speaks it.
    pub docker: Docker,
}

/// Looks for an engine.
pub async fn find(around: &Around, setting: Option<&str>) -> Result<Found> {
    match search(around, setting)? {
        Search::Chosen { endpoint, by } => try_one(Endpoint::parse(&endpoint)?, by)
            .await
            .map_err(|error| error.with_cause(chosen_by(by, &endpoint))),
        Search::Usual(places) => {
            let tries = places.iter().map(|place| async move {
                try_one(Endpoint::parse(place)?, EndpointSource::Platform).await
            });
            best(join_all(tries).await)
        }
    }
}

fn chosen_by(by: EndpointSource, endpoint: &str) -> String {
    let chooser = match by {
        EndpointSource::Settings => "Berth's settings",
        EndpointSource::Environment => "DOCKER_HOST",
        EndpointSource::Context => "the current docker context",
        EndpointSource::Platform => "this platform",
    };
    format!("{chooser} names {endpoint}")
}

/// The first that answered; else the failure that says most about what is there.
fn best(tried: Vec<Result<Found>>) -> Result<Found> {
    let telling = |error: &Error| match error.code {
        ErrorCode::EngineTooOld { .. } => 3,
        ErrorCode::EngineDenied { .. } => 2,
        ErrorCode::EngineMissing => 0,
        _ => 1,
    };
    let mut worst = Error::new(ErrorCode::EngineMissing);
    for result in tried {
        match result {
            Ok(found) => return Ok(found),
            Err(error) if telling(&error) > telling(&worst) => worst = error,
            Err(_) => {}
        }
    }
    Err(worst)
}

async fn try_one(endpoint: Endpoint, by: EndpointSource) -> Result<Found> {
    let open = Client::open(endpoint.clone(), None);
    let version = match tokio::time::timeout(ANSWER_LIMIT, open).await {
        Ok(opened) => opened?.0.version(),
        Err(_) => {
            return Err(Error::new(ErrorCode::EngineStopped {
                endpoint: endpoint.to_string(),
            }));
        }
    };
    Ok(Found {
        docker: client(&endpoint, version)?,
        endpoint,
        by,
        version,
    })
}

impl Found {
    /// Asks the engine about itself.
    pub async fn facts(&self, platform: Platform) -> Result<EngineFacts> {
        let failed = failed(&self.endpoint, "say what it is");
        let (version, info) =
            tokio::try_join!(self.docker.version(), self.docker.info()).map_err(failed)?;
        Ok(self.describe(&version, &info, platform, &running_kernel()))
    }

    fn describe(
        &self,
        version: &SystemVersion,
        info: &SystemInfo,
        platform: Platform,
        kernel: &str,
    ) -> EngineFacts {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let confined = |what: &str| {
            info.security_options.iter().flatten().any(|option| {
                option
                    .split(',')
                    .any(|part| part.strip_prefix("name=") == Some(what))
            })
        };
        let system = text(&info.operating_system);
        // The same kernel means no virtual machine in between.
        let here = platform == Platform::Linux
            && matches!(self.endpoint, Endpoint::Unix(_))
            && !kernel.is_empty()
            && info.kernel_version.as_deref() == Some(kernel);
        let rootful_here = here && !confined("rootless") && !confined("userns");
        EngineFacts {
            product: product(version, &system),
            version: text(&version.version),
            api: self.version.to_string(),
            endpoint: self.endpoint.to_string(),
            found_by: self.by,
            platform: format!("{}/{}", text(&version.os), text(&version.arch)),
            remote: is_remote(&self.endpoint),
            rootful_here,
            socket: (version.os.as_deref() == Some("linux"))
                .then(|| self.socket(here, rootful_here))
                .flatten(),
        }
    }

    /// The socket as a container can be given it.
    fn socket(&self, here: bool, rootful: bool) -> Option<EngineSocket> {
        match &self.endpoint {
            Endpoint::Unix(path) if here => Some(EngineSocket {
                path: path.clone(),
                // The person's own group is the first of all where their own engine maps them.
                group: if rootful { group_of(path)? } else { 0 },
            }),
            // The engine sees what is in its virtual machine: the socket is in its usual place, and
            // root's.
            Endpoint::Unix(_) | Endpoint::Pipe(_) if !is_remote(&self.endpoint) => {
                Some(EngineSocket {
                    path: IN_MACHINE.to_owned(),
                    group: 0,
                })
            }
            _ => None,
        }
    }
}

/// Where an engine in a virtual machine has its socket there.
const IN_MACHINE: &str = "/var/run/docker.sock";

#[cfg(unix)]
fn group_of(path: &str) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|about| about.gid())
}

#[cfg(not(unix))]
fn group_of(_path: &str) -> Option<u32> {
    None
}

/// What people call it. Podman names itself among its components, products around Docker's engine
/// name the system that they run it in.
fn product(version: &SystemVersion, system: &str) -> String {
    let podman = version
        .components
        .iter()
        .flatten()
        .any(|component| component.name.starts_with("Podman"));
    if podman {
        return "Podman".to_owned();
    }
    ["Docker Desktop", "OrbStack", "Rancher Desktop"]
        .into_iter()
        .find(|product| system.starts_with(product))
        .unwrap_or("Docker")
        .to_owned()
}

fn is_remote(endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::Unix(_) => false,
        Endpoint::Pipe(name) => !name.starts_with(r"\\.\"),
        Endpoint::Tcp(address) => {
            let host = address
                .rsplit_once(':')
                .map_or(address.as_str(), |(host, _)| host);
            let host = host.trim_start_matches('[').trim_end_matches(']');
            host != "localhost"
                && !host
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
    }
}

/// The kernel's release (`uname -r`); empty where there is no Linux.
fn running_kernel() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease")
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::SystemVersionComponents;

    fn found(endpoint: Endpoint) -> Found {
        Found {
            docker: client(&endpoint, Version::OLDEST).expect("a client"),
            endpoint,
            by: EndpointSource::Platform,
            version: Version::OLDEST,
        }
    }

    fn unix() -> Endpoint {
        Endpoint::Unix("/var/run/docker.sock".to_owned())
    }

    fn info(kernel: &str, system: &str, options: &[&str]) -> SystemInfo {
        SystemInfo {
            kernel_version: Some(kernel.to_owned()),
            operating_system: Some(system.to_owned()),
            security_options: Some(options.iter().map(|text| (*text).to_owned()).collect()),
            ..SystemInfo::default()
        }
    }

    #[test]
    fn a_users_number_means_the_same_only_on_a_rootful_engine_of_this_machine() {
        let rootful = |endpoint: Endpoint, info: &SystemInfo, platform| {
            found(endpoint)
                .describe(&SystemVersion::default(), info, platform, "6.1.0")
                .rootful_here
        };
        let seccomp = "name=seccomp,profile=default";
        let debian = info("6.1.0", "Debian GNU/Linux 12", &[seccomp]);
        assert!(rootful(unix(), &debian, Platform::Linux));
        assert!(!rootful(unix(), &debian, Platform::MacOs));
        assert!(!rootful(
            Endpoint::Tcp("127.0.0.1:2375".to_owned()),
            &debian,
            Platform::Linux
        ));
        for other in [
            info("6.1.0", "Debian GNU/Linux 12", &[seccomp, "name=rootless"]),
            info("6.1.0", "Debian GNU/Linux 12", &["name=userns"]),
            info("6.10.14-linuxkit", "Docker Desktop", &[seccomp]),
        ] {
            assert!(!rootful(unix(), &other, Platform::Linux), "{other:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_container_is_given_the_socket_where_the_engine_has_it() {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("engine.sock");
        let _listens = std::os::unix::net::UnixListener::bind(&at).expect("a socket");
        let group = std::fs::metadata(&at).expect("it is there").gid();
        let path = at.to_str().expect("UTF-8").to_owned();
        let given = |endpoint: Endpoint, os: &str, info: &SystemInfo| {
            let version = SystemVersion {
                os: Some(os.to_owned()),
                ..SystemVersion::default()
            };
            let found = found(endpoint).describe(&version, info, Platform::Linux, "6.1.0");
            found.socket.map(|socket| (socket.path, socket.group))
        };
        let ours = || Endpoint::Unix(path.clone());
        let debian = info("6.1.0", "Debian GNU/Linux 12", &[]);
        assert_eq!(given(ours(), "linux", &debian), Some((path.clone(), group)));
        let rootless = info("6.1.0", "Debian GNU/Linux 12", &["name=rootless"]);
        assert_eq!(given(ours(), "linux", &rootless), Some((path.clone(), 0)));
        let desktop = info("6.10.14-linuxkit", "Docker Desktop", &[]);
        let inside = Some((IN_MACHINE.to_owned(), 0));
        assert_eq!(given(ours(), "linux", &desktop), inside);
        let pipe = Endpoint::Pipe(r"\\.\pipe\docker_engine".to_owned());
        assert_eq!(given(pipe.clone(), "linux", &desktop), inside);
        assert_eq!(given(pipe, "windows", &desktop), None);
        let far = Endpoint::Tcp("192.0.2.7:2375".to_owned());
        assert_eq!(given(far, "linux", &debian), None);
    }

    #[test]
    fn products_by_what_they_say_of_themselves() {
        let mut version = SystemVersion::default();
        assert_eq!(product(&version, "Debian GNU/Linux 12"), "Docker");
        assert_eq!(product(&version, "Docker Desktop"), "Docker Desktop");
        assert_eq!(
            product(&version, "Rancher Desktop WSL Distribution"),
            "Rancher Desktop"
        );
        version.components = Some(vec![SystemVersionComponents {
            name: "Podman Engine".to_owned(),
            ..SystemVersionComponents::default()
        }]);
        assert_eq!(product(&version, "fedora"), "Podman");
    }

    #[test]
    fn another_machine_is_remote() {
        for (endpoint, remote) in [
            (unix(), false),
            (Endpoint::Tcp("127.0.0.1:2375".to_owned()), false),
            (Endpoint::Tcp("[::1]:2375".to_owned()), false),
            (Endpoint::Tcp("localhost:2375".to_owned()), false),
            (Endpoint::Tcp("10.0.0.5:2375".to_owned()), true),
            (Endpoint::Tcp("build-box:2375".to_owned()), true),
            (Endpoint::Pipe(r"\\.\pipe\docker_engine".to_owned()), false),
            (Endpoint::Pipe(r"\\box\pipe\docker_engine".to_owned()), true),
        ] {
            assert_eq!(is_remote(&endpoint), remote, "{endpoint}");
        }
    }

    #[test]
    fn the_first_answer_wins_and_else_the_most_telling_failure() {
        let fail = |code| Err(Error::new(code));
        let denied = || ErrorCode::EngineDenied {
            endpoint: "d".to_owned(),
        };
        let stopped = || ErrorCode::EngineStopped {
            endpoint: "s".to_owned(),
        };
        let code = |tried| best(tried).err().map(|error| error.code);
        assert_eq!(code(Vec::new()), Some(ErrorCode::EngineMissing));
        assert_eq!(
            code(vec![
                fail(ErrorCode::EngineMissing),
                fail(stopped()),
                fail(denied()),
                fail(ErrorCode::EngineMissing)
            ]),
            Some(denied())
        );
        assert_eq!(
            code(vec![fail(denied()), Ok(found(unix())), fail(stopped())]),
            None
        );
    }
}
