//! Secrets of installed servers.

use berth_testkit::token;
use berth_tests::sandbox::Sandbox;

use crate::people::{HUB, add_hub, berth_with, using_image};
use crate::shown;

#[test]
fn a_secret_is_listed_replaced_and_deleted_but_never_shown() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let machine = sandbox.path("");
    let (right, wrong) = (token::right(), token::wrong());
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(&sandbox, &args, &right, &[]).ok();
    shown::ran("secret_list", &machine, &sandbox.berth(&["secret", "list"]));

    let set = |value: &str| berth_with(&sandbox, &["secret", "set", HUB, "token"], value, &[]);
    shown::ran("secret_set", &machine, &set(&wrong));
    let list = sandbox.berth(&["list"]).ok();
    assert!(list.stdout.contains("not verified"), "{}", list.stdout);
    shown::ran(
        "secret_verify_refused",
        &machine,
        &sandbox.berth(&["verify", HUB]),
    );
    let list = sandbox.berth(&["list"]).ok();
    assert!(list.stdout.contains("failing"), "{}", list.stdout);

    let args = [
        "secret",
        "set",
        HUB,
        "token",
        "--env",
        "HUB_TOKEN",
        "--json",
    ];
    let ran = berth_with(&sandbox, &args, "", &[("HUB_TOKEN", &right)]).ok();
    assert_eq!(ran.json()["stored"], true);
    sandbox.berth(&["verify", HUB]).ok();

    shown::ran(
        "secret_unknown",
        &machine,
        &berth_with(&sandbox, &["secret", "set", HUB, "password"], &right, &[]),
    );
    assert_eq!(set("").exit, Some(6), "nothing is no value");
    let asked = sandbox.berth(&["secret", "delete", HUB, "token"]);
    assert_eq!(asked.exit, Some(4), "{asked:?}");
    assert_eq!(sandbox.keychain_items().len(), 1);
    sandbox
        .berth(&["secret", "delete", HUB, "token", "--yes"])
        .ok();
    assert_eq!(sandbox.keychain_items(), [""; 0]);
    let list = sandbox.berth(&["list"]).ok();
    assert!(
        list.stdout.contains("secret token is missing"),
        "{}",
        list.stdout
    );
    let run = sandbox.berth(&["run", HUB]);
    assert_eq!(run.exit, Some(9), "{run:?}");
    assert!(
        run.stderr.contains("berth secret set hub token"),
        "{}",
        run.stderr
    );

    for value in [&right, &wrong] {
        assert_eq!(sandbox.files_with(value), Vec::<std::path::PathBuf>::new());
    }
}
