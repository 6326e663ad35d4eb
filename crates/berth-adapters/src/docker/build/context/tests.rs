use std::collections::BTreeMap;

use tar::EntryType;
use tempfile::TempDir;

use super::tarball::Whole;
use super::*;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

fn open_at(folder: &TempDir, dockerfile: &str) -> Context {
    Context::open(folder.path().to_str().expect("UTF-8"), dockerfile).expect("a folder")
}

fn packed(context: &Context) -> (Result<Packed>, Vec<io::Result<Bytes>>) {
    std::thread::scope(|scope| {
        let (to, mut from) = tokio::sync::mpsc::channel(1);
        let packing = scope.spawn(move || context.pack(to));
        let mut chunks = Vec::new();
        while let Some(chunk) = from.blocking_recv() {
            chunks.push(chunk);
        }
        (packing.join().expect("no panic"), chunks)
    })
}

/// What is in the tar: kind, mode and text (or the link's target) by name, in its order.
fn entries(context: &Context) -> Vec<(String, EntryType, u32, String)> {
    let (result, chunks) = packed(context);
    let count = result.expect("packed").entries;
    let bytes: Vec<u8> = chunks
        .into_iter()
        .flat_map(|chunk| chunk.expect("bytes"))
        .collect();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let entries = archive.entries().expect("a tar").map(|entry| {
        let mut entry = entry.expect("an entry");
        let (kind, mode) = (
            entry.header().entry_type(),
            entry.header().mode().expect("a mode"),
        );
        assert_eq!(entry.header().uid().expect("an owner"), 0);
        let name = entry.path().expect("a name").display().to_string();
        let mut text = String::new();
        match entry.link_name().expect("a target") {
            Some(target) => text = target.display().to_string(),
            None => {
                entry.read_to_string(&mut text).expect("its text");
            }
        }
        (name.trim_end_matches('/').to_owned(), kind, mode, text)
    });
    let entries: Vec<_> = entries.collect();
    assert_eq!(entries.len() as u64, count);
    entries
}

fn names(context: &Context) -> Vec<String> {
    entries(context).into_iter().map(|entry| entry.0).collect()
}

#[test]
fn a_folder_is_packed_in_the_order_of_its_names() {
    let long = format!("{}/{}", "d".repeat(90), "f".repeat(120));
    let folder = folder(&[
        ("b", "2"),
        ("a/z", "1"),
        ("a/c/x", "3"),
        (&long, "4"),
        ("é", "5"),
    ]);
    fs::create_dir(folder.path().join("empty")).expect("made");
    let context = open_at(&folder, "Dockerfile");
    let found = names(&context);
    assert_eq!(
        found,
        [
            "a",
            "a/c",
            "a/c/x",
            "a/z",
            "b",
            &long[..90],
            &long,
            "empty",
            "é"
        ]
    );
    assert_eq!(entries(&context), entries(&context));
}

#[test]
fn what_is_left_out_is_not_sent_and_the_two_files_always_are() {
    let folder = folder(&[
        (".dockerignore", "*\n!src\n!docs/**/*.md\nsrc/*.log"),
        ("Dockerfile", "FROM x"),
        ("secret", ""),
        ("src/a.py", ""),
        ("src/a.log", ""),
        ("docs/deep/er/a.md", ""),
        ("docs/deep/a.txt", ""),
        ("docs/none/a.txt", ""),
    ]);
    assert_eq!(
        names(&open_at(&folder, "Dockerfile")),
        [
            ".dockerignore",
            "Dockerfile",
            "docs",
            "docs/deep",
            "docs/deep/er",
            "docs/deep/er/a.md",
            "src",
            "src/a.py",
        ]
    );
}

#[test]
fn a_dockerfiles_own_list_wins() {
    let folder = folder(&[
        (".dockerignore", "b"),
        ("build/Dev", "FROM x"),
        ("build/Dev.dockerignore", "a\nbuild"),
        ("a", ""),
        ("b", ""),
    ]);
    let sent = names(&open_at(&folder, "build/Dev"));
    assert_eq!(sent, [".dockerignore", "b", "build", "build/Dev"]);
    let sent = names(&open_at(&folder, "Dockerfile"));
    assert_eq!(
        sent,
        [
            ".dockerignore",
            "a",
            "build",
            "build/Dev",
            "build/Dev.dockerignore"
        ]
    );
}

#[test]
fn files_with_tokens_stay_at_home() {
    let folder = folder(&[
        (".env", "TOKEN=x"),
        ("a/.env.local", "TOKEN=x"),
        ("a/.env.example", "TOKEN="),
        (".envrc", ""),
    ]);
    let context = open_at(&folder, "Dockerfile");
    assert_eq!(names(&context), [".envrc", "a", "a/.env.example"]);
    let withheld = packed(&context).0.expect("packed").withheld;
    assert_eq!(withheld, [".env", "a/.env.local"]);
}

#[test]
fn a_line_that_is_no_pattern_is_an_error() {
    let folder = folder(&[(".dockerignore", "ok\na[")]);
    let error = Context::open(folder.path().to_str().expect("UTF-8"), "Dockerfile");
    let error = error.expect_err("no pattern");
    assert_eq!(error.name(), "file_failed");
    assert!(error.causes[0].contains("`a[`"), "{error:?}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Context::open("/no/such/folder", "Dockerfile").expect_err("nothing");
    let path = "/no/such/folder".to_owned();
    assert_eq!(error.code, ErrorCode::FolderMissing { path });
}

#[test]
fn nobody_who_receives_is_no_error() {
    let folder = folder(&[("a", &"x".repeat(1 << 20))]);
    let (to, from) = tokio::sync::mpsc::channel(1);
    drop(from);
    let packed = open_at(&folder, "Dockerfile").pack(to).expect("ended well");
    assert_eq!(packed, Packed::default());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_stay_links_and_lead_nowhere_else() {
        let outside = folder(&[("secret", "not yours"), ("Dockerfile", "FROM x")]);
        let inside = folder(&[("real/file", "yours")]);
        let link = |to: &Path, name: &str| symlink(to, inside.path().join(name)).expect("made");
        link(&outside.path().join("secret"), "file-out");
        link(outside.path(), "folder-out");
        link(Path::new("../../etc"), "up");
        link(Path::new("real/file"), "file-in");
        link(Path::new("real"), "folder-in");
        link(&outside.path().join("Dockerfile"), "Dockerfile");
        let context = open_at(&inside, "Dockerfile");
        let found: BTreeMap<String, (EntryType, String)> = entries(&context)
            .into_iter()
            .map(|(name, kind, _, text)| (name, (kind, text)))
            .collect();
        let at = |name: &str| {
            let (kind, text) = &found[name];
            assert_eq!(*kind, EntryType::Symlink, "{name}");
            text.clone()
        };
        assert_eq!(at("up"), "../../etc");
        assert_eq!(at("file-in"), "real/file");
        assert_eq!(at("folder-in"), "real");
        assert_eq!(at("folder-out"), outside.path().display().to_string());
        assert!(at("file-out").ends_with("/secret"));
        assert!(
            !found
                .keys()
                .any(|name| name.contains("out/") || name.contains("in/"))
        );
        assert_eq!(context.text("Dockerfile").expect("looked"), None);
        assert_eq!(context.text("folder-out/secret").expect("looked"), None);
        assert_eq!(
            context.text("file-in").expect("looked").as_deref(),
            Some("yours")
        );
    }

    #[test]
    fn modes_are_kept_and_what_is_no_file_is_left_out() {
        let folder = folder(&[("run.sh", ""), ("plain", "")]);
        let set = |name: &str, mode: u32| {
            let mode = fs::Permissions::from_mode(mode);
            fs::set_permissions(folder.path().join(name), mode).expect("set");
        };
        set("run.sh", 0o4755);
        set("plain", 0o640);
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket"));
        let pipe = std::ffi::CString::new(folder.path().join("pipe").to_str().expect("UTF-8"));
        #[allow(unsafe_code)]
        // SAFETY: the path is a valid C string for the whole call.
        let made = unsafe { libc::mkfifo(pipe.expect("no NUL").as_ptr(), 0o600) };
        assert_eq!(made, 0);
        let found = entries(&open_at(&folder, "Dockerfile"));
        let found: Vec<_> = found
            .iter()
            .map(|entry| (entry.0.as_str(), entry.2))
            .collect();
        assert_eq!(found, [("plain", 0o640), ("run.sh", 0o4755)]);
    }

    #[test]
    fn what_ends_early_is_an_error_and_the_engine_is_told_no_end() {
        let folder = folder(&[("a", "x")]);
        let mut whole = Whole {
            file: open(&folder.path().join("a")).expect("opened"),
            left: 5,
            failed: None,
        };
        io::copy(&mut whole, &mut io::sink()).expect_err("too short");
        assert!(whole.failed.is_some());

        let gone = open_at(&folder, "Dockerfile");
        fs::remove_dir_all(folder.path()).expect("removed");
        let (result, chunks) = packed(&gone);
        assert_eq!(result.expect_err("nothing to read").name(), "file_failed");
        assert!(chunks.last().expect("an end").is_err());
    }
}
