//! A storage that is filled from a source, at once or in several goes.
//!
//! Rows are committed a few thousand at a time, in the order of the source. Whoever is killed begins again: what is there must
//! be how each section begins, and the rest follows. The table of the pools comes last, when everything else has been
//! read back and compared: until then there is no deployment that could be served.

use async_trait::async_trait;
use perch_store::snapshot::{Copyable, Filling, Part, Row};

use crate::moment::pools;
use crate::section::{Key, Sealer, Seals};
use crate::{Backup, Error, Moment, Seal, Section, Sink, Source};

/// Rows that are committed at once.
const ROWS_PER_COMMIT: usize = 5_000;

/// What became of a storage that was to be filled.
#[derive(Clone, Debug)]
pub enum Filled {
    /// It has the deployment now.
    Now(Seals),
    /// It had it already, the same to the last row.
    Already(Seals),
}

/// Restores a backup, whose seals are right, into a storage without a deployment.
///
/// # Errors
/// `Exists`; `Occupied`; or when the storage fails.
pub async fn restore(
    backup: &mut Backup,
    expected: &Seals,
    to: &dyn Copyable,
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<(), Error> {
    if has_deployment(to).await? {
        return Err(Error::Exists);
    }
    fill(backup, expected, to, tell).await?.complete().await
}

/// Whether there is a deployment that was made to the end.
///
/// # Errors
/// When the storage fails.
pub async fn has_deployment(storage: &dyn Copyable) -> Result<bool, Error> {
    match storage.snapshot(&Part::Deployment).await? {
        Some(mut deployment) => Ok(!pools(&mut *deployment).await?.is_empty()),
        None => Ok(false),
    }
}

/// Copies a deployment, its sessions included, into a storage that is to take its place.
///
/// # Errors
/// `Absent`; `Exists`, when the target has a deployment that is not the same; `Occupied`; `Changed`, when the source is
/// still in use; or when a storage fails.
pub async fn migrate(
    from: &dyn Copyable,
    to: &dyn Copyable,
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<Filled, Error> {
    let mut source = Moment::now(from, true).await?;
    let expected = Seals::of(&mut source, &mut |_| {}).await?;
    if has_deployment(to).await? {
        let mut there = Moment::now(to, true).await?.like(&expected);
        let there = Seals::of(&mut there, &mut |_| {}).await?;
        return match there.first_difference(&expected) {
            None => Ok(Filled::Already(expected)),
            Some(_) => Err(Error::Exists),
        };
    }
    let filler = fill(&mut source, &expected, to, tell).await?;
    drop(source);
    let now = Seals::of(&mut Moment::now(from, true).await?, &mut |_| {}).await?;
    if let Some(section) = now.first_difference(&expected) {
        return Err(Error::Changed(section));
    }
    filler.complete().await?;
    Ok(Filled::Now(expected))
}

/// Fills a storage, reads it back and compares. What is left to do is to complete it.
async fn fill<'a>(
    source: &mut dyn Source,
    expected: &Seals,
    to: &'a dyn Copyable,
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<Filler<'a>, Error> {
    let pools = expected.pools();
    let mut there = Moment::of(to, &pools, true).await?.like(expected);
    let there = Seals::of(&mut there, &mut |_| {}).await?;
    let mut filler = Filler {
        to,
        there,
        filling: None,
        skip: None,
        sealer: Sealer::default(),
        uncommitted: 0,
        pools: Vec::new(),
    };
    source.copy(&mut filler, tell).await?;
    filler.close().await?;
    let mut written = Moment::of(to, &pools, true).await?.like(expected);
    let written = Seals::of(&mut written, &mut |_| {}).await?;
    for (key, seal) in &expected.by_key {
        if !is_pools(key) && written.by_key.get(key) != Some(seal) {
            return Err(Error::NotTheSame(key.to_string()));
        }
    }
    Ok(filler)
}

fn is_pools(key: &Key) -> bool {
    key.part == Part::Deployment && key.table == "pool"
}

/// Puts into a storage what is not there yet.
struct Filler<'a> {
    to: &'a dyn Copyable,
    /// What an earlier go has left.
    there: Seals,
    filling: Option<(Part, Box<dyn Filling>)>,
    /// What the section must begin with, while it is passed over.
    skip: Option<Seal>,
    sealer: Sealer,
    uncommitted: usize,
    /// The table of the pools, which is held back.
    pools: Vec<(Section, Row)>,
}

impl Filler<'_> {
    async fn close(&mut self) -> Result<(), Error> {
        if let Some((_, mut filling)) = self.filling.take() {
            filling.commit().await?;
        }
        self.uncommitted = 0;
        Ok(())
    }

    /// Makes it a deployment.
    async fn complete(self) -> Result<(), Error> {
        let mut filling = self.to.filling(&Part::Deployment).await?;
        for (section, row) in &self.pools {
            let rows = std::slice::from_ref(row);
            filling.insert(section.selection(), rows).await?;
        }
        filling.commit().await?;
        Ok(())
    }
}

#[async_trait]
impl Sink for Filler<'_> {
    async fn begin(&mut self, section: &Section) -> Result<(), Error> {
        let open = self.filling.as_ref().map(|(part, _)| part);
        if open != Some(&section.part) {
            self.close().await?;
            let filling = self.to.filling(&section.part).await?;
            self.filling = Some((section.part.clone(), filling));
        }
        let there = self.there.by_key.get(&section.key()).copied();
        self.skip = there.filter(|seal| seal.rows > 0);
        self.sealer = Sealer::default();
        Ok(())
    }

    async fn rows(&mut self, section: &Section, rows: &[Row]) -> Result<(), Error> {
        if is_pools(&section.key()) {
            self.pools
                .extend(rows.iter().map(|row| (section.clone(), row.clone())));
            return Ok(());
        }
        let mut new = rows;
        while let (Some(skip), Some((row, rest))) = (self.skip, new.split_first()) {
            self.sealer.add(row);
            new = rest;
            if self.sealer.rows() == skip.rows {
                if self.sealer.seal() != skip {
                    return Err(Error::Occupied(section.key().to_string()));
                }
                self.skip = None;
            }
        }
        let Some((_, filling)) = &mut self.filling else {
            return Ok(());
        };
        if !new.is_empty() {
            filling.insert(section.selection(), new).await?;
            self.uncommitted += new.len();
        }
        if self.uncommitted >= ROWS_PER_COMMIT {
            filling.commit().await?;
            self.uncommitted = 0;
        }
        Ok(())
    }

    async fn end(&mut self, section: &Section, _seal: &Seal) -> Result<(), Error> {
        // More is there than should be.
        match self.skip {
            Some(_) => Err(Error::Occupied(section.key().to_string())),
            None => Ok(()),
        }
    }
}
