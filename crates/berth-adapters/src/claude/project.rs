//! Under which key `~/.claude.json` keeps a folder's local scope. Measured with 2.1.329:
//! the folder's real path; inside a repository the repository's root; in a linked worktree the
//! main checkout (for a bare repository the repository itself). A submodule stands for itself. No
//! git program is asked.

use std::path::{Path, PathBuf};

/// The key of a folder.
pub fn key(folder: &Path) -> String {
    let real = folder
        .canonicalize()
        .unwrap_or_else(|_| folder.to_path_buf());
    text(&root(&real))
}

/// The key as a file has it: on Windows its slashes and case can differ.
pub fn find<'a>(keys: impl Iterator<Item = &'a String>, key: &str) -> Option<&'a String> {
    let same = |known: &&String| {
        if cfg!(windows) {
            known.replace('\\', "/").eq_ignore_ascii_case(key)
        } else {
            known.as_str() == key
        }
    };
    keys.into_iter().find(same)
}

fn text(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.trim_start_matches(r"\\?\").replace('\\', "/")
    } else {
        text.into_owned()
    }
}

fn root(folder: &Path) -> PathBuf {
    for above in folder.ancestors() {
        let git = above.join(".git");
        if git.is_dir() {
            return above.to_path_buf();
        }
        if git.is_file() {
            return main_checkout(&git).unwrap_or_else(|| above.to_path_buf());
        }
    }
    folder.to_path_buf()
}

/// Where a linked worktree's `.git` file leads; `None` for a submodule or another such file.
fn main_checkout(file: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(file).ok()?;
    let git_dir = file
        .parent()?
        .join(text.trim().strip_prefix("gitdir:")?.trim());
    let common = std::fs::read_to_string(git_dir.join("commondir")).ok()?;
    let common = git_dir.join(common.trim()).canonicalize().ok()?;
    if common.file_name().is_some_and(|name| name == ".git") {
        common.parent().map(Path::to_path_buf)
    } else {
        Some(common)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, write};

    use super::*;

    #[test]
    fn a_repository_is_one_project_and_a_plain_folder_another() {
        let place = tempfile::tempdir().expect("a folder");
        let top = place.path().canonicalize().expect("real");
        let at = |path: &str| {
            create_dir_all(top.join(path)).expect("made");
            top.join(path)
        };
        let is = |path: &str, expected: &str| {
            assert_eq!(key(&at(path)), text(&top.join(expected)), "{path}");
        };
        is("plain/a", "plain/a");
        at("repo/.git/worktrees/wt");
        is("repo/a/b", "repo");
        is("repo/.git", "repo");

        write(at("sub").join(".git"), "gitdir: ../repo/.git/modules/sub\n").expect("written");
        is("sub/x", "sub");
        write(at("odd").join(".git"), "nonsense").expect("written");
        is("odd/x", "odd");

        write(top.join("repo/.git/worktrees/wt/commondir"), "../..\n").expect("written");
        let line = format!("gitdir: {}\n", top.join("repo/.git/worktrees/wt").display());
        write(at("wt").join(".git"), line).expect("written");
        is("wt/x", "repo");

        at("bare.git/worktrees/w2");
        write(top.join("bare.git/worktrees/w2/commondir"), "../..\n").expect("written");
        write(at("w2").join(".git"), "gitdir: ../bare.git/worktrees/w2\n").expect("written");
        is("w2", "bare.git");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_what_it_leads_to() {
        let place = tempfile::tempdir().expect("a folder");
        let real = place.path().join("real");
        create_dir_all(&real).expect("made");
        std::os::unix::fs::symlink(&real, place.path().join("link")).expect("linked");
        assert_eq!(key(&place.path().join("link")), key(&real));
    }
}
