//! Copies: one moment that is read, a database that is filled.

use futures_util::TryStreamExt;
use perch_domain::RoomId;
use perch_domain::original::Original;
use perch_domain::pool::PoolFqdn;
use perch_store::snapshot::{Column, Copyable, Part, Row, Selection, Snapshot, Table, tables};
use perch_store::{Appended, Storage};

use crate::card::{card, carded};
use crate::fixture::{append, appends, fill, fqdn, history, pool_with_rooms};

fn part() -> Part {
    Part::Pool(fqdn())
}

fn selection<'a>(
    table: &'static Table,
    columns: &'a [&'static Column],
    room: RoomId,
) -> Selection<'a> {
    Selection {
        table,
        columns,
        room: table.by_room.then_some(room),
    }
}

fn columns(table: &'static Table) -> Vec<&'static Column> {
    table.columns.iter().collect()
}

async fn rows(snapshot: &mut dyn Snapshot, table: &'static Table, room: RoomId) -> Vec<Row> {
    let columns = columns(table);
    let rows = snapshot.rows(selection(table, &columns, room));
    rows.try_collect().await.unwrap()
}

/// All rows of a pool with one room that has messages.
async fn everything(storage: &dyn Copyable, part: &Part, room: RoomId) -> Vec<Vec<Row>> {
    let mut snapshot = storage.snapshot(part).await.unwrap().unwrap();
    let mut everything = Vec::new();
    for table in tables(part) {
        everything.push(rows(&mut *snapshot, table, room).await);
    }
    everything
}

pub async fn a_snapshot_sees_one_moment(storage: &(impl Storage + Copyable)) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 3).await;
    let mut earlier = storage.snapshot(&part()).await.unwrap().unwrap();
    fill(&*store, rooms[0], 4, 5).await;
    let mut later = storage.snapshot(&part()).await.unwrap().unwrap();
    let message = tables(&part()).iter().find(|table| table.by_room);
    for (snapshot, count) in [(&mut earlier, 3), (&mut later, 5)] {
        let rows = rows(&mut **snapshot, message.unwrap(), rooms[0]).await;
        assert_eq!(rows.len(), count);
        let counted = snapshot.count(message.unwrap()).await.unwrap();
        assert_eq!(counted, u64::try_from(count).unwrap());
    }
}

pub async fn what_is_not_there_has_no_snapshot_and_is_not_made(
    storage: &(impl Storage + Copyable),
) {
    for _ in 0..2 {
        for part in [Part::Deployment, part()] {
            assert!(storage.snapshot(&part).await.unwrap().is_none());
        }
    }
}

pub async fn a_pool_filled_from_another_is_the_same_and_goes_on(
    storage: &(impl Storage + Copyable),
) {
    let (store, rooms) = pool_with_rooms(storage, 2).await;
    fill(&*store, rooms[0], 1, 5).await;
    let mut batch = appends(vec![append(rooms[0], 6, "posted")]);
    batch.appends[0].original = Some(Original::parse("typed", None).unwrap());
    batch.appends.push(carded(rooms[0], 8, card("first"), None));
    batch
        .appends
        .push(carded(rooms[0], 9, card("second"), Some(7)));
    store.append(&batch).await.unwrap();
    let everything_there = everything(storage, &part(), rooms[0]).await;
    let other = PoolFqdn::parse("pchat02.contoso.example").unwrap();
    let mut filling = storage.filling(&Part::Pool(other.clone())).await.unwrap();
    for (table, rows) in tables(&part()).iter().zip(&everything_there) {
        let columns = columns(table);
        let selection = selection(table, &columns, rooms[0]);
        filling.insert(selection, rows).await.unwrap();
    }
    filling.commit().await.unwrap();
    drop(filling);
    let filled = everything(storage, &Part::Pool(other.clone()), rooms[0]).await;
    assert_eq!(filled, everything_there);
    let other = storage.pool(&other).await.unwrap();
    assert_eq!(
        history(&*other, rooms[0]).await,
        history(&*store, rooms[0]).await
    );
    let next = appends(vec![append(rooms[0], 7, "next")]);
    let answers = other.append(&next).await.unwrap();
    assert!(
        matches!(answers[..], [Appended::Stored { seq }] if seq.0 == 9),
        "{answers:?}"
    );
}

pub async fn what_was_filled_and_not_committed_is_gone(storage: &(impl Storage + Copyable)) {
    let (store, rooms) = pool_with_rooms(storage, 1).await;
    fill(&*store, rooms[0], 1, 1).await;
    let before = everything(storage, &part(), rooms[0]).await;
    let message = tables(&part()).iter().find(|table| table.by_room).unwrap();
    let columns = columns(message);
    let row = r#"[2,"00000000-0000-0000-0000-000000000001",1,false,null,"two",null,"00000000-0000-0000-0000-000000000002"]"#;
    let mut filling = storage.filling(&part()).await.unwrap();
    let selection = selection(message, &columns, rooms[0]);
    filling.insert(selection, &[row.to_owned()]).await.unwrap();
    drop(filling);
    assert_eq!(everything(storage, &part(), rooms[0]).await, before);
}
