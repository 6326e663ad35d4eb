//! What an image is made of, from what the engine says of its history.

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::image::ImageLayer;
use bollard::models::ImageHistoryResponseItem;

use super::DockerEngine;
use super::image::wanted;
use super::transport::status;

impl DockerEngine {
    /// What an image on this computer is made of.
    pub(super) async fn history(&self, reference: &str) -> Result<Vec<ImageLayer>> {
        let missing = || {
            Error::new(ErrorCode::ImageMissing {
                reference: reference.to_owned(),
            })
        };
        let wanted = wanted(reference).ok_or_else(missing)?;
        let at = self.engine().await?;
        match at.docker.image_history(&wanted.text()).await {
            Ok(history) => Ok(layers(history)),
            Err(error) if status(&error) == Some(404) => Err(missing()),
            Err(error) => Err(self.failed(&at, "look at an image", error)),
        }
    }
}

/// The layers, the first one first.
fn layers(history: Vec<ImageHistoryResponseItem>) -> Vec<ImageLayer> {
    // The engine begins with the last one.
    let layers = history.into_iter().rev().map(|item| ImageLayer {
        instruction: instruction(&item.created_by, &item.comment),
        size: u64::try_from(item.size).unwrap_or_default(),
        base: false,
    });
    layers.collect()
}

/// Words that instructions begin with which run nothing.
const KEYWORDS: [&str; 19] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
    "SYNTAX",
];

/// An instruction as a Dockerfile would have it. The classic builder writes down what it ran
/// (`|1 NAME=value /bin/sh -c make`) or would have (`/bin/sh -c #(nop) COPY …`), BuildKit the
/// instruction with what it ran (`RUN /bin/sh -c make # buildkit`). Build arguments are left out.
fn instruction(created_by: &str, comment: &str) -> String {
    let text = created_by.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.strip_suffix("# buildkit").unwrap_or(&text).trim();
    let text = match text.strip_prefix("RUN ") {
        Some(run) => run,
        None => text,
    };
    if text.is_empty() {
        return comment.trim().to_owned();
    }
    let given = text.starts_with('|');
    let text = match shell(text) {
        Some(run) => match run.strip_prefix("#(nop)") {
            Some(instruction) => return instruction.trim().to_owned(),
            None => return format!("RUN {run}"),
        },
        None => text,
    };
    if given {
        // Without a shell, its values cannot be told from the program.
        return "RUN …".to_owned();
    }
    let first = text.split(' ').next().unwrap_or_default();
    if KEYWORDS.contains(&first) && !created_by.starts_with("RUN ") {
        text.to_owned()
    } else {
        format!("RUN {text}")
    }
}

/// What a shell was given to run.
fn shell(text: &str) -> Option<&str> {
    let shells = [
        "/bin/sh -c ",
        "/bin/ash -c ",
        "/bin/bash -c ",
        "/bin/bash -o pipefail -c ",
    ];
    let found = shells.iter().filter_map(|shell| {
        let at = text.find(shell)?;
        // In front of it stand build arguments, or nothing.
        let fits = at == 0 || text.starts_with('|');
        fits.then(|| text[at + shell.len()..].trim())
    });
    found.max_by_key(|run| run.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_builders_instructions_are_told_as_they_were_written() {
        for (created_by, told) in [
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]"),
            (
                "/bin/sh -c #(nop) COPY dir:ab in /app ",
                "COPY dir:ab in /app",
            ),
            ("/bin/sh -c pip install   demo", "RUN pip install demo"),
            (
                "|2 USER=me KEY=a b /bin/sh -c make && true",
                "RUN make && true",
            ),
            ("|1 KEY=value /server --exit 3", "RUN …"),
            ("/server --exit 3", "RUN /server --exit 3"),
            ("RUN /bin/sh -c make # buildkit", "RUN make"),
            ("RUN |1 KEY=value /bin/sh -c make # buildkit", "RUN make"),
            ("RUN /bin/bash -o pipefail -c a | b # buildkit", "RUN a | b"),
            ("COPY . . # buildkit", "COPY . ."),
            ("WORKDIR /app", "WORKDIR /app"),
            ("ENV A=/bin/sh -c x", "ENV A=/bin/sh -c x"),
        ] {
            assert_eq!(instruction(created_by, ""), told, "{created_by}");
        }
        assert_eq!(instruction("", "Imported from -"), "Imported from -");
    }
}
