//! A program of a server's image, run to its end in a container of its own.

use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Engine as _, ServiceEngine as _};
use berth_core::progress::Watch;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{InspectContainerOptions, StartContainerOptions};
use serde_json::Value;

use super::DockerEngine;
use super::transport::status;

const OPERATION: &str = "run a program";

impl DockerEngine {
    /// Makes a container, tells what its program writes until it ends, and takes it away again,
    /// however that ended: the exit code, `None` where `limit` was over. `image` is what people call
    /// the image.
    pub async fn run_to_end(
        &self,
        body: Value,
        image: &str,
        limit: Duration,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        watch.check()?;
        let at = self.engine().await?;
        let body: ContainerCreateBody = serde_json::from_value(body).map_err(|_| {
            // Not its text: that could repeat what could not be read.
            Error::internal("a program's container has no body")
        })?;
        let made = at.docker.create_container(None, body).await;
        let id = made.map_err(|error| match status(&error) {
            Some(404) => Error::new(ErrorCode::ImageMissing {
                reference: image.to_owned(),
            })
            .caused_by(&error),
            _ => self.failed(&at, OPERATION, error),
        })?;
        let id = id.id;
        let work = async {
            at.docker
                .start_container(&id, None::<StartContainerOptions>)
                .await
                .map_err(|error| self.failed(&at, OPERATION, error))?;
            self.service_log(&id, u32::MAX, true, told).await?;
            let ended = at
                .docker
                .inspect_container(&id, None::<InspectContainerOptions>)
                .await
                .map_err(|error| self.failed(&at, OPERATION, error))?;
            let code = ended.state.and_then(|state| state.exit_code);
            Ok(code.and_then(|code| i32::try_from(code).ok()))
        };
        let limited = async {
            match tokio::time::timeout(limit, work).await {
                Ok(ended) => ended,
                Err(_) => Ok(None),
            }
        };
        let ended = watch.until_cancelled(limited).await;
        let removed = self.remove_container(&id).await;
        let ended = ended?;
        removed?;
        Ok(ended)
    }
}
