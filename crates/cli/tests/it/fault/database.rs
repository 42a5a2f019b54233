//! PostgreSQL is killed while the server goes on.

use perch_test_servers::Postgres;

use super::{Recording, Site, rounds};

#[tokio::test]
async fn a_history_is_right_when_postgresql_is_killed() {
    let mut postgres = Postgres::start(true);
    let site = Site::on(&postgres.database());
    let server = site.serve(&[]);
    let mut recording = Recording::start(&site, &[]).await;
    for _ in rounds(2) {
        recording.wait_posted(200);
        postgres.kill();
        // Posts that were on their way are answered, but with what became of them being unknown.
        recording.wait(1, "\"unknown\"");
        postgres.start_again();
    }
    recording.wait_posted(200);
    recording.prove();
    assert!(server.terminate().success());
}
