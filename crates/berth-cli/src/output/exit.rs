//! Exit codes: one for each family of errors (the table of `docs/command-line.md`).

use berth_core::error::{Error, ErrorCode as E};

/// It is done.
pub const DONE: u8 = 0;
/// It failed in a way that has no code of its own.
pub const FAILED: u8 = 1;
/// The command line itself is wrong.
pub const USAGE: u8 = 2;
/// What was named does not exist.
pub const NOT_FOUND: u8 = 3;
/// The plan was not agreed to.
pub const CONSENT: u8 = 4;
/// It was cancelled and undone.
pub const CANCELLED: u8 = 5;
/// An input, name or folder is missing or wrong.
pub const INPUT: u8 = 6;
/// Something of this name is there already, or is being worked on.
pub const CONFLICT: u8 = 7;
/// The container engine, or an image.
pub const ENGINE: u8 = 8;
/// The keychain, the vault, or a secret in it.
pub const VAULT: u8 = 9;
/// Claude Code, or its files.
pub const CLIENT: u8 = 10;
/// Python, Node.js, git, or a package.
pub const PACKAGE: u8 = 11;
/// The server itself.
pub const SERVER: u8 = 12;
/// Berth's own files.
pub const STORE: u8 = 13;

/// The exit code of an error.
pub fn code(error: &Error) -> u8 {
    match &error.code {
        E::EntryUnknown { .. }
        | E::VariantUnknown { .. }
        | E::NotInstalled { .. }
        | E::NotRegistered { .. }
        | E::JobUnknown { .. }
        | E::InputUnknown { .. }
        | E::ServiceUnknown { .. }
        | E::LogUnknown { .. }
        | E::NoImage { .. }
        | E::ActionUnknown { .. }
        | E::ToolUnknown { .. } => NOT_FOUND,
        E::ConsentNeeded | E::TrustNeeded { .. } | E::PlanChanged => CONSENT,
        E::Cancelled => CANCELLED,
        E::NameInvalid { .. }
        | E::VariantPlanned { .. }
        | E::InputMissing { .. }
        | E::InputInvalid { .. }
        | E::SourceMissing { .. }
        | E::SourceUnclear { .. }
        | E::ProjectNeeded
        | E::FolderMissing { .. }
        | E::PathMissing { .. }
        | E::ExportUnfit { .. }
        | E::AddressUnfit { .. }
        | E::NothingKept { .. }
        | E::BackupForeign { .. }
        | E::BackupDamaged { .. }
        | E::BackupLocked { .. }
        | E::BackupUnfit { .. } => INPUT,
        E::NameTaken { .. }
        | E::AlreadyRegistered { .. }
        | E::JobRunning { .. }
        | E::ServerInUse { .. }
        | E::FileThere { .. } => CONFLICT,
        E::EngineMissing
        | E::EngineStopped { .. }
        | E::EngineDenied { .. }
        | E::EngineTooOld { .. }
        | E::EngineFailed { .. }
        | E::EngineSocketMissing
        | E::ImageNotFound { .. }
        | E::ImageDenied { .. }
        | E::ImageMissing { .. }
        | E::ImageChanged { .. }
        | E::RegistryUnreachable { .. }
        | E::BuildFailed { .. }
        | E::BuildKitNeeded { .. }
        | E::BuildTargetMissing { .. }
        | E::DockerfileMissing { .. } => ENGINE,
        E::KeychainMissing
        | E::KeychainLocked
        | E::KeychainTimeout { .. }
        | E::KeychainFailed { .. }
        | E::SecretMissing { .. }
        | E::SecretTooLong { .. }
        | E::PassphraseNeeded
        | E::PassphraseWrong => VAULT,
        E::ClaudeMissing
        | E::ClaudeDesktopMissing
        | E::ClaudeFailed { .. }
        | E::ClientConfigInvalid { .. }
        | E::ClientConfigChanged { .. }
        | E::RegistrationChanged { .. }
        | E::ApprovalPending { .. }
        | E::LauncherNotOnPath => CLIENT,
        E::PythonMissing { .. }
        | E::NodeMissing { .. }
        | E::GitMissing
        | E::PackageNotFound { .. }
        | E::PackageFailed { .. }
        | E::ProgramMissing { .. }
        | E::CommandMissing { .. }
        | E::NetworkUnreachable { .. } => PACKAGE,
        E::InstallationChanged { .. }
        | E::NoServices { .. }
        | E::ServiceFailed { .. }
        | E::ServicesStopped { .. }
        | E::PortTaken { .. }
        | E::HeadersWithheld { .. }
        | E::ServerExited { .. }
        | E::ServerTimeout { .. }
        | E::ServerProtocol { .. }
        | E::ServerUnreachable { .. }
        | E::ServerRefused { .. }
        | E::ServerStatus { .. }
        | E::CredentialRefused { .. }
        | E::CriterionUnmet { .. }
        | E::ProgramFailed { .. }
        | E::ToolFailed { .. } => SERVER,
        E::EntryInvalid { .. }
        | E::StoreNewer { .. }
        | E::StoreFailed { .. }
        | E::StoreDamaged { .. }
        | E::FileFailed { .. } => STORE,
        E::Interrupted | E::Internal { .. } => FAILED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_table_has_every_code_and_no_other() {
        let docs = include_str!("../../../../docs/command-line.md");
        let table = docs.split("## Exit codes").nth(1).expect("the table");
        let documented: Vec<u8> = table
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok())
            .collect();
        let codes = [
            DONE, FAILED, USAGE, NOT_FOUND, CONSENT, CANCELLED, INPUT, CONFLICT, ENGINE, VAULT,
            CLIENT, PACKAGE, SERVER, STORE,
        ];
        assert_eq!(documented, codes);
    }
}
