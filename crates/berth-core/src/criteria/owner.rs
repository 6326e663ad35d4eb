//! Who a container's user is, and what it may do with a file.

/// A user as the kernel sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
}

/// Whose a file or folder is, and what it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Number of the owner.
    pub uid: u32,
    /// Number of the group.
    pub gid: u32,
    /// Permission bits.
    pub mode: u32,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Whether a user without capabilities may write to a file, or make something in a folder. `groups`
/// are those that it is in beside its own. Root counts as any other user: containers are given no
/// capabilities, so it may not pass over what a file allows.
#[must_use]
pub fn may_write(user: User, groups: &[u32], about: About) -> bool {
    let bits = match about {
        About { uid, mode, .. } if uid == user.uid => mode >> 6,
        About { gid, mode, .. } if gid == user.gid || groups.contains(&gid) => mode >> 3,
        About { mode, .. } => mode,
    };
    let needed = if about.is_folder { 0o3 } else { 0o2 };
    bits & needed == needed
}

/// The user that a container runs as, and the groups that it is in beside its own: from what it is
/// told (`name`, `uid`, `name:group` …, empty for root) and the image's `/etc/passwd` and
/// `/etc/group`. `None` for a name that the image does not know.
#[must_use]
pub fn user(wanted: &str, passwd: &str, group: &str) -> Option<(User, Vec<u32>)> {
    let (name, wanted_group) = match wanted.split_once(':') {
        Some((name, group)) => (name, Some(group)),
        None => (wanted, None),
    };
    let name = if name.is_empty() { "0" } else { name };
    let known = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (login, _, uid, gid) = (
            fields.next()?,
            fields.next(),
            fields.next()?,
            fields.next()?,
        );
        (login == name || uid == name).then_some((login, uid.parse().ok()?, gid.parse().ok()?))
    });
    let (login, uid, own_group) = match known {
        Some((login, uid, gid)) => (login, uid, gid),
        None => (name, name.parse().ok()?, 0),
    };
    let groups = || {
        group.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let (name, _, gid) = (fields.next()?, fields.next(), fields.next()?);
            Some((
                name,
                gid.parse::<u32>().ok()?,
                fields.next().unwrap_or_default(),
            ))
        })
    };
    let gid = match wanted_group {
        None | Some("") => own_group,
        Some(wanted) => match wanted.parse() {
            Ok(gid) => gid,
            Err(_) => groups().find(|(name, ..)| *name == wanted)?.1,
        },
    };
    let member = |members: &str| members.split(',').any(|member| member == login);
    let further = match wanted_group {
        // As engines do: who names a group is in that one only.
        Some(_) => Vec::new(),
        None => groups()
            .filter(|(.., members)| member(members))
            .map(|(_, gid, _)| gid)
            .collect(),
    };
    Some((User { uid, gid }, further))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/sh\nappuser:x:1000:1001::/home/appuser:/bin/sh\n";
    const GROUP: &str = "root:x:0:\nstaff:x:50:appuser,other\nappuser:x:1001:\n";

    #[test]
    fn a_user_is_found_as_the_engine_would() {
        let known = |wanted: &str| user(wanted, PASSWD, GROUP);
        let (uid, gid) = (1000, 1001);
        assert_eq!(known("appuser"), Some((User { uid, gid }, vec![50])));
        assert_eq!(known("1000"), Some((User { uid, gid }, vec![50])));
        assert_eq!(
            known("appuser:staff"),
            Some((User { uid, gid: 50 }, vec![]))
        );
        assert_eq!(known("1000:7"), Some((User { uid, gid: 7 }, vec![])));
        assert_eq!(known("4711"), Some((User { uid: 4711, gid: 0 }, vec![])));
        assert_eq!(known(""), Some((User { uid: 0, gid: 0 }, vec![])));
        assert_eq!(known("nobody-here"), None);
        assert_eq!(known("appuser:nothing"), None);
        assert_eq!(
            user("1000:1000", "", ""),
            Some((User { uid, gid: 1000 }, vec![]))
        );
    }

    #[test]
    fn the_first_of_owner_group_and_others_that_fits_decides() {
        let about = |uid, gid, mode| About {
            uid,
            gid,
            mode,
            is_folder: true,
        };
        let me = User {
            uid: 1000,
            gid: 1000,
        };
        for (about, can) in [
            (about(1000, 0, 0o700), true),
            (about(1000, 0, 0o077), false),
            (about(1000, 0, 0o200), false),
            (about(0, 1000, 0o770), true),
            (about(0, 50, 0o770), true),
            (about(0, 50, 0o757), false),
            (about(0, 0, 0o777), true),
            (about(0, 0, 0o755), false),
        ] {
            assert_eq!(may_write(me, &[50], about), can, "{about:?}");
        }
        let root = User { uid: 0, gid: 0 };
        assert!(
            !may_write(root, &[], about(1000, 1000, 0o755)),
            "without capabilities"
        );
        let file = About {
            is_folder: false,
            ..about(1000, 0, 0o600)
        };
        assert!(may_write(me, &[], file));
    }
}
