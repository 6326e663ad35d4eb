//! Building in memory: as much of a Dockerfile as tells whether it works, and an image that is
//! another one where anything that goes into it is.

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::image::ImageLayer;
use berth_core::port::{BuildRequest, ImageInfo, PathKind};
use berth_core::progress::{Progress, Watch};

use super::World;
use super::world::{State, image};

/// What is carried out.
struct Plan {
    instructions: Vec<String>,
    /// Everything that makes the image what it is.
    seed: String,
}

pub(super) async fn build(
    world: &World,
    request: &BuildRequest,
    watch: &Watch,
) -> Result<ImageInfo> {
    watch.check()?;
    let plan = plan(&mut world.state(), request)?;
    let total = u32::try_from(plan.instructions.len()).unwrap_or(u32::MAX);
    for (index, instruction) in plan.instructions.iter().enumerate() {
        let done = u32::try_from(index).unwrap_or(u32::MAX);
        watch.report(Progress::Count { done, total });
        watch.line(format!("Step {}/{total} : {instruction}", done + 1));
        // One that goes on for ever is cancelled, or the test waits for ever.
        while instruction.contains("--stay") && watch.check().is_ok() {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        watch.check()?;
        carry_out(&world.state(), instruction, &plan.instructions[..index])?;
    }
    let mut state = world.state();
    let made = ImageInfo {
        digest: None,
        ..image(&plan.seed)
    };
    // Not again where the same is here, whatever its name is.
    let made = state
        .images
        .values()
        .find(|image| image.id == made.id)
        .cloned()
        .unwrap_or(made);
    let layers = built_layers(&state, &plan.instructions);
    state.layers.insert(made.id.clone(), layers);
    name(&mut state, &made, &request.tag);
    Ok(made)
}

/// What an image is made of: one that was not built here of a single layer.
pub(super) fn layers(state: &State, image: &ImageInfo) -> Vec<ImageLayer> {
    let whole = || ImageLayer {
        instruction: "ADD rootfs /".to_owned(),
        size: image.size,
        base: false,
    };
    let built = state.layers.get(&image.id).cloned();
    built.unwrap_or_else(|| vec![whole()])
}

/// Those of the image that the first stage begins with, and one for each instruction.
fn built_layers(state: &State, instructions: &[String]) -> Vec<ImageLayer> {
    let mut all = Vec::new();
    for instruction in instructions {
        let words: Vec<&str> = instruction.split(' ').collect();
        match words.as_slice() {
            ["ARG", ..] => {}
            ["FROM", base, ..] => {
                let mut images = state.images.iter().chain(&state.registry);
                let base = images.find(|(name, image)| name == base || image.id == *base);
                all.extend(base.into_iter().flat_map(|(_, image)| layers(state, image)));
            }
            [word, ..] => all.push(ImageLayer {
                instruction: instruction.clone(),
                size: u64::from(matches!(*word, "COPY" | "RUN")),
                base: false,
            }),
            [] => {}
        }
    }
    all
}

/// Gives an image a name; the one that had it stays, without.
pub(super) fn name(state: &mut State, image: &ImageInfo, name: &str) {
    let before = state.images.insert(name.to_owned(), image.clone());
    state.images.remove(&image.id);
    if let Some(before) = before {
        let named = state.images.values().any(|other| other.id == before.id);
        if !named {
            state.images.insert(before.id.clone(), before);
        }
    }
}

fn plan(state: &mut State, request: &BuildRequest) -> Result<Plan> {
    if state.files.kind(&request.context) != PathKind::Folder {
        return Err(Error::new(ErrorCode::FolderMissing {
            path: request.context.clone(),
        }));
    }
    let path = format!("{}/{}", request.context, request.dockerfile);
    let text = state
        .files
        .read(&path)
        .ok_or_else(|| Error::new(ErrorCode::DockerfileMissing { path: path.clone() }))?;
    let mut instructions = Vec::new();
    let mut reached = request.target.is_none();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let stage = line.starts_with("FROM ");
        if stage && reached && request.target.is_some() {
            break;
        }
        if let Some(target) = &request.target {
            reached |= stage && line.ends_with(&format!(" AS {target}"));
        }
        let mut line = line.to_owned();
        for (name, value) in &request.args {
            line = line.replace(&format!("${{{name}}}"), value);
        }
        instructions.push(line);
    }
    if !reached {
        return Err(Error::new(ErrorCode::BuildTargetMissing {
            target: request.target.clone().unwrap_or_default(),
            dockerfile: path,
        }));
    }
    if request.no_cache {
        state.built_afresh += 1;
    }
    let below = state.files.below(&request.context);
    let contents = below.iter().map(|path| (path, state.files.read(path)));
    let contents: Vec<_> = contents.collect();
    let seed = format!("{instructions:?} {contents:?} {}", state.built_afresh);
    Ok(Plan { instructions, seed })
}

fn carry_out(state: &State, instruction: &str, before: &[String]) -> Result<()> {
    let step = || instruction.to_owned();
    let mut words = instruction.split(' ');
    match (words.next(), words.next()) {
        (Some("RUN"), Some(flag)) if flag.starts_with("--mount") => {
            Err(Error::new(ErrorCode::BuildKitNeeded { step: step() }))
        }
        (Some("RUN"), _) if instruction.contains("--exit") => {
            let error = Error::new(ErrorCode::BuildFailed { step: step() });
            Err(error.with_cause("returned a non-zero code"))
        }
        (Some("FROM"), Some(base)) => {
            let stage = format!(" AS {base}");
            let known = before.iter().any(|line| line.ends_with(&stage))
                || state.registry.contains_key(base)
                || state
                    .images
                    .iter()
                    .any(|(name, image)| name == base || image.id == base);
            if known {
                return Ok(());
            }
            Err(Error::new(ErrorCode::ImageNotFound {
                reference: base.to_owned(),
            }))
        }
        _ => Ok(()),
    }
}
