//! The Secret Service (GNOME Keyring, KWallet, KeePassXC) over D-Bus.

use std::collections::HashMap;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use secret_service::{Collection, EncryptionType, Item, SecretService};
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zeroize::Zeroizing;

use super::session_bus::Candidates;
use super::{Bytes, Found, Items, KeychainOptions, SERVICE, facts, failed};

/// The service's name on the bus.
const BUS_NAME: &str = "org.freedesktop.secrets";
/// The service's own error for something that is locked.
const IS_LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";

/// Items of the Secret Service.
pub struct SecretServiceItems {
    buses: Candidates,
    may_prompt: bool,
}

/// An open session with the service.
struct Session {
    connection: Connection,
    service: SecretService<'static>,
    bus: String,
}

impl SecretServiceItems {
    /// On the bus that is found from here.
    pub fn new(options: &KeychainOptions) -> Self {
        Self::on(
            Candidates::here(options.session_bus.as_deref()),
            options.may_prompt,
        )
    }

    /// On one of these buses.
    pub fn on(buses: Candidates, may_prompt: bool) -> Self {
        Self { buses, may_prompt }
    }

    async fn open(&self) -> Result<Session> {
        let mut missing = Error::new(ErrorCode::KeychainMissing);
        for bus in self.buses.iter() {
            match connect(bus).await {
                Ok(connection) => {
                    // Values cross the bus encrypted: others may listen in on it.
                    let service = SecretService::connect_with_existing(
                        EncryptionType::Dh,
                        connection.clone(),
                    )
                    .await
                    .map_err(|error| explain(error, "be opened"))?;
                    return Ok(Session {
                        connection,
                        service,
                        bus: bus.to_owned(),
                    });
                }
                Err(error) => missing = missing.with_cause(format!("{bus}: {error}")),
            }
        }
        Err(missing)
    }

    /// Unlocks, with a prompt where one is allowed.
    async fn unlock(&self, thing: &impl Lockable) -> Result<()> {
        if !thing
            .is_locked()
            .await
            .map_err(|e| explain(e, "be opened"))?
        {
            return Ok(());
        }
        if !self.may_prompt {
            return Err(Error::new(ErrorCode::KeychainLocked));
        }
        thing.unlock().await.map_err(|e| explain(e, "be unlocked"))
    }

    /// Where new items go.
    async fn collection<'a>(&self, session: &'a Session) -> Result<Collection<'a>> {
        match session.service.get_default_collection().await {
            Ok(collection) => {
                self.unlock(&collection).await?;
                Ok(collection)
            }
            // A person who has never stored anything: the service asks for a new password.
            Err(secret_service::Error::NoResult) if self.may_prompt => session
                .service
                .create_collection("Default keyring", "default")
                .await
                .map_err(|error| explain(error, "be set up")),
            Err(error) => Err(explain(error, "be opened")),
        }
    }
}

#[async_trait]
impl Items for SecretServiceItems {
    async fn probe(&self) -> Result<Found> {
        let session = self.open().await?;
        let collection = session
            .service
            .get_default_collection()
            .await
            .map_err(|error| explain(error, "be opened"))?;
        if collection
            .is_locked()
            .await
            .map_err(|error| explain(error, "be opened"))?
        {
            return Err(Error::new(ErrorCode::KeychainLocked));
        }
        Ok(Found {
            facts: facts(&product(&session.connection).await),
            session_bus: Some(session.bus),
        })
    }

    async fn get(&self, account: &str) -> Result<Option<Bytes>> {
        let session = self.open().await?;
        let Some(item) = find(&session, account).await?.into_iter().next() else {
            return Ok(None);
        };
        self.unlock(&item).await?;
        item.get_secret()
            .await
            .map(|value| Some(Zeroizing::new(value)))
            .map_err(|error| explain(error, "read a secret"))
    }

    async fn set(&self, account: &str, label: &str, value: &[u8]) -> Result<()> {
        let session = self.open().await?;
        let collection = self.collection(&session).await?;
        collection
            .create_item(
                label,
                attributes(account),
                value,
                true,
                "text/plain; charset=utf8",
            )
            .await
            .map_err(|error| explain(error, "store a secret"))?;
        Ok(())
    }

    async fn contains(&self, account: &str) -> Result<bool> {
        let session = self.open().await?;
        Ok(!find(&session, account).await?.is_empty())
    }

    async fn delete(&self, account: &str) -> Result<()> {
        let session = self.open().await?;
        // More than one, where another collection holds one too.
        for item in find(&session, account).await? {
            self.unlock(&item).await?;
            item.delete()
                .await
                .map_err(|error| explain(error, "delete a secret"))?;
        }
        Ok(())
    }
}

/// All items of an account; those that can be read at once come first.
async fn find<'a>(session: &'a Session, account: &str) -> Result<Vec<Item<'a>>> {
    let found = session
        .service
        .search_items(attributes(account))
        .await
        .map_err(|error| explain(error, "be searched"))?;
    Ok(found.unlocked.into_iter().chain(found.locked).collect())
}

/// The keyring crate's attributes, so that its tools and others' find the item.
fn attributes(account: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", account)])
}

async fn connect(bus: &str) -> zbus::Result<Connection> {
    zbus::connection::Builder::address(bus)?.build().await
}

/// What people call the program that answers for the service.
async fn product(connection: &Connection) -> String {
    let owner = async {
        let bus = DBusProxy::new(connection).await.ok()?;
        let name = BUS_NAME.try_into().ok()?;
        let pid = bus.get_connection_unix_process_id(name).await.ok()?;
        std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()
    };
    // The kernel keeps 15 characters of a process's name.
    match owner.await.as_deref().map(str::trim) {
        Some("gnome-keyring-d") => "GNOME Keyring",
        Some("ksecretd" | "kwalletd5" | "kwalletd6") => "KWallet",
        Some("keepassxc") => "KeePassXC",
        _ => "Secret Service",
    }
    .to_owned()
}

/// A collection or an item.
#[async_trait]
trait Lockable: Sync {
    async fn is_locked(&self) -> std::result::Result<bool, secret_service::Error>;
    async fn unlock(&self) -> std::result::Result<(), secret_service::Error>;
}

#[async_trait]
impl Lockable for Collection<'_> {
    async fn is_locked(&self) -> std::result::Result<bool, secret_service::Error> {
        Collection::is_locked(self).await
    }
    async fn unlock(&self) -> std::result::Result<(), secret_service::Error> {
        Collection::unlock(self).await
    }
}

#[async_trait]
impl Lockable for Item<'_> {
    async fn is_locked(&self) -> std::result::Result<bool, secret_service::Error> {
        Item::is_locked(self).await
    }
    async fn unlock(&self) -> std::result::Result<(), secret_service::Error> {
        Item::unlock(self).await
    }
}

/// From the library's errors and the bus's error names to Berth's. `operation` completes "The
/// keychain could not …".
fn explain(error: secret_service::Error, operation: &str) -> Error {
    use secret_service::Error as E;
    let code = match &error {
        E::Unavailable => ErrorCode::KeychainMissing,
        // `NoResult`: there is no default collection. `Prompt`: it was dismissed, or there is no
        // display to show it on.
        E::Locked | E::Prompt | E::NoResult => ErrorCode::KeychainLocked,
        E::Zbus(error) => of_bus(error, operation),
        E::ZbusFdo(error) => of_standard(error, operation),
        _ => failed(operation).code,
    };
    Error::new(code).caused_by(&error)
}

fn of_bus(error: &zbus::Error, operation: &str) -> ErrorCode {
    match error {
        zbus::Error::MethodError(name, ..) if name.as_str() == IS_LOCKED => {
            ErrorCode::KeychainLocked
        }
        zbus::Error::FDO(error) => of_standard(error, operation),
        zbus::Error::MethodError(..) => {
            of_standard(&zbus::fdo::Error::from(error.clone()), operation)
        }
        _ => failed(operation).code,
    }
}

fn of_standard(error: &zbus::fdo::Error, operation: &str) -> ErrorCode {
    use zbus::fdo::Error as E;
    match error {
        // Nobody has the name, and the bus could not start anybody for it.
        E::ServiceUnknown(_)
        | E::NameHasNoOwner(_)
        | E::SpawnExecFailed(_)
        | E::SpawnForkFailed(_)
        | E::SpawnChildExited(_)
        | E::SpawnChildSignaled(_)
        | E::SpawnFailed(_)
        | E::SpawnFailedToSetup(_)
        | E::SpawnConfigInvalid(_)
        | E::SpawnServiceNotFound(_)
        | E::SpawnPermissionsInvalid(_)
        | E::SpawnFileInvalid(_)
        | E::SpawnNoMemory(_) => ErrorCode::KeychainMissing,
        _ => failed(operation).code,
    }
}
