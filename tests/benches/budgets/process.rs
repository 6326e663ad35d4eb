//! What Linux tells of processes.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Clock ticks of /proc in a second: a constant of Linux's interface to programs.
const TICKS: f64 = 100.0;

/// A process's proportional set size in MiB: its own pages, and its share of those that several
/// have.
pub fn pss_mib(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("it runs");
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<f64>().ok())
        .expect("a size");
    kib / 1024.0
}

/// Fields of /proc/PID/stat from the third on: what comes before may hold spaces.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split(' ').map(str::to_owned).collect())
}

fn field(pid: u32, number: usize) -> Option<f64> {
    stat(pid)?.get(number - 3)?.parse().ok()
}

/// Seconds of processor that a process has had; nothing for one that has ended.
pub fn busy(pid: u32) -> f64 {
    let ticks = field(pid, 14).zip(field(pid, 15));
    ticks.map_or(0.0, |(user, system)| (user + system) / TICKS)
}

/// When a process began, in milliseconds since 1970, to a hundredth of a second.
pub fn began(pid: u32) -> f64 {
    let uptime = std::fs::read_to_string("/proc/uptime").expect("Linux");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs_f64();
    let up: f64 = uptime
        .split(' ')
        .next()
        .and_then(|seconds| seconds.parse().ok())
        .expect("a number");
    let began = field(pid, 22).expect("it runs") / TICKS;
    (now - up + began) * 1e3
}

/// Of these processes, the one that runs a program.
pub fn running(pids: &[u32], program: &Path) -> u32 {
    let program = program.canonicalize().expect("it is there");
    let runs = |pid: &&u32| {
        std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|link| link == program)
    };
    *pids.iter().find(runs).expect("it runs")
}

/// Waits until these have ended: a second app of the same person would only show the first one's
/// window.
pub fn until_ended(pids: &[u32]) {
    let lives =
        |pid: &u32| stat(*pid).is_some_and(|fields| fields.first().is_none_or(|s| s != "Z"));
    let limit = Instant::now() + Duration::from_secs(60);
    while pids.iter().any(lives) {
        assert!(Instant::now() < limit, "{pids:?} do not end");
        std::thread::sleep(Duration::from_millis(50));
    }
}
