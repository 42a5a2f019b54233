//! What a copy consists of: sections of rows, and their seals.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use perch_domain::RoomId;
use perch_domain::pool::PoolFqdn;
use perch_store::snapshot::{Column, Part, Row, Selection, Table};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Error;

/// Rows that belong together: those of a table, or the messages of a room.
#[derive(Clone, Debug)]
pub struct Section {
    /// Of which database.
    pub part: Part,
    /// Of which table.
    pub table: &'static Table,
    /// Of which room, for a table that is copied room by room.
    pub room: Option<RoomId>,
    /// What of it.
    pub columns: Vec<&'static Column>,
}

impl Section {
    /// What it is, whatever its columns are.
    pub(crate) fn key(&self) -> Key {
        Key {
            part: self.part.clone(),
            table: self.table.name,
            room: self.room.map(|room| room.0),
        }
    }

    pub(crate) fn selection(&self) -> Selection<'_> {
        Selection {
            table: self.table,
            columns: &self.columns,
            room: self.room,
        }
    }
}

/// A section's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// Of which database.
    pub(crate) part: Part,
    /// Of which table.
    pub(crate) table: &'static str,
    /// Of which room.
    pub(crate) room: Option<Uuid>,
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {}", self.part, self.table)?;
        self.room
            .map_or(Ok(()), |room| write!(formatter, " of room {room}"))
    }
}

/// How many rows a section has, and the SHA-256 of them, each ended by a line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// How many.
    pub rows: u64,
    /// Their digest.
    pub sha256: [u8; 32],
}

/// Makes a seal.
#[derive(Clone, Default)]
pub(crate) struct Sealer {
    rows: u64,
    digest: Sha256,
}

impl Sealer {
    pub(crate) fn add(&mut self, row: &str) {
        self.rows += 1;
        self.digest.update(row);
        self.digest.update("\n");
    }

    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn seal(&self) -> Seal {
        Seal {
            rows: self.rows,
            sha256: self.digest.clone().finalize().into(),
        }
    }
}

/// Takes sections as a source streams them.
#[async_trait]
pub trait Sink: Send {
    /// A section begins.
    ///
    /// # Errors
    /// When it cannot be taken.
    async fn begin(&mut self, section: &Section) -> Result<(), Error>;
    /// Some of its rows.
    ///
    /// # Errors
    /// When they cannot be taken.
    async fn rows(&mut self, section: &Section, rows: &[Row]) -> Result<(), Error>;
    /// It has ended.
    ///
    /// # Errors
    /// When it cannot be taken.
    async fn end(&mut self, section: &Section, seal: &Seal) -> Result<(), Error>;
}

/// Streams a deployment.
#[async_trait]
pub trait Source: Send {
    /// Gives all sections to a sink.
    ///
    /// # Errors
    /// When the source fails or is damaged, or the sink fails.
    async fn stream(&mut self, sink: &mut dyn Sink) -> Result<(), Error>;

    /// The same, and tells how many rows have passed.
    ///
    /// # Errors
    /// Those of [`Source::stream`].
    async fn copy(
        &mut self,
        sink: &mut dyn Sink,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), Error> {
        let mut telling = Telling {
            inner: sink,
            tell,
            rows: 0,
        };
        self.stream(&mut telling).await
    }
}

/// Two sinks that are given the same.
pub struct Tee<'a>(pub &'a mut dyn Sink, pub &'a mut dyn Sink);

#[async_trait]
impl Sink for Tee<'_> {
    async fn begin(&mut self, section: &Section) -> Result<(), Error> {
        self.0.begin(section).await?;
        self.1.begin(section).await
    }

    async fn rows(&mut self, section: &Section, rows: &[Row]) -> Result<(), Error> {
        self.0.rows(section, rows).await?;
        self.1.rows(section, rows).await
    }

    async fn end(&mut self, section: &Section, seal: &Seal) -> Result<(), Error> {
        self.0.end(section, seal).await?;
        self.1.end(section, seal).await
    }
}

/// The seals of all sections, and of which columns they are.
#[derive(Clone, Debug, Default)]
pub struct Seals {
    /// By section.
    pub(crate) by_key: BTreeMap<Key, Seal>,
    /// The columns of each table.
    pub(crate) columns: BTreeMap<&'static str, Vec<&'static Column>>,
}

impl Seals {
    /// Those of a source, which is read to its end. `tell` is told how many rows have been read.
    ///
    /// # Errors
    /// When it fails or is damaged.
    pub async fn of(
        source: &mut dyn Source,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Self, Error> {
        let mut seals = Self::default();
        source.copy(&mut seals, tell).await?;
        Ok(seals)
    }

    /// How many messages and how many rooms they have.
    #[must_use]
    pub fn messages(&self) -> (u64, u64) {
        let rooms = self.by_key.iter().filter(|(key, _)| key.room.is_some());
        rooms.fold((0, 0), |(messages, rooms), (_, seal)| {
            (messages + seal.rows, rooms + 1)
        })
    }

    /// The pools that they are of.
    pub(crate) fn pools(&self) -> Vec<PoolFqdn> {
        let mut pools: Vec<_> = self
            .by_key
            .keys()
            .filter_map(|key| match &key.part {
                Part::Pool(fqdn) => Some(fqdn.clone()),
                Part::Deployment => None,
            })
            .collect();
        pools.dedup();
        pools
    }

    /// The first section that is not the same in another copy, or not there.
    pub(crate) fn first_difference(&self, other: &Self) -> Option<String> {
        let differs = |key: &&Key| self.by_key.get(key) != other.by_key.get(key);
        let mut keys = self.by_key.keys().chain(other.by_key.keys());
        keys.find(differs).map(ToString::to_string)
    }
}

#[async_trait]
impl Sink for Seals {
    async fn begin(&mut self, section: &Section) -> Result<(), Error> {
        self.columns
            .entry(section.table.name)
            .or_insert_with(|| section.columns.clone());
        Ok(())
    }

    async fn rows(&mut self, _section: &Section, _rows: &[Row]) -> Result<(), Error> {
        Ok(())
    }

    async fn end(&mut self, section: &Section, seal: &Seal) -> Result<(), Error> {
        self.by_key.insert(section.key(), *seal);
        Ok(())
    }
}

/// A sink that also tells how many rows have passed.
struct Telling<'a> {
    inner: &'a mut dyn Sink,
    tell: &'a mut (dyn FnMut(u64) + Send),
    rows: u64,
}

#[async_trait]
impl Sink for Telling<'_> {
    async fn begin(&mut self, section: &Section) -> Result<(), Error> {
        self.inner.begin(section).await
    }

    async fn rows(&mut self, section: &Section, rows: &[Row]) -> Result<(), Error> {
        self.inner.rows(section, rows).await?;
        self.rows += u64::try_from(rows.len()).unwrap_or_default();
        (self.tell)(self.rows);
        Ok(())
    }

    async fn end(&mut self, section: &Section, seal: &Seal) -> Result<(), Error> {
        self.inner.end(section, seal).await
    }
}
