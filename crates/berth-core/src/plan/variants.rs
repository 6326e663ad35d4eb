//! Which variants can be installed on this machine.

use semver::{Version, VersionReq};

use crate::catalog::{Entry, Run, RunsIn, Variant};
use crate::error::{Error, ErrorCode};
use crate::facts::{Fact, Facts, Probe, Program};

/// A variant on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantState {
    /// The variant.
    pub id: String,
    /// Where it runs.
    pub runs_in: RunsIn,
    /// Whether a probe that it depends on has not answered yet.
    pub checking: bool,
    /// What is missing for it.
    pub missing: Option<Error>,
    /// What was found for it, to show: `uv 0.9.2`.
    pub found: Vec<String>,
    /// Whether a folder that is given read-only really cannot be written.
    pub keeps_read_only: bool,
    /// The probes that it depends on.
    pub uses: Vec<Probe>,
}

impl VariantState {
    /// Whether it can be installed now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.checking && self.missing.is_none()
    }
}

/// All variants of an entry, in the entry's order.
#[must_use]
pub fn variants(entry: &Entry, facts: &Facts) -> Vec<VariantState> {
    entry
        .variants
        .iter()
        .map(|variant| state(variant, facts))
        .collect()
}

/// The variant that the sheet opens with: the first that can be installed here; before the probes
/// have answered the first that is not planned.
#[must_use]
pub fn default_variant(entry: &Entry, facts: &Facts) -> Option<String> {
    let states = variants(entry, facts);
    let ready = states.iter().find(|state| state.is_ready());
    let checking = states.iter().find(|state| state.checking);
    ready.or(checking).map(|state| state.id.clone())
}

pub(super) fn state(variant: &Variant, facts: &Facts) -> VariantState {
    let mut state = VariantState {
        id: variant.id.clone(),
        runs_in: variant.runs_in(),
        checking: false,
        missing: None,
        found: Vec::new(),
        keeps_read_only: variant.runs_in() == RunsIn::Container,
        uses: Vec::new(),
    };
    if let Some(note) = &variant.planned {
        state.missing = Some(Error::new(ErrorCode::VariantPlanned {
            variant: variant.id.clone(),
            note: note.clone(),
        }));
        return state;
    }
    match &variant.run {
        Run::Python(spec) => {
            state.uses = vec![Probe::Uv, Probe::Python];
            let python = facts
                .python
                .found()
                .filter(|p| fits(&p.version, &spec.requires));
            match (facts.uv.found(), python) {
                (Some(uv), _) => state.found.push(format!("uv {}", uv.version)),
                (None, Some(python)) => state.found.push(format!("Python {}", python.version)),
                (None, None) => {
                    state.checking = facts.uv == Fact::Unknown || facts.python == Fact::Unknown;
                    let needed = spec.requires.clone();
                    state.missing = Some(Error::new(ErrorCode::PythonMissing { needed }));
                }
            }
        }
        Run::Node(spec) => {
            state.uses = vec![Probe::Node];
            match facts
                .node
                .found()
                .filter(|node| fits(&node.version, &spec.requires))
            {
                Some(node) => state.found.push(format!("Node.js {}", node.version)),
                None => {
                    state.checking = facts.node == Fact::Unknown;
                    let needed = spec.requires.clone();
                    state.missing = Some(Error::new(ErrorCode::NodeMissing { needed }));
                }
            }
        }
        Run::Image(_) | Run::Build(_) | Run::Dev(_) | Run::Stack(_) => {
            state.uses = vec![Probe::Engine];
            match &facts.engine {
                Fact::Found { value } => {
                    state
                        .found
                        .push(format!("{} {}", value.product, value.version));
                }
                Fact::Unknown => {
                    state.checking = true;
                    state.missing = Some(Error::new(ErrorCode::EngineMissing));
                }
                Fact::Missing { error } => state.missing = Some(error.clone()),
            }
        }
        // It needs nothing of this computer.
        Run::Remote(_) => {}
        // The loader lets these through only as planned ones.
        Run::Kubernetes {} => {
            state.missing = Some(Error::internal(
                "a variant of this kind cannot be installed",
            ));
        }
    }
    if state.checking {
        state.missing = None;
    }
    state
}

/// Python that makes an environment: uv where it is there, else one that fits.
pub(super) fn python<'a>(
    facts: &'a Facts,
    requires: &str,
) -> Option<(super::PythonTool, &'a Program)> {
    let uv = facts.uv.found().map(|uv| (super::PythonTool::Uv, uv));
    uv.or_else(|| {
        let python = facts
            .python
            .found()
            .filter(|p| fits(&p.version, requires))?;
        Some((super::PythonTool::Pip, python))
    })
}

/// Whether a version fits a requirement such as `>=3.11`. What cannot be read as a version fits
/// nothing; a requirement that cannot be read lets everything through, because the package's own
/// tool decides in the end.
pub(super) fn fits(version: &str, requires: &str) -> bool {
    let Ok(wanted) = VersionReq::parse(requires) else {
        return true;
    };
    let digits = |part: &str| {
        part.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
    };
    let mut numbers = version
        .split('.')
        .map(|part| digits(part).parse::<u64>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    wanted.matches(&Version::new(next(), next(), next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_fit_as_numbers() {
        assert!(fits("3.11.7", ">=3.11"));
        assert!(!fits("3.9.20", ">=3.11"));
        assert!(fits("3.14.0rc2", ">=3.12"));
        assert!(fits("20.20.2", ">=20"));
        assert!(!fits("unknown", ">=20"));
    }
}
