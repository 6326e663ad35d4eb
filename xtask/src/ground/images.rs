//! Images that tests pull: nothing can be had from a public registry everywhere, so they are made
//! here, from Debian's packages, this machine's Node, and our own fixture server.

use super::engine::Engine;
use super::names;
use super::postgres;
use super::registry::Registry;
use super::room::Room;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::{Paths, exe, on_path};
use std::fs;
use std::path::{Path, PathBuf};

/// Counts up when the base is to be made anew.
const BASE: &str = "base-1.tar";
const INCLUDE: &str = "--include=python3,python3-venv,python3-pip,ca-certificates";
const SYSTEM_PATH: &str = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What tests are told about the fixture server: name of the variable, value.
type Told = Vec<(&'static str, String)>;

/// Makes all images, pushes them into the registry and takes them out of the engine again, so that
/// a pull is a pull.
pub fn make(
    paths: &Paths,
    interrupt: &Interrupt,
    room: &Room,
    engine: &Engine,
    registry: &Registry,
) -> Result<Told> {
    let base = base(paths, interrupt)?;
    let server = server(paths, interrupt, room)?;
    out::line("making and pushing the images");
    let at = |name: &str| format!("{}/berth-test/{name}", registry.address());
    let (python, node, fixture) = (at("python:3.11"), at("node:20"), at("server:1"));
    let database = at("postgres:17-alpine");
    let import = engine
        .docker()
        .args(["import", "-c", SYSTEM_PATH, "-c", r#"CMD ["python3"]"#]);
    import.arg(&base).arg(&python).quiet()?;
    build(engine, &node, &node_context(room, &python)?)?;
    build(engine, &fixture, &server_context(room, &server)?)?;
    build(engine, &database, &postgres::context(paths, room)?)?;
    for image in [&python, &node, &fixture, &database] {
        engine.docker().args(["push", "--quiet", image]).quiet()?;
    }
    engine
        .docker()
        .args(["rmi", "--force", &python, &node, &fixture, &database])
        .quiet()?;
    Ok(vec![
        (names::IMAGE_PYTHON, python),
        (names::IMAGE_NODE, node),
        (names::IMAGE_SERVER, fixture),
        (names::IMAGE_POSTGRES, database),
        (names::SERVER, server.display().to_string()),
    ])
}

fn build(engine: &Engine, image: &str, context: &Path) -> Result<()> {
    engine
        .docker()
        .args(["build", "--quiet", "--tag", image])
        .arg(context)
        .quiet()
        .map(drop)?;
    fs::remove_dir_all(context).doing(|| format!("removing {}", context.display()))
}

/// Debian 12 with Python as a tar, made once: about a minute.
pub fn base(paths: &Paths, interrupt: &Interrupt) -> Result<PathBuf> {
    let cache = paths.ground_cache();
    let tar = cache.join(BASE);
    if tar.is_file() {
        return Ok(tar);
    }
    let Some(debootstrap) = on_path("debootstrap") else {
        return fail("debootstrap is missing; run `cargo xtask setup`");
    };
    out::line("making the base image by debootstrap (once, about a minute)");
    fs::create_dir_all(&cache).doing(|| format!("making {}", cache.display()))?;
    let work = cache.join(format!("base-{}", std::process::id()));
    let gone = work.clone();
    let _watched = interrupt.watch(move || remove_tree(&gone));
    let made = debootstrap_into(&debootstrap, &work, interrupt).and_then(|()| pack(&work, &tar));
    remove_tree(&work);
    made.map(|()| tar)
}

fn debootstrap_into(debootstrap: &Path, work: &Path, interrupt: &Interrupt) -> Result<()> {
    let cmd = Cmd::new(debootstrap)
        .args(["--variant=minbase", INCLUDE, "bookworm"])
        .arg(work)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .by_root();
    let log = work.with_extension("log");
    let file = fs::File::create(&log).doing(|| format!("making {}", log.display()))?;
    let copy = file
        .try_clone()
        .doing(|| format!("using {}", log.display()))?;
    let status = interrupt.wait(&cmd.shown(), cmd.build().stdout(file).stderr(copy))?;
    let text = fs::read_to_string(&log).unwrap_or_default();
    fs::remove_file(&log).doing(|| format!("removing {}", log.display()))?;
    if status.success() {
        return Ok(());
    }
    let tail: Vec<&str> = text.lines().rev().take(20).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    fail(format!(
        "debootstrap ended with {status}:\n{}",
        tail.join("\n")
    ))
}

/// Packs the tree without what no container needs; under its name only once it is whole.
fn pack(work: &Path, tar: &Path) -> Result<()> {
    let part = tar.with_extension(format!("part{}", std::process::id()));
    let without = [
        "var/cache/apt/*",
        "var/lib/apt/lists/*",
        "usr/share/doc/*",
        "usr/share/man/*",
    ];
    let packed = Cmd::new("tar")
        .arg("-C")
        .arg(work)
        .args(without.map(|pattern| format!("--exclude=./{pattern}")))
        .args(["--exclude=./usr/share/locale/*", "-cf"])
        .arg(&part)
        .arg(".")
        .by_root();
    packed.quiet()?;
    fs::rename(&part, tar).doing(|| format!("moving {}", part.display()))
}

/// The tree belongs to root, whoever we are.
fn remove_tree(tree: &Path) {
    if tree.exists() {
        let removed = Cmd::new("rm")
            .args(["-rf", "--one-file-system", "--"])
            .arg(tree)
            .by_root();
        if let Err(error) = removed.quiet() {
            out::line(format!("could not remove {}: {error}", tree.display()));
        }
    }
}

/// This machine's Node and npm on top of the base.
fn node_context(room: &Room, python: &str) -> Result<PathBuf> {
    let node = Cmd::new("node").args(["-p", "process.execPath"]).quiet()?;
    let global = Cmd::npm().args(["root", "--global"]).quiet()?;
    let npm = npm_of(Path::new(node.trim()), Path::new(global.trim()))?;
    let context = room.folder("image-node")?;
    let copy = |from: &Path, to: &str| {
        Cmd::new("cp")
            .arg("-aL")
            .arg(from)
            .arg(context.join(to))
            .quiet()
            .map(drop)
    };
    copy(Path::new(node.trim()), "node")?;
    copy(&npm, "npm")?;
    let file = format!(
        "FROM {python}\nCOPY node /usr/bin/node\nCOPY npm /usr/lib/node_modules/npm\n\
         RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/bin/npm && \
         ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/bin/npx\nCMD [\"node\"]\n"
    );
    dockerfile(&context, &file)?;
    Ok(context)
}

/// npm's own folder: beside Node, or among the global packages where it was updated.
fn npm_of(node: &Path, global: &Path) -> Result<PathBuf> {
    let beside = node
        .parent()
        .and_then(Path::parent)
        .map(|p| p.join("lib/node_modules/npm"));
    let found = [Some(global.join("npm")), beside].into_iter().flatten();
    match found
        .into_iter()
        .find(|npm| npm.join("bin/npm-cli.js").is_file())
    {
        Some(npm) => Ok(npm),
        None => fail("npm's folder is neither among the global packages nor beside node"),
    }
}

/// The server on an empty image, with layers large enough for progress to be seen.
fn server_context(room: &Room, server: &Path) -> Result<PathBuf> {
    let context = room.folder("image-server")?;
    let into = context.join("server");
    fs::copy(server, &into).doing(|| format!("copying to {}", into.display()))?;
    let mut file = "FROM scratch\nCOPY server /server\n".to_owned();
    for layer in 1..=4u64 {
        let name = format!("ballast-{layer}");
        let path = context.join(&name);
        fs::write(&path, noise(layer, 3 << 20)).doing(|| format!("writing {}", path.display()))?;
        file.push_str(&format!("COPY {name} /ballast/{layer}\n"));
    }
    file.push_str("ENTRYPOINT [\"/server\"]\n");
    dockerfile(&context, &file)?;
    Ok(context)
}

fn dockerfile(context: &Path, text: &str) -> Result<()> {
    let file = context.join("Dockerfile");
    fs::write(&file, text).doing(|| format!("writing {}", file.display()))
}

/// Bytes that do not compress: xorshift64*.
fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = std::iter::repeat_with(move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    });
    words.flat_map(u64::to_le_bytes).take(bytes).collect()
}

/// The fixture server as a static program. The flag is for this program only: its dependencies
/// are the same either way and are not built twice.
fn server(paths: &Paths, interrupt: &Interrupt, room: &Room) -> Result<PathBuf> {
    out::line("building the fixture server");
    let package = "berth-fixture-server";
    Cmd::cargo()
        .args(["rustc", "--quiet", "--package", package])
        .args(["--", "-C", "target-feature=+crt-static"])
        .dir(&paths.root)
        .run(interrupt)?;
    // Away from cargo's hands: the next build of the workspace links it dynamically again.
    let kept = room.folder("bin")?.join(exe(package));
    fs::copy(paths.debug(package), &kept).doing(|| format!("copying to {}", kept.display()))?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::noise;

    #[test]
    fn ballast_is_the_same_each_time_and_differs_between_layers() {
        assert_eq!(noise(1, 1000), noise(1, 1000));
        assert_ne!(noise(1, 1000), noise(2, 1000));
        assert_eq!(noise(3, 3 << 20).len(), 3 << 20);
        // Every byte value turns up about equally often, so there is little to compress.
        let mut counts = [0u32; 256];
        noise(1, 1 << 16)
            .iter()
            .for_each(|b| counts[usize::from(*b)] += 1);
        assert!(counts.iter().all(|c| (128..512).contains(c)));
    }
}
