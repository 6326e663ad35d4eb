//! Who owns a session, and whether that process still lives.
//!
//! The label is `pid:start-time:boot`. Only what is certainly dead counts as dead: a sweep that
//! ends a session somebody uses is worse than one that leaves a container to the next sweep.
//! `boot` is `machine.boot.namespace`: several machines can use one engine (or one home on a
//! network drive), and a process number means nothing in another process namespace.

use std::fmt;

/// A label taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Process number.
    pub pid: u32,
    /// When it was started, in the platform's own unit.
    pub start: String,
    /// On what machine, since which boot, in which process namespace.
    pub boot: Boot,
}

/// On what machine, since which boot, in which process namespace. Empty where the platform does
/// not say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Boot {
    pub machine: String,
    pub boot: String,
    pub namespace: String,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Boot {
            machine,
            boot,
            namespace,
        } = &self.boot;
        write!(
            f,
            "{}:{}:{machine}.{boot}.{namespace}",
            self.pid, self.start
        )
    }
}

impl Owner {
    /// Takes a label apart; `None` for one that is not of this form.
    #[must_use]
    pub fn parse(label: &str) -> Option<Self> {
        let mut parts = label.splitn(3, ':');
        let pid = parts.next()?.parse().ok()?;
        let start = parts.next()?.to_owned();
        let mut boot = parts.next()?.split('.').map(str::to_owned);
        let parsed = Self {
            pid,
            start,
            boot: Boot {
                machine: boot.next()?,
                boot: boot.next()?,
                namespace: boot.next()?,
            },
        };
        boot.next().is_none().then_some(parsed)
    }
}

/// What the system says about a process number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// There is no such process, or it has ended and only waits to be noticed.
    Gone,
    /// The system does not tell.
    Hidden,
    /// It runs, and was started then.
    Since(String),
}

/// Whether the owner lives, given where we are and how to look at a process.
#[must_use]
pub fn lives(owner: &Owner, here: &Boot, look: impl FnOnce(u32) -> Seen) -> bool {
    if owner.boot.machine != here.machine {
        return true;
    }
    if owner.boot.boot != here.boot {
        return false;
    }
    if owner.boot.namespace != here.namespace {
        return true;
    }
    match look(owner.pid) {
        Seen::Gone => false,
        Seen::Hidden => true,
        Seen::Since(start) => start == owner.start,
    }
}

/// Takes the state and the start time (in clock ticks since the boot) out of `/proc/PID/stat`.
/// The command's name stands in brackets and may hold anything, brackets and spaces too.
#[must_use]
pub fn parse_proc_stat(stat: &str) -> Option<(char, String)> {
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let start = fields.nth(18)?;
    start
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| (state, start.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Boot {
        Boot {
            machine: "m1".to_owned(),
            boot: "b1".to_owned(),
            namespace: "n1".to_owned(),
        }
    }

    fn owner() -> Owner {
        Owner {
            pid: 7,
            start: "100".to_owned(),
            boot: here(),
        }
    }

    #[test]
    fn a_label_can_be_read_back() {
        assert_eq!(owner().to_string(), "7:100:m1.b1.n1");
        assert_eq!(Owner::parse("7:100:m1.b1.n1"), Some(owner()));
        let bare = Owner::parse("7:100:..").expect("empty parts are allowed");
        assert_eq!(bare.to_string(), "7:100:..");
        for malformed in [
            "",
            "7",
            "7:1",
            "x:1:a.b.c",
            "7:1:a",
            "7:1:a.b.c.d",
            "-1:1:..",
        ] {
            assert_eq!(Owner::parse(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn the_same_process_lives() {
        assert!(lives(&owner(), &here(), |_| Seen::Since("100".to_owned())));
    }

    #[test]
    fn a_number_that_was_given_again_is_another_process() {
        assert!(!lives(&owner(), &here(), |_| Seen::Since("101".to_owned())));
    }

    #[test]
    fn gone_is_dead_and_hidden_is_not() {
        assert!(!lives(&owner(), &here(), |_| Seen::Gone));
        assert!(lives(&owner(), &here(), |_| Seen::Hidden));
    }

    #[test]
    fn nothing_survives_a_boot() {
        let mut now = here();
        now.boot = "b2".to_owned();
        assert!(!lives(&owner(), &now, |_| unreachable!("not asked")));
    }

    #[test]
    fn another_machine_or_namespace_cannot_be_judged() {
        let mut other = here();
        other.machine = "m2".to_owned();
        other.boot = "b2".to_owned();
        assert!(lives(&owner(), &other, |_| unreachable!("not asked")));
        let mut other = here();
        other.namespace = "n2".to_owned();
        assert!(lives(&owner(), &other, |_| unreachable!("not asked")));
    }

    #[test]
    fn the_name_of_a_command_does_not_shift_the_fields() {
        let stat = "123 (a) b (c) S 1 123 123 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 2";
        assert_eq!(parse_proc_stat(stat), Some(('S', "98765".to_owned())));
        assert_eq!(parse_proc_stat("123 (x) Z 1"), None);
        assert_eq!(parse_proc_stat(""), None);
    }
}
