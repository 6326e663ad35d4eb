use serde_json::json;

use super::*;

const FILE: &str = "{\n    \"x\": 1,\n    \"mcpServers\": {\n        \"a\": {\"command\":\"/bin/a\",   \"env\": {\"T\": \"1\"}}\n    }\n}\n";

fn project_place() -> Place {
    Place::claude_code(Scope::Project, Some("/p".to_owned()))
}

fn path() -> &'static Path {
    Path::new("/p/.mcp.json")
}

#[test]
fn other_bytes_stay() {
    let place = project_place();
    let value = json!({"type": "stdio", "command": "berth"});
    let entry = Entry::new("b", &place);
    let with = entry.put(path(), FILE, Some(&value)).expect("text");
    let foreign = "\"a\": {\"command\":\"/bin/a\",   \"env\": {\"T\": \"1\"}}";
    assert!(with.contains(foreign), "{with}");
    let parsed: Value = serde_json::from_str(&with).expect("JSON");
    assert_eq!(entry.get(&parsed), Some(&value));
    assert_eq!(entry.put(path(), &with, None).expect("text"), FILE);
}

#[test]
fn a_local_place_is_below_its_project() {
    let place = Place::claude_code(Scope::Local, Some("/nowhere/p q".to_owned()));
    let value = json!({"command": "x", "args": ["1"]});
    let text = Entry::new("n", &place)
        .put(path(), "", Some(&value))
        .expect("text");
    let parsed: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(servers(&parsed, &place), [("n".to_owned(), value)]);
    assert!(servers(&parsed, &Place::default()).is_empty());
}

#[test]
fn a_lost_or_changed_foreign_registration_is_noticed() {
    let place = Place::default();
    let wanted = json!({"command": "berth"});
    let a = json!({"command": "x"});
    let local = json!({"/q": {"mcpServers": {"b": {"command": "z"}}}});
    let before = json!({"n": 1, "mcpServers": {"a": a}, "projects": local});
    let check = |after: Value| Entry::new("b", &place).check(&before, &after, Some(&wanted));
    let after = |servers: Value| json!({"n": 1, "mcpServers": servers, "projects": local});
    assert!(check(after(json!({"a": a, "b": wanted}))));
    assert!(
        check(after(json!({"a": a, "b": wanted, "c": {}}))),
        "somebody else added one"
    );
    assert!(
        check(json!({"m": 2, "mcpServers": {"a": a, "b": wanted}, "projects": local})),
        "its own keys are Claude Code's"
    );
    assert!(!check(after(json!({"b": wanted}))));
    assert!(!check(after(json!({"a": {"command": "y"}, "b": wanted}))));
    assert!(!check(after(json!({"a": a}))));
    assert!(!check(
        json!({"n": 1, "mcpServers": {"a": a, "b": wanted}, "projects": {}})
    ));
}

#[test]
fn a_projects_file_keeps_all_its_keys() {
    let place = project_place();
    let entry = Entry::new("b", &place);
    let before = json!({"$schema": "s", "n": 1.0, "mcpServers": {}});
    let check = |after: Value| entry.check(&before, &after, None);
    assert!(check(json!({"$schema": "s", "n": 1, "mcpServers": {}})));
    assert!(!check(json!({"n": 1, "mcpServers": {}})));
    assert!(!check(json!({"$schema": "s", "n": 2, "mcpServers": {}})));
}

#[test]
fn mending_brings_back_what_was_lost_and_keeps_what_was_added() {
    let place = Place::default();
    let entry = Entry::new("b", &place);
    let before = "{\"k\": 1.0,\n \"mcpServers\": {\"a\": {\"command\": \"x\"}, \"b\": {\"command\": \"old\"}}, \"projects\": {\"/q\": {\"mcpServers\": {\"z\": {}}}}}\n";
    let now = r#"{"k": 1, "mcpServers": {"b": {"command": "new"}, "c": {"command": "added"}}}"#;
    let mended = entry.mend(path(), before, Some(now)).expect("text");
    let value: Value = serde_json::from_str(&mended).expect("JSON");
    assert_eq!(
        value,
        json!({"k": 1.0,
            "mcpServers": {"a": {"command": "x"}, "b": {"command": "old"}, "c": {"command": "added"}},
            "projects": {"/q": {"mcpServers": {"z": {}}}}}),
        "{mended}"
    );
    assert!(mended.contains("\"k\": 1.0"), "{mended}");
    for broken in [Some("{\"half"), None] {
        assert_eq!(entry.mend(path(), before, broken).expect("text"), before);
    }
    assert_eq!(
        entry.mend(path(), before, Some(before)).expect("text"),
        before
    );
}

#[test]
fn a_file_of_another_shape_is_refused() {
    let place = Place::default();
    let entry = Entry::new("b", &place);
    let value = json!({});
    for text in ["[]", "{\"mcpServers\": []}", "{\"a\"", "7"] {
        let error = entry.put(path(), text, Some(&value)).expect_err(text);
        assert_eq!(error.name(), "client_config_invalid", "{text}");
    }
}
