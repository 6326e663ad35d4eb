//! A container engine of this run's own, beside whatever engine the machine has.

use super::part::{Part, tied};
use super::room::Room;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::{Interrupt, Watched};
use crate::{out, paths};
use std::path::PathBuf;

/// A running dockerd.
pub struct Engine {
    socket: PathBuf,
    docker: PathBuf,
    // The engine goes before the bridge that it uses.
    _part: Part,
    _passage: Passage,
    _bridge: Bridge,
}

impl Engine {
    /// Starts dockerd with own socket, data, bridge and addresses, and waits for its answer.
    ///
    /// It touches no firewall rule: a second dockerd that manages iptables flushes the chains of
    /// the first one. Containers reach each other, and published ports go through its proxy; only
    /// a way out of the machine is missing, for which tests use the host's network.
    pub fn start(room: &Room, interrupt: &Interrupt) -> Result<Self> {
        let Some(dockerd) = paths::on_path("dockerd") else {
            return fail("dockerd is missing (Debian: docker.io); run `cargo xtask setup`");
        };
        let Some(docker) = paths::on_path("docker") else {
            return fail("the docker command is missing (Debian: docker.io or docker-cli)");
        };
        let bridge = Bridge::make(interrupt)?;
        let socket = room.short().join("docker.sock");
        let data = room.folder("docker")?;
        let exec = room.short().join("exec");
        let name = format!("berth-{}", std::process::id());
        // Of its own, so that the machine's /etc/docker/daemon.json has no say.
        let config = room.dir().join("daemon.json");
        std::fs::write(&config, "{}").doing(|| format!("writing {}", config.display()))?;
        let cmd = Cmd::new(dockerd)
            .arg("--host")
            .arg(format!("unix://{}", socket.display()))
            .arg("--data-root")
            .arg(&data)
            .arg("--exec-root")
            .arg(&exec)
            .arg("--pidfile")
            .arg(room.short().join("docker.pid"))
            .args(["--group", &room.group()])
            .args(["--bridge", &bridge.name])
            .args(["--iptables=false", "--ip6tables=false"])
            .args([
                "--default-address-pool",
                &format!("base=10.{}.128.0/17,size=24", bridge.net),
            ])
            // Where the machine's containerd is shared, ours are apart by these names.
            .args(["--containerd-namespace", &name])
            .args(["--containerd-plugins-namespace", &format!("{name}-plugins")])
            .arg("--config-file")
            .arg(&config)
            .by_root();
        let log = room.dir().join("dockerd.log");
        let mut part = Part::start("dockerd", interrupt, &tied(cmd), &log, None)?;
        let version = part.until(|| {
            let asked = Cmd::new(&docker)
                .env("DOCKER_HOST", format!("unix://{}", socket.display()))
                .args([
                    "version",
                    "--format",
                    "{{.Server.Version}} (API {{.Server.APIVersion}})",
                ]);
            asked
                .finish()
                .ok()
                .filter(|done| done.ok)
                .map(|done| done.stdout)
        })?;
        out::line(format!("container engine {}", version.trim()));
        Ok(Self {
            socket,
            docker,
            _part: part,
            _passage: Passage::open(bridge.net, interrupt),
            _bridge: bridge,
        })
    }

    /// Its endpoint as DOCKER_HOST wants it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// The docker command, talking to it.
    pub fn docker(&self) -> Cmd {
        // The classic builder is everywhere; without a plugin, newer clients only warn about it.
        Cmd::new(&self.docker)
            .env("DOCKER_HOST", self.host())
            .env("DOCKER_BUILDKIT", "0")
    }
}

/// Containers of one network reach each other. Where the machine has an engine of its own, its
/// firewall lets through what belongs to that one's networks only, and ours makes no rules.
struct Passage {
    net: u8,
    _watched: Watched,
}

impl Passage {
    fn open(net: u8, interrupt: &Interrupt) -> Self {
        let watched = interrupt.watch(move || rule("-D", net));
        rule("-I", net);
        Self {
            net,
            _watched: watched,
        }
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        rule("-D", self.net);
    }
}

/// Adds or takes away the rule for our addresses. A machine without that firewall needs none.
fn rule(what: &str, net: u8) {
    let ours = format!("10.{net}.0.0/16");
    let args = [what, "FORWARD", "-s", &ours, "-d", &ours, "-j", "ACCEPT"];
    let _ = Cmd::new("iptables").args(args).by_root().quiet();
}

/// The default network's bridge: the machine's own engine has docker0.
struct Bridge {
    name: String,
    /// The second number of its addresses, 10.N.0.0/16.
    net: u8,
    _watched: Watched,
}

impl Bridge {
    fn make(interrupt: &Interrupt) -> Result<Self> {
        let name = format!("berth{}", std::process::id());
        let taken = Cmd::new("ip").args(["-o", "-4", "addr"]).quiet()?;
        let Some(net) = free_net(&taken, std::process::id()) else {
            return fail("no free 10.N.0.0/16 is left for the test engine's containers");
        };
        // A bridge without an address of its own has that of a member, another one whenever a container
        // comes or goes, and whoever knows the one before reaches nobody for some seconds.
        let address = format!("02:42:0a:{net:02x}:00:01");
        ip(&["link", "add", &name, "address", &address, "type", "bridge"])?;
        let gone = name.clone();
        let watched = interrupt.watch(move || delete(&gone));
        let bridge = Self {
            name,
            net,
            _watched: watched,
        };
        ip(&[
            "addr",
            "add",
            &format!("10.{net}.0.1/17"),
            "dev",
            &bridge.name,
        ])?;
        ip(&["link", "set", &bridge.name, "up"])?;
        Ok(bridge)
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        delete(&self.name);
    }
}

fn ip(args: &[&str]) -> Result<()> {
    Cmd::new("ip").args(args).by_root().quiet().map(drop)
}

/// Removes a bridge that we made. Nothing is to be done when it is gone already.
pub fn delete(bridge: &str) {
    let _ = ip(&["link", "del", bridge]);
}

/// A number in 100..=250 whose 10.N.0.0/16 no interface has; runs that start at the same time
/// begin their search at different places.
fn free_net(taken: &str, seed: u32) -> Option<u8> {
    (0..151u32)
        .map(|step| 100 + (seed + step) % 151)
        .filter_map(|n| u8::try_from(n).ok())
        .find(|n| {
            let prefix = format!("10.{n}.");
            !taken
                .split_whitespace()
                .any(|word| word.starts_with(&prefix))
        })
}

#[cfg(test)]
mod tests {
    use super::free_net;

    #[test]
    fn takes_the_next_net_that_no_interface_has() {
        let taken = "3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\n\
                     4: x    inet 10.103.0.1/17 scope global x\n";
        assert_eq!(free_net("", 3), Some(103));
        assert_eq!(free_net(taken, 3), Some(104));
        assert_eq!(free_net("", 151), Some(100));
    }
}
