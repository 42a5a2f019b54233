//! Messages: posted, and read back.

use std::sync::Arc;

use perch_domain::card::{Card, may_update, no_card};
use perch_domain::grant::Capability;
use perch_domain::limits::MESSAGES_PAGE_MAX;
use perch_domain::message::{Draft, Message, Part, Via};
use perch_domain::original::Original;
use perch_domain::permission::RoomAction;
use perch_domain::{Code, Nonce, Refusal, RoomId, Seq};
use perch_live::{Post, Posted};
use perch_store::{Append, Page};
use perch_wire::card::CardVersion;
use perch_wire::message as wire;
use perch_wire::principal::Author;
use tokio::sync::oneshot;

use crate::catalogue::RoomView;
use crate::deliverer::hooked;
use crate::pane_use::Read;
use crate::store_error::{not_committed, refused};
use crate::{Actor, App};

/// Messages of a page unless the caller says otherwise.
const PAGE_DEFAULT: u32 = 50;
/// How long a room without history keeps a message for those who reconnect.
const RELAYED_SECONDS: i64 = 600;

/// What an add-in had to do with a message.
struct ByAddin {
    via: Option<Via>,
    original: Option<Original>,
}

impl App {
    /// Posts a message; `done` is called once it is durable and published, or refused by the store.
    ///
    /// # Errors
    /// `NoSuchNode`, `NodeDisabled`, `ErrorPermission`, `EmptyMessage`, `MessageTooLong`, `InvalidArgument`;
    /// then `done` is not called.
    pub async fn post(
        &self,
        actor: &Actor,
        room: RoomId,
        new: &wire::NewMessage,
        done: impl FnOnce(Result<Posted, Refusal>) + Send + 'static,
    ) -> Result<(), Refusal> {
        let (view, draft, by_addin) = self.draft(actor, room, new).await?;
        self.append(actor, view, draft, Nonce(new.nonce), by_addin, done)
            .await;
        Ok(())
    }

    /// Posts a message and waits until it is durable.
    ///
    /// # Errors
    /// As [`App::post`]; `StorageFull`, `DatabaseConnection`, `ShuttingDown`: then nothing was stored.
    pub async fn post_message(
        &self,
        actor: &Actor,
        room: RoomId,
        new: &wire::NewMessage,
    ) -> Result<wire::Message, Refusal> {
        let (view, draft, by_addin) = self.draft(actor, room, new).await?;
        let via = by_addin.via;
        let store = Arc::clone(view.pool.store());
        let (done, outcome) = oneshot::channel();
        // Whoever asked may have gone meanwhile; the message is stored all the same.
        let done = |outcome| drop(done.send(outcome));
        self.append(actor, view, draft.clone(), Nonce(new.nonce), by_addin, done)
            .await;
        let stopping = |_| not_committed(perch_live::CommitError::Stopping);
        let posted = outcome.await.map_err(stopping)??;
        if posted.repeated {
            // The first result, whatever the retry says.
            let before = Page::After(Seq(posted.seq.0.saturating_sub(1)));
            let found = store.messages(room, before, 1).await.map_err(refused)?;
            let first = found.iter().filter(|message| message.seq == posted.seq);
            if let Some(first) = first.map(|first| self.with_author(first)).next() {
                return Ok(first);
            }
        }
        let nonce = Nonce(new.nonce);
        let message = draft.into_message(room, posted.seq, actor.id(), posted.at, nonce, via);
        Ok(self.with_author(&message))
    }

    /// What somebody may say in a room, with what the pool's triggers find in it now, and the part that an add-in has in it.
    async fn draft(
        &self,
        actor: &Actor,
        room: RoomId,
        new: &wire::NewMessage,
    ) -> Result<(RoomView, Draft, ByAddin), Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::Post)?;
        let original = new.original.as_ref().map(Original::try_from).transpose()?;
        let via = part_of_addin(&view, actor, new)?;
        let triggers = view.pool.triggers();
        let mut draft = Draft::parse(
            &new.text,
            new.alert,
            new.title.as_deref(),
            triggers.detector(),
        )?;
        let updates = new.updates.map(Seq);
        if let Some(card) = &new.card {
            draft = draft.with_card(Card::try_from(card)?, updates)?;
        }
        if let Some(first) = updates {
            check_update(&view, first, actor, &draft, via).await?;
        }
        Ok((view, draft, ByAddin { via, original }))
    }

    async fn append(
        &self,
        actor: &Actor,
        view: RoomView,
        draft: Draft,
        nonce: Nonce,
        by_addin: ByAddin,
        done: impl FnOnce(Result<Posted, Refusal>) + Send + 'static,
    ) {
        let tellings = hooked(&view).map(|_| Arc::clone(&self.tellings));
        let post = Post {
            append: Append {
                room: view.room.id,
                author: actor.id(),
                at: self.now(),
                draft,
                nonce,
                via: by_addin.via,
                original: by_addin.original,
            },
            via: by_addin.via.map(|via| shown_via(&view, via)),
            author: Author::from(actor.principal()),
            log: view.log,
            done: Box::new(move |outcome| {
                done(outcome.map_err(not_committed));
                if let Some(tellings) = tellings {
                    tellings.notify_one();
                }
            }),
        };
        view.pool.committer().post(post).await;
    }

    /// A page of a room's history.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission`, `NodeDisabled`, `HistoryOff`.
    pub async fn list_messages(
        &self,
        actor: &Actor,
        room: RoomId,
        request: wire::PageRequest,
    ) -> Result<wire::MessagePage, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::ReadHistory)?;
        view.granted_to(actor, Capability::MessagesHistory)?;
        let limit = request
            .limit
            .unwrap_or(PAGE_DEFAULT)
            .clamp(1, MESSAGES_PAGE_MAX);
        let head = view.log.head();
        // Never beyond what is published: the store may be a moment ahead.
        let page = match (request.before, request.after) {
            (_, Some(after)) => Page::After(Seq(after)),
            (before, None) => {
                Page::Before(before.map_or(head.next(), |before| Seq(before).min(head.next())))
            }
        };
        let mut messages = view
            .pool
            .store()
            .messages(room, page, limit)
            .await
            .map_err(refused)?;
        messages.retain(|message| message.seq <= head);
        let first = view.pool.store().first_seq(room).await.map_err(refused)?;
        self.note_read(actor, Read::History, messages.len());
        Ok(wire::MessagePage {
            messages: self.with_authors(&messages),
            head: head.0,
            first: first.0,
        })
    }

    /// Removes what rooms without history have relayed, once nobody can still be catching up.
    pub async fn expire_relayed(&self) {
        let before = self.now().plus_seconds(-RELAYED_SECONDS);
        for pool in self.all_pools() {
            if let Err(cause) = pool.store().expire(before).await {
                tracing::warn!(
                    cause = &cause as &dyn std::error::Error,
                    "what was relayed could not be removed"
                );
            }
        }
    }

    /// Messages with their authors' names.
    pub(crate) fn with_authors(&self, messages: &[Message]) -> Vec<wire::Message> {
        messages
            .iter()
            .map(|message| self.with_author(message))
            .collect()
    }

    pub(crate) fn with_author(&self, message: &Message) -> wire::Message {
        let via = message.via.and_then(|via| {
            let view = self.room_view(message.room).ok()?;
            Some(shown_via(&view, via))
        });
        let directory = self.directory();
        let latest = message.latest.as_deref();
        let latest =
            latest.map(|version| CardVersion::new(version, directory.author(version.author)));
        wire::Message::new(message, directory.author(message.author), via, latest)
    }
}

/// May the card of an earlier message have this new version? Messages do not change, so what is read here stays true.
async fn check_update(
    view: &RoomView,
    first: Seq,
    actor: &Actor,
    draft: &Draft,
    via: Option<Via>,
) -> Result<(), Refusal> {
    if draft.card().is_none() {
        let detail = "Only a card has new versions; send the card, or leave updates out.";
        return Err(Refusal::new(Code::InvalidArgument, detail).of("updates"));
    }
    let places = [(view.room.id, first)];
    let found = view.pool.store().messages_at(&places).await;
    let found = found.map_err(refused)?;
    let message = found.first().ok_or_else(no_card)?;
    may_update(message, actor.id(), via)
}

/// What an add-in has to do with a message that is posted for its page.
fn part_of_addin(
    view: &RoomView,
    actor: &Actor,
    new: &wire::NewMessage,
) -> Result<Option<Via>, Refusal> {
    let filtered = new.original.is_some();
    if filtered && new.card.is_some() {
        let detail = "Nobody typed a card, so there is nothing that was typed before; leave the original out.";
        return Err(Refusal::new(Code::InvalidArgument, detail).of("original"));
    }
    let Some(pane) = actor.pane() else {
        if filtered {
            let detail = "Only a pane's page replaces what a person typed; send its pane, or leave the original out.";
            return Err(Refusal::new(Code::InvalidArgument, detail).of("original"));
        }
        return Ok(None);
    };
    let (part, needed) = if filtered {
        (Part::Changed, Capability::MessagesFilter)
    } else if new.card.is_some() {
        (Part::Sent, Capability::CardsPost)
    } else {
        (Part::Sent, Capability::MessagesSend)
    };
    view.granted_to(actor, needed)?;
    let addin = pane.addin();
    Ok(Some(Via { addin, part }))
}

fn shown_via(view: &RoomView, via: Via) -> wire::Via {
    let catalogue = view.pool.catalogue();
    let name = catalogue
        .addins
        .get(&via.addin)
        .map(|addin| addin.name.to_string());
    wire::Via::new(via, name)
}
