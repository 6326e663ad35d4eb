//! What an error that was pasted shows.

use berth_api::types::ExplainRequest;
use berth_core::catalog::Explained;
use berth_core::error::{ErrorCode, Result};
use berth_core::secret::Secret;

use crate::desk::{Desk, TOKEN, code};

fn about(entry: &str, variant: Option<&str>, text: &str) -> ExplainRequest {
    ExplainRequest {
        entry: entry.to_owned(),
        variant: variant.map(str::to_owned),
        text: Secret::new(text),
    }
}

fn problems(explained: &Result<Explained>) -> Vec<&str> {
    let troubles = explained.as_ref().unwrap().troubles.iter();
    troubles.map(|seen| seen.trouble.problem.as_str()).collect()
}

#[tokio::test]
async fn an_entry_says_what_it_knows_of_for_a_variant_or_for_all() {
    let desk = Desk::new();
    let text = "  \u{1b}[1mCollecting clock-server==1.2.3\u{1b}[0m\nfailed";
    for (variant, known) in [(None, true), (Some("python"), true), (Some("image"), false)] {
        let explained = desk
            .berth
            .error_explain(about("clock", variant, text))
            .await;
        let expected: &[&str] = if known {
            &["The package is not there"]
        } else {
            &[]
        };
        assert_eq!(problems(&explained), expected, "{variant:?}");
        if known {
            let line = &explained.unwrap().troubles[0].line;
            assert_eq!(line, "Collecting clock-server==1.2.3");
        }
    }
}

#[tokio::test]
async fn what_berth_itself_said_is_known_in_every_entry() {
    let desk = Desk::new();
    let text = "berth: The image `a/b:1` is no longer on this computer. Reconfigure.";
    let explained = desk.berth.error_explain(about("hub", None, text)).await;
    let reference = "a/b:1".to_owned();
    assert_eq!(
        explained.unwrap().errors[0].error.code,
        ErrorCode::ImageMissing { reference }
    );
}

#[tokio::test]
async fn an_entry_that_is_not_there_is_said_and_the_text_is_not() {
    let desk = Desk::new();
    let request = about("nowhere", None, TOKEN);
    assert!(!format!("{request:?}").contains(TOKEN));
    let entry = "nowhere".to_owned();
    assert_eq!(
        code(desk.berth.error_explain(request).await),
        ErrorCode::EntryUnknown { entry }
    );
}
