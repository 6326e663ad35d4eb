//! Puts the ports together over the real machine. The app and the command line begin here; the
//! launcher does not, because it needs next to nothing of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use berth_core::catalog::{Catalog, OwnFiles};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Host, Ports, Store, Vault};

use crate::actions::ChildActor;
use crate::backup::VolumeBackups;
use crate::claude::ClaudeCli;
use crate::criteria::ChildInspector;
use crate::docker::DockerEngine;
use crate::host::LocalHost;
use crate::launcher::Asker;
use crate::mcp::RmcpStarter;
use crate::node::NodeTools;
use crate::python::PythonTools;
use crate::services::ChildStarter;
use crate::sidecar::{Exchange, SidecarVault};
use crate::sources::LocalSources;
use crate::sqlite::SqliteStore;
use crate::vault::Vaults;

/// The hidden command of `berth` that answers [`SidecarVault`].
pub const VAULT_COMMAND: &str = "vault-serve";

/// Folder below Berth's home with the person's own entries.
const OWN_ENTRIES: &str = "catalog";

/// Largest file that is read as an entry, in bytes.
const ENTRY_LIMIT: u64 = 1024 * 1024;

/// Who writes and reads the vault. A keychain item belongs, on macOS, to the program that made it,
/// and another program's use raises a prompt: so `berth` alone touches it.
#[derive(Clone, Debug)]
pub enum VaultAccess {
    /// This process is `berth` and does it itself.
    Direct,
    /// This process asks `berth`, started in this way, to do it.
    Sidecar(Arc<dyn Exchange>),
}

/// What everything else is made of.
pub struct Composed {
    /// The ports over the real machine.
    pub ports: Ports,
    /// The built-in entries and the person's own.
    pub catalog: Catalog,
}

/// Puts everything together for a home: `home`, else `BERTH_HOME`, else the usual place. Berth's
/// state is opened (and made, the first time); nothing is probed.
pub fn compose(home: Option<&str>, access: VaultAccess) -> Result<Composed> {
    let host = Arc::new(LocalHost::new(home)?);
    let home = host.home();
    let folder = Path::new(&home);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder)?);
    let settings = store.clone();
    // A state that cannot be read now is told of by whatever needs it next.
    let endpoint = move || settings.settings().ok()?.engine_endpoint;
    let vault: Arc<dyn Vault> = match access {
        VaultAccess::Direct => Arc::new(Vaults::new(folder, store.clone())),
        VaultAccess::Sidecar(exchange) => Arc::new(sidecar(host.as_ref())?.by(exchange)),
    };
    let engine = Arc::new(DockerEngine::new(&host.user_home(), endpoint));
    Ok(Composed {
        catalog: catalog(folder),
        ports: Ports {
            backups: Arc::new(VolumeBackups::new(engine.clone(), host.clone())),
            engine,
            vault,
            clients: Arc::new(ClaudeCli::new(folder.to_owned(), store.clone())),
            python: Arc::new(PythonTools),
            node: Arc::new(NodeTools),
            mcp: Arc::new(RmcpStarter),
            probe: Arc::new(Asker),
            services: Arc::new(ChildStarter),
            inspector: Arc::new(ChildInspector),
            actor: Arc::new(ChildActor),
            store,
            host,
            sources: Arc::new(LocalSources),
        },
    })
}

/// The vault by way of the very launcher that clients start.
fn sidecar(host: &dyn Host) -> Result<SidecarVault> {
    if let Err(error) = host.settle_launcher() {
        tracing::warn!(%error, causes = ?error.causes, "the launcher is not in its place");
    }
    // Every name gives the same program.
    let program = host.launcher_absolute("berth")?.program;
    let args = ["--home".to_owned(), host.home(), VAULT_COMMAND.to_owned()];
    Ok(SidecarVault::new(program, args.to_vec()))
}

/// The built-in entries and those in the person's own folder; what is malformed is reported.
fn catalog(home: &Path) -> Catalog {
    Catalog::with_own(Arc::new(OwnFolder(home.join(OWN_ENTRIES))))
}

/// The YAML files of a folder, by name.
struct OwnFolder(PathBuf);

impl OwnFiles for OwnFolder {
    fn names(&self) -> Vec<String> {
        let Ok(listed) = std::fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut names: Vec<String> = listed
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".yaml") || name.ends_with(".yml"))
            .collect();
        names.sort();
        names
    }

    fn text(&self, name: &str) -> Result<String> {
        let path = self.0.join(name);
        read_small(&path).map_err(|error| {
            Error::new(ErrorCode::FileFailed {
                operation: "read".to_owned(),
                path: path.to_string_lossy().into_owned(),
            })
            .caused_by(&error)
        })
    }
}

fn read_small(path: &Path) -> std::io::Result<String> {
    let about = std::fs::metadata(path)?;
    // What is no file could be read without end.
    if !about.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    if about.len() > ENTRY_LIMIT {
        let text = format!("it is larger than {ENTRY_LIMIT} bytes");
        return Err(std::io::Error::other(text));
    }
    std::fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_entries_join_the_built_in_ones_and_bad_ones_are_reported() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join(OWN_ENTRIES);
        std::fs::create_dir(&folder).expect("a folder");
        let built_in = Catalog::built_in();
        std::fs::write(folder.join("bad.yaml"), "id: [").expect("a file");
        std::fs::write(folder.join("unreadable.yml"), [0xff, 0xfe]).expect("a file");
        std::fs::write(folder.join("notes.txt"), "no entry").expect("a file");
        let both = catalog(home.path());
        assert_eq!(both.cards().len(), built_in.cards().len());
        assert_eq!(both.reports().len(), 2, "{:?}", both.reports());
    }

    #[test]
    fn a_home_without_a_catalog_folder_is_fine() {
        let home = tempfile::tempdir().expect("a folder");
        assert!(catalog(home.path()).reports().is_empty());
    }
}
