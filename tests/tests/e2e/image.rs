//! An image from a registry, through the window: the pull is seen while it goes.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;

use berth_testkit::{ground, token};
use berth_tests::hub::{HUB, add_hub_from};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::slow;
use berth_tests::window::Window;

use super::steps;

/// Writes down what the window shows of the pull, at every change of the page.
const WRITE_DOWN: &str = r#"
    window.pulls = [];
    const look = () => {
        const step = document.querySelector('[data-testid="job-step-pull_image"]');
        const bar = step?.querySelector('[role="progressbar"]');
        if (!bar) return;
        const now = { share: Number(bar.getAttribute('aria-valuenow')), text: step.innerText };
        const last = window.pulls[window.pulls.length - 1];
        if (last?.share !== now.share || last?.text !== now.text) window.pulls.push(now);
    };
    new MutationObserver(look).observe(document.body,
        { subtree: true, childList: true, characterData: true, attributes: true });
    return true;
"#;

/// What was written down: the share of the pull that was done, and the text beside it.
async fn pulls(window: &Window) -> Vec<(u64, String)> {
    let pulls = window.script("return window.pulls").await;
    let pulls = pulls.as_array().expect("a list");
    pulls
        .iter()
        .map(|pull| {
            let share = pull["share"].as_u64().expect("a share in percent");
            (share, pull["text"].as_str().expect("a text").to_owned())
        })
        .collect()
}

fn assert_seen(pulls: &[(u64, String)]) {
    let shares: BTreeSet<u64> = pulls.iter().map(|(share, _)| *share).collect();
    assert!(shares.len() >= 3, "it grows in steps: {pulls:#?}");
    // Unpacking is over too soon to be seen for sure.
    let said = |word: &str| pulls.iter().any(|(_, text)| text.contains(word));
    for word in [" MB of ", " of 5 layers", "downloading"] {
        assert!(said(word), "`{word}`: {pulls:#?}");
    }
    let last = pulls.last().map(|(share, _)| *share);
    assert_eq!(last, shares.last().copied(), "it ends as it was furthest");
}

/// Pushes an image with the fixture server to the registry and forgets it; its name behind a slow
/// line. The engine has none of its layers: others' images, and what their builds have left, are
/// made of the same server.
fn push(sandbox: &Sandbox) -> String {
    let folder = sandbox.path("pulled");
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(ground::server(), folder.join("server")).expect("a copy");
    let mut recipe = "FROM scratch\nCOPY server /server\n".to_owned();
    let mut noise = fs::File::open("/dev/urandom").expect("noise");
    for layer in 1..=4 {
        // Noise does not compress, and is new each time.
        let mut bytes = vec![0; 3 << 20];
        noise.read_exact(&mut bytes).expect("noise");
        fs::write(folder.join(format!("ballast-{layer}")), bytes).expect("written");
        recipe.push_str(&format!("COPY ballast-{layer} /ballast/{layer}\n"));
    }
    recipe.push_str("ENTRYPOINT [\"/server\"]\n");
    fs::write(folder.join("Dockerfile"), recipe).expect("written");
    let image = format!("{}/berth-test/pulled:1", ground::registry());
    let context = folder.to_str().expect("UTF-8");
    let build = ["build", "--quiet", "--tag", &image, context];
    sandbox.docker(&build).ok();
    sandbox.docker(&["push", "--quiet", &image]).ok();
    sandbox.docker(&["rmi", "--force", &image]).ok();
    image.replacen(&ground::registry(), &slow::registry(), 1)
}

/// The digest of the image that the engine has, as the registry calls it, and its identifier.
fn image(sandbox: &Sandbox, name: &str) -> (String, String) {
    let ask = |format: &str| {
        let args = ["image", "inspect", "--format", format];
        let ran = sandbox.docker(&[&args[..], &[name]].concat());
        ran.ok().stdout.trim().to_owned()
    };
    let digest = ask("{{index .RepoDigests 0}}");
    let (_, digest) = digest.split_once('@').expect("a name with a digest");
    (digest.to_owned(), ask("{{.Id}}"))
}

fn assert_pinned(sandbox: &Sandbox, name: &str) {
    let (digest, id) = image(sandbox, name);
    let page = sandbox.berth(&["show", HUB, "--json"]).ok().json();
    let installation = &page["installation"];
    assert_eq!(installation["pins"][0]["digest"], digest, "{page}");
    assert_eq!(installation["launch"]["image_id"], id, "{page}");
}

fn assert_works(sandbox: &Sandbox) {
    assert!(is_connected(sandbox, HUB));
    let called = sandbox.berth(&["call", HUB, "whoami"]).ok();
    assert!(called.stdout.contains("fixture-user"), "{}", called.stdout);
}

#[tokio::test]
async fn an_image_is_pulled_in_sight_and_used_as_it_is_the_second_time() {
    let sandbox = Sandbox::new();
    let name = push(&sandbox);
    add_hub_from(&sandbox, &name);
    let window = Window::open(&sandbox).await;
    window.script(WRITE_DOWN).await;

    steps::open_sheet(&window, HUB).await;
    window.type_into("input-token", &token::right()).await;
    window.find("plan-step-pull_image").await;
    steps::agree_and_succeed(&window).await;
    let first = pulls(&window).await;
    assert_seen(&first);
    assert_pinned(&sandbox, &name);
    assert_works(&sandbox);
    steps::close_sheet(&window).await;
    steps::remove(&window, HUB, false).await;
    assert_nothing_left(&sandbox, HUB);

    // The image is nobody's data and may serve others: it stays, and is not asked for again.
    let (digest, _) = image(&sandbox, &name);
    steps::open_sheet(&window, HUB).await;
    window.type_into("input-token", &token::right()).await;
    window.find("plan-step-use_image").await;
    steps::agree_and_succeed(&window).await;
    assert_eq!(pulls(&window).await, first, "nothing is pulled");
    assert_eq!(image(&sandbox, &name).0, digest);
    assert_pinned(&sandbox, &name);
    assert_works(&sandbox);
    steps::close_sheet(&window).await;
    steps::remove(&window, HUB, false).await;
    assert_nothing_left(&sandbox, HUB);
    window.close().await;
    // The others find the engine as they left it.
    sandbox.docker(&["rmi", "--force", &name]).ok();
}
