//! Gives back what only the start of a session needed.
//!
//! Most of what a launcher holds is its own program: the code that reads the record, speaks with
//! the engine and sweeps has been run once and stays mapped, for as long as the client lives. What
//! goes on is a loop that copies. The kernel is told that the pages are not needed now; it brings
//! back, from the file, those that are touched again.

use std::ops::Range;

/// Where the kernel lists this process's mappings, each with what it holds.
const MAPPINGS: &str = "/proc/self/smaps";

/// Lets go of the pages of this program and its libraries. Where the kernel does not list them,
/// nothing happens.
pub(super) fn give_back() {
    let Ok(listed) = std::fs::read_to_string(MAPPINGS) else {
        return;
    };
    for range in unchanged(&listed) {
        forget(range);
    }
}

#[allow(unsafe_code)]
fn forget(range: Range<usize>) {
    let length = range.end.saturating_sub(range.start);
    // SAFETY: the range is a whole mapping of this process, of a file, that cannot be written and
    // of which no page was ever changed: what is read there next is the same bytes, out of the
    // file. Its refusal changes nothing, so it is of no interest.
    let _ = unsafe {
        libc::madvise(
            std::ptr::with_exposed_provenance_mut(range.start),
            length,
            libc::MADV_DONTNEED,
        )
    };
}

/// The mappings of files that are exactly what is in the file: not writable, and without a page of
/// their own, be it in memory or swapped out. (What the dynamic linker has written to, and locked
/// afterwards, has such pages.)
fn unchanged(listed: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut current: Option<Range<usize>> = None;
    let (mut anonymous, mut swapped) = (None, None);
    for line in listed.lines() {
        if let Some(mapping) = Mapping::read(line) {
            current = mapping.is_read_only_file.then_some(mapping.range);
            (anonymous, swapped) = (None, None);
            continue;
        }
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("Anonymous:") => anonymous = words.next(),
            Some("Swap:") => swapped = words.next(),
            // The last line of each mapping.
            Some("VmFlags:") if anonymous == Some("0") && swapped == Some("0") => {
                found.extend(current.take());
            }
            _ => {}
        }
    }
    found
}

/// The first line about a mapping: `start-end rwxp offset device inode path`.
struct Mapping {
    range: Range<usize>,
    is_read_only_file: bool,
}

impl Mapping {
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        let range = address(start)?..address(end)?;
        let rights = words.next()?;
        let inode = words.nth(2)?;
        Some(Self {
            range,
            is_read_only_file: rights.starts_with("r-") && rights.ends_with('p') && inode != "0",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
1000-3000 r--p 00000000 08:01 77 /usr/bin/berth
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
3000-9000 r-xp 00002000 08:01 77 /usr/bin/berth (deleted)
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd ex mr mw me
9000-a000 r--p 00008000 08:01 77 /usr/bin/berth
Anonymous:             4 kB
Swap:                  0 kB
VmFlags: rd mr mw me ac
a000-b000 r--p 00009000 08:01 77 /usr/bin/berth
Anonymous:             0 kB
Swap:                  4 kB
VmFlags: rd mr mw me ac
b000-c000 rw-p 00009000 08:01 77 /usr/bin/berth
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd wr mr mw me ac
c000-d000 r--p 00000000 00:00 0
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
d000-e000 r--s 00000000 08:01 78 /var/cache/shared
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
e000-f000 r--p 00000000 08:01 79 /a file that says nothing of itself
VmFlags: rd mr mw me
";

    #[test]
    fn only_what_is_exactly_its_file_is_let_go() {
        assert_eq!(unchanged(LISTED), [0x1000..0x3000, 0x3000..0x9000]);
        assert!(unchanged("").is_empty());
    }

    #[test]
    fn this_program_goes_on_after_it_has_let_its_code_go() {
        let listed = std::fs::read_to_string(MAPPINGS).expect("Linux lists them");
        let own = give_back as fn() as usize;
        assert!(unchanged(&listed).iter().any(|range| range.contains(&own)));
        let before = format!("{:?}", unchanged(LISTED));
        give_back();
        assert_eq!(format!("{:?}", unchanged(LISTED)), before);
    }
}
