//! Names with `*` in paths.

/// Whether a path fits a pattern: as many parts, each equal but for `*`, which stands for any text
/// inside of one part.
#[must_use]
pub fn fits(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if part_fits(pattern, part) => {}
            _ => return false,
        }
    }
}

/// The folder above the first part with a `*`; the path itself where there is none.
#[must_use]
pub fn fixed(pattern: &str) -> &str {
    match pattern.find('*') {
        Some(star) => pattern[..star]
            .rfind('/')
            .map_or("", |slash| &pattern[..slash]),
        None => pattern,
    }
}

fn part_fits(pattern: &str, part: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == part;
    };
    let Some(mut left) = part.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.len() >= last.len() && left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{fits, fixed};

    #[test]
    fn a_star_stands_for_any_part_of_one_name() {
        assert!(fits("/k/*.key", "/k/a.key"));
        assert!(fits("/k/*", "/k/a.key"));
        assert!(fits("/*/s*n*.key", "/k/signing.key"));
        assert!(fits("/k/a", "/k/a"));
        for (pattern, path) in [
            ("/k/*.key", "/k/a.pub"),
            ("/k/*.key", "/k/b/a.key"),
            ("/k/*", "/k"),
            ("/k/a*a", "/k/a"),
            ("/k/a", "/k/ab"),
        ] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_above_the_first_star_is_fixed() {
        assert_eq!(fixed("/data/keys/*.key"), "/data/keys");
        assert_eq!(fixed("/data/k*/x"), "/data");
        assert_eq!(fixed("/data/keys"), "/data/keys");
    }
}
