//! How clients come and come back.

use super::visit::Run;

#[tokio::test]
async fn who_comes_back_gets_what_was_missed_once_and_in_order() {
    let run = Run::start().await;
    run.outline("[run] it").await;
    let id = run.report().await["conversations"][0]["id"].clone();
    let id = id.as_str().unwrap();
    let mut all = run.session(id, "after_seq=-1").await;
    all.until("full_state").await;
    assert_eq!(all.seqs(), (0..=10).collect::<Vec<_>>());
    let mut some = run.session(id, "after_seq=8").await;
    some.until("full_state").await;
    assert_eq!(some.outline()[0], "sync 8 10");
    assert_eq!(some.seqs(), [9, 10]);
    let mut live = run.session(id, "").await;
    live.until("full_state").await;
    assert_eq!(live.outline(), ["sync null 10", "full_state finished"]);
    let mut future = run.session(id, "after_seq=99").await;
    future.until("full_state").await;
    assert_eq!(future.seqs(), [0; 0]);
    let refused = run.try_socket(&format!("session/{id}?after_seq=abc")).await;
    assert!(refused.is_err());
}
