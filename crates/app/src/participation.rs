//! Opening a room on a connection: its last messages and what comes next, in one step.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Instant;

use perch_domain::grant::Capability;
use perch_domain::limits::MESSAGES_PAGE_MAX;
use perch_domain::message::Message;
use perch_domain::permission::{RoomAction, Standing};
use perch_domain::pool::PoolFqdn;
use perch_domain::{PrincipalId, Refusal, RoomId, Seq};
use perch_live::{Frame, RoomLog, Subscriber, Subscription};
use perch_store::{Attention, Page};
use perch_wire::live::{JoinRoom, ServerFrame};
use perch_wire::room::Participant;

use crate::catalogue::RoomView;
use crate::directory::Directory;
use crate::pane_use::Read;
use crate::store_error::refused;
use crate::{Actor, App};

/// What a client holds of a room before it is brought up to date.
#[derive(Clone, Copy, Debug)]
enum Holds {
    /// Nothing: send so many of the latest.
    Nothing(u32),
    /// Everything up to a place.
    UpTo(Seq),
}

/// What a person follows and has read in each pool that was asked for it: once, however many of its rooms are opened.
#[derive(Debug, Default)]
pub struct Attended(HashMap<PoolFqdn, HashMap<RoomId, Attention>>);

impl App {
    /// Opens a room on a connection, one of those for which `attended` is kept. The frame has what the client misses; the subscription has what comes after it.
    ///
    /// # Errors
    /// `NoSuchNode`, `NodeDisabled`, `ErrorPermission`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn join(
        &self,
        actor: &Actor,
        id: u64,
        join: JoinRoom,
        attended: &mut Attended,
        subscriber: &Arc<Subscriber>,
    ) -> Result<(Arc<Subscription>, Frame), Refusal> {
        let begun = Instant::now();
        let view = self.room_view(RoomId(join.room))?;
        view.may(actor, RoomAction::Join)?;
        if join.after.is_some_and(|after| Seq(after) > view.log.head()) && self.cluster.is_some() {
            // Seen at another node, whose message has not come here yet.
            self.fill(&view).await.map_err(refused)?;
        }
        let person = actor.id();
        if view.log.arrive(person, self.arrived(&view.log, person)) {
            self.presence_changed(view.room.id, person, true);
        }
        let (subscription, head) = view.log.subscribe(subscriber);
        // Asked again now: a change of access before the subscription is seen here, one after it by the subscription.
        let now = self
            .refreshed(actor)
            .and_then(|actor| self.room_view(view.room.id)?.may(&actor, RoomAction::Join));
        if let Err(refusal) = now {
            self.leave(actor, &subscription);
            return Err(refusal);
        }
        let latest = join
            .latest
            .unwrap_or(self.settings().default_chat_history)
            .min(MESSAGES_PAGE_MAX);
        let holds = join
            .after
            .map_or(Holds::Nothing(latest), |after| Holds::UpTo(Seq(after)));
        match self.joined(actor, id, &view, attended, holds, head).await {
            Ok(frame) => {
                metrics::histogram!("perch_join_seconds").record(begun.elapsed());
                Ok((subscription, frame))
            }
            Err(refusal) => {
                self.leave(actor, &subscription);
                Err(refusal)
            }
        }
    }

    /// Brings a subscription that fell behind up to date: what it missed, or the latest and `reload`.
    ///
    /// # Errors
    /// As [`App::join`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn catch_up(
        &self,
        actor: &Actor,
        subscription: &Subscription,
        after: Seq,
    ) -> Result<Frame, Refusal> {
        let view = self.room_view(subscription.log().room())?;
        view.may(actor, RoomAction::Join)?;
        let head = view.log.catch_up(subscription);
        let attended = &mut Attended::default();
        self.joined(actor, 0, &view, attended, Holds::UpTo(after), head)
            .await
    }

    /// Has a subscription told who comes and goes in its room, and says who is there.
    ///
    /// # Errors
    /// `NoSuchNode`, `NodeDisabled`, `ErrorPermission`.
    pub fn watch(&self, actor: &Actor, subscription: &Subscription) -> Result<Frame, Refusal> {
        let view = self.room_view(subscription.log().room())?;
        view.may(actor, RoomAction::Join)?;
        let (count, listed) = view.log.watch(subscription);
        Ok(Frame::encode(&ServerFrame::Participants {
            room: view.room.id.0,
            participants: listed.map(|people| self.participants(&view, &people)),
            count,
        }))
    }

    /// Closes a room on a connection.
    pub fn leave(&self, actor: &Actor, subscription: &Arc<Subscription>) {
        subscription.log().unsubscribe(subscription);
        let log = subscription.log();
        if log.depart(actor.id()) {
            self.presence_changed(log.room(), actor.id(), false);
        }
    }

    /// Who has a room open. In a large room this is the only way to know (reference 5.4).
    ///
    /// # Errors
    /// `NoSuchNode`, `NodeDisabled`, `ErrorPermission`.
    pub fn list_participants(
        &self,
        actor: &Actor,
        room: RoomId,
    ) -> Result<Vec<Participant>, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::Join)?;
        view.granted_to(actor, Capability::Participants)?;
        let participants = self.participants(&view, &view.log.participants());
        self.note_read(actor, Read::Participants, participants.len());
        Ok(participants)
    }

    fn presence_changed(&self, room: RoomId, person: PrincipalId, present: bool) {
        if let Some(cluster) = &self.cluster {
            cluster.presence_changed(room, person, present);
        }
    }

    /// Who it is that came to a room, by name and role, if that is told to anybody.
    pub(crate) fn arrived(&self, log: &RoomLog, person: PrincipalId) -> Option<Participant> {
        let watched = log.is_watched().then(|| self.room_view(log.room()));
        let view = watched?.ok()?;
        participant(&self.directory(), &view, person)
    }

    fn participants(&self, view: &RoomView, people: &[PrincipalId]) -> Vec<Participant> {
        let directory = self.directory();
        let mut list: Vec<_> = people
            .iter()
            .filter_map(|person| participant(&directory, view, *person))
            .collect();
        drop(directory);
        list.sort_by(|a, b| (&a.display_name, &a.address).cmp(&(&b.display_name, &b.address)));
        list
    }

    async fn joined(
        &self,
        actor: &Actor,
        id: u64,
        view: &RoomView,
        attended: &mut Attended,
        holds: Holds,
        head: Seq,
    ) -> Result<Frame, Refusal> {
        let (messages, reload) = self.missed(view, holds, head).await?;
        let attention = match attended.0.entry(view.pool.fqdn().clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.attention(actor, &view.pool).await?),
        };
        let attention = attention.get(&view.room.id).copied();
        Ok(Frame::encode(&ServerFrame::Joined {
            id,
            room: Box::new(crate::room::shown(actor, view, attention)),
            messages: self.with_authors(&messages),
            head: head.0,
            reload,
        }))
    }

    /// The messages up to a place that a client misses, and whether it must drop what it holds.
    async fn missed(
        &self,
        view: &RoomView,
        holds: Holds,
        head: Seq,
    ) -> Result<(Vec<Message>, bool), Refusal> {
        let store = view.pool.store();
        let room = view.room.id;
        let latest = |limit| store.messages(room, Page::Before(head.next()), limit);
        let (mut messages, reload) = match holds {
            Holds::Nothing(_) if head == Seq::ZERO => return Ok((Vec::new(), false)),
            Holds::UpTo(after) if after == head => return Ok((Vec::new(), false)),
            Holds::UpTo(after)
                if after < head && head.0 - after.0 <= u64::from(MESSAGES_PAGE_MAX) =>
            {
                let missed = store
                    .messages(room, Page::After(after), MESSAGES_PAGE_MAX)
                    .await
                    .map_err(refused)?;
                // What a room without history relayed may be gone: then there is a gap, and the client is told.
                let reload = missed.first().is_none_or(|first| first.seq != after.next());
                (missed, reload)
            }
            Holds::UpTo(_) if view.category.chat_history => (
                latest(self.settings().default_chat_history)
                    .await
                    .map_err(refused)?,
                true,
            ),
            Holds::Nothing(limit) if view.category.chat_history => {
                (latest(limit).await.map_err(refused)?, false)
            }
            Holds::UpTo(_) => (Vec::new(), true),
            Holds::Nothing(_) => (Vec::new(), false),
        };
        // The store may be a moment ahead of what is published; the rest comes through the subscription.
        messages.retain(|message| message.seq <= head);
        Ok((messages, reload))
    }
}

fn participant(directory: &Directory, view: &RoomView, id: PrincipalId) -> Option<Participant> {
    let person = directory.get(id).filter(|person| !person.disabled)?;
    let affiliations = directory.affiliations(id);
    let room = &view.room;
    // Most people have none in most rooms, and a whole room may come at once.
    let standing = if room.lists_in_a_role(&affiliations) {
        room.standing(&view.category, &affiliations, person.administrator)
    } else {
        Standing::default()
    };
    Some(Participant {
        id: id.0,
        address: person.address.as_str().to_owned(),
        display_name: person.display_name.clone(),
        manager: standing.manager,
        presenter: standing.presenter,
    })
}
