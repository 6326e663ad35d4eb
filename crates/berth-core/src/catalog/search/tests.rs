use super::*;
use crate::catalog::{Catalog, InputKind, InputSpec, Permissions, Run, ToolSummary, Variant};

fn entry(id: &str, title: &str, summary: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        title: title.to_owned(),
        publisher: "Somebody".to_owned(),
        summary: summary.to_owned(),
        description: String::new(),
        categories: vec![Category::Utilities],
        keywords: Vec::new(),
        trust: Trust::Community,
        homepage: None,
        source: None,
        license: None,
        tools_count: None,
        tools: Vec::new(),
        permissions: Permissions {
            network: String::new(),
            files: String::new(),
            notes: Vec::new(),
        },
        inputs: Vec::new(),
        variants: vec![variant("node", false)],
        credential_check: None,
        actions: Vec::new(),
        health: Vec::new(),
        logs: Vec::new(),
        startup_seconds: 30,
        prompts: Vec::new(),
        help: Vec::new(),
        updates: Vec::new(),
        troubles: Vec::new(),
    }
}

fn variant(kind: &str, planned: bool) -> Variant {
    let run = match kind {
        "node" => {
            serde_json::json!({"type": "node", "package": "x", "version": "1.0.0", "bin": "x"})
        }
        "python" => {
            serde_json::json!({"type": "python", "package": "x", "version": "1.0", "script": "x"})
        }
        "image" => serde_json::json!({"type": "image", "image": "x:1"}),
        other => serde_json::json!({ "type": other }),
    };
    Variant {
        id: kind.to_owned(),
        title: kind.to_owned(),
        best_for: String::new(),
        version: None,
        planned: planned.then(|| "later".to_owned()),
        run: serde_json::from_value::<Run>(run).expect("a run"),
    }
}

fn secret(required: bool) -> InputSpec {
    InputSpec {
        key: "token".to_owned(),
        title: "Token".to_owned(),
        help: String::new(),
        link: None,
        required,
        placeholder: None,
        from_env: Vec::new(),
        when: None,
        variants: Vec::new(),
        kind: InputKind::Secret {
            min_length: None,
            pattern: None,
            pattern_help: None,
            generate: None,
        },
    }
}

fn catalog() -> Catalog {
    let mut git = entry("git", "Git", "Reads the history of a repository");
    git.categories = vec![Category::DeveloperTools];
    git.trust = Trust::Verified;
    let mut github = entry("github", "GitHub", "Issues and pull requests");
    github.categories = vec![Category::DeveloperTools, Category::Work];
    github.trust = Trust::Verified;
    github.inputs = vec![secret(true)];
    github.variants = vec![variant("image", false)];
    let mut gitlab = entry("gitlab-tools", "GitLab tools", "Merge requests");
    gitlab.publisher = "Example".to_owned();
    gitlab.inputs = vec![secret(false)];
    gitlab.variants = vec![variant("kubernetes", true), variant("python", false)];
    let mut time = entry("time", "Time", "The hour in any zone");
    time.keywords = vec!["clock".to_owned(), "calendar".to_owned()];
    let mut notes = entry("notes", "Knowledge base", "Remembers what git forgets");
    notes.tools = vec![ToolSummary {
        name: "create_note".to_owned(),
        description: "Größenänderung".to_owned(),
    }];
    notes.variants = vec![variant("kubernetes", true)];
    Catalog::from_entries(vec![notes, time, gitlab, github, git])
}

fn find(query: &Query) -> Vec<String> {
    catalog()
        .search(query, &|_| false)
        .cards
        .iter()
        .map(|card| card.id.to_string())
        .collect()
}

fn text(text: &str) -> Vec<String> {
    find(&Query {
        text: text.to_owned(),
        ..Query::default()
    })
}

#[test]
fn without_text_everything_is_there_best_checked_first() {
    assert_eq!(text(""), ["git", "github", "gitlab-tools", "time", "notes"]);
    assert_eq!(text("  - "), text(""));
}

#[test]
fn a_whole_title_comes_before_a_beginning_before_other_fields() {
    assert_eq!(text("git"), ["git", "github", "gitlab-tools", "notes"]);
    assert_eq!(text("GITH"), ["github"]);
}

#[test]
fn a_word_is_found_inside_of_others() {
    assert_eq!(text("hub"), ["github"]);
    assert_eq!(text("lab tool"), ["gitlab-tools"]);
    // Two letters are looked for at the beginning of words only.
    assert_eq!(text("ub"), Vec::<String>::new());
}

#[test]
fn every_word_must_be_found() {
    assert_eq!(text("git requests"), ["github", "gitlab-tools"]);
    assert_eq!(text("requests git issues"), ["github"]);
    assert_eq!(text("git clock"), Vec::<String>::new());
}

#[test]
fn tools_keywords_and_publishers_are_searched() {
    assert_eq!(text("create_note"), ["notes"]);
    assert_eq!(text("clock"), ["time"]);
    assert_eq!(text("example"), ["gitlab-tools"]);
    assert_eq!(text("developer"), ["git", "github"]);
    assert_eq!(text("größenÄNDERUNG"), ["notes"]);
}

#[test]
fn typing_errors_are_forgiven_where_nothing_else_is_found() {
    assert_eq!(text("gihtub"), ["github"]);
    assert_eq!(text("githbu"), ["github"]);
    assert_eq!(text("knowlegde"), ["notes"]);
    assert_eq!(text("grössenänderung"), ["notes"]);
    assert_eq!(text("tmie"), ["time"]);
    // `clock` is there, so nothing near it is guessed; three letters are never guessed.
    assert_eq!(text("clock"), ["time"]);
    assert_eq!(text("gti"), Vec::<String>::new());
    assert_eq!(text("xyz"), Vec::<String>::new());
}

#[test]
fn filters_narrow_and_facets_count_the_text_alone() {
    let query = |filter: Filter| Query {
        text: "git".to_owned(),
        filter,
        ..Query::default()
    };
    let all = Filter::default();
    assert_eq!(find(&query(all.clone())).len(), 4);
    assert_eq!(
        find(&query(Filter {
            categories: vec![Category::Work, Category::Utilities],
            ..all.clone()
        })),
        ["github", "gitlab-tools", "notes"]
    );
    assert_eq!(
        find(&query(Filter {
            trust: vec![Trust::Community],
            runs_in: vec![RunsIn::Python, RunsIn::Container],
            ..all.clone()
        })),
        ["gitlab-tools"]
    );
    assert_eq!(
        find(&query(Filter {
            needs_secrets: Some(true),
            ..all.clone()
        })),
        ["github"]
    );
    let catalog = catalog();
    let found = catalog.search(
        &query(Filter {
            installed: Some(true),
            ..all
        }),
        &|id| id == "git",
    );
    assert_eq!(found.total, 1);
    assert_eq!(
        found.facets,
        Facets {
            categories: vec![
                (Category::DeveloperTools, 2),
                (Category::Utilities, 2),
                (Category::Work, 1)
            ],
            trust: vec![(Trust::Verified, 2), (Trust::Community, 2)],
            // Notes has nothing but a planned variant, so that one counts.
            runs_in: vec![
                (RunsIn::Python, 1),
                (RunsIn::Node, 1),
                (RunsIn::Container, 1),
                (RunsIn::Kubernetes, 1)
            ],
            needs_secrets: 1,
            needs_no_secrets: 3,
        }
    );
}

#[test]
fn pages_cut_the_same_order() {
    for sort in [Sort::Relevance, Sort::Title, Sort::Publisher] {
        let all = find(&Query {
            sort,
            ..Query::default()
        });
        let mut paged = Vec::new();
        for offset in 0..4 {
            let found = find(&Query {
                sort,
                offset: offset * 2,
                limit: 2,
                ..Query::default()
            });
            assert!(found.len() <= 2);
            paged.extend(found);
        }
        assert_eq!(paged, all);
    }
    assert_eq!(
        find(&Query {
            sort: Sort::Publisher,
            ..Query::default()
        })[0],
        "gitlab-tools"
    );
    assert_eq!(
        find(&Query {
            sort: Sort::Title,
            limit: 3,
            ..Query::default()
        }),
        ["git", "github", "gitlab-tools"]
    );
}

#[test]
fn any_text_is_searched_without_harm() {
    for typed in [
        "\u{0}",
        "ß",
        "ñandú",
        "((((",
        "a b c d e f g",
        "🙂",
        "e\u{301}",
    ] {
        let _ = text(typed);
    }
    let _ = text(&"x".repeat(10_000));
}
