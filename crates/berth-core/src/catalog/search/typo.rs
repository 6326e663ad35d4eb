//! Words that differ from a typed one by a typing error.

/// How many errors a word of this many characters may have.
pub(super) fn allowed(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Which characters occur, as bits.
pub(super) fn letters(word: &str) -> u64 {
    word.chars().fold(0, |bits, c| {
        bits | match c {
            'a'..='z' => 1 << (c as u32 - 'a' as u32),
            '0'..='9' => 1 << (26 + c as u32 - '0' as u32),
            // All other characters share the remaining bits.
            _ => 1 << (36 + c as u32 % 28),
        }
    })
}

/// Whether words with these characters can be near each other: an error takes at most one
/// character away and brings at most one. It rules out most words without comparing them.
pub(super) fn can_be_near(a: u64, b: u64, most: usize) -> bool {
    (a & !b).count_ones() as usize <= most && (b & !a).count_ones() as usize <= most
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
            ("漢字", "漢", 1),
        ] {
            assert!(near(a, b, errors));
            assert!(can_be_near(letters(a), letters(b), errors), "{a} {b}");
        }
        assert!(!can_be_near(letters("time"), letters("fetch"), 2));
    }
}
