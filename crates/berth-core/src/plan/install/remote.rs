//! Variants that run somewhere else.

use std::collections::BTreeMap;

use super::{Planning, Prepared};
use crate::catalog::template::Part;
use crate::catalog::{RemoteSpec, is_safe_address};
use crate::error::{Error, ErrorCode, Result};
use crate::input::{InputProblem, InputValue, filled_link};
use crate::plan::render::{Values, parts};
use crate::server::{HealthPaths, Launch, RemoteLaunch};

impl Planning<'_> {
    pub(super) fn remote(&self, spec: &RemoteSpec) -> Result<Prepared> {
        let no_paths = BTreeMap::new();
        let values = Values {
            inputs: &self.choices.inputs,
            paths: &no_paths,
            data: "",
            user: None,
            separator: "",
        };
        let (headers, templates) = self.environment(&spec.headers, &values)?;
        let launch = RemoteLaunch {
            url: self.address(&spec.url)?,
            headers,
            health: HealthPaths {
                live: spec.live.clone(),
                ready: spec.ready.clone(),
                metrics: spec.metrics.clone(),
            },
        };
        Ok(Prepared {
            steps: Vec::new(),
            launch: Launch::Remote(Box::new(launch)),
            pins: Vec::new(),
            folder: None,
            data: Vec::new(),
            env: BTreeMap::new(),
            services: Vec::new(),
            headers: templates,
        })
    }

    /// The address with the inputs' values in it: each as one part of it, unless it is the whole.
    fn address(&self, template: &str) -> Result<String> {
        let parts = parts(template)?;
        let input = parts.iter().find_map(Part::key).unwrap_or_default();
        let filled = match parts.as_slice() {
            [Part::Value(key)] => match self.choices.inputs.get(key) {
                Some(InputValue::Text(address)) => Some(address.trim().to_owned()),
                _ => None,
            },
            _ => filled_link(template, &self.choices.inputs),
        };
        let input = input.to_owned();
        let Some(text) = filled.filter(|text| !text.is_empty()) else {
            return Err(Error::new(ErrorCode::InputMissing { input }));
        };
        match url::Url::parse(&text) {
            Ok(mut url) if is_safe_address(&url) => {
                url.set_fragment(None);
                Ok(url.into())
            }
            Ok(_) => {
                let allowed = vec!["https:".to_owned()];
                let problem = InputProblem::Scheme { allowed };
                Err(Error::new(ErrorCode::InputInvalid { input, problem }))
            }
            Err(error) => {
                let problem = InputProblem::NotAUrl;
                Err(Error::new(ErrorCode::InputInvalid { input, problem }).caused_by(&error))
            }
        }
    }
}
