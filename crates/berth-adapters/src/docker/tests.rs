//! What engines say of containers.

use super::*;

#[test]
fn names_cannot_leave_their_place_in_an_address() {
    for name in ["", "../x", "a/b", "a?force=1", "a b", "-x"] {
        check_name("look", name).expect_err(name);
    }
    for name in ["berth-time-data", "0af3", "a.b_c"] {
        check_name("look", name).expect(name);
    }
}

#[test]
fn a_container_without_all_labels_is_not_berths() {
    let labels = SessionLabels {
        installation: "time".to_owned(),
        generation: "g".to_owned(),
        session: "s".to_owned(),
        home: "/h".to_owned(),
        owner: "1:2:a.b.c".to_owned(),
    };
    let mut map: HashMap<String, String> = labels.to_map().into_iter().collect();
    let summary = |map: &HashMap<String, String>| ContainerSummary {
        id: Some("0af3".to_owned()),
        state: Some(ContainerSummaryStateEnum::EXITED),
        labels: Some(map.clone()),
        ..ContainerSummary::default()
    };
    let read = session_container(summary(&map)).expect("Berth's");
    assert_eq!(read.labels, labels);
    assert!(!read.running);
    map.remove(SessionLabels::HOME);
    assert_eq!(session_container(summary(&map)), None);
}
