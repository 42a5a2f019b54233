//! A database that goes away.

use perch_domain::Seq;
use perch_store::{Appended, Page, StoreError};
use perch_test_servers::Postgres;

use crate::nodes::{append, batch, node, rooms};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_survives_sigkill_of_the_database_and_the_store_goes_on() {
    let mut server = Postgres::start(true);
    let store = node(&server.database()).await;
    let room = rooms(&*store, 1).await[0];
    for nonce in 0..20 {
        store
            .append(&batch(vec![append(room, nonce)]))
            .await
            .unwrap();
    }
    server.kill();
    let refused = store.append(&batch(vec![append(room, 20)])).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    server.start_again();
    let answers = store
        .append(&batch(vec![append(room, 19), append(room, 20)]))
        .await
        .unwrap();
    assert!(matches!(
        answers[0],
        Appended::Repeated { seq: Seq(20), .. }
    ));
    assert_eq!(answers[1], Appended::Stored { seq: Seq(21) });
    let page = Page::After(Seq::ZERO);
    assert_eq!(store.messages(room, page, 100).await.unwrap().len(), 21);
}
