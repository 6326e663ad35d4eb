//! What is in a volume: by way of a container that has it and is never started, as backups read it.

use std::io::Read;

use berth_core::criteria::{About, User, Written, glob, may_write, user};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Engine as _, SessionLabels, VolumeAt};
use berth_core::server::{ContainerLaunch, FileMode, Spot};
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::docker::{Contents, DockerEngine, inside_volume};

/// How much of a volume is looked through.
const BYTES: u64 = 1 << 30;
/// Most of a file that says who users are.
const NAMES_BYTES: u64 = 1 << 20;
/// Most files that are told.
const FILES: usize = 10_000;
/// Longest line of a log that is looked at.
const LINE_BYTES: usize = 64 * 1024;

/// A volume of a container's.
pub struct Volume<'a> {
    pub engine: &'a DockerEngine,
    pub launch: &'a ContainerLaunch,
    pub labels: SessionLabels,
    pub name: &'a str,
    /// Where the server has it.
    pub target: &'a str,
}

impl Volume<'_> {
    /// Does something with a container that opens the volume, and takes that away again.
    async fn opened<T>(&self, work: impl AsyncFnOnce(&Opened<'_>) -> Result<T>) -> Result<T> {
        if !self.engine.volume_exists(self.name).await? {
            return Err(Error::new(ErrorCode::PathMissing {
                path: self.target.to_owned(),
            }));
        }
        let at = VolumeAt {
            installation: self.labels.installation.clone(),
            volume: self.name.to_owned(),
            image: self.launch.image_id.clone(),
        };
        let container = self.engine.open_volume(&at, &self.labels, true).await?;
        // Whoever drops this (its time is over) leaves the container to the sweep.
        let opened = Opened {
            engine: self.engine,
            container: &container,
        };
        let done = work(&opened).await;
        let closed = self.engine.remove_container(&container).await;
        let done = done?;
        closed?;
        Ok(done)
    }

    /// A path of the server's, below the top of the volume.
    fn below<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(self.target)
            .unwrap_or(path)
            .trim_matches('/')
    }

    fn outside(&self, below: &str) -> String {
        match below {
            "" => self.target.to_owned(),
            below => format!("{}/{below}", self.target),
        }
    }

    pub async fn writable(&self, at: &Spot) -> Result<Written> {
        let below = self.below(at.path());
        self.opened(async |opened| {
            let (user, groups) = self.user(opened).await?;
            // The top, and every folder on the way: each has to let the user through.
            let mut folders = vec![String::new()];
            let mut way = String::new();
            for part in below.split('/').filter(|part| !part.is_empty()) {
                way = format!("{way}/{part}").trim_matches('/').to_owned();
                folders.push(way.clone());
            }
            let mut last: Option<(String, About)> = None;
            for folder in folders {
                let Some(about) = opened.about(&folder).await? else {
                    break;
                };
                if let Some((path, before)) = &last
                    && !passes(user, &groups, *before)
                {
                    return Ok(Written {
                        can: false,
                        looked_at: self.outside(path),
                        compared: Some((user, *before)),
                    });
                }
                last = Some((folder, about));
            }
            let (path, about) = last.ok_or_else(|| {
                Error::new(ErrorCode::PathMissing {
                    path: self.target.to_owned(),
                })
            })?;
            Ok(Written {
                can: may_write(user, &groups, about),
                looked_at: self.outside(&path),
                compared: Some((user, about)),
            })
        })
        .await
    }

    /// The user that the server runs as.
    async fn user(&self, opened: &Opened<'_>) -> Result<(User, Vec<u32>)> {
        let wanted = match &self.launch.hardening.user {
            Some(user) => user.clone(),
            None => {
                let image = self.engine.image(&self.launch.image_id).await?;
                let missing = || {
                    Error::new(ErrorCode::ImageMissing {
                        reference: self.launch.image.clone(),
                    })
                };
                image.ok_or_else(missing)?.user
            }
        };
        let passwd = opened.text("/etc/passwd").await?;
        let group = opened.text("/etc/group").await?;
        user(&wanted, &passwd, &group).ok_or_else(|| {
            Error::new(ErrorCode::EngineFailed {
                operation: "tell the server's user".to_owned(),
            })
            .with_cause(format!("the image does not know `{wanted}`"))
        })
    }

    pub async fn files(&self, at: &Spot) -> Result<Vec<FileMode>> {
        let folder = self.below(glob::fixed(at.path())).to_owned();
        let pattern = at.path().to_owned();
        let top = match folder.rsplit_once('/') {
            Some((above, _)) => self.outside(above),
            None if folder.is_empty() => String::new(),
            None => self.target.to_owned(),
        };
        let target = self.target.to_owned();
        self.opened(async |opened| {
            let Some(contents) = opened.at(&folder).await? else {
                return Ok(Vec::new());
            };
            let is_top = folder.is_empty();
            read(contents, BYTES, move |archive| {
                let mut found = Vec::new();
                for entry in archive.entries()? {
                    let entry = entry?;
                    if !entry.header().entry_type().is_file() {
                        continue;
                    }
                    // Names begin with that of what was asked for.
                    let name = entry.path()?.to_string_lossy().into_owned();
                    let path = match name.split_once('/') {
                        Some((_, rest)) if is_top => format!("{target}/{rest}"),
                        _ => format!("{top}/{name}"),
                    };
                    if glob::fits(&pattern, &path) && found.len() < FILES {
                        let mode = entry.header().mode()? & 0o7777;
                        found.push(FileMode { path, mode });
                    }
                }
                found.sort_by(|a, b| a.path.cmp(&b.path));
                Ok(found)
            })
            .await
        })
        .await
    }

    pub async fn lines(
        &self,
        at: &Spot,
        told: &mut (dyn for<'l> FnMut(&'l [u8]) + Send),
    ) -> Result<bool> {
        let below = self.below(at.path()).to_owned();
        self.opened(async |opened| {
            let Some(contents) = opened.at(&below).await? else {
                return Ok(false);
            };
            let (to, mut from) = mpsc::channel::<Vec<u8>>(64);
            let reading = read(contents, BYTES, move |archive| {
                for entry in archive.entries()? {
                    let mut entry = entry?;
                    if entry.header().entry_type().is_file() {
                        split(&mut entry, &mut |line| {
                            to.blocking_send(line.to_vec()).is_ok()
                        })?;
                    }
                }
                Ok(())
            });
            let telling = async {
                while let Some(line) = from.recv().await {
                    told(&line);
                }
            };
            let (read, ()) = tokio::join!(reading, telling);
            read.map(|()| true)
        })
        .await
    }
}

/// Whether a user may go into a folder.
fn passes(user: User, groups: &[u32], about: About) -> bool {
    let bits = if about.uid == user.uid {
        about.mode >> 6
    } else if about.gid == user.gid || groups.contains(&about.gid) {
        about.mode >> 3
    } else {
        about.mode
    };
    about.is_folder && bits & 1 == 1
}

/// Gives the lines of a text, each cut where it is too long, until nobody wants more.
pub fn split(from: &mut dyn Read, told: &mut dyn FnMut(&[u8]) -> bool) -> std::io::Result<()> {
    let mut chunk = vec![0; 64 * 1024];
    let mut line: Vec<u8> = Vec::new();
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            if !line.is_empty() {
                told(&line);
            }
            return Ok(());
        }
        for byte in &chunk[..read] {
            if *byte == b'\n' {
                if !told(&line) {
                    return Ok(());
                }
                line.clear();
            } else if line.len() < LINE_BYTES {
                line.push(*byte);
            }
        }
    }
}

struct Opened<'a> {
    engine: &'a DockerEngine,
    container: &'a str,
}

impl Opened<'_> {
    async fn at(&self, below: &str) -> Result<Option<Contents>> {
        self.engine
            .archive(self.container, &inside_volume(below))
            .await
    }

    /// Whose something of the volume is. Only the head of its stream is read.
    async fn about(&self, below: &str) -> Result<Option<About>> {
        let Some(contents) = self.at(below).await? else {
            return Ok(None);
        };
        read(contents, BYTES, |archive| {
            let Some(entry) = archive.entries()?.next().transpose()? else {
                return Ok(None);
            };
            let head = entry.header();
            let number = |id: u64| u32::try_from(id).map_err(std::io::Error::other);
            Ok(Some(About {
                uid: number(head.uid()?)?,
                gid: number(head.gid()?)?,
                mode: head.mode()? & 0o7777,
                is_folder: head.entry_type().is_dir(),
            }))
        })
        .await
    }

    /// A small file of the image; empty where there is none.
    async fn text(&self, path: &str) -> Result<String> {
        let Some(contents) = self.engine.archive(self.container, path).await? else {
            return Ok(String::new());
        };
        read(contents, NAMES_BYTES, |archive| {
            let mut text = Vec::new();
            for entry in archive.entries()? {
                entry?.read_to_end(&mut text)?;
            }
            Ok(String::from_utf8_lossy(&text).into_owned())
        })
        .await
    }
}

/// Reads a tar stream as it comes, and no more of it than that many bytes. What is not read of it is
/// not waited for.
async fn read<T: Send + 'static>(
    mut contents: Contents,
    limit: u64,
    work: impl FnOnce(&mut tar::Archive<Stream>) -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let (to, from) = mpsc::channel(4);
    let reading = tokio::task::spawn_blocking(move || {
        let mut archive = tar::Archive::new(Stream {
            from,
            current: Bytes::new(),
            left: limit,
        });
        work(&mut archive)
    });
    let giving = async {
        while let Some(bytes) = contents.next().await? {
            if to.send(bytes).await.is_err() {
                // It has what it wants.
                break;
            }
        }
        drop(to);
        Ok::<(), Error>(())
    };
    let (given, done) = tokio::join!(giving, reading);
    given?;
    let done = done.map_err(|error| Error::internal("a reader was lost").caused_by(&error))?;
    done.map_err(|error| {
        Error::new(ErrorCode::EngineFailed {
            operation: "read a volume".to_owned(),
        })
        .caused_by(&error)
    })
}

/// The bytes of a stream, for who reads them and waits.
struct Stream {
    from: mpsc::Receiver<Bytes>,
    current: Bytes,
    left: u64,
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.current.is_empty() {
            match self.from.blocking_recv() {
                Some(bytes) => self.current = bytes,
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.current.len());
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| std::io::Error::other("there is more than is looked through"))?;
        into[..count].copy_from_slice(&self.current.split_to(count));
        Ok(count)
    }
}
