//! Where people keep their projects.

use std::path::Path;

use crate::facts::Platform;
use crate::port::Host;

/// Folders of a home that projects are kept in, on every platform.
const PROJECTS: [&str; 16] = [
    "src",
    "projects",
    "Projects",
    "code",
    "Code",
    "dev",
    "Developer",
    "git",
    "repos",
    "source/repos",
    "work",
    "workspace",
    "GitHub",
    "go/src/github.com",
    "PycharmProjects",
    "IdeaProjects",
];

/// The same, where macOS would ask the person before it lets anybody look.
const PERSONAL: [&str; 4] = ["Documents/GitHub", "Documents", "Desktop", "Downloads"];

/// How many folders above the one that somebody works in are looked at: deep in a project's own
/// folders is still in the project.
const ABOVE: usize = 6;

/// A folder to look in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Absolute path; it need not be there.
    pub path: String,
    /// How far below it: 0 looks at the folder itself only, 1 at the folders in it as well.
    pub depth: u32,
}

impl Place {
    /// A folder and what is in it.
    #[must_use]
    pub fn new(path: impl Into<String>, depth: u32) -> Self {
        Self {
            path: path.into(),
            depth,
        }
    }
}

/// The usual places of the person's home, the likeliest first: the folders that projects are kept
/// in, then the home itself.
#[must_use]
pub fn usual(host: &dyn Host) -> Vec<Place> {
    let home = host.user_home();
    let below = |name: &str| {
        let mut path = Path::new(&home).to_path_buf();
        path.extend(name.split('/'));
        Place::new(path.to_string_lossy(), 2)
    };
    let mut places: Vec<Place> = PROJECTS.iter().map(|name| below(name)).collect();
    if host.platform() != Platform::MacOs {
        places.extend(PERSONAL.iter().map(|name| below(name)));
    }
    places.push(Place::new(home, 2));
    places
}

/// What is around a folder that somebody works in: itself, what is in it, and the folders that it
/// is in.
#[must_use]
pub fn around(folder: &str) -> Vec<Place> {
    let mut places = vec![Place::new(folder, 2)];
    let above = Path::new(folder).ancestors().skip(1).take(ABOVE);
    places.extend(above.map(|folder| Place::new(folder.to_string_lossy(), 0)));
    places
}

/// Whether a folder of this name holds no projects: what is hidden, what tools have put there, and
/// what belongs to the system. Case says nothing: two of the three platforms do not tell it apart.
pub(super) fn is_skipped(name: &str, in_home: bool, platform: Platform) -> bool {
    const TOOLS: [&str; 12] = [
        "node_modules",
        "bower_components",
        "target",
        "venv",
        "env",
        "site-packages",
        "__pycache__",
        "vendor",
        "dist",
        "build",
        "snap",
        "$recycle.bin",
    ];
    const MEDIA: [&str; 6] = [
        "music",
        "pictures",
        "videos",
        "movies",
        "public",
        "templates",
    ];
    const MAC: [&str; 5] = [
        "library",
        "applications",
        "documents",
        "desktop",
        "downloads",
    ];
    let name = name.to_lowercase();
    let name = name.as_str();
    name.starts_with('.')
        || TOOLS.contains(&name)
        || in_home
            && match platform {
                Platform::Linux => MEDIA.contains(&name),
                Platform::MacOs => MEDIA.contains(&name) || MAC.contains(&name),
                Platform::Windows => MEDIA.contains(&name) || name == "appdata",
            }
}
