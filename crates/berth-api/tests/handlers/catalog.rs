use berth_api::types::{CardState, CatalogFilter, CatalogQuery, CatalogSort, EntryRequest, Need};
use berth_core::catalog::{Category, RunsIn, Trust};
use berth_core::error::ErrorCode;

use crate::desk::{Desk, Gate, clock, code};
use berth_testkit::fake::World;

fn ids(page: &berth_api::types::CatalogPage) -> Vec<&str> {
    page.cards.iter().map(|card| card.id.as_str()).collect()
}

#[tokio::test]
async fn cards_tell_what_an_entry_needs_and_where_it_runs() {
    let desk = Desk::new();
    let page = desk
        .berth
        .catalog_list(CatalogQuery::default())
        .await
        .unwrap();
    assert_eq!((page.total, page.size), (4, 4));
    let card = |id: &str| page.cards.iter().find(|card| card.id == id).unwrap();
    assert_eq!(card("clock").needs, []);
    assert_eq!(card("clock").runs_in, [RunsIn::Python, RunsIn::Container]);
    assert_eq!(card("clock").trust, Trust::Verified);
    assert_eq!(card("hub").needs, [Need::Secret]);
    assert_eq!(card("boxes").needs, [Need::Folder]);
    assert_eq!(card("later").state, CardState::Planned);
    assert_eq!(card("later").runs_in, [RunsIn::Container]);
    assert_eq!(page.facets.needs_secrets, 1);
    assert_eq!(page.facets.needs_no_secrets, 3);
}

#[tokio::test]
async fn search_filter_sort_and_pages_reach_the_core() {
    let desk = Desk::new();
    let list = |query| desk.berth.catalog_list(query);
    let text = CatalogQuery {
        text: "repositories".to_owned(),
        ..CatalogQuery::default()
    };
    assert_eq!(ids(&list(text).await.unwrap()), ["hub"]);
    let title = |offset, limit| CatalogQuery {
        sort: CatalogSort::Title,
        offset,
        limit,
        ..CatalogQuery::default()
    };
    let page = list(title(1, 2)).await.unwrap();
    assert_eq!((ids(&page), page.total), (vec!["clock", "hub"], 4));
    let filter = |filter| CatalogQuery {
        filter,
        ..CatalogQuery::default()
    };
    let by_category = filter(CatalogFilter {
        categories: vec![Category::Files],
        ..CatalogFilter::default()
    });
    assert_eq!(ids(&list(by_category).await.unwrap()), ["boxes"]);
    let without_secrets = filter(CatalogFilter {
        needs_secrets: Some(true),
        ..CatalogFilter::default()
    });
    assert_eq!(ids(&list(without_secrets).await.unwrap()), ["hub"]);
}

#[tokio::test]
async fn a_card_follows_the_installation() {
    let world = World::new();
    let (ports, gate) = Gate::before(&world.ports());
    let desk = Desk::with(world, ports);
    let state = async || {
        let query = CatalogQuery {
            text: "clock".to_owned(),
            ..CatalogQuery::default()
        };
        let page = desk.berth.catalog_list(query).await.unwrap();
        page.cards[0].state.clone()
    };
    assert_eq!(state().await, CardState::Available);
    let job = desk.start(clock()).await.unwrap();
    gate.reached.notified().await;
    assert_eq!(state().await, CardState::Busy { job: job.clone() });
    gate.open.notify_one();
    desk.berth.job_wait(&job).await.unwrap();
    let names = vec!["clock".to_owned()];
    assert_eq!(state().await, CardState::Installed { names });

    let installed = CatalogQuery {
        filter: CatalogFilter {
            installed: Some(true),
            ..CatalogFilter::default()
        },
        ..CatalogQuery::default()
    };
    let page = desk.berth.catalog_list(installed).await.unwrap();
    assert_eq!(ids(&page), ["clock"]);
}

#[tokio::test]
async fn a_verification_does_not_make_a_card_busy() {
    let desk = Desk::new();
    desk.install_done(clock()).await;
    let job = desk.berth.verify_start(crate::desk::name("clock")).await;
    let page = desk
        .berth
        .catalog_list(CatalogQuery::default())
        .await
        .unwrap();
    let clock = page.cards.iter().find(|card| card.id == "clock").unwrap();
    assert!(
        matches!(clock.state, CardState::Installed { .. }),
        "{clock:?}"
    );
    desk.berth.job_wait(&job.unwrap().job).await.unwrap();
}

#[tokio::test]
async fn a_malformed_entry_is_reported_by_its_file() {
    let desk = Desk::new();
    let reports = desk.berth.catalog_reports(()).await.unwrap();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].file, "broken.yaml");
    assert_eq!(reports[0].error.name(), "entry_invalid");
}

#[tokio::test]
async fn an_entry_page_tells_what_is_found_here() {
    let desk = Desk::new();
    let request = || EntryRequest {
        id: "clock".to_owned(),
    };
    // Before any probe has answered nothing is claimed.
    let page = desk.berth.entry_get(request()).await.unwrap();
    assert!(page.variants.iter().all(|variant| variant.checking));
    assert_eq!(page.recommended.as_deref(), Some("python"));

    desk.world.state().uv = Err(ErrorCode::ProgramMissing {
        program: "uv".to_owned(),
    }
    .into());
    desk.world.state().python = Err(ErrorCode::PythonMissing {
        needed: ">=3.11".to_owned(),
    }
    .into());
    desk.world.state().build("example/clock:1.2.3");
    desk.berth.startup().await;
    let page = desk.berth.entry_get(request()).await.unwrap();
    assert_eq!(page.recommended.as_deref(), Some("image"));
    let [python, image] = page.variants.as_slice() else {
        panic!("{:?}", page.variants)
    };
    assert!(!python.checking && !python.keeps_read_only);
    assert_eq!(python.missing.as_ref().unwrap().name(), "python_missing");
    assert!(image.missing.is_none() && image.keeps_read_only);
    assert_eq!(
        image.found,
        ["Docker 28.2.0", "example/clock:1.2.3 is here (48 MiB)"]
    );
}

#[tokio::test]
async fn an_entry_page_names_registrations_that_are_there_already() {
    let desk = Desk::new();
    let raw = serde_json::json!({ "command": "npx", "args": ["clock"], "env": { "KEY": "x" } });
    let key = (berth_core::client::Place::default(), "clock".to_owned());
    desk.world.state().registrations.insert(key, raw);
    desk.berth.startup().await;
    let request = EntryRequest {
        id: "clock".to_owned(),
    };
    let page = desk.berth.entry_get(request).await.unwrap();
    assert_eq!(page.registrations.len(), 1);
    assert!(!page.registrations[0].is_berths);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let desk = Desk::new();
    let entry = EntryRequest {
        id: "nothing".to_owned(),
    };
    let unknown = ErrorCode::EntryUnknown {
        entry: "nothing".to_owned(),
    };
    assert_eq!(code(desk.berth.entry_get(entry).await), unknown);
}
