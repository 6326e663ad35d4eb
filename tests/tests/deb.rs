//! The Debian package, installed, started and removed as a person would, with dpkg itself, on this
//! machine's own system seen through a layer that takes every change and goes with the test.

use berth_testkit::ground;
use berth_testkit::keychain::Keychain;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A view of the machine's file system in which /usr, /etc and /var can be written, to memory.
struct Layer {
    holder: Child,
}

impl Layer {
    fn make() -> Self {
        const ENTER: &str = r#"
            set -e
            mount -t tmpfs tmpfs "$1"
            for dir in usr etc var; do
                mkdir -p "$1/$dir/upper" "$1/$dir/work"
                mount -t overlay overlay \
                    -o "lowerdir=/$dir,upperdir=$1/$dir/upper,workdir=$1/$dir/work" "/$dir"
            done
            echo ready
            exec cat"#;
        let place = ground::tmp().join("layer");
        std::fs::create_dir_all(&place).expect("a folder for the layer");
        let mut holder = as_root("unshare")
            .args([
                "--mount",
                "--propagation",
                "private",
                "--",
                "sh",
                "-c",
                ENTER,
                "sh",
            ])
            .arg(&place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare starts");
        let mut line = String::new();
        let mut stdout = std::io::BufReader::new(holder.stdout.take().expect("a pipe"));
        std::io::BufRead::read_line(&mut stdout, &mut line).expect("its first line");
        assert_eq!(line, "ready\n", "the layer could not be made");
        Self { holder }
    }

    /// A program that sees the layer.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = as_root("nsenter");
        command
            .arg("--mount")
            .arg("--target")
            .arg(self.holder.id().to_string())
            .arg("--");
        command.arg(program);
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        self.command(program)
            .args(args)
            .output()
            .expect("nsenter starts")
    }

    fn succeed(&self, program: &str, args: &[&str]) -> String {
        let output = self.run(program, args);
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(
            output.status.success(),
            "{program} {args:?}: {}\n{out}{err}",
            output.status
        );
        out.into_owned()
    }

    fn has(&self, path: &str) -> bool {
        self.run("test", &["-e", path]).status.success()
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        // The end of its input ends `cat`, and with the last process the layer goes.
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

/// Installing is root's; a person who is not root has sudo, as the set-up made sure.
fn as_root(program: &str) -> Command {
    let id = Command::new("id").arg("-u").output().expect("id");
    if id.stdout == b"0\n" {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// A running app, ended by its process id.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = as_root("kill").arg(self.0.id().to_string()).output();
        let _ = self.0.wait();
    }
}

/// Titles of the windows on the display.
fn windows() -> String {
    let tree = Command::new("xwininfo")
        .args(["-root", "-tree", "-display", &ground::display()])
        .output()
        .expect("xwininfo (Debian: x11-utils)");
    String::from_utf8_lossy(&tree.stdout).into_owned()
}

fn window_of(child: &mut Child) -> String {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        if let Some(line) = windows()
            .lines()
            .find(|line| line.contains("(\"berth-app\""))
        {
            return line.trim().to_owned();
        }
        if let Some(status) = child.try_wait().expect("its state") {
            panic!("the installed app ended with {status} before it had a window");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no window after a minute; the display has:\n{}", windows());
}

const LAUNCHER: &str = "/usr/bin/berth";
const ENTRY: &str = "/usr/share/applications/Berth.desktop";
const ICON: &str = "/usr/share/icons/hicolor/128x128/apps/berth-app.png";

#[test]
fn installs_starts_and_leaves_nothing() {
    let layer = Layer::make();
    let deb: PathBuf = ground::deb();
    assert!(
        !layer.has(LAUNCHER),
        "this machine has a Berth of its own at {LAUNCHER}"
    );

    layer.succeed("dpkg", &["--install", &deb.display().to_string()]);
    assert!(
        !Path::new(LAUNCHER).exists(),
        "the layer must keep the machine as it was"
    );
    assert!(layer.has(ICON));
    layer.succeed("desktop-file-validate", &[ENTRY]);
    let entry = layer.succeed("cat", &[ENTRY]);
    for line in [
        "Exec=berth-app",
        "Icon=berth-app",
        "Name=Berth",
        "Terminal=false",
    ] {
        assert!(
            entry.lines().any(|l| l == line),
            "{line} is missing in:\n{entry}"
        );
    }
    let version = layer.succeed("berth", &["--version"]);
    assert!(version.starts_with("berth "), "{version}");

    let keychain = Keychain::start().expect("a keychain");
    let child = layer
        .command("/usr/bin/env")
        .args(keychain.env().into_iter().map(|(name, value)| {
            let mut pair = std::ffi::OsString::from(name);
            pair.push("=");
            pair.push(value);
            pair
        }))
        .arg(format!("DISPLAY={}", ground::display()))
        .arg(format!(
            "BERTH_HOME={}",
            keychain.home().join("berth").display()
        ))
        .arg("/usr/bin/berth-app")
        .stdout(Stdio::null())
        .spawn()
        .expect("nsenter starts");
    let mut app = Running(child);
    let window = window_of(&mut app.0);
    assert!(
        window.contains("\"Berth"),
        "the window's title is not Berth's: {window}"
    );
    drop(app);

    layer.succeed("dpkg", &["--remove", "berth"]);
    for path in [LAUNCHER, "/usr/bin/berth-app", ENTRY, ICON] {
        assert!(!layer.has(path), "{path} is left after the removal");
    }
}
