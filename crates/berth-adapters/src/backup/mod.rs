//! Backups of volumes in files: [`VolumeBackups`].

mod format;
mod read;
mod write;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::backup::Backup;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Backups, Engine as _, Host as _, SessionLabels, VolumeAt};
use berth_core::progress::{Progress, Watch};
use berth_core::secret::Secret;
use bytes::Bytes;
use tokio::sync::mpsc;

use self::read::{Next, Reader};
use self::write::Writer;
use crate::docker::DockerEngine;
use crate::host::LocalHost;
use crate::private::{self, file_error};

/// How many chunks wait for the engine: what of a volume is in memory.
const AHEAD: usize = 4;

/// [`Backups`] over an engine and the files of this computer.
pub struct VolumeBackups {
    engine: Arc<DockerEngine>,
    host: Arc<LocalHost>,
}

impl VolumeBackups {
    /// Nothing is done yet.
    #[must_use]
    pub fn new(engine: Arc<DockerEngine>, host: Arc<LocalHost>) -> Self {
        Self { engine, host }
    }

    /// Labels of what is made to open a volume: as a session's, so that it is swept like one.
    fn labels(&self, installation: &str) -> SessionLabels {
        SessionLabels {
            installation: installation.to_owned(),
            generation: "backup".to_owned(),
            session: self.host.new_id(),
            home: self.host.home(),
            owner: self.host.owner().to_owned(),
        }
    }

    async fn open(&self, volume: &VolumeAt, read_only: bool, watch: &Watch) -> Result<String> {
        watch.check()?;
        let labels = self.labels(&volume.installation);
        self.engine.open_volume(volume, &labels, read_only).await
    }

    /// Closes what was opened, however the work with it ended.
    async fn closed<T>(&self, container: &str, done: Result<T>) -> Result<T> {
        let closed = self.engine.remove_container(container).await;
        let done = done?;
        closed?;
        Ok(done)
    }

    /// Fills a new volume from what is sent.
    async fn make<F>(
        &self,
        volume: &VolumeAt,
        watch: &Watch,
        give: impl FnOnce(Give) -> F,
    ) -> Result<()>
    where
        F: Future<Output = Result<()>>,
    {
        watch.check()?;
        let labels = self.labels(&volume.installation);
        self.engine.create_volume(&volume.volume, &labels).await?;
        let container = self.open(volume, false, watch).await?;
        let (to, from) = mpsc::channel(AHEAD);
        let giving = give(Give(to.clone()));
        let giving = async move {
            let given = giving.await;
            if given.is_err() {
                // The engine is not to take what it has for the whole.
                let broken = std::io::Error::other("what is to be restored ended early");
                let _ = to.send(Err(broken)).await;
            }
            given
        };
        let work = async {
            let (filled, given) = tokio::join!(self.engine.fill(&container, from), giving);
            // What could not be read is why it could not be filled.
            match (filled, given) {
                (Err(error), Err(given)) if is_hung_up(&given) => Err(error),
                (_, Err(given)) => Err(given),
                (filled, Ok(())) => filled,
            }
        };
        let made = watch.until_cancelled(work).await;
        self.closed(&container, made).await
    }
}

/// To whoever fills a volume.
struct Give(mpsc::Sender<std::io::Result<Bytes>>);

impl Give {
    async fn give(&self, bytes: Bytes) -> Result<()> {
        self.0.send(Ok(bytes)).await.map_err(|_| hung_up())
    }
}

/// Who was to take it did not: that one says why.
fn hung_up() -> Error {
    Error::new(ErrorCode::Interrupted)
}

fn is_hung_up(error: &Error) -> bool {
    error.code == ErrorCode::Interrupted
}

/// Where a file is while it is not whole.
fn part(file: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(".berth-part");
    file.with_file_name(name)
}

fn tell(reader: &Reader<'_>, watch: &Watch) {
    let (done, total) = reader.progress();
    watch.report(Progress::Bytes { done, total });
}

#[async_trait]
impl Backups for VolumeBackups {
    async fn head(&self, file: &str) -> Result<Backup> {
        Ok(Reader::open(Path::new(file)).await?.backup().clone())
    }

    async fn write(
        &self,
        file: &str,
        backup: &Backup,
        volumes: &[VolumeAt],
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<u64> {
        let path = Path::new(file);
        let there = || {
            Error::new(ErrorCode::FileThere {
                path: file.to_owned(),
            })
        };
        if path.symlink_metadata().is_ok() {
            return Err(there());
        }
        let way = part(path);
        private::remove(&way)?;
        let opened = tokio::fs::File::from_std(private::open_or_create(&way)?);
        let written = async {
            let mut writer = Writer::begin(&way, opened, backup, passphrase).await?;
            for volume in volumes {
                let before = writer.written();
                let container = self.open(volume, true, watch).await?;
                let work = async {
                    let mut contents = self.engine.contents(&container).await?;
                    let mut done = before;
                    while let Some(bytes) = contents.next().await? {
                        done += bytes.len() as u64;
                        writer.data(&bytes).await?;
                        watch.report(Progress::Bytes { done, total: 0 });
                    }
                    writer.volume().await
                };
                let done = watch.until_cancelled(work).await;
                self.closed(&container, done).await?;
            }
            let size = writer.end().await?;
            watch.check()?;
            if path.symlink_metadata().is_ok() {
                return Err(there());
            }
            let renamed = std::fs::rename(&way, path).and_then(|()| {
                private::sync_folder(path.parent().unwrap_or_else(|| Path::new(".")))
            });
            renamed.map_err(|error| file_error("write", path, &error))?;
            Ok(size)
        }
        .await;
        if written.is_err() {
            // The first failure is the one to tell.
            let _ = private::remove(&way);
        }
        written
    }

    async fn discard(&self, file: &str, id: &str) -> Result<()> {
        let path = Path::new(file);
        private::remove(&part(path))?;
        match Reader::open(path).await {
            Ok(reader) if reader.backup().id == id => private::remove(path),
            // Whatever else is there is somebody's.
            _ => Ok(()),
        }
    }

    async fn check(
        &self,
        file: &str,
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<Backup> {
        let mut reader = Reader::open(Path::new(file)).await?;
        reader.unlock(passphrase).await?;
        loop {
            watch.check()?;
            if let Next::End = reader.next().await? {
                return Ok(reader.backup().clone());
            }
            tell(&reader, watch);
        }
    }

    async fn restore(
        &self,
        file: &str,
        number: usize,
        to: &VolumeAt,
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<()> {
        let mut reader = Reader::open(Path::new(file)).await?;
        reader.unlock(passphrase).await?;
        let reader = &mut reader;
        self.make(to, watch, |to| async move {
            let mut current = 0;
            loop {
                tell(reader, watch);
                match reader.next().await? {
                    Next::Data(data) if current == number => {
                        to.give(Bytes::copy_from_slice(&data)).await?;
                    }
                    Next::Data(_) => {}
                    Next::Volume if current == number => return Ok(()),
                    Next::Volume => current += 1,
                    Next::End => return Err(Error::internal("a backup has no such volume")),
                }
            }
        })
        .await
    }

    async fn copy(&self, from: &VolumeAt, to: &str, watch: &Watch) -> Result<()> {
        let new = VolumeAt {
            volume: to.to_owned(),
            ..from.clone()
        };
        let container = self.open(from, true, watch).await?;
        let work = async {
            let mut contents = self.engine.contents(&container).await?;
            self.make(&new, watch, |to| async move {
                let mut done = 0;
                while let Some(bytes) = contents.next().await? {
                    done += bytes.len() as u64;
                    to.give(bytes).await?;
                    watch.report(Progress::Bytes { done, total: 0 });
                }
                Ok(())
            })
            .await
        };
        let copied = work.await;
        self.closed(&container, copied).await
    }
}
