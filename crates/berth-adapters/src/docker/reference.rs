//! Image references: `registry/repository:tag@digest`.

/// A reference taken apart. What is not written is not filled in: which registry is meant without
/// one is the engine's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `host` or `host:port`; `None` where the engine's own default is meant.
    pub registry: Option<String>,
    /// Registry and repository as written: `mcp/time`, `127.0.0.1:5000/time`.
    pub name: String,
    /// Tag.
    pub tag: Option<String>,
    /// `sha256:…`.
    pub digest: Option<String>,
}

/// The tag that is meant where none is written.
const DEFAULT_TAG: &str = "latest";

impl Reference {
    /// Reads a reference; `None` where it is none, so that nothing odd gets into a request.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let (folders, last) = match rest.rsplit_once('/') {
            Some((folders, last)) => (Some(folders), last),
            None => (None, rest),
        };
        let (last, tag) = match last.split_once(':') {
            Some((last, tag)) => (last, Some(tag)),
            None => (last, None),
        };
        let name = folders.map_or_else(|| last.to_owned(), |folders| format!("{folders}/{last}"));
        let registry = name
            .split_once('/')
            .map(|(first, _)| first)
            .filter(|first| first.contains(['.', ':']) || *first == "localhost");
        let repository = match registry {
            Some(registry) => &name[registry.len() + 1..],
            None => &name,
        };
        let fits = repository.split('/').all(is_component)
            && registry.is_none_or(is_registry)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest);
        fits.then(|| Self {
            registry: registry.map(str::to_owned),
            name: name.clone(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// What is pulled of the repository: the digest, else the tag. Without one the engine would
    /// pull every tag.
    #[must_use]
    pub fn version(&self) -> &str {
        self.digest
            .as_deref()
            .or(self.tag.as_deref())
            .unwrap_or(DEFAULT_TAG)
    }

    /// The reference under which exactly this is found: a digest wins over a tag.
    #[must_use]
    pub fn exact(&self) -> String {
        let separator = if self.digest.is_some() { '@' } else { ':' };
        format!("{}{separator}{}", self.name, self.version())
    }

    /// The digest of this repository among those that an engine knows of an image
    /// (`name@sha256:…`). Engines differ in how much of the name they write out.
    #[must_use]
    pub fn digest_among<'a>(&self, digests: &'a [String]) -> Option<&'a str> {
        let mut of_this = digests.iter().filter_map(|known| {
            let (name, digest) = known.split_once('@')?;
            (same_repository(name, &self.name) && is_digest(digest)).then_some(digest)
        });
        match &self.digest {
            Some(wanted) => of_this.find(|digest| digest == wanted),
            None => of_this.next(),
        }
    }
}

/// Whether one name is the other, written out: `x`, `library/x` and `registry/library/x`.
fn same_repository(one: &str, other: &str) -> bool {
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(one, other) || ends(other, one)
}

fn is_component(text: &str) -> bool {
    let edge =
        |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    edge(text.bytes().next())
        && edge(text.bytes().last())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

fn is_registry(text: &str) -> bool {
    let host = match text.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => text,
    };
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .filter(|host| host.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'))
        .map_or(host, |_| "v6");
    let edge = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
    edge(host.bytes().next())
        && edge(host.bytes().last())
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// Whether a text is `sha256:` and 64 digits.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64
            && hex
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "sha256:a5fa103cf6f0819987cc72f85274550a27385e5c3996207648afa1f388aee72f";

    fn parsed(text: &str) -> Reference {
        Reference::parse(text).expect(text)
    }

    #[test]
    fn takes_references_apart() {
        for (text, registry, name, exact) in [
            ("busybox", None, "busybox", "busybox:latest"),
            ("mcp/time:1.2", None, "mcp/time", "mcp/time:1.2"),
            (
                "127.0.0.1:5000/time",
                Some("127.0.0.1:5000"),
                "127.0.0.1:5000/time",
                "127.0.0.1:5000/time:latest",
            ),
            (
                "localhost/a/b:1",
                Some("localhost"),
                "localhost/a/b",
                "localhost/a/b:1",
            ),
            (
                "[::1]:5000/a:1",
                Some("[::1]:5000"),
                "[::1]:5000/a",
                "[::1]:5000/a:1",
            ),
        ] {
            let found = parsed(text);
            assert_eq!(found.registry.as_deref(), registry, "{text}");
            assert_eq!(found.name, name, "{text}");
            assert_eq!(found.exact(), exact, "{text}");
        }
        let both = parsed(&format!("mcp/time:1.2@{HASH}"));
        assert_eq!(both.version(), HASH);
        assert_eq!(both.exact(), format!("mcp/time@{HASH}"));
    }

    #[test]
    fn refuses_what_is_no_reference() {
        for text in [
            "",
            "/",
            "a//b",
            "UPPER/case",
            "a b",
            "a?x=1",
            "a/../b",
            "../x",
            "a:",
            "a:-x",
            "a@sha256:12",
            "a@md5:a5fa103cf6f0819987cc72f85274550a",
            "host.example:port/a",
            "a#b",
            "a%2e",
        ] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn finds_its_own_digest() {
        let other = HASH.replace("a5fa", "b5fb");
        let known = [
            format!("127.0.0.1:5000/x/time@{other}"),
            format!("docker.example/mcp/time@{HASH}"),
        ];
        assert_eq!(parsed("mcp/time:1").digest_among(&known), Some(HASH));
        assert_eq!(parsed("time:1").digest_among(&known[..0]), None);
        assert_eq!(parsed("other/time").digest_among(&known), None);
        assert_eq!(
            parsed("127.0.0.1:5000/x/time").digest_among(&known),
            Some(other.as_str())
        );
        assert_eq!(
            parsed(&format!("mcp/time@{other}")).digest_among(&known),
            None,
            "another one was asked for"
        );
    }
}
