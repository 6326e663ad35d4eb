//! Words that differ from a typed one by a typing error.

/// How many errors a word of this many characters may have.
pub(super) fn allowed(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Which letters and digits occur, as bits. Each error changes at most two of them, so most words
/// are ruled out without comparing them.
pub(super) fn letters(word: &str) -> u64 {
    word.bytes().fold(0, |bits, byte| {
        bits | match byte {
            b'a'..=b'z' => 1 << (byte - b'a'),
            b'0'..=b'9' => 1 << (26 + byte - b'0'),
            // Bytes of other letters share the remaining bits.
            _ => 1 << (36 + u32::from(byte) % 28),
        }
    })
}

/// Whether two words, as characters, are at most `most` errors apart: a character too many, too
/// few, a wrong one, or two neighbours swapped. `rows` is memory to work in.
pub(super) fn is_near(a: &[char], b: &[char], most: usize, rows: &mut [Vec<usize>; 3]) -> bool {
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let [before, last, row] = rows;
    before.clear();
    last.clear();
    last.extend(0..=b.len());
    for (i, x) in a.iter().enumerate() {
        row.clear();
        row.push(i + 1);
        let mut best = i + 1;
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            best = best.min(cost);
            row.push(cost);
        }
        // A swap looks two rows back; it can still bring down a row that is one above.
        if best > most + 1 {
            return false;
        }
        std::mem::swap(before, last);
        std::mem::swap(last, row);
    }
    last[b.len()] <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: &str, b: &str, most: usize) -> bool {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        is_near(&a, &b, most, &mut Default::default())
    }

    #[test]
    fn counts_errors() {
        for (a, b, errors) in [
            ("github", "github", 0),
            ("github", "gihtub", 1),
            ("github", "gitub", 1),
            ("github", "giithub", 1),
            ("github", "gitxub", 1),
            ("postgres", "posgrse", 2),
            ("filesystem", "flesytem", 2),
            ("ab", "ba", 1),
            ("", "ab", 2),
            ("größe", "grosse", 3),
        ] {
            assert!(near(a, b, errors), "{a} {b}");
            assert!(errors == 0 || !near(a, b, errors - 1), "{a} {b}");
        }
        assert!(!near("time", "fetch", 2));
    }

    #[test]
    fn letters_never_rule_out_a_near_word() {
        for (a, b, errors) in [
            ("github", "gihtub", 1),
            ("größe", "grösse", 2),
            ("a1", "b2", 2),
        ] {
            assert!(near(a, b, errors));
            let changed = (letters(a) ^ letters(b)).count_ones() as usize;
            assert!(changed <= 4 * errors, "{a} {b} {changed}");
        }
    }
}
