//! Whole outputs, with what differs from run to run left out.

use std::path::Path;

use berth_testkit::ground;
use berth_tests::sandbox::Ran;

/// How a program ended and all that it printed.
pub fn whole(ran: &Ran) -> String {
    let exit = ran
        .exit
        .map_or("a signal".to_owned(), |code| code.to_string());
    let Ran { stdout, stderr, .. } = ran;
    format!("exit: {exit}\n----- stdout\n{stdout}----- stderr\n{stderr}")
}

/// Compares with the snapshot of this name.
pub fn compare(name: &str, machine: &Path, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let machine = regex_of(machine.to_string_lossy().trim_end_matches('/'));
    settings.add_filter(&machine, "[machine]");
    settings.add_filter(r"\b[0-9A-HJKMNP-TV-Z]{26}\b", "[id]");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "[time]");
    settings.add_filter(r"\b\d+ ms\b", "[n] ms");
    settings.add_filter(&regex_of(&ground::registry()), "[registry]");
    settings.add_filter(r"sha256:[0-9a-f]{64}", "sha256:[hash]");
    // It covers the names of folders.
    settings.add_filter(r#""consent":"[0-9a-f]{64}""#, r#""consent":"[hash]""#);
    // Where and which: a machine's own.
    settings.add_filter(
        r"(?m)^(  (?:python|node|uv): ).*$",
        "${1}[version and path]",
    );
    settings.add_filter(r"(?m)^(    found: ).*$", "${1}[versions]");
    settings.add_filter(r"/\S+/python3(?:\.\d+)?\b", "[python]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Compares a whole output.
pub fn ran(name: &str, machine: &Path, ran: &Ran) {
    compare(name, machine, &whole(ran));
}

fn regex_of(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let plain = c.is_ascii_alphanumeric() || c == '/';
            (!plain).then_some('\\').into_iter().chain([c])
        })
        .collect()
}
