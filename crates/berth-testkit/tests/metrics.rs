//! Numbers that servers tell, whatever they are.

use berth_core::server::{METRICS_SHOWN, metrics};
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_text_is_survived(text in "(?s).{0,400}") {
        let (shown, _) = metrics(&text);
        prop_assert!(shown.len() <= METRICS_SHOWN);
    }

    #[test]
    fn what_looks_like_it_is_survived(
        text in r#"(# (HELP|TYPE) )?[a-z_]{1,4}\{?[a-zü="\\},]{0,8}\}? [0-9.NaInf+-]{0,4}\n"#
    ) {
        let (shown, left_out) = metrics(&text);
        prop_assert!(shown.len() <= 1 && left_out == 0);
    }
}
