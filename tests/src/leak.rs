//! Whether a secret is somewhere that it must not be: in files, in what processes show of
//! themselves, in any form that it would be found in.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks at all processes: much less than any of them lives.
const GLANCE: Duration = Duration::from_millis(15);

/// The bytes that give a text away: as it is, as programs with 16-bit characters keep it, and as
/// base64 has it wherever in a longer text it stands.
#[must_use]
pub fn forms(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![
        secret.as_bytes().to_vec(),
        secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    for skip in 0..3 {
        // Only whole groups of three bytes look alike whatever is around them.
        let whole = &secret.as_bytes()[skip..];
        let whole = &whole[..whole.len() / 3 * 3];
        forms.push(base64(whole));
    }
    forms
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::new();
    for group in bytes.chunks_exact(3) {
        let bits = group
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        for shift in [18, 12, 6, 0] {
            text.push(DIGITS[(bits >> shift & 63) as usize]);
        }
    }
    text
}

fn holds(bytes: &[u8], forms: &[Vec<u8>]) -> bool {
    forms.iter().any(|form| {
        let Some((first, others)) = form.split_first() else {
            return false;
        };
        // A launcher with its debugging information is there as well: 80 MB, byte by byte, would
        // take a test build half a minute.
        let mut rest = bytes;
        while matches!(rest.skip_until(*first), Ok(read) if read > 0) {
            if rest.starts_with(others) {
                return true;
            }
        }
        false
    })
}

/// Files below a folder that hold a secret in any of its forms, and how many were read.
#[must_use]
pub fn files(folder: &Path, secret: &str) -> (Vec<PathBuf>, usize) {
    let (mut found, mut read) = (Vec::new(), 0);
    let forms = forms(secret);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // What was removed meanwhile holds nothing.
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if holds(entry.file_name().as_encoded_bytes(), &forms) {
                found.push(entry.path());
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file()
                && let Ok(bytes) = fs::read(entry.path())
            {
                read += 1;
                if holds(&bytes, &forms) {
                    found.push(entry.path());
                }
            }
        }
    }
    (found, read)
}

/// Looks at the command line and the environment of every process of this computer, over and over,
/// until it is stopped. Processes in a container are left out of it: the server is there, and its
/// environment is where it takes its secret from.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    looks: Arc<AtomicU64>,
    thread: JoinHandle<BTreeSet<String>>,
}

impl Watch {
    /// Begins to look for these secrets.
    #[must_use]
    pub fn start(secrets: &[&str]) -> Self {
        let secrets: Vec<(String, Vec<Vec<u8>>)> = secrets
            .iter()
            .map(|secret| ((*secret).to_owned(), forms(secret)))
            .collect();
        let stop = Arc::new(AtomicBool::new(false));
        let looks = Arc::new(AtomicU64::new(0));
        let thread = std::thread::spawn({
            let (stop, looks) = (Arc::clone(&stop), Arc::clone(&looks));
            move || {
                let mut seen = BTreeSet::new();
                while !stop.load(Ordering::Relaxed) {
                    look(&secrets, &mut seen);
                    looks.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(GLANCE);
                }
                seen
            }
        });
        Self {
            stop,
            looks,
            thread,
        }
    }

    /// How often all processes have been looked at.
    #[must_use]
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }

    /// Stops, and gives what was seen: which part of which program held which secret.
    ///
    /// # Panics
    /// When the looking itself did.
    #[must_use]
    pub fn stop(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the watching thread")
    }
}

fn look(secrets: &[(String, Vec<Vec<u8>>)], seen: &mut BTreeSet<String>) {
    let Ok(here) = fs::read_link("/proc/self/ns/pid") else {
        return;
    };
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        if !name.as_encoded_bytes().iter().all(u8::is_ascii_digit) {
            continue;
        }
        let process = entry.path();
        // It may end while we look, and stays in its namespace for as long as it lives.
        if fs::read_link(process.join("ns/pid")).ok().as_ref() != Some(&here) {
            continue;
        }
        for part in ["cmdline", "environ"] {
            let Ok(bytes) = fs::read(process.join(part)) else {
                continue;
            };
            for (secret, forms) in secrets {
                if holds(&bytes, forms) {
                    let program = fs::read(process.join("cmdline")).unwrap_or_default();
                    let program = String::from_utf8_lossy(&program).replace('\0', " ");
                    seen.insert(format!("{part} of `{program}` holds {secret}"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "bft_0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_secret_is_found_in_each_of_its_forms() {
        let utf16: Vec<u8> = format!("x{SECRET}y")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        // What `printf %s "xTOKENy" | base64` gives, with one to three bytes before the token.
        let encoded = [
            "eGJmdF8wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3eQ==",
            "eHhiZnRfMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2N3k=",
            "eHh4YmZ0XzAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njd5",
        ];
        let forms = forms(SECRET);
        assert!(holds(format!("bbft_b{SECRET}").as_bytes(), &forms));
        assert!(holds(&utf16, &forms));
        for text in encoded {
            assert!(holds(text.as_bytes(), &forms), "{text}");
        }
        assert!(!holds(&SECRET.as_bytes()[..43], &forms));
        assert!(!holds(b"", &forms));
    }

    #[test]
    fn files_and_names_below_a_folder_are_read() {
        let dir = tempfile::tempdir().expect("a folder");
        let deep = dir.path().join("a/b");
        fs::create_dir_all(&deep).expect("folders");
        fs::write(deep.join("with"), format!("\0{SECRET}\0")).expect("a file");
        fs::write(deep.join(SECRET), "").expect("a file");
        fs::write(deep.join("without"), "nothing").expect("a file");
        let (mut found, read) = files(dir.path(), SECRET);
        found.sort();
        assert_eq!(found, [deep.join(SECRET), deep.join("with")]);
        assert_eq!(read, 3);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_shows_a_secret_is_seen() {
        use std::os::unix::process::CommandExt;
        use std::process::Command;
        let secret = berth_testkit::token::right();
        let watch = Watch::start(&[&secret]);
        let before = watch.looks();
        let run = |command: &mut Command| {
            let mut child = command.arg("600").spawn().expect("sleep");
            let from = watch.looks();
            // One look may have passed it by already.
            while watch.looks() < from + 2 {
                std::thread::yield_now();
            }
            child.kill().expect("killed");
            child.wait().expect("ended");
        };
        run(Command::new("sleep").env("TOKEN", &secret));
        run(Command::new("sleep").arg0(&secret));
        assert!(watch.looks() > before);
        let seen = watch.stop();
        let parts: Vec<_> = seen.iter().map(|seen| &seen[..7]).collect();
        assert_eq!(parts, ["cmdline", "environ"], "{seen:?}");
    }
}
