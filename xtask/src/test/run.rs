//! Running a test program: in the components' surroundings, its output kept and shown when it
//! fails, and with an end.

use super::suites::Suite;
use super::tally::Tally;
use crate::build;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::ground::Ground;
use crate::interrupt::{Interrupt, end_group, kill_group};
use crate::out;
use crate::paths::Paths;
use std::fs::{self, File};
use std::num::NonZero;
use std::path::Path;
use std::process::ExitStatus;
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

/// A suite that takes longer hangs: it is ended, so that the others' results are still told.
const LONGEST: Duration = Duration::from_secs(25 * 60);

/// Suites whose tests mostly wait, for the engine, for a client, for each other: how many of them run
/// at a time even where there are fewer processors.
const WAITING: [(&str, usize); 5] = [
    ("berth-tests cli", 4),
    ("berth-tests e2e", 3),
    ("berth-tests faults", 3),
    ("berth-tests kaiten", 3),
    ("berth-tests projects", 4),
];

/// What every suite runs with.
pub struct Runner<'a> {
    /// The project's folders.
    pub paths: &'a Paths,
    /// Ctrl-C.
    pub interrupt: &'a Interrupt,
    /// The components; none on platforms that have none.
    pub ground: Option<&'a Ground>,
    /// More arguments for the test programs.
    pub args: &'a [String],
}

/// Tells a test program how many of its tests run at a time, unless that is said already.
fn at_a_time(name: &str, cmd: Cmd) -> Cmd {
    const THREADS: &str = "RUST_TEST_THREADS";
    let processors = available_parallelism().map_or(1, NonZero::get);
    match WAITING.iter().find(|(waiting, _)| *waiting == name) {
        Some((_, tests)) if std::env::var_os(THREADS).is_none() => {
            cmd.env(THREADS, processors.max(*tests).to_string())
        }
        _ => cmd,
    }
}

impl Runner<'_> {
    /// Runs one test program as cargo would.
    pub fn suite(&self, suite: &Suite) -> Result<Tally> {
        let cmd = Cmd::new(&suite.program)
            .args(self.args)
            .env("CARGO_MANIFEST_DIR", &suite.folder)
            .env("CARGO_PKG_NAME", &suite.package)
            .dir(&suite.folder);
        self.tallied(&suite.name, at_a_time(&suite.name, cmd))
    }

    /// Runs the examples in the documentation.
    pub fn docs(&self) -> Result<Tally> {
        let cmd = build::whole("test").args(["--doc", "--quiet"]);
        self.tallied("doc tests", cmd.dir(&self.paths.root))
    }

    fn tallied(&self, name: &str, cmd: Cmd) -> Result<Tally> {
        let cmd = match self.ground {
            Some(ground) => ground.inside(cmd),
            None => cmd,
        };
        let logs = self.paths.target.join("test-logs");
        fs::create_dir_all(&logs).doing(|| format!("making {}", logs.display()))?;
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let log = logs.join(format!(
            "{}.log",
            name.chars().map(plain).collect::<String>()
        ));
        let started = Instant::now();
        let status = self.to_its_end(name, &cmd, &log)?;
        let output = fs::read(&log).doing(|| format!("reading {}", log.display()))?;
        let text = String::from_utf8_lossy(&output);
        let tally = Tally::of_rust(name, &text, status.success());
        let seconds = started.elapsed().as_secs_f32();
        if tally.failures.is_empty() {
            out::line(format!(
                "ok      {name}: {} passed ({seconds:.1} s)",
                tally.passed
            ));
        } else {
            out::line(format!(
                "FAILED  {name} ({status}, {seconds:.1} s); its output:"
            ));
            out::raw(&output);
        }
        Ok(tally)
    }

    fn to_its_end(&self, name: &str, cmd: &Cmd, log: &Path) -> Result<ExitStatus> {
        let file = File::create(log).doing(|| format!("making {}", log.display()))?;
        let copy = file
            .try_clone()
            .doing(|| format!("using {}", log.display()))?;
        let mut command = cmd.build();
        command.stdout(file).stderr(copy);
        let mut child = self.interrupt.spawn(name, &mut command)?;
        let group = child.id();
        let _watched = self.interrupt.watch(move || end_group(group));
        let started = Instant::now();
        let mut asked = false;
        loop {
            let ended = child.try_wait().doing(|| format!("waiting for {name}"))?;
            if let Some(status) = ended {
                return Ok(status);
            }
            if started.elapsed() > LONGEST && !asked {
                out::line(format!("{name} has not ended after 25 minutes: ending it"));
                end_group(group);
                asked = true;
            }
            if started.elapsed() > LONGEST + Duration::from_secs(10) {
                kill_group(group);
            }
            sleep(Duration::from_millis(50));
        }
    }
}
