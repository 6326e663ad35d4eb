//! The contract of [`Sources`].

use berth_core::error::ErrorCode;
use berth_core::image::SentPart;
use berth_core::port::{BuildRequest, Project, Sources};

/// Makes what the suite looks at, below a folder of its own. Paths are relative, with `/`.
pub trait Disk {
    /// The folder, absolute and without links.
    fn root(&self) -> String;
    /// Makes a folder and its parents.
    fn folder(&self, path: &str);
    /// Writes a file and makes its parents.
    fn file(&self, path: &str, text: &str);
    /// Makes a link to another path below the folder.
    fn link(&self, path: &str, target: &str);
}

/// Runs the whole suite; the disk's folder is empty.
pub fn check(sources: &dyn Sources, disk: &dyn Disk) {
    says_what_a_project_is(sources, disk);
    lists_folders(sources, disk);
    reads_env_files(sources, disk);
    measures_what_is_sent(sources, disk);
    knows_what_is_imported(sources, disk);
}

fn at(disk: &dyn Disk, path: &str) -> String {
    format!("{}/{path}", disk.root())
}

fn says_what_a_project_is(sources: &dyn Sources, disk: &dyn Disk) {
    disk.file("box/package.json", r#"{"name": "box", "version": "1.2"}"#);
    disk.file("box/Makefile", "all:");
    disk.file("broken/package.json", "{");
    let project = |folder: &str, file: &str| sources.project(&at(disk, folder), file);
    let said = Project {
        name: Some("box".to_owned()),
        version: Some("1.2".to_owned()),
        requires: None,
        manager: None,
    };
    assert_eq!(project("box", "package.json"), Ok(Some(said)));
    assert_eq!(project("box", "Makefile"), Ok(Some(Project::default())));
    assert_eq!(project("box", "Cargo.toml"), Ok(None));
    assert_eq!(project("nowhere", "package.json"), Ok(None));
    let broken = project("broken", "package.json").expect_err("it is malformed");
    assert_eq!(broken.name(), "file_failed");
}

fn lists_folders(sources: &dyn Sources, disk: &dyn Disk) {
    for folder in ["list/b/inner", "list/a", "list/.c", "list/ä b"] {
        disk.folder(folder);
    }
    disk.file("list/file", "");
    disk.link("list/link", "list/a");
    disk.link("list/circle", "list");
    disk.link("list/lost", "list/nothing");
    disk.link("linked", "list");
    let folders = |path: &str, limit| sources.folders(&at(disk, path), limit);
    let all = [".c", "a", "b", "ä b"].map(str::to_owned).to_vec();
    assert_eq!(folders("list", 100), Ok(all.clone()), "and no link");
    assert_eq!(folders("linked", 100), Ok(all), "through a link");
    assert_eq!(
        folders("list", 2),
        Ok(vec![".c".to_owned(), "a".to_owned()])
    );
    assert_eq!(folders("list/a", 100), Ok(Vec::new()));
    for path in ["list/file", "list/nothing"] {
        let error = folders(path, 100).expect_err("it is no folder");
        let named = matches!(&error.code, ErrorCode::FileFailed { path: named, .. }
            if *named == at(disk, path));
        assert!(named, "{error:?}");
    }
}

fn reads_env_files(sources: &dyn Sources, disk: &dyn Disk) {
    let text = "\u{FEFF}A=b\r\n# ä\n";
    disk.file("env/plain/.env", text);
    disk.file("env/linked/shared", text);
    disk.link("env/linked/.env", "env/linked/shared");
    disk.file("env/other/.env.example", text);
    disk.folder("env/folder/.env");
    let most = "#".repeat(64 * 1024);
    disk.file("env/most/.env", &most);
    disk.file("env/more/.env", &format!("{most}#"));
    disk.folder("env/leaves");
    disk.link("env/leaves/.env", "env/plain/.env");
    disk.folder("env/lost");
    disk.link("env/lost/.env", "env/nothing");
    let read = |folder: &str| {
        let text = sources.env_file(&at(disk, &format!("env/{folder}")));
        text.map(|text| text.map(|text| text.expose().to_owned()))
    };
    assert_eq!(read("plain"), Ok(Some(text.to_owned())));
    assert_eq!(read("linked"), Ok(Some(text.to_owned())), "inside");
    assert_eq!(read("most"), Ok(Some(most)));
    for none in ["other", "folder", "lost", "nowhere"] {
        assert_eq!(read(none), Ok(None), "{none}");
    }
    for refused in ["more", "leaves"] {
        let error = read(refused).expect_err(refused);
        assert_eq!(error.name(), "file_failed", "{refused}");
        assert!(!format!("{error:?}").contains("A=b"), "{error:?}");
    }
}

fn measures_what_is_sent(sources: &dyn Sources, disk: &dyn Disk) {
    disk.file(
        "build/Dockerfile",
        "FROM debian:12 AS one\nFROM one\nCOPY src /src\n",
    );
    disk.file("build/src/a", "12345678901234567890");
    disk.file(
        "build/src/deep/b",
        "12345678901234567890123456789012345678901",
    );
    disk.file("build/tests/c", "1");
    let request = |folder: &str| BuildRequest {
        context: at(disk, folder),
        dockerfile: "Dockerfile".to_owned(),
        ..BuildRequest::default()
    };
    let part = |name: &str, files, size| SentPart {
        name: name.to_owned(),
        files,
        size,
    };
    let all = sources.sent(&request("build")).expect("measured");
    assert_eq!(
        all.parts,
        [
            part("src", 2, 61),
            part("Dockerfile", 1, 45),
            part("tests", 1, 1)
        ],
        "the largest first"
    );
    assert_eq!((all.files, all.size, all.ignore), (4, 107, None));

    disk.file("build/.dockerignore", "tests\n");
    let less = sources.sent(&request("build")).expect("measured");
    assert_eq!(less.ignore.as_deref(), Some(".dockerignore"));
    assert!(
        less.parts.iter().all(|part| part.name != "tests"),
        "{less:?}"
    );

    for (folder, error) in [
        ("nowhere", "folder_missing"),
        ("list", "dockerfile_missing"),
    ] {
        let refused = sources.sent(&request(folder)).expect_err(folder);
        assert_eq!(refused.name(), error, "{folder}");
    }
}

fn knows_what_is_imported(sources: &dyn Sources, disk: &dyn Disk) {
    disk.file(
        "needs/package.json",
        r#"{"name": "needs", "dependencies": {"left": "1", "zod": "2"}}"#,
    );
    disk.file("needs/src/index.ts", "import 'zod';\n");
    disk.file("needs/node_modules/other/index.js", "import 'left';\n");
    let found = sources.dependencies(&at(disk, "needs")).expect("read");
    let found: Vec<_> = found
        .iter()
        .map(|d| (d.name.as_str(), d.imported))
        .collect();
    assert_eq!(found, [("left", false), ("zod", true)]);
    assert_eq!(sources.dependencies(&at(disk, "list")), Ok(Vec::new()));
    let broken = sources.dependencies(&at(disk, "broken"));
    assert_eq!(broken.expect_err("malformed").name(), "file_failed");
}
