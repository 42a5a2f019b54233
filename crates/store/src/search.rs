//! Full-text search over a pool's messages: an index that is fed behind the commit, and the search on it.
//!
//! The index is apart from the messages and made of nothing else: whoever loses it makes it anew. It holds each message
//! under its words ([`perch_domain::search::words`]) at a moment of its own, and knows how far it has come in each room.
//! [`feed`] brings it forward, [`find`] reads it from the newest moment back. Whether a message is an answer is decided on
//! the message itself ([`perch_domain::search::Query::matches`]), so an index that is behind, or that holds what is gone,
//! leaves out or costs time, and never shows what is not so; and all stores give the same answers.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_trait::async_trait;
use perch_domain::message::Message;
use perch_domain::search::{Query, words};
use perch_domain::{PrincipalId, RoomId, Seq, Timestamp};

use crate::{Page, PoolStore, StoreError};

/// Messages that one call of [`feed`] takes.
const FEED_MAX: usize = 2_000;
/// Messages of one room that one call of [`feed`] takes, so that a long history does not hold up the other rooms.
const FEED_ROOM_MAX: usize = 500;
/// Entries that one search looks at before it answers with what it has, and where to go on.
const EXAMINED_MAX: usize = 10_000;
/// Messages that one search reads, of those entries.
const READ_MAX: usize = 500;
/// Messages that are read at a time.
const READ_CHUNK: usize = 128;
/// Above so many rooms the index is not asked for them: what it finds is held against them instead.
const LOOKUP_ROOMS_MAX: usize = 100;

/// Where a message stands in the order of search: the microsecond in which it was received, or the next one that was free.
/// Unique in its pool; the same message has the same moment for ever, but in another store perhaps another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// After every message.
    pub const END: Self = Self(i64::MAX);
}

/// A message as the index takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its room.
    pub room: RoomId,
    /// Its place there.
    pub seq: Seq,
    /// When it was received.
    pub at: Timestamp,
    /// Who posted it.
    pub author: PrincipalId,
    /// Its distinct words.
    pub words: BTreeSet<String>,
}

/// What is looked up in an index. What it gives has all words, one of the authors and one of the rooms.
#[derive(Clone, Debug)]
pub struct Lookup<'a> {
    /// Words, and tickers with their dollar sign.
    pub words: BTreeSet<&'a str>,
    /// Authors; `None`: whoever.
    pub authors: Option<&'a [PrincipalId]>,
    /// Rooms; `None`: wherever.
    pub rooms: Option<Vec<RoomId>>,
    /// Only before this moment.
    pub before: Moment,
    /// Only at this moment or later.
    pub from: Moment,
    /// At most so many.
    pub limit: usize,
}

/// What an index found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its moment.
    pub moment: Moment,
    /// Its room.
    pub room: RoomId,
    /// Its place there.
    pub seq: Seq,
}

/// The index of a pool.
#[async_trait]
pub trait SearchIndex: Send + Sync {
    /// How far the index has come in each of these rooms, or in all that it has; a room that it does not know is left out.
    ///
    /// # Errors
    /// When the database fails.
    async fn progress(&self, rooms: Option<&[RoomId]>) -> Result<HashMap<RoomId, Seq>, StoreError>;

    /// Takes messages, those of each room in their order. What the index has come past already is passed over: several
    /// nodes may give it the same. After a crash, as after a success, it has come as far as it says.
    ///
    /// # Errors
    /// `Full`, or when the database fails; then nothing was taken.
    async fn put(&self, entries: Vec<IndexEntry>) -> Result<(), StoreError>;

    /// Removes some of what the index has of a room. `true`: nothing is left.
    ///
    /// # Errors
    /// `Full`, or when the database fails.
    async fn forget(&self, room: RoomId) -> Result<bool, StoreError>;

    /// The newest entries that fit, newest first. Fewer than the limit: there are no more.
    ///
    /// # Errors
    /// When the database fails.
    async fn lookup(&self, lookup: &Lookup<'_>) -> Result<Vec<Candidate>, StoreError>;

    /// Stops using the database, after what is under way.
    async fn close(&self);
}

/// What somebody looks for, and where they may look.
#[derive(Clone, Debug)]
pub struct Search<'a> {
    /// What.
    pub query: &'a Query,
    /// By whom; `None`: by anybody.
    pub authors: Option<&'a [PrincipalId]>,
    /// In which rooms: those that the person may read, and no others.
    pub rooms: &'a HashSet<RoomId>,
    /// Only before this moment: where the page before has ended.
    pub before: Moment,
    /// Messages of the page.
    pub limit: usize,
}

/// A page of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Newest first.
    pub messages: Vec<(Moment, Message)>,
    /// Where to go on: everything from here on was looked at. A page may be short, or empty, and still go on: a search
    /// looks at a bounded number of messages. `None`: there are no more.
    pub next: Option<Moment>,
}

/// Brings the index forward in some rooms by a bounded number of messages. Gives the rooms that may have more.
///
/// # Errors
/// When a database fails.
pub async fn feed(
    store: &dyn PoolStore,
    index: &dyn SearchIndex,
    rooms: &[RoomId],
) -> Result<Vec<RoomId>, StoreError> {
    let progress = index.progress(Some(rooms)).await?;
    let mut entries: Vec<IndexEntry> = Vec::new();
    let mut left = Vec::new();
    for room in rooms {
        let limit = FEED_ROOM_MAX.min(FEED_MAX.saturating_sub(entries.len()));
        if limit == 0 {
            left.push(*room);
            continue;
        }
        let after = progress.get(room).copied().unwrap_or(Seq::ZERO);
        let messages = store
            .messages(
                *room,
                Page::After(after),
                u32::try_from(limit).unwrap_or(u32::MAX),
            )
            .await?;
        if messages.len() == limit {
            left.push(*room);
        }
        entries.extend(messages.iter().map(|message| IndexEntry {
            room: *room,
            seq: message.seq,
            at: message.at,
            author: message.author,
            words: words(message),
        }));
    }
    if !entries.is_empty() {
        index.put(entries).await?;
    }
    Ok(left)
}

/// Searches from a moment back.
///
/// # Errors
/// When a database fails.
pub async fn find(
    store: &dyn PoolStore,
    index: &dyn SearchIndex,
    search: &Search<'_>,
) -> Result<Found, StoreError> {
    let bound = |time: Option<Timestamp>, or| time.map_or(or, |time| Moment(time.as_micros()));
    let mut lookup = Lookup {
        words: search.query.words(),
        authors: search.authors,
        rooms: (search.rooms.len() <= LOOKUP_ROOMS_MAX)
            .then(|| search.rooms.iter().copied().collect()),
        // A message may stand a little after the microsecond in which it was received: that it came before the time asked
        // for is seen on itself.
        before: search.before,
        from: bound(search.query.after(), Moment(i64::MIN)),
        limit: search.limit.clamp(1, READ_MAX),
    };
    let mut found = Found::default();
    let (mut examined, mut read) = (0, 0);
    loop {
        let candidates = index.lookup(&lookup).await?;
        let readable: Vec<_> = candidates
            .iter()
            .filter(|candidate| search.rooms.contains(&candidate.room))
            .copied()
            .collect();
        for chunk in readable.chunks(READ_CHUNK) {
            let last = take_answers(store, search, chunk, &mut found).await?;
            if found.messages.len() == search.limit {
                found.next = last;
                return Ok(found);
            }
            read += chunk.len();
            if read >= READ_MAX {
                found.next = last;
                return Ok(found);
            }
        }
        let Some(last) = candidates
            .last()
            .filter(|_| candidates.len() == lookup.limit)
        else {
            return Ok(found);
        };
        examined += candidates.len();
        if examined >= EXAMINED_MAX {
            found.next = Some(last.moment);
            return Ok(found);
        }
        lookup.before = last.moment;
        // Few steps, whether answers are many or rare among what the index finds.
        lookup.limit = (lookup.limit * 4).min(EXAMINED_MAX - examined).max(1);
    }
}

/// Reads candidates and takes the answers among them until the page is full. Gives the moment that was looked at last.
async fn take_answers(
    store: &dyn PoolStore,
    search: &Search<'_>,
    candidates: &[Candidate],
    found: &mut Found,
) -> Result<Option<Moment>, StoreError> {
    let places: Vec<_> = candidates
        .iter()
        .map(|candidate| (candidate.room, candidate.seq))
        .collect();
    let messages = store.messages_at(&places).await?;
    let mut messages: HashMap<_, _> = messages
        .into_iter()
        .map(|message| ((message.room, message.seq), message))
        .collect();
    for candidate in candidates {
        let answer = messages
            .remove(&(candidate.room, candidate.seq))
            .filter(|message| search.query.matches(message))
            .filter(|message| {
                search
                    .authors
                    .is_none_or(|authors| authors.contains(&message.author))
            });
        if let Some(message) = answer {
            found.messages.push((candidate.moment, message));
        }
        if found.messages.len() == search.limit {
            return Ok(Some(candidate.moment));
        }
    }
    Ok(candidates.last().map(|candidate| candidate.moment))
}
