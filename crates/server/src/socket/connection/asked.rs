//! What a client asks for on a live connection.

use std::sync::Arc;

use perch_app::participation::Attended;
use perch_domain::limits::JOINED_ROOMS_MAX;
use perch_domain::{Code, Refusal, RoomId, Seq};
use perch_live::{Frame, Posted};
use perch_wire::live::{ClientFrame, JoinRoom, ServerFrame};
use perch_wire::message::NewMessage;

use super::{Connection, Step, error_frame};

/// Rooms that are opened before what they hold is written: history is long.
const JOINED_PER_WRITE: usize = 8;
/// Rooms in one join.
const JOIN_ROOMS_MAX: usize = 100;

impl Connection {
    /// Does what a frame asks.
    pub(super) async fn carry_out(&mut self, frame: ClientFrame) -> Step {
        match frame {
            ClientFrame::Join { id, rooms } => return self.join(id, rooms).await,
            ClientFrame::Leave { room } => {
                if let Some(subscription) = self.rooms.remove(&RoomId(room)) {
                    self.app.leave(&self.actor, &subscription);
                }
            }
            ClientFrame::Watch { room, watching } => self.watch(RoomId(room), watching),
            ClientFrame::Post {
                id,
                room,
                nonce,
                text,
                alert,
                title,
                pane,
                original,
                card,
                updates,
            } => {
                let new = NewMessage {
                    nonce,
                    text,
                    alert,
                    title,
                    original,
                    card: card.map(|card| *card),
                    updates,
                };
                self.post(id, RoomId(room), &new, pane.as_deref()).await;
            }
            ClientFrame::Read { room, seq } => {
                if let Err(refusal) = self.app.mark_read(&self.actor, RoomId(room), Seq(seq)) {
                    self.error(None, Some(RoomId(room)), &refusal);
                }
            }
            ClientFrame::Ping { id } => self.frames.push(Frame::encode(&ServerFrame::Pong { id })),
        }
        Step::Continue(())
    }

    async fn join(&mut self, id: u64, rooms: Vec<JoinRoom>) -> Step {
        let mut attended = Attended::default();
        if rooms.len() > JOIN_ROOMS_MAX {
            let detail = format!("Join at most {JOIN_ROOMS_MAX} rooms at a time.");
            self.error(Some(id), None, &Refusal::new(Code::LimitExceeded, detail));
            return Step::Continue(());
        }
        for join in rooms {
            let room = RoomId(join.room);
            // Joining again is how a client resumes on the same connection.
            if let Some(subscription) = self.rooms.remove(&room) {
                self.app.leave(&self.actor, &subscription);
            }
            if self.rooms.len() >= JOINED_ROOMS_MAX {
                let detail = format!(
                    "A connection may have {JOINED_ROOMS_MAX} rooms open; close some first."
                );
                self.error(
                    Some(id),
                    Some(room),
                    &Refusal::new(Code::LimitExceeded, detail),
                );
                continue;
            }
            let joined = self
                .app
                .join(&self.actor, id, join, &mut attended, &self.subscriber)
                .await;
            match joined {
                Ok((subscription, frame)) => {
                    self.rooms.insert(room, subscription);
                    self.frames.push(frame);
                }
                Err(refusal) => self.error(Some(id), Some(room), &refusal),
            }
            if self.frames.len() >= JOINED_PER_WRITE {
                self.write().await?;
            }
        }
        Step::Continue(())
    }

    pub(super) fn watch(&mut self, room: RoomId, watching: bool) {
        // Refused or removed meanwhile, of which the client is told already.
        let Some(subscription) = self.rooms.get(&room) else {
            return;
        };
        if !watching {
            subscription.log().unwatch(subscription);
            return;
        }
        match self.app.watch(&self.actor, subscription) {
            Ok(frame) => self.frames.push(frame),
            Err(refusal) => self.error(None, Some(room), &refusal),
        }
    }

    async fn post(&mut self, id: u64, room: RoomId, new: &NewMessage, pane: Option<&str>) {
        if !self.rooms.contains_key(&room) {
            let detail = "Join the room before posting in it.";
            self.error(
                Some(id),
                Some(room),
                &Refusal::new(Code::UserNotJoined, detail),
            );
            return;
        }
        let actor = match pane {
            None => Ok(self.actor.clone()),
            Some(pane) => self.app.for_pane(self.actor.clone(), pane),
        };
        let subscriber = Arc::clone(&self.subscriber);
        let done = move |outcome: Result<Posted, Refusal>| {
            subscriber.send(match outcome {
                Ok(posted) => Frame::encode(&ServerFrame::Posted {
                    id,
                    room: room.0,
                    seq: posted.seq.0,
                    at: posted.at.to_string(),
                }),
                Err(refusal) => error_frame(Some(id), Some(room), &refusal),
            });
        };
        let outcome = match actor {
            Ok(actor) => self.app.post(&actor, room, new, done).await,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = outcome {
            if let Some(pane) = pane {
                self.app.note_refused(&self.actor, pane, refusal.code);
            }
            self.error(Some(id), Some(room), &refusal);
        }
    }
}
