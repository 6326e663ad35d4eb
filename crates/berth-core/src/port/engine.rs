use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::ServiceEngine;
use crate::error::Result;
use crate::facts::EngineFacts;
use crate::image::ImageLayer;
use crate::progress::Watch;

/// A container engine, over the Docker Engine API from 1.41 on.
#[async_trait]
pub trait Engine: ServiceEngine {
    /// Finds the engine (settings, `DOCKER_HOST`, `docker context`, the platform's places), agrees
    /// on an API version and says what it is.
    async fn probe(&self) -> Result<EngineFacts>;

    /// An image that is on this computer, or `None`.
    async fn image(&self, reference: &str) -> Result<Option<ImageInfo>>;

    /// What an image on this computer is made of, the first layer first; none of them is said to be
    /// of its base.
    ///
    /// # Errors
    /// `ImageMissing` where it is not here.
    async fn image_layers(&self, reference: &str) -> Result<Vec<ImageLayer>>;

    /// Pulls an image, reporting all its layers each time one changes. Cancelling ends the pull.
    async fn pull(&self, reference: &str, watch: &Watch) -> Result<ImageInfo>;

    /// Builds an image from a folder and gives it its name, reporting every line of the build and
    /// each instruction that begins. Cancelling ends the build; the name then stays where it was.
    ///
    /// # Errors
    /// `DockerfileMissing`, `BuildTargetMissing`, `BuildKitNeeded`, `BuildFailed`; for what the
    /// image begins with the same as [`Engine::pull`]; `FileFailed` for what cannot be read.
    async fn build(&self, request: &BuildRequest, watch: &Watch) -> Result<ImageInfo>;

    /// Gives an image that is on this computer a name, taking it from the image that had it.
    ///
    /// # Errors
    /// `ImageMissing` where there is no such image.
    async fn tag_image(&self, id: &str, reference: &str) -> Result<()>;

    /// Removes an image that nothing else uses. Missing is fine; in use is fine and leaves it.
    async fn remove_image(&self, reference: &str) -> Result<()>;

    /// The containers that Berth's launchers made, running or not. `name` narrows them to one
    /// installation.
    async fn session_containers(&self, name: Option<&str>) -> Result<Vec<SessionContainer>>;

    /// Ends and removes a container. Missing is fine.
    async fn remove_container(&self, id: &str) -> Result<()>;

    /// Deletes a volume. Missing is fine.
    async fn remove_volume(&self, name: &str) -> Result<()>;

    /// Whether a volume exists.
    async fn volume_exists(&self, name: &str) -> Result<bool>;

    /// Whether a container that runs, anybody's, has this volume.
    async fn volume_in_use(&self, name: &str) -> Result<bool>;
}

/// An image on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageInfo {
    /// Identifier: `sha256:…`.
    pub id: String,
    /// Digest in the registry it was pulled from, where it has one.
    pub digest: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// When it was made (RFC 3339).
    pub created: Option<String>,
    /// The image's own user; empty is root.
    pub user: String,
    /// Its names on this computer (`repository:tag`); none once its last one was taken.
    #[serde(default)]
    pub names: Vec<String>,
}

/// An image that is to be built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildRequest {
    /// Absolute path of the folder that is given to the engine.
    pub context: String,
    /// Path of the Dockerfile inside that folder, with `/`.
    pub dockerfile: String,
    /// The stage to stop at; the last one, unless given.
    pub target: Option<String>,
    /// Build arguments. They can be read in the image's history: never a secret.
    pub args: BTreeMap<String, String>,
    /// Repository and tag that the image gets.
    pub tag: String,
    /// Whether every instruction is carried out again, whatever the engine remembers.
    pub no_cache: bool,
}

/// The labels by which Berth knows its containers again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLabels {
    /// `dev.berth.installation`: the installation's name.
    pub installation: String,
    /// `dev.berth.generation`.
    pub generation: String,
    /// `dev.berth.session`: a ULID.
    pub session: String,
    /// `dev.berth.home`: Berth's home, so that two homes on one engine do not sweep each other.
    pub home: String,
    /// `dev.berth.owner`: process that owns the session: `pid:start-time:boot`.
    pub owner: String,
}

impl SessionLabels {
    /// Key of the installation's name.
    pub const INSTALLATION: &str = "dev.berth.installation";
    /// Key of the generation.
    pub const GENERATION: &str = "dev.berth.generation";
    /// Key of the session.
    pub const SESSION: &str = "dev.berth.session";
    /// Key of Berth's home.
    pub const HOME: &str = "dev.berth.home";
    /// Key of the owner.
    pub const OWNER: &str = "dev.berth.owner";

    /// As the engine keeps them.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        [
            (Self::INSTALLATION, &self.installation),
            (Self::GENERATION, &self.generation),
            (Self::SESSION, &self.session),
            (Self::HOME, &self.home),
            (Self::OWNER, &self.owner),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect()
    }

    /// From what the engine kept; `None` where one is missing: then it is no session of Berth's.
    pub fn from_lookup<'a>(look: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let get = |key| look(key).map(str::to_owned);
        Some(Self {
            installation: get(Self::INSTALLATION)?,
            generation: get(Self::GENERATION)?,
            session: get(Self::SESSION)?,
            home: get(Self::HOME)?,
            owner: get(Self::OWNER)?,
        })
    }
}

/// A container that a launcher made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionContainer {
    /// The engine's identifier.
    pub id: String,
    /// Whether it runs.
    pub running: bool,
    /// Its labels.
    pub labels: SessionLabels,
    /// Ports of 127.0.0.1, by the container's own that they lead to.
    #[serde(default)]
    pub ports: BTreeMap<u16, u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_come_back_as_they_were_or_not_at_all() {
        let labels = SessionLabels {
            installation: "time".to_owned(),
            generation: "g".to_owned(),
            session: "s".to_owned(),
            home: "/h".to_owned(),
            owner: "1:2:a.b.c".to_owned(),
        };
        let mut map = labels.to_map();
        let read = |map: &BTreeMap<String, String>| {
            SessionLabels::from_lookup(|key| map.get(key).map(String::as_str))
        };
        assert_eq!(read(&map), Some(labels));
        map.remove(SessionLabels::OWNER);
        assert_eq!(read(&map), None);
    }
}
