//! Prometheus' text format, read for people.
//!
//! Its definition: "Exposition formats" in Prometheus' documentation, version 0.0.4. Only what is
//! shown is read; a line that is none of its forms is passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most numbers that are kept of one answer.
pub const METRICS_SHOWN: usize = 60;

/// Longest name, set of labels or explanation, in characters.
const TEXT_LIMIT: usize = 200;

/// One number that a server tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Metric {
    /// Its name: `http_requests_total`.
    pub name: String,
    /// What it is about, as it is written: `method="post",code="200"`; often empty.
    pub labels: String,
    /// The number, as it is written.
    pub value: String,
    /// The server's own words about it; often empty.
    pub help: String,
}

/// The first [`METRICS_SHOWN`] numbers of a text, and how many more there are. The buckets and
/// quantiles of distributions are left out, which are for programs; their sum and count stay.
#[must_use]
pub fn metrics(text: &str) -> (Vec<Metric>, u32) {
    let mut helps: BTreeMap<&str, &str> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut shown, mut left_out) = (Vec::new(), 0_u32);
    for line in text.lines() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            let mut words = comment.trim_start().splitn(3, char::is_whitespace);
            let (keyword, name) = (words.next(), words.next().unwrap_or_default());
            let said = words.next().unwrap_or_default().trim();
            match keyword {
                Some("HELP") => drop(helps.insert(name, said)),
                Some("TYPE") => drop(kinds.insert(name, said)),
                _ => {}
            }
            continue;
        }
        let Some((name, labels, value)) = sample(line) else {
            continue;
        };
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| {
                name.strip_suffix(end)
                    .filter(|name| kinds.contains_key(name))
            })
            .unwrap_or(name);
        let is_part = match kinds.get(family) {
            Some(&"histogram") => name.ends_with("_bucket"),
            Some(&"summary") => name == family,
            _ => false,
        };
        if is_part {
            continue;
        }
        if shown.len() == METRICS_SHOWN {
            left_out = left_out.saturating_add(1);
            continue;
        }
        shown.push(Metric {
            name: short(name),
            labels: short(labels),
            value: short(value),
            help: short(helps.get(family).copied().unwrap_or_default()),
        });
    }
    (shown, left_out)
}

/// Name, labels and value of a line: `name{labels} value [time]`.
fn sample(line: &str) -> Option<(&str, &str, &str)> {
    let end = line
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inside) => {
            let close = closing(inside)?;
            (
                inside[..close].trim().trim_end_matches(','),
                &inside[close + 1..],
            )
        }
        None => ("", rest),
    };
    let value = rest.split_whitespace().next()?;
    value.parse::<f64>().ok()?;
    Some((name, labels, value))
}

/// Where the labels end: a brace that is not inside of quotation marks.
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '}' if !quoted => return Some(index),
            _ => {}
        }
    }
    None
}

/// Of a text that somebody else wrote: not longer than it can be read, and without what is not to
/// be seen.
fn short(text: &str) -> String {
    let seen = text.chars().filter(|c| !c.is_control());
    seen.take(TEXT_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_their_labels_and_explanations() {
        let text = r#"
# HELP requests_total Requests until now.
# TYPE requests_total counter
requests_total{method="post",path="/a}b\"c"} 1027 1395066363000
requests_total{method="get", } 3
# TYPE latency histogram
# HELP latency How long they took.
latency_bucket{le="0.05"} 24054
latency_bucket{le="+Inf"} 144320
latency_sum 53423
latency_count 144320
# TYPE size summary
size{quantile="0.5"} 4
size_sum 8
up 1
temperature -1.5e-3
lost NaN
# just a comment
{} 4
9lives 9
words no number
open{a="b" 1
"#;
        let (shown, left_out) = metrics(text);
        let line = |m: &Metric| format!("{}{{{}}} {} ({})", m.name, m.labels, m.value, m.help);
        let lines: Vec<String> = shown.iter().map(line).collect();
        assert_eq!(
            lines,
            [
                r#"requests_total{method="post",path="/a}b\"c"} 1027 (Requests until now.)"#,
                r#"requests_total{method="get"} 3 (Requests until now.)"#,
                "latency_sum{} 53423 (How long they took.)",
                "latency_count{} 144320 (How long they took.)",
                "size_sum{} 8 ()",
                "up{} 1 ()",
                "temperature{} -1.5e-3 ()",
                "lost{} NaN ()",
            ]
        );
        assert_eq!(left_out, 0);
    }

    #[test]
    fn many_numbers_and_long_texts_are_cut() {
        let text: String = (0..METRICS_SHOWN + 5)
            .map(|number| format!("# HELP n{number} {}\nn{number} {number}\n", "x".repeat(999)))
            .collect();
        let (shown, left_out) = metrics(&text);
        assert_eq!((shown.len(), left_out), (METRICS_SHOWN, 5));
        assert!(shown.iter().all(|metric| metric.help.len() == TEXT_LIMIT));
    }
}
