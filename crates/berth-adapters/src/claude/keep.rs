//! Keeping every byte that has not changed.
//!
//! Claude Code writes its files anew from their values: two blanks of indentation, `1.0` as `1`,
//! `\u00e9` as é, integers beyond 2^53 rounded, no byte order mark. Here what it changed is put
//! into the text as it was before.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use serde_json::{Map, Value};

/// Written in front by some Windows editors.
const MARK: char = '\u{feff}';

/// The text of before with the values of after; `None` where that cannot be done (a key that is
/// there twice, say).
pub fn reapply(before: &str, after: &Value) -> Option<String> {
    let plain = before.strip_prefix(MARK).unwrap_or(before);
    let mark = if plain.len() == before.len() {
        ""
    } else {
        "\u{feff}"
    };
    let old: Value = serde_json::from_str(plain).ok()?;
    let (old, new) = (old.as_object()?, after.as_object()?);
    let root = CstRootNode::parse(plain, &ParseOptions::default()).ok()?;
    sync(&root.object_value()?, old, new)?;
    let text = root.to_string();
    let reached: Value = serde_json::from_str(&text).ok()?;
    same(&reached, after).then(|| format!("{mark}{text}"))
}

fn sync(node: &CstObject, old: &Map<String, Value>, new: &Map<String, Value>) -> Option<()> {
    for property in node.properties() {
        if !new.contains_key(&property.decoded_name()?) {
            property.remove();
        }
    }
    for (key, value) in new {
        match (old.get(key), value) {
            (None, _) => {
                node.append(key, input(value));
            }
            (Some(was), _) if same(was, value) => {}
            (Some(Value::Object(was)), Value::Object(is)) => {
                sync(&node.object_value(key)?, was, is)?;
            }
            _ => node.get(key)?.set_value(input(value)),
        }
    }
    Some(())
}

/// Whether two values are the same to a program that has only floating point numbers. The order
/// of keys does not matter.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len()
                && x.iter()
                    .all(|(key, x)| y.get(key).is_some_and(|y| same(x, y)))
        }
        _ => a == b,
    }
}

/// A value for the text.
pub fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(on) => CstInputValue::Bool(*on),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(fields) => CstInputValue::Object(
            fields
                .iter()
                .map(|(key, value)| (key.clone(), input(value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ODD: &str = "{\n\t\"n\": 1.0, \"big\": 12345678901234567890,\r\n\t\"esc\": \"\\u00e9\\/x\", \"l\": [1,\n   2],\n\t\"o\": {\"k\" :1e3,   \"gone\": true , \"c\":1}\n}\n\n";

    /// As Claude Code's program reads it.
    fn read(text: &str) -> Value {
        let mut value: Value = serde_json::from_str(text).expect("JSON");
        value["n"] = json!(1);
        value["big"] = json!(12_345_678_901_234_567_000_u64);
        value["o"]["k"] = json!(1000);
        value
    }

    #[test]
    fn what_is_the_same_keeps_its_bytes() {
        assert_eq!(reapply(ODD, &read(ODD)).as_deref(), Some(ODD));
        let marked = format!("\u{feff}{ODD}");
        assert_eq!(reapply(&marked, &read(ODD)), Some(marked));
    }

    #[test]
    fn what_changed_is_put_in_and_nothing_else() {
        let mut after = read(ODD);
        after["o"]["c"] = json!(2);
        after["new"] = json!({"a": ["ü \"q\""]});
        after["o"]
            .as_object_mut()
            .expect("an object")
            .shift_remove("gone");
        let text = reapply(ODD, &after).expect("text");
        for kept in [
            "\"n\": 1.0, \"big\": 12345678901234567890,\r\n",
            "\"esc\": \"\\u00e9\\/x\", \"l\": [1,\n   2]",
            "\"k\" :1e3",
        ] {
            assert!(text.contains(kept), "{text}");
        }
        let reached: Value = serde_json::from_str(&text).expect("JSON");
        assert!(same(&reached, &after), "{text}");
    }

    #[test]
    fn a_key_that_is_there_twice_is_not_guessed_about() {
        let text = "{\"a\": {\"x\": 1}, \"a\": {\"y\": 1}}";
        let after = json!({"a": {"y": 1, "z": 2}});
        assert_eq!(reapply(text, &after), None);
        assert_eq!(reapply("[]", &after), None);
        assert_eq!(reapply("{} // said", &json!({})), None);
    }

    #[test]
    fn numbers_are_compared_as_a_program_without_integers_does() {
        assert!(same(&json!(1.0), &json!(1)));
        assert!(!same(&json!(1), &json!(2)));
        assert!(!same(&json!("1"), &json!(1)));
        assert!(!same(&json!({"a": 1}), &json!({"a": 1, "b": 1})));
    }

    proptest::proptest! {
        #[test]
        fn reaches_whatever_it_is_given(before in object(3), after in object(3)) {
            let text = serde_json::to_string_pretty(&before).expect("JSON");
            let reached = reapply(&text, &after).expect("no key is there twice");
            let reached: Value = serde_json::from_str(&reached).expect("JSON");
            proptest::prop_assert!(same(&reached, &after));
        }
    }

    fn object(depth: u32) -> impl proptest::strategy::Strategy<Value = Value> {
        use proptest::prelude::*;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z \"\\\\/\n\u{1}é🔑]{0,5}".prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(depth, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                fields(inner),
            ]
        });
        fields(value)
    }

    fn fields(
        value: impl proptest::strategy::Strategy<Value = Value>,
    ) -> impl proptest::strategy::Strategy<Value = Value> {
        use proptest::prelude::*;
        prop::collection::btree_map("[a-dé\"\\\\]{1,2}", value, 0..4)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }
}
