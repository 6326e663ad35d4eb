//! Volumes with everything in them, and what they look like afterwards.

use std::sync::Arc;

use berth_adapters::backup::VolumeBackups;
use berth_adapters::host::LocalHost;
use berth_core::backup::{Backup, BackupVolume};
use berth_core::error::Result;
use berth_core::port::{Backups as _, VolumeAt};
use berth_core::progress::Watch;
use berth_core::secret::Secret;
use berth_testkit::ground;
use tempfile::TempDir;

use crate::{docker, engine, unique};

/// What is only in the volume, so that a file that has it is not encrypted.
pub const KEY: &str = "the-private-key-5f1d0c9a";

/// Makes everything that a volume can have, as a user of its own.
pub const FILL: &str = r#"
import os, socket
os.chdir("/v")
os.chown(".", 1000, 1000); os.chmod(".", 0o750)
def put(name, text, mode, owner):
    open(name, "w").write(text); os.chmod(name, mode); os.chown(name, owner, owner)
os.makedirs("keys"); os.chmod("keys", 0o700); os.chown("keys", 1000, 1000)
put("keys/signing.key", "KEY", 0o600, 1000)
put("of root", "r", 0o644, 0)
put("setuid", "s", 0o4711, 1234)
put("line\nbreak \u00e9\u4e2d 'quoted' \"twice\" $HOME *", "hard", 0o640, 1000)
put(".hidden", "", 0o444, 65534)
put("n" * 255, "long", 0o600, 1000)
os.makedirs("/".join(["deep" * 20] * 6)); put("/".join(["deep" * 20] * 6) + "/leaf", "leaf", 0o600, 1000)
os.makedirs("empty"); os.chmod("empty", 0o1777)
os.symlink("keys/signing.key", "link"); os.symlink("/etc/passwd", "out"); os.symlink("nowhere", "dangling")
os.lchown("link", 1000, 1000)
os.link("keys/signing.key", "hard link")
os.mkfifo("pipe", 0o620)
with open("large", "wb") as file:
    for n in range(600): file.write(bytes((n * 7 + i) % 256 for i in range(4096)))
os.utime("of root", (1_500_000_000, 1_500_000_000))
"#;

/// Lists it: everything that has to be the same.
pub const LIST: &str = r#"
import hashlib, os, stat
for folder, folders, files in os.walk("/v"):
    folders.sort()
    for name in sorted(["."] + folders + files):
        path = os.path.join(folder, name); s = os.lstat(path); what = ""
        if stat.S_ISLNK(s.st_mode): what = os.readlink(path)
        elif stat.S_ISREG(s.st_mode): what = hashlib.sha256(open(path, "rb").read()).hexdigest()
        links = s.st_nlink if stat.S_ISREG(s.st_mode) else 0
        time = 0 if stat.S_ISLNK(s.st_mode) or stat.S_ISDIR(s.st_mode) else int(s.st_mtime)
        print(ascii(path), oct(s.st_mode), s.st_uid, s.st_gid, s.st_size if what else 0, links, time, ascii(what))
"#;

/// Runs Python in a container that has a volume.
pub fn python(volume: &str, code: &str) -> String {
    let mount = format!("{volume}:/v");
    let image = ground::image_python();
    docker(&[
        "run",
        "--rm",
        "--user",
        "0",
        "--entrypoint",
        "python3",
        "--volume",
        &mount,
        &image,
        "-c",
        code,
    ])
}

pub struct Desk {
    pub backups: VolumeBackups,
    pub engine: Arc<berth_adapters::docker::DockerEngine>,
    pub folder: TempDir,
    image: String,
    unique: String,
}

impl Desk {
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let image = ground::image_python();
        docker(&["pull", "--quiet", &image]);
        let engine = Arc::new(engine(folder.path()));
        let home = folder.path().join("home");
        std::fs::create_dir(&home).expect("made");
        let host = Arc::new(LocalHost::new(home.to_str()).expect("a host"));
        Self {
            backups: VolumeBackups::new(engine.clone(), host),
            engine,
            folder,
            image: docker(&["inspect", "--format", "{{.Id}}", &image]),
            unique: unique(),
        }
    }

    pub fn at(&self, name: &str) -> VolumeAt {
        VolumeAt {
            installation: format!("backups-{}", self.unique),
            volume: format!("berth-backups-{}-{name}", self.unique),
            image: self.image.clone(),
        }
    }

    pub fn file(&self, name: &str) -> String {
        self.folder
            .path()
            .join(name)
            .to_str()
            .expect("UTF-8")
            .to_owned()
    }

    pub async fn write(&self, file: &str, volumes: &[VolumeAt], encrypted: bool) -> Result<u64> {
        let watch = Watch::silent();
        let passphrase = encrypted.then(passphrase);
        let about = backup(volumes.len(), encrypted);
        let write = self
            .backups
            .write(file, &about, volumes, passphrase.as_ref(), &watch);
        write.await
    }

    /// Nothing of it is left: no part of a file, no container.
    pub fn assert_tidy(&self) {
        let left: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("listed")
            .map(|entry| entry.expect("an entry").file_name())
            .filter(|name| name.to_string_lossy().contains("part"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
        let filter = format!("label=dev.berth.installation=backups-{}", self.unique);
        assert_eq!(docker(&["ps", "--all", "--quiet", "--filter", &filter]), "");
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let filter = format!("name=berth-backups-{}", self.unique);
        let listed = docker(&["volume", "ls", "--quiet", "--filter", &filter]);
        for volume in listed.lines() {
            docker(&["volume", "rm", volume]);
        }
    }
}

pub fn passphrase() -> Secret {
    Secret::new("correct horse battery")
}

pub fn backup(volumes: usize, encrypted: bool) -> Backup {
    Backup {
        id: "01K0".to_owned(),
        name: "demo".to_owned(),
        entry: "demo".to_owned(),
        variant: "image".to_owned(),
        version: "1".to_owned(),
        created_at: "2026-11-21T00:00:00.000Z".to_owned(),
        encrypted,
        volumes: (0..volumes)
            .map(|number| BackupVolume {
                target: format!("/data/{number}"),
                holds: "its keys".to_owned(),
                holds_keys: encrypted,
            })
            .collect(),
    }
}
