//! Searching messages: in the rooms whose history a person may read, and in no others.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use perch_domain::limits::SEARCH_PAGE_MAX;
use perch_domain::message::Message;
use perch_domain::permission::{RoomAction, in_room};
use perch_domain::search::{Query, names};
use perch_domain::{Code, PrincipalId, Refusal, RoomId, Seq};
use perch_live::Searched;
use perch_store::search::{Moment, Search, find};
use perch_wire::search as wire;

use crate::catalogue::{Catalogue, PoolState};
use crate::store_error::refused;
use crate::{Actor, App};

/// Messages of a page unless the caller says otherwise.
const PAGE_DEFAULT: u32 = 20;
/// People whom one `from:` may name.
const AUTHORS_MAX: usize = 50;

/// The rooms of a pool that keep history: their messages are to be found.
pub(crate) struct SearchedRooms(pub(crate) Arc<RwLock<Catalogue>>);

impl SearchedRooms {
    fn catalogue(&self) -> RwLockReadGuard<'_, Catalogue> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Searched for SearchedRooms {
    fn heads(&self) -> Vec<(RoomId, Seq)> {
        let catalogue = self.catalogue();
        let kept = catalogue
            .rooms
            .iter()
            .filter(|(room, _)| catalogue.keeps_history(**room));
        kept.map(|(room, live)| (*room, live.log.head())).collect()
    }

    fn contains(&self, room: RoomId) -> bool {
        self.catalogue().keeps_history(room)
    }
}

impl Catalogue {
    fn keeps_history(&self, room: RoomId) -> bool {
        let category = self
            .rooms
            .get(&room)
            .and_then(|live| self.categories.get(&live.room.category));
        category.is_some_and(|category| category.chat_history)
    }
}

impl App {
    /// Searches messages, newest first, in one room or in all whose history the person may read.
    ///
    /// # Errors
    /// `InvalidArgument` for a query, cursor or name that cannot be looked for; for one room `NoSuchNode`,
    /// `ErrorPermission`, `NodeDisabled`, `HistoryOff`.
    pub async fn search_messages(
        &self,
        actor: &Actor,
        request: &wire::MessageSearch,
    ) -> Result<wire::FoundMessages, Refusal> {
        let query = Query::parse(&request.q)?;
        let before = cursor(request.cursor.as_deref())?;
        let authors = self.named_authors(actor, &query)?;
        let limit = request.limit.unwrap_or(PAGE_DEFAULT);
        let limit = limit.clamp(1, SEARCH_PAGE_MAX) as usize;
        if let Some(room) = request.room {
            self.room_view(RoomId(room))?
                .may(actor, RoomAction::ReadHistory)?;
        }
        let mut found: Vec<(Moment, Message)> = Vec::new();
        let mut next = None;
        for pool in self.all_pools() {
            let rooms = readable(&pool, actor, &query, request.room.map(RoomId));
            if rooms.is_empty() {
                continue;
            }
            let search = Search {
                query: &query,
                authors: authors.as_deref(),
                rooms: &rooms,
                before,
                // One more, to know whether there is a next page.
                limit: limit + 1,
            };
            let page = find(&**pool.store(), &**pool.index(), &search).await;
            let page = page.map_err(refused)?;
            found.extend(page.messages);
            next = next.max(page.next);
        }
        // What was found beyond the point up to which every pool has looked is found again from there.
        found.retain(|(moment, _)| next.is_none_or(|next| *moment >= next));
        found.sort_by_key(|(moment, _)| std::cmp::Reverse(*moment));
        if found.len() > limit
            && let Some((last, _)) = found.get(limit - 1)
        {
            // Two pools may have the same moment: the cursor passes over both, so both are in the page.
            let last = *last;
            found.retain(|(moment, _)| *moment >= last);
            next = Some(last);
        }
        Ok(wire::FoundMessages {
            found: self.shown(actor, &query, &found)?,
            next: next.map(|moment| moment.0.to_string()),
        })
    }

    /// The people whom each `from:` of a query names: an address, or words of the name or address.
    fn named_authors(
        &self,
        actor: &Actor,
        query: &Query,
    ) -> Result<Option<Vec<PrincipalId>>, Refusal> {
        let mut authors: Option<Vec<PrincipalId>> = None;
        let directory = self.directory();
        for typed in query.from() {
            let named: Vec<PrincipalId> = if typed == "me" {
                vec![actor.id()]
            } else if let Some(found) = directory.find(typed) {
                vec![found.id]
            } else {
                directory.named(typed, AUTHORS_MAX + 1)
            };
            if named.len() > AUTHORS_MAX {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    format!("More than {AUTHORS_MAX} people are called {typed}; write more of the name, or the address."),
                )
                .of("q"));
            }
            authors = Some(match authors {
                Some(before) => before.into_iter().filter(|id| named.contains(id)).collect(),
                None => named,
            });
        }
        Ok(authors)
    }

    /// What was found, as the person may see it now: access may have changed while the store was searched.
    fn shown(
        &self,
        actor: &Actor,
        query: &Query,
        found: &[(Moment, Message)],
    ) -> Result<Vec<wire::FoundMessage>, Refusal> {
        let actor = self.refreshed(actor)?;
        let spans = |text: &str| {
            query
                .spans(text)
                .into_iter()
                .map(wire::Span::from)
                .collect()
        };
        let shown = found.iter().filter_map(|(_, message)| {
            let view = self.room_view(message.room).ok()?;
            view.may(&actor, RoomAction::ReadHistory).ok()?;
            Some(wire::FoundMessage {
                message: self.with_author(message),
                room_name: view.room.name.to_string(),
                spans: spans(&message.text),
                title_spans: message.title.as_deref().map(spans).unwrap_or_default(),
            })
        });
        Ok(shown.collect())
    }
}

/// The rooms of a pool whose history somebody may read, and that a query names.
fn readable(
    pool: &PoolState,
    actor: &Actor,
    query: &Query,
    only: Option<RoomId>,
) -> HashSet<RoomId> {
    let catalogue = pool.catalogue();
    let live = catalogue.rooms.values();
    live.filter(|live| only.is_none_or(|only| only == live.room.id))
        .filter(|live| {
            let Some(category) = catalogue.categories.get(&live.room.category) else {
                return false;
            };
            let standing = actor.standing(&live.room, category);
            in_room(RoomAction::ReadHistory, standing, live.room.facts(category)).is_ok()
        })
        .filter(|live| {
            let mut named = query.rooms().iter();
            named.all(|typed| names(live.room.name.as_str(), typed))
        })
        .map(|live| live.room.id)
        .collect()
}

fn cursor(text: Option<&str>) -> Result<Moment, Refusal> {
    let Some(text) = text else {
        return Ok(Moment::END);
    };
    text.parse().map(Moment).map_err(|_| {
        Refusal::new(
            Code::InvalidArgument,
            "This is no place where a search has ended; begin the search again.",
        )
        .of("cursor")
    })
}
