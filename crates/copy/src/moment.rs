//! One moment of a storage, as a source.
//!
//! Each database is read in one transaction of its own, which sees no later write and stops no writer. Those of the pools
//! begin before the deployment's: whoever acts in a pool is known to the deployment that is read.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::TryStreamExt;
use perch_domain::pool::PoolFqdn;
use perch_domain::{RoomId, Timestamp};
use perch_store::snapshot::{Column, Copyable, Part, Row, Selection, Snapshot, Table, tables};
use serde_json::Value;
use uuid::Uuid;

use crate::section::{Sealer, Seals};
use crate::{About, Error, Section, Sink, Source};

/// Rows that are handed on at once.
pub(crate) const ROWS_AT_ONCE: usize = 500;

/// One moment of a storage.
pub struct Moment {
    parts: Vec<(Part, Box<dyn Snapshot>)>,
    /// Whether the sessions of browsers are part of it.
    sessions: bool,
    /// The columns of each table, where not all.
    columns: BTreeMap<&'static str, Vec<&'static Column>>,
}

impl Moment {
    /// Now. With sessions, for a storage that takes the place of this one; without, for a copy that is kept: ended ones would
    /// be back when it is restored.
    ///
    /// # Errors
    /// `Absent`, or when the storage fails.
    pub async fn now(storage: &dyn Copyable, sessions: bool) -> Result<Self, Error> {
        loop {
            let Some(mut deployment) = storage.snapshot(&Part::Deployment).await? else {
                return Err(Error::Absent);
            };
            let pools = pools(&mut *deployment).await?;
            if pools.is_empty() {
                return Err(Error::Absent);
            }
            let mut moment = Self::of(storage, &pools, sessions).await?;
            // Its database is made before it is known.
            let found = moment.pools();
            if let Some(missing) = pools.iter().find(|pool| !found.contains(pool)) {
                return Err(Error::NoPool(missing.to_string()));
            }
            // A pool that was made in between would be known and missing.
            let known = match moment.parts.last_mut() {
                Some((Part::Deployment, deployment)) => self::pools(&mut **deployment).await?,
                _ => Vec::new(),
            };
            if known == pools {
                return Ok(moment);
            }
        }
    }

    /// What there is of some pools and the deployment, although it may not be whole.
    pub(crate) async fn of(
        storage: &dyn Copyable,
        pools: &[PoolFqdn],
        sessions: bool,
    ) -> Result<Self, Error> {
        let mut parts = Vec::with_capacity(pools.len() + 1);
        let of_pools = pools.iter().cloned().map(Part::Pool);
        for part in of_pools.chain([Part::Deployment]) {
            if let Some(snapshot) = storage.snapshot(&part).await? {
                parts.push((part, snapshot));
            }
        }
        Ok(Self {
            parts,
            sessions,
            columns: BTreeMap::new(),
        })
    }

    /// The same, seen through the columns that another copy has.
    pub(crate) fn like(mut self, seals: &Seals) -> Self {
        self.columns.clone_from(&seals.columns);
        self
    }

    pub(crate) fn pools(&self) -> Vec<PoolFqdn> {
        let fqdn = |part: &Part| match part {
            Part::Pool(fqdn) => Some(fqdn.clone()),
            Part::Deployment => None,
        };
        self.parts
            .iter()
            .filter_map(|(part, _)| fqdn(part))
            .collect()
    }

    /// What it is and how much it has.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn about(&mut self, taken_at: Timestamp) -> Result<About, Error> {
        let pools = self.pools();
        let mut rows: BTreeMap<String, u64> = BTreeMap::new();
        let mut deployment = Uuid::nil();
        for (part, snapshot) in &mut self.parts {
            for table in tables(part) {
                *rows.entry(table.name.to_owned()).or_default() += snapshot.count(table).await?;
            }
            if *part == Part::Deployment {
                deployment = identity(&mut **snapshot).await?;
            }
        }
        Ok(About::new(deployment, taken_at, &pools, rows))
    }

    fn columns(&self, table: &'static Table) -> Vec<&'static Column> {
        let all = || table.columns.iter().collect();
        self.columns.get(table.name).cloned().unwrap_or_else(all)
    }
}

#[async_trait]
impl Source for Moment {
    async fn stream(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let plan: Vec<_> = self
            .parts
            .iter()
            .flat_map(|(part, _)| tables(part).iter().map(|table| self.columns(table)))
            .collect();
        let mut plan = plan.into_iter();
        let sessions = self.sessions;
        for (part, snapshot) in &mut self.parts {
            let mut rooms = Vec::new();
            for table in tables(part) {
                let mut section = Section {
                    part: part.clone(),
                    table,
                    room: None,
                    columns: plan.next().unwrap_or_default(),
                };
                if table.by_room {
                    for room in &rooms {
                        section.room = Some(*room);
                        stream(&mut **snapshot, &section, sessions, sink).await?;
                    }
                    continue;
                }
                stream(&mut **snapshot, &section, sessions, sink).await?;
                if table.name == "room" {
                    rooms = self::rooms(&mut **snapshot, table).await?;
                }
            }
        }
        Ok(())
    }
}

async fn stream(
    snapshot: &mut dyn Snapshot,
    section: &Section,
    sessions: bool,
    sink: &mut dyn Sink,
) -> Result<(), Error> {
    sink.begin(section).await?;
    let mut sealer = Sealer::default();
    let mut chunks = snapshot.rows(section.selection()).try_chunks(ROWS_AT_ONCE);
    while let Some(chunk) = chunks.next().await {
        let mut rows = chunk.map_err(|cut_short| cut_short.1)?;
        if section.table.name == "credential" && !sessions {
            rows.retain(|row| !is_session(section, row));
        }
        for row in &rows {
            sealer.add(row);
        }
        sink.rows(section, &rows).await?;
    }
    sink.end(section, &sealer.seal()).await
}

fn is_session(section: &Section, row: &Row) -> bool {
    let kind = section
        .columns
        .iter()
        .position(|column| column.name == "kind");
    kind.and_then(|kind| value(row, kind)) == Some(Value::from("session"))
}

/// A value of a row.
fn value(row: &Row, index: usize) -> Option<Value> {
    let values: Vec<Value> = serde_json::from_str(row).ok()?;
    values.into_iter().nth(index)
}

/// Rows of few columns, read whole.
async fn list(
    snapshot: &mut dyn Snapshot,
    table: &'static Table,
    names: &[&str],
) -> Result<Vec<Vec<Value>>, Error> {
    let column = |name: &&str| table.columns.iter().find(|column| column.name == *name);
    let columns: Vec<_> = names.iter().filter_map(column).collect();
    let selection = Selection {
        table,
        columns: &columns,
        room: None,
    };
    let rows: Vec<Row> = snapshot.rows(selection).try_collect().await?;
    let values = |row: &Row| serde_json::from_str(row).unwrap_or_default();
    Ok(rows.iter().map(values).collect())
}

async fn rooms(snapshot: &mut dyn Snapshot, table: &'static Table) -> Result<Vec<RoomId>, Error> {
    let rows = list(snapshot, table, &["id"]).await?;
    let room = |row: &Vec<Value>| Some(RoomId(row.first()?.as_str()?.parse().ok()?));
    Ok(rows.iter().filter_map(room).collect())
}

/// The table that says which pools there are.
fn pool_table() -> Option<&'static Table> {
    tables(&Part::Deployment)
        .iter()
        .find(|table| table.name == "pool")
}

/// The pools of a deployment; none when it was not made to the end.
pub(crate) async fn pools(deployment: &mut dyn Snapshot) -> Result<Vec<PoolFqdn>, Error> {
    let Some(table) = pool_table() else {
        return Ok(Vec::new());
    };
    let rows = list(deployment, table, &["fqdn"]).await?;
    let pool = |row: &Vec<Value>| Some(PoolFqdn::stored(row.first()?.as_str()?.to_owned()));
    Ok(rows.iter().filter_map(pool).collect())
}

/// What tells one deployment from another: its oldest pool, which it keeps for ever.
async fn identity(deployment: &mut dyn Snapshot) -> Result<Uuid, Error> {
    let Some(table) = pool_table() else {
        return Ok(Uuid::nil());
    };
    let mut rows = list(deployment, table, &["created_at", "fqdn"]).await?;
    rows.sort_by_key(|row| row.first().and_then(Value::as_i64));
    let oldest = rows.into_iter().next().map(Value::from).unwrap_or_default();
    Ok(Uuid::new_v5(
        &Uuid::NAMESPACE_DNS,
        oldest.to_string().as_bytes(),
    ))
}
