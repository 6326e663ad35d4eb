//! What a person chooses of the demo.

use std::collections::BTreeMap;

use berth_core::catalog::Access;
use berth_core::input::{InputValue, PathGrant, SecretValues};
use berth_core::plan::Choices;
use berth_core::secret::Secret;

use super::around::SOURCE;
use super::shapes::NEW_TOKEN;

pub fn choices(variant: &str) -> Choices {
    Choices {
        entry: "demo".to_owned(),
        variant: Some(variant.to_owned()),
        ..Choices::default()
    }
}

pub fn python() -> Choices {
    Choices {
        secrets: token(NEW_TOKEN),
        ..choices("python")
    }
}

/// The name that the demo's image is built under.
pub const BUILT: &str = "demo/dev:1";

pub fn dev() -> Choices {
    from_source("dev", "source")
}

pub fn in_place() -> Choices {
    from_source("in-place", "code")
}

pub fn node_source() -> Choices {
    from_source("node-source", "code")
}

pub fn from_source(variant: &str, input: &str) -> Choices {
    Choices {
        inputs: BTreeMap::from([(
            input.to_owned(),
            InputValue::Paths(vec![PathGrant {
                path: SOURCE.to_owned(),
                access: Access::ReadOnly,
            }]),
        )]),
        secrets: token(NEW_TOKEN),
        ..choices(variant)
    }
}

pub fn image(secret: Option<&str>) -> Choices {
    Choices {
        inputs: BTreeMap::from([(
            "folders".to_owned(),
            InputValue::Paths(vec![PathGrant {
                path: "/home/ada/notes".to_owned(),
                access: Access::ReadOnly,
            }]),
        )]),
        secrets: secret.map(token).unwrap_or_default(),
        ..choices("image")
    }
}

pub fn token(value: &str) -> SecretValues {
    SecretValues::from([("token".to_owned(), Secret::new(value))])
}

/// The address itself for Claude Code, where `direct`.
pub fn remote(direct: bool) -> Choices {
    Choices {
        secrets: token(NEW_TOKEN),
        direct,
        ..choices("remote")
    }
}

/// A container that gets the engine's socket, where `entrusted`.
pub fn runner(entrusted: bool) -> Choices {
    let here = ("engine".to_owned(), InputValue::Text("here".to_owned()));
    Choices {
        inputs: entrusted.then_some(here).into_iter().collect(),
        ..choices("runner")
    }
}
