//! Building an image, with the engine's own (classic) builder.
//!
//! As a pull, not through bollard: what went wrong is told by where it went wrong, which its
//! client does not keep.

mod context;
mod dockerfile;
mod ignore;
mod output;

/// Folders of projects, for whoever else reads one.
pub(crate) mod folder {
    pub(crate) use super::context::Context;
    pub(crate) use super::ignore::Ignore;
}

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::image::{Sent, SentPart};
use berth_core::port::BuildRequest;
use berth_core::progress::Watch;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::context::{Context, Packed};
use self::dockerfile::{Dockerfile, Instruction};
use self::output::{Message, Output};
use super::credentials;
use super::pull::{Lines, Pull, words};
use super::reference::Reference;
use super::transport::{failed, send};
use crate::launcher::wire::{Endpoint, Version};

/// What a build is given, without building anything.
///
/// # Errors
/// `FolderMissing`, `DockerfileMissing`, `FileFailed`.
pub(crate) fn sent(request: &BuildRequest) -> Result<Sent> {
    let context = Context::open(&request.context, &request.dockerfile)?;
    let file = dockerfile_of(&context, request)?;
    let measured = context.measure()?.parts.into_iter();
    let mut parts: Vec<SentPart> = measured
        .map(|(name, (files, size))| SentPart { name, files, size })
        .collect();
    // Stable: what is as large stays in the order of the names.
    parts.sort_by_key(|part| std::cmp::Reverse(part.size));
    Ok(Sent {
        ignore: context.ignored_by().map(str::to_owned),
        files: parts.iter().map(|part| part.files).sum(),
        size: parts.iter().map(|part| part.size).sum(),
        parts,
        base: file.begins_with(request.target.as_deref(), &request.args),
    })
}

fn dockerfile_of(context: &Context, request: &BuildRequest) -> Result<Dockerfile> {
    let text = context.text(&request.dockerfile)?.ok_or_else(|| {
        let path = Path::new(&request.context).join(&request.dockerfile);
        Error::new(ErrorCode::DockerfileMissing {
            path: path.display().to_string(),
        })
    })?;
    Ok(Dockerfile::parse(&text))
}

/// How many chunks of the folder wait for the engine: what of it is in memory.
const AHEAD: usize = 4;

/// One build.
pub struct Build<'a> {
    /// The engine.
    pub endpoint: &'a Endpoint,
    /// What it speaks.
    pub version: Version,
    /// The folder of Docker's configuration.
    pub docker_config: &'a Path,
    /// Address of the registry that the engine uses where a reference names none.
    pub default_registry: Option<&'a str>,
    /// What is built.
    pub request: &'a BuildRequest,
}

impl Build<'_> {
    /// Builds and gives the image's identifier; it has no name yet. Dropped before it is done, it
    /// closes its connection, and the engine stops.
    pub async fn run(&self, watch: &Watch) -> Result<String> {
        let (context, file) = self.read().await?;
        let (to, from) = mpsc::channel(AHEAD);
        let packing = tokio::task::spawn_blocking(move || context.pack(to));
        let body = stream::unfold(from, |mut from| async move {
            let chunk: Option<std::io::Result<Bytes>> = from.recv().await;
            Some((chunk?.map(Frame::data), from))
        });
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.path())
            .header(CONTENT_TYPE, "application/x-tar");
        if let Some(credentials) = self.credentials(&file).await {
            request = request.header("X-Registry-Config", credentials);
        }
        let request = request
            .body(StreamBody::new(body.boxed()))
            .map_err(|error| Error::internal("a request has no form").caused_by(&error))?;
        let mut output = Output::new(watch);
        let ended = self.ask(request, &mut output).await;
        output.finish();
        match ended {
            Ok(()) => {
                self.tell(packing, watch).await;
                output
                    .made()
                    .map(str::to_owned)
                    .ok_or_else(|| self.stopped(&output, "the engine names no image"))
            }
            Err(Ended::Refused(text)) => Err(self.refused(&file, &output, &text).await),
            Err(Ended::Broken(error)) => Err(match packing.await {
                // The engine was told no more because there was no more that could be read.
                Ok(Err(unreadable)) => unreadable,
                _ => error,
            }),
        }
    }

    /// The folder and its Dockerfile.
    async fn read(&self) -> Result<(Context, Dockerfile)> {
        let request = self.request.clone();
        let work = move || {
            let context = Context::open(&request.context, &request.dockerfile)?;
            let file = dockerfile_of(&context, &request)?;
            match request.target {
                Some(target) if !file.has_stage(&target) => {
                    let path = Path::new(&request.context).join(&request.dockerfile);
                    Err(Error::new(ErrorCode::BuildTargetMissing {
                        target,
                        dockerfile: path.display().to_string(),
                    }))
                }
                _ => Ok((context, file)),
            }
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::internal("reading the folder ended").caused_by(&error))?
    }

    fn path(&self) -> String {
        let request = self.request;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("dockerfile", &request.dockerfile)
            // What an instruction ran in goes, however it ended.
            .append_pair("rm", "1")
            .append_pair("forcerm", "1");
        if let Some(target) = &request.target {
            query.append_pair("target", target);
        }
        if !request.args.is_empty() {
            let args = serde_json::Value::from_iter(request.args.clone());
            query.append_pair("buildargs", &args.to_string());
        }
        if request.no_cache {
            query.append_pair("nocache", "1");
        }
        format!("/build?{}", query.finish())
    }

    /// The credentials for the registries of the images that the Dockerfile begins with, and for no
    /// others.
    async fn credentials(&self, file: &Dockerfile) -> Option<HeaderValue> {
        let mut servers = BTreeMap::new();
        for image in file.images(&self.request.args) {
            let image = Reference::parse(&image);
            let Some(server) = image
                .as_ref()
                .and_then(|image| image.registry.as_deref().or(self.default_registry))
            else {
                continue;
            };
            if let Some(found) = credentials::find(self.docker_config, server).await {
                servers.insert(server.to_owned(), found.value(server));
            }
        }
        if servers.is_empty() {
            return None;
        }
        let text = serde_json::Value::from_iter(servers).to_string();
        let text = base64::engine::general_purpose::URL_SAFE.encode(text);
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    async fn ask<B>(
        &self,
        request: Request<B>,
        output: &mut Output<'_>,
    ) -> std::result::Result<(), Ended>
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (response, _connection) = send(self.endpoint, self.version, request)
            .await
            .map_err(failed(self.endpoint, OPERATION))
            .map_err(Ended::Broken)?;
        if !response.status().is_success() {
            return Err(Ended::Refused(words(response).await));
        }
        let mut lines = Lines::new(response);
        loop {
            let line = lines.next().await.map_err(|error| {
                let stopped = Error::new(ErrorCode::EngineStopped {
                    endpoint: self.endpoint.to_string(),
                });
                Ended::Broken(stopped.caused_by(error.as_ref()))
            })?;
            let Some(line) = line else { return Ok(()) };
            // What is not the engine's form says nothing.
            if let Ok(message) = serde_json::from_slice::<Message>(&line) {
                output.take(message).map_err(Ended::Refused)?;
            }
        }
    }

    /// What was not given to the engine, for the log.
    async fn tell(&self, packing: JoinHandle<Result<Packed>>, watch: &Watch) {
        if let Ok(Ok(packed)) = packing.await
            && !packed.withheld.is_empty()
        {
            let names = packed.withheld.join(", ");
            watch.line(format!(
                "Kept out of the image, because it may hold tokens: {names}"
            ));
        }
    }

    /// What it means that the engine could not build, by where it stopped.
    async fn refused(&self, file: &Dockerfile, output: &Output<'_>, text: &str) -> Error {
        let at = output.step().and_then(Instruction::parse);
        let needy = match &at {
            Some(at) => Some(at).filter(|at| at.needs_buildkit()),
            // Refused as a whole.
            None => file.needs_buildkit(),
        };
        if let Some(needy) = needy {
            return Error::new(ErrorCode::BuildKitNeeded { step: needy.text() }).with_cause(text);
        }
        if let Some(image) = at
            .as_ref()
            .and_then(|at| file.base_of(at, &self.request.args))
            && let Some(reference) = Reference::parse(&image)
        {
            let pull = Pull {
                endpoint: self.endpoint,
                version: self.version,
                docker_config: self.docker_config,
                default_registry: self.default_registry,
                reference: &reference,
            };
            return pull.why(text).await;
        }
        self.stopped(output, text)
    }

    fn stopped(&self, output: &Output<'_>, text: &str) -> Error {
        let step = output.step().unwrap_or(&self.request.dockerfile);
        let mut error = Error::new(ErrorCode::BuildFailed {
            step: step.to_owned(),
        })
        .with_cause(text);
        error.causes.extend(output.last().map(str::to_owned));
        error
    }
}

/// What an engine that cannot be asked could not do.
const OPERATION: &str = "build the image";

/// Why a build ended.
enum Ended {
    /// The engine said why.
    Refused(String),
    /// It can say nothing any more.
    Broken(Error),
}
