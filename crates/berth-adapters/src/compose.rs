//! Puts the ports together over the real machine. The app and the command line begin here; the
//! launcher does not, because it needs next to nothing of it.

use std::path::Path;
use std::sync::Arc;

use berth_core::catalog::Catalog;
use berth_core::error::Result;
use berth_core::port::{Host, Ports, Store, Vault};

use crate::claude::ClaudeCli;
use crate::docker::DockerEngine;
use crate::host::LocalHost;
use crate::mcp::RmcpStarter;
use crate::node::NodeTools;
use crate::python::PythonTools;
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
    Ok(Composed {
        catalog: catalog(folder),
        ports: Ports {
            engine: Arc::new(DockerEngine::new(&host.user_home(), endpoint)),
            vault,
            claude: Arc::new(ClaudeCli::new(folder.to_owned(), store.clone())),
            python: Arc::new(PythonTools),
            node: Arc::new(NodeTools),
            mcp: Arc::new(RmcpStarter),
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
    let own = own_entries(&home.join(OWN_ENTRIES));
    Catalog::with_own(
        own.iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
}

/// Names and texts of the YAML files of a folder, by name. A file that cannot be read, or is too
/// large, has no text, and is reported as malformed.
fn own_entries(folder: &Path) -> Vec<(String, String)> {
    let Ok(listed) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut entries: Vec<(String, String)> = listed
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "yaml" || end == "yml")
        })
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            let small = path
                .metadata()
                .is_ok_and(|about| about.is_file() && about.len() <= ENTRY_LIMIT);
            let text = if small {
                std::fs::read_to_string(&path).unwrap_or_default()
            } else {
                String::new()
            };
            Some((name, text))
        })
        .collect();
    entries.sort();
    entries
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
        assert_eq!(both.entries().len(), built_in.entries().len());
        assert_eq!(both.reports().len(), 2, "{:?}", both.reports());
    }

    #[test]
    fn a_home_without_a_catalog_folder_is_fine() {
        let home = tempfile::tempdir().expect("a folder");
        assert!(catalog(home.path()).reports().is_empty());
    }
}
