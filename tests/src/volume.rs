//! What is in the volumes of a machine's Berth, as root sees it.

use berth_testkit::ground;

use crate::sandbox::Sandbox;

/// The volumes of this machine's Berth.
///
/// # Panics
/// When the engine does not answer.
#[must_use]
pub fn all(sandbox: &Sandbox) -> Vec<String> {
    let filter = format!("label=dev.berth.home={}", sandbox.berth_home().display());
    let list = ["volume", "ls", "--quiet", "--filter", &filter];
    let ran = sandbox.docker(&list).ok();
    ran.stdout.lines().map(str::to_owned).collect()
}

/// What a piece of Python prints, run as root in a container that has the volume at `/v`.
///
/// # Panics
/// When it does not end well.
pub fn python(sandbox: &Sandbox, volume: &str, code: &str) -> String {
    let mount = format!("{volume}:/v");
    let image = ground::image_python();
    let run = [
        "run",
        "--rm",
        "--user",
        "0",
        "--entrypoint",
        "python3",
        "--volume",
        &mount,
        &image,
        "-c",
        code,
    ];
    sandbox.docker(&run).ok().stdout
}
