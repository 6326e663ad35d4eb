use super::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::port::ImageInfo;
use crate::progress::Watch;

/// Whether the image is here already: then the undo leaves it.
pub async fn look(context: &Context<'_>, reference: &str) -> Result<StepOutcome> {
    let here = context.ports.engine.image(reference).await?;
    Ok(StepOutcome::Image {
        id: here
            .as_ref()
            .map(|image| image.id.clone())
            .unwrap_or_default(),
        digest: here.as_ref().and_then(|image| image.digest.clone()),
        was_here: here.is_some(),
    })
}

/// Pulls, and refuses an image of another digest than the entry was reviewed with.
pub async fn pull(
    context: &Context<'_>,
    reference: &str,
    wanted: Option<&str>,
    before: StepOutcome,
    watch: &Watch,
) -> Result<StepOutcome> {
    // With a digest the registry cannot give anything else, and the tag may have moved on.
    let exact = match wanted {
        Some(digest) if !reference.contains('@') => format!("{}@{digest}", untagged(reference)),
        _ => reference.to_owned(),
    };
    let image = context.ports.engine.pull(&exact, watch).await?;
    if let Some(expected) = wanted
        && image.digest.as_deref() != Some(expected)
    {
        return Err(Error::new(ErrorCode::ImageChanged {
            reference: reference.to_owned(),
            expected: expected.to_owned(),
            found: image.digest.unwrap_or_else(|| image.id.clone()),
        }));
    }
    // A tag that moved gives a new image: that one was not here.
    let was_here =
        matches!(before, StepOutcome::Image { was_here: true, id, .. } if id == image.id);
    Ok(outcome(image, was_here))
}

/// Pins an image that is here.
pub async fn pin(context: &Context<'_>, reference: &str) -> Result<StepOutcome> {
    match context.ports.engine.image(reference).await? {
        Some(image) => Ok(outcome(image, true)),
        None => Err(Error::new(ErrorCode::ImageMissing {
            reference: reference.to_owned(),
        })),
    }
}

/// Removes what was pulled. The engine keeps an image that anything else uses.
pub async fn undo(context: &Context<'_>, reference: &str, outcome: &StepOutcome) -> Result<()> {
    match outcome {
        StepOutcome::Image { was_here: true, .. } => Ok(()),
        StepOutcome::Image { id, .. } if !id.is_empty() => {
            context.ports.engine.remove_image(id).await
        }
        _ => context.ports.engine.remove_image(reference).await,
    }
}

fn outcome(image: ImageInfo, was_here: bool) -> StepOutcome {
    StepOutcome::Image {
        id: image.id,
        digest: image.digest,
        was_here,
    }
}

/// A reference without its tag: a colon after the last slash begins one.
fn untagged(reference: &str) -> &str {
    match reference.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => reference,
    }
}

#[cfg(test)]
mod tests {
    use super::untagged;

    #[test]
    fn a_port_is_not_a_tag() {
        assert_eq!(untagged("mcp/time:1.2"), "mcp/time");
        assert_eq!(
            untagged("127.0.0.1:5000/mcp/time"),
            "127.0.0.1:5000/mcp/time"
        );
        assert_eq!(
            untagged("127.0.0.1:5000/mcp/time:2"),
            "127.0.0.1:5000/mcp/time"
        );
    }
}
