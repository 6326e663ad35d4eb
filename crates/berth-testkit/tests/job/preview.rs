//! What the consent sheet shows, whole: a change of it is a change of what people agree to.

use berth_core::plan::preview::PreviewLine;
use berth_core::plan::{Plan, Step, Warning, preview};
use berth_core::port::Ports;
use berth_core::secret::DOTS;

use super::shapes::{NEW_TOKEN, OLD_TOKEN, Shape};

/// A plan as text: each step with its kind and subject, each line with its sort.
fn shown(plan: &Plan) -> String {
    let mut text = format!("{:?} {} ({})\n", plan.purpose, plan.name, plan.variant);
    for warning in &plan.warnings {
        text.push_str(&format!("! {}\n", said(warning)));
    }
    for given in &plan.trust {
        let given = serde_json::to_string(given).expect("it has a JSON form");
        text.push_str(&format!("typed for {given}\n"));
    }
    for step in &plan.steps {
        let preview = preview(plan, step);
        text.push_str(&format!("\n{}: {}\n", preview.kind, preview.subject));
        for line in &preview.lines {
            text.push_str(&format!("  {}\n", one(line)));
        }
    }
    // When the backup was made is the run's own.
    let made = plan.steps.iter().find_map(|step| match step {
        Step::CheckBackup { backup, .. } => Some(backup.created_at.as_str()),
        _ => None,
    });
    match made {
        Some(at) => text.replace(at, "<when>"),
        None => text,
    }
}

fn said(warning: &Warning) -> String {
    serde_json::to_string(warning).expect("a warning has a JSON form")
}

fn one(line: &PreviewLine) -> String {
    match line {
        PreviewLine::Command { text } => format!("$ {text}"),
        PreviewLine::Undo { text } => format!("undone by $ {text}"),
        PreviewLine::Writes { path } => format!("writes {path}"),
        PreviewLine::Deletes { path } => format!("deletes {path}"),
        PreviewLine::Keychain { item } => format!("keychain {item}"),
        PreviewLine::Flag { text } => format!("flag {text}"),
        PreviewLine::Mount {
            source,
            target,
            read_only,
        } => format!(
            "mount {source} at {target} ({})",
            if *read_only {
                "read-only"
            } else {
                "read-write"
            }
        ),
        PreviewLine::Image {
            reference,
            size,
            created,
        } => format!("image {reference}, {size} bytes, {created:?}"),
        PreviewLine::Network { text } => format!("network {text}"),
        PreviewLine::Text { text } => text.clone(),
    }
}

#[tokio::test]
async fn every_shape_shows_what_it_will_do() {
    for shape in Shape::ALL {
        let (_, plan, _) = shape.prepare().await;
        insta::assert_snapshot!(format!("{shape:?}"), shown(&plan));
    }
}

#[tokio::test]
async fn every_secret_is_dots() {
    for shape in Shape::ALL {
        let (_, plan, secrets) = shape.prepare().await;
        let text = shown(&plan);
        assert!(
            !text.contains(NEW_TOKEN) && !text.contains(OLD_TOKEN),
            "{shape:?}"
        );
        assert!(secrets.is_empty() || text.contains(DOTS), "{shape:?}");
    }
}

/// Everything that a run calls with a path, a name or an image was shown before.
#[tokio::test]
async fn what_is_made_was_shown() {
    for shape in Shape::ALL {
        let (world, plan, secrets) = shape.prepare().await;
        let text = shown(&plan);
        let before = world.snapshot();
        let ports: Ports = world.ports();
        let started = berth_core::job::JobRunner::new(ports).start(plan, secrets);
        started
            .expect("started")
            .run(std::sync::Arc::new(|_| {}))
            .await;
        let after = world.snapshot();
        let known: Vec<&String> = before.files.iter().map(|(path, _)| path).collect();
        for (path, _) in after.files.iter().filter(|(path, _)| !known.contains(path)) {
            let covered = text.lines().any(|line| {
                line.trim().strip_prefix("writes ").is_some_and(|shown| {
                    path.starts_with(shown) || shown.starts_with(path.as_str())
                })
            });
            assert!(
                covered,
                "{shape:?} made {path}, which was not shown:\n{text}"
            );
        }
        // An image that only lost its name is none that was made.
        let here: Vec<&str> = before
            .images
            .values()
            .map(|image| image.id.as_str())
            .collect();
        for (reference, _) in after.images.iter().filter(|(name, image)| {
            !before.images.contains_key(*name) && !here.contains(&image.id.as_str())
        }) {
            assert!(text.contains(reference.as_str()), "{shape:?}: {reference}");
        }
        for volume in after.volumes.difference(&before.volumes) {
            assert!(text.contains(volume.as_str()), "{shape:?}: {volume}");
        }
        for item in after
            .secrets
            .keys()
            .filter(|item| !before.secrets.contains_key(*item))
        {
            assert!(text.contains(&item.account()), "{shape:?}: {item:?}");
        }
    }
}
