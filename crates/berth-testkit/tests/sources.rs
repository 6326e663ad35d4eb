//! The contract of source folders over memory and the disk, and where they are found.

use std::sync::Arc;

use berth_adapters::sources::LocalSources;
use berth_core::catalog::{InputKind, InputSpec, Marker};
use berth_core::facts::Platform;
use berth_core::port::PathKind;
use berth_core::source::{FoundSource, Place, Search, around, usual};
use berth_testkit::contract::sources::{Disk, check};
use berth_testkit::fake::World;
use tokio_util::sync::CancellationToken;

struct InMemory(Arc<World>);

impl InMemory {
    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.root())
    }
}

impl Disk for InMemory {
    fn root(&self) -> String {
        "/home/ada/disk".to_owned()
    }

    fn folder(&self, path: &str) {
        self.0.state().files.create_folder(&self.at(path));
    }

    fn file(&self, path: &str, text: &str) {
        self.0.state().files.write(&self.at(path), text);
    }

    fn link(&self, path: &str, target: &str) {
        let target = self.at(target);
        self.0.state().files.link(&self.at(path), &target);
    }
}

#[cfg(unix)]
struct OnDisk(std::path::PathBuf);

#[cfg(unix)]
impl Disk for OnDisk {
    fn root(&self) -> String {
        self.0.to_str().expect("UTF-8").to_owned()
    }

    fn folder(&self, path: &str) {
        std::fs::create_dir_all(self.0.join(path)).expect("a folder");
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn link(&self, path: &str, target: &str) {
        std::os::unix::fs::symlink(self.0.join(target), self.0.join(path)).expect("a link");
    }
}

#[test]
fn memory_keeps_the_contract() {
    let world = World::new();
    check(&*world.ports().sources, &InMemory(world.clone()));
}

#[cfg(unix)]
#[test]
fn the_disk_keeps_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("its path");
    check(&LocalSources, &OnDisk(root));
}

#[cfg(target_os = "linux")]
#[test]
fn another_file_system_is_no_folder_of_this_one() {
    use berth_core::port::Sources;
    // The kernel's own file systems are always mounted there.
    let names = LocalSources.folders("/", 1000).expect("listed");
    assert!(!names.iter().any(|name| name == "proc"), "{names:?}");
    assert!(std::path::Path::new("/proc/self").exists());
    assert!(
        !LocalSources
            .folders("/proc", 1000)
            .expect("listed")
            .is_empty()
    );
}

fn boxes() -> InputSpec {
    InputSpec {
        key: "source".to_owned(),
        title: "Source folder".to_owned(),
        help: String::new(),
        link: None,
        required: true,
        placeholder: None,
        from_env: Vec::new(),
        when: None,
        variants: Vec::new(),
        kind: InputKind::Source {
            marker: Marker {
                file: "pyproject.toml".to_owned(),
                name: Some("box-mcp".to_owned()),
            },
        },
    }
}

/// A machine with the project in these folders.
fn machine(projects: &[&str]) -> Arc<World> {
    let world = World::new();
    for project in projects {
        put(&world, project, "box-mcp");
    }
    world
}

fn put(world: &World, folder: &str, name: &str) {
    let text = format!(r#"{{"name": "{name}", "version": "0.3"}}"#);
    let path = format!("{folder}/pyproject.toml");
    world.state().files.write(&path, &text);
}

fn found(world: &Arc<World>, recent: &[&str], places: Vec<Place>) -> (Vec<FoundSource>, bool) {
    let search = Search {
        input: boxes(),
        recent: recent.iter().map(|path| (*path).to_owned()).collect(),
        places,
    };
    let mut found = Vec::new();
    let stop = CancellationToken::new();
    let complete = search.run(&world.ports(), &stop, |source| found.push(source));
    (found, complete)
}

fn usual_paths(world: &Arc<World>) -> Vec<String> {
    let (sources, complete) = found(world, &[], usual(&*world.ports().host));
    assert!(complete);
    sources.into_iter().map(|source| source.path).collect()
}

#[test]
fn usual_places_are_looked_into_and_what_tools_keep_is_not() {
    let seen = [
        "/home/ada/src/box",
        "/home/ada/src/company/box",
        "/home/ada/Documents/GitHub/box",
        "/home/ada/here",
        "/home/ada/things/box",
    ];
    let unseen = [
        "/home/ada/.cache/box",
        "/home/ada/src/node_modules/box",
        "/home/ada/src/other/target",
        "/home/ada/src/.venv",
        "/home/ada/Music/box",
        "/home/ada/src/a/b/box",
        "/home/ada/things/a/box",
        "/home/bob/src/box",
    ];
    let world = machine(&[&seen[..], &unseen[..]].concat());
    put(&world, "/home/ada/src/another", "another-mcp");
    let mut paths = usual_paths(&world);
    assert_eq!(paths[..2], seen[..2], "the likeliest first");
    paths.sort();
    let mut expected = seen.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(paths, expected);
}

#[test]
fn a_mac_is_not_made_to_ask_the_person() {
    let world = machine(&["/home/ada/Documents/GitHub/box", "/home/ada/Developer/box"]);
    world.state().platform = Platform::MacOs;
    assert_eq!(usual_paths(&world), ["/home/ada/Developer/box"]);
}

#[test]
fn a_found_folder_is_not_looked_into_and_found_once() {
    let world = machine(&["/home/ada/src/box", "/home/ada/src/box/examples"]);
    // The same folder by three names, and a circle.
    {
        let mut state = world.state();
        state.files.link("/home/ada/code", "/home/ada/src");
        state.files.link("/home/ada/src/again", "/home/ada/src/box");
        state.files.link("/home/ada/src/circle", "/home/ada");
    }
    assert_eq!(usual_paths(&world), ["/home/ada/src/box"]);
}

#[test]
fn a_place_may_be_a_link_and_what_is_in_it_may_not() {
    let world = machine(&["/data/src/box", "/data/hidden/box"]);
    {
        let mut state = world.state();
        state.files.link("/home/ada/src", "/data/src");
        state.files.create_folder("/home/ada/code");
        state.files.link("/home/ada/code/link", "/data/hidden/box");
    }
    assert_eq!(usual_paths(&world), ["/data/src/box"]);
}

#[test]
fn what_was_used_before_comes_first_and_only_while_it_is_the_project() {
    let world = machine(&[
        "/home/ada/src/box",
        "/opt/box",
        "/home/ada/notes/deep/er/box",
    ]);
    put(&world, "/opt/gone", "another-mcp");
    let recent = [
        "/opt/nowhere",
        "/home/ada/notes/deep/er/box",
        "/opt/gone",
        "/opt/box",
        "/home/ada/src/box",
    ];
    let (sources, complete) = found(&world, &recent, usual(&*world.ports().host));
    assert!(complete);
    let told: Vec<_> = sources
        .iter()
        .map(|source| (source.path.as_str(), source.used_before))
        .collect();
    let expected = [
        ("/home/ada/notes/deep/er/box", true),
        ("/opt/box", true),
        ("/home/ada/src/box", true),
    ];
    assert_eq!(told, expected);
    assert_eq!(sources[0].version.as_deref(), Some("0.3"));
}

#[test]
fn around_a_folder_are_what_is_in_it_and_the_folders_that_it_is_in() {
    let world = machine(&["/work/box", "/work/box/src/deep/down", "/work/beside"]);
    let paths = |folder: &str| {
        let (sources, complete) = found(&world, &[], around(folder));
        assert!(complete);
        sources
            .into_iter()
            .map(|source| source.path)
            .collect::<Vec<_>>()
    };
    assert_eq!(paths("/work/box"), ["/work/box"]);
    assert_eq!(
        paths("/work/box/src/deep"),
        ["/work/box/src/deep/down", "/work/box"]
    );
    assert_eq!(paths("/work"), ["/work/beside", "/work/box"]);
    // Home is one of the folders above; it is still looked into as one of the usual places.
    let world = machine(&["/home/ada/things/box"]);
    let mut places = around("/home/ada/project");
    places.extend(usual(&*world.ports().host));
    assert_eq!(found(&world, &[], places).0.len(), 1);
}

#[test]
fn what_would_be_refused_is_not_offered() {
    let world = machine(&["/home/ada/.ssh/box", "/home/ada"]);
    let places = vec![Place::new("/home/ada/.ssh", 2), Place::new("/home/ada", 0)];
    assert_eq!(found(&world, &[], places), (Vec::new(), true));
}

#[test]
fn it_stops_when_told_and_when_there_is_too_much() {
    let many: Vec<String> = (0..60)
        .map(|n| format!("/home/ada/src/box{n:02}"))
        .collect();
    let world = machine(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let places = usual(&*world.ports().host);
    let (sources, complete) = found(&world, &[], places.clone());
    assert!(!complete);
    assert_eq!(sources.len(), 20);

    let search = Search {
        input: boxes(),
        recent: Vec::new(),
        places,
    };
    let stop = CancellationToken::new();
    let mut count = 0;
    let complete = search.run(&world.ports(), &stop, |_| {
        count += 1;
        stop.cancel();
    });
    assert_eq!((complete, count), (false, 1));
}

#[test]
fn folders_without_end_are_not_looked_at_to_the_end() {
    let world = World::new();
    {
        let mut state = world.state();
        for outer in 0..30 {
            for inner in 0..400 {
                let path = format!("/home/ada/src/a{outer}/b{inner}");
                state.files.create_folder(&path);
            }
        }
    }
    put(&world, "/home/ada/things/box", "box-mcp");
    let (sources, complete) = found(&world, &[], usual(&*world.ports().host));
    assert!(!complete && sources.is_empty());
    assert_eq!(
        world.ports().host.path_kind("/home/ada/things/box"),
        PathKind::Folder
    );
}
