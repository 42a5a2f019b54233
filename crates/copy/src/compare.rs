//! A backup against a storage, section by section and, where they differ, message by message.

use std::collections::BTreeMap;

use async_trait::async_trait;
use perch_store::snapshot::{Copyable, Row};
use sha2::{Digest, Sha256};

use crate::section::{Key, Sealer, Seals};
use crate::{Backup, Error, Moment, Seal, Section, Sink, Source};

/// How a section of a storage differs from the backup's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which section.
    pub section: String,
    /// Whether it is the messages of a room, which nothing but an administrator changes.
    pub messages: bool,
    /// How.
    pub found: Found,
}

/// How a section differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// All of the backup's rows are there, and so many that followed.
    More(u64),
    /// It is not there.
    Missing,
    /// The rows are the same up to this one of the backup.
    From(Row),
    /// All that is there is in the backup, which has so many rows more.
    Fewer(u64),
    /// It is not in the backup, and has so many rows.
    New(u64),
}

/// Compares a backup with what a storage has now. No difference: they are the same to the last row.
///
/// # Errors
/// When the file is damaged, there is no deployment, or the storage fails.
pub async fn compare(backup: &mut Backup, with: &dyn Copyable) -> Result<Vec<Difference>, Error> {
    let expected = Seals::of(backup, &mut |_| {}).await?;
    let mut beginnings = Beginnings {
        expected: &expected,
        beginning: None,
        sealer: Sealer::default(),
        begins_alike: BTreeMap::new(),
        rows: BTreeMap::new(),
    };
    let mut moment = Moment::now(with, false).await?.like(&expected);
    moment.stream(&mut beginnings).await?;
    let Beginnings {
        begins_alike, rows, ..
    } = beginnings;
    let mut found = Vec::new();
    let mut differing = BTreeMap::new();
    for (key, seal) in &expected.by_key {
        match (rows.get(key), begins_alike.get(key)) {
            (None, _) if seal.rows > 0 => found.push((key.clone(), Found::Missing)),
            (Some(rows), Some(true)) if *rows > seal.rows => {
                found.push((key.clone(), Found::More(rows - seal.rows)));
            }
            (Some(rows), Some(false)) => {
                differing.insert(key.clone(), *rows);
            }
            _ => {}
        }
    }
    for (key, rows) in &rows {
        if *rows > 0 && !expected.by_key.contains_key(key) {
            found.push((key.clone(), Found::New(*rows)));
        }
    }
    found.extend(pinpoint(backup, with, &expected, &differing).await?);
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let difference = |(key, found): (Key, Found)| Difference {
        section: key.to_string(),
        messages: key.room.is_some(),
        found,
    };
    Ok(found.into_iter().map(difference).collect())
}

/// Finds where sections begin to differ: reads them once more, from both.
async fn pinpoint(
    backup: &mut Backup,
    with: &dyn Copyable,
    expected: &Seals,
    differing: &BTreeMap<Key, u64>,
) -> Result<Vec<(Key, Found)>, Error> {
    if differing.is_empty() {
        return Ok(Vec::new());
    }
    let mut digests = Digests {
        of: differing,
        digests: BTreeMap::new(),
    };
    let mut moment = Moment::now(with, false).await?.like(expected);
    moment.stream(&mut digests).await?;
    let mut firsts = Firsts {
        there: digests.digests,
        place: 0,
        found: BTreeMap::new(),
    };
    backup.stream(&mut firsts).await?;
    Ok(firsts.found.into_iter().collect())
}

/// Judges whether each section begins with the rows of the backup.
struct Beginnings<'a> {
    expected: &'a Seals,
    /// What the section must begin with.
    beginning: Option<Seal>,
    sealer: Sealer,
    begins_alike: BTreeMap<Key, bool>,
    rows: BTreeMap<Key, u64>,
}

#[async_trait]
impl Sink for Beginnings<'_> {
    async fn begin(&mut self, section: &Section) -> Result<(), Error> {
        self.sealer = Sealer::default();
        self.beginning = self.expected.by_key.get(&section.key()).copied();
        self.judge(section);
        Ok(())
    }

    async fn rows(&mut self, section: &Section, rows: &[Row]) -> Result<(), Error> {
        for row in rows {
            self.sealer.add(row);
            self.judge(section);
        }
        Ok(())
    }

    async fn end(&mut self, section: &Section, seal: &Seal) -> Result<(), Error> {
        let key = section.key();
        self.begins_alike.entry(key.clone()).or_insert(false);
        self.rows.insert(key, seal.rows);
        Ok(())
    }
}

impl Beginnings<'_> {
    fn judge(&mut self, section: &Section) {
        if let Some(beginning) = self.beginning
            && beginning.rows == self.sealer.rows()
        {
            let alike = self.sealer.seal() == beginning;
            self.begins_alike.insert(section.key(), alike);
        }
    }
}

/// Keeps a digest of each row of some sections.
struct Digests<'a> {
    of: &'a BTreeMap<Key, u64>,
    digests: BTreeMap<Key, Vec<[u8; 32]>>,
}

#[async_trait]
impl Sink for Digests<'_> {
    async fn begin(&mut self, section: &Section) -> Result<(), Error> {
        let key = section.key();
        if self.of.contains_key(&key) {
            self.digests.insert(key, Vec::new());
        }
        Ok(())
    }

    async fn rows(&mut self, section: &Section, rows: &[Row]) -> Result<(), Error> {
        if let Some(digests) = self.digests.get_mut(&section.key()) {
            digests.extend(rows.iter().map(|row| <[u8; 32]>::from(Sha256::digest(row))));
        }
        Ok(())
    }

    async fn end(&mut self, _section: &Section, _seal: &Seal) -> Result<(), Error> {
        Ok(())
    }
}

/// Finds the first row of the backup that is another there.
struct Firsts {
    there: BTreeMap<Key, Vec<[u8; 32]>>,
    place: usize,
    found: BTreeMap<Key, Found>,
}

#[async_trait]
impl Sink for Firsts {
    async fn begin(&mut self, _section: &Section) -> Result<(), Error> {
        self.place = 0;
        Ok(())
    }

    async fn rows(&mut self, section: &Section, rows: &[Row]) -> Result<(), Error> {
        let key = section.key();
        let Some(there) = self.there.get(&key) else {
            return Ok(());
        };
        for row in rows {
            let other = there.get(self.place);
            self.place += 1;
            if other.is_some_and(|other| *other != <[u8; 32]>::from(Sha256::digest(row))) {
                self.found
                    .entry(key.clone())
                    .or_insert_with(|| Found::From(row.clone()));
            }
        }
        Ok(())
    }

    async fn end(&mut self, section: &Section, seal: &Seal) -> Result<(), Error> {
        let key = section.key();
        if let Some(there) = self.there.get(&key) {
            let rows = u64::try_from(there.len()).unwrap_or_default();
            let fewer = Found::Fewer(seal.rows.saturating_sub(rows));
            self.found.entry(key).or_insert(fewer);
        }
        Ok(())
    }
}
