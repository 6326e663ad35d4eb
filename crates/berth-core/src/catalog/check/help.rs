use super::super::{Entry, Remedy};
use super::{not_blank, sign, unique};

pub(super) fn check(entry: &Entry, found: &mut Vec<String>) {
    for (index, prompt) in entry.prompts.iter().enumerate() {
        not_blank(&format!("prompts[{index}].title"), &prompt.title, found);
        not_blank(&format!("prompts[{index}].text"), &prompt.text, found);
    }
    for (index, topic) in entry.help.iter().enumerate() {
        not_blank(&format!("help[{index}].question"), &topic.question, found);
        not_blank(&format!("help[{index}].answer"), &topic.answer, found);
    }
    for (index, update) in entry.updates.iter().enumerate() {
        let at = format!("updates[{index}]");
        not_blank(&format!("{at}.changed"), &update.changed, found);
        variants(entry, &at, &update.variants, found);
        if update.then == Remedy::RebuildWithoutCache {
            found.push(format!(
                "{at}: a change needs a build, not one without the cache"
            ));
        }
    }
    for (index, trouble) in entry.troubles.iter().enumerate() {
        let at = format!("troubles[{index}]");
        not_blank(&format!("{at}.problem"), &trouble.problem, found);
        not_blank(&format!("{at}.cause"), &trouble.cause, found);
        not_blank(&format!("{at}.help"), &trouble.help, found);
        variants(entry, &at, &trouble.variants, found);
        for text in &trouble.signs {
            match sign(text) {
                Err(error) => found.push(format!("{at}: a sign does not compile ({error})")),
                // It would claim to recognise every failure.
                Ok(regex) if regex.is_match("") => {
                    found.push(format!("{at}: the sign `{text}` is in every line"));
                }
                Ok(_) => {}
            }
        }
    }
}

pub(super) fn variants(entry: &Entry, at: &str, ids: &[String], found: &mut Vec<String>) {
    unique(&format!("{at}.variants"), ids.iter().cloned(), found);
    for id in ids {
        if entry.variant(id).is_none() {
            found.push(format!("{at}: there is no variant `{id}`"));
        }
    }
}
