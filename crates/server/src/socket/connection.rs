//! One live connection.

mod asked;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::MonotonicClock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use perch_app::{Actor, App};
use perch_domain::{Code, CredentialId, Refusal, RoomId};
use perch_live::{Closing, Frame, Read, Subscriber, Subscription};
use perch_wire::live::{ClientFrame, PROTOCOL, ServerFrame};
use perch_wire::principal::Principal;
use perch_wire::session::Limits;
use tokio::time::{Instant, interval_at, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::stream::Stream;
use crate::SocketLimits;

/// How often the server asks whether a client is there. One that has not answered by the next time is gone.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How long a client may take to accept what is written. It keeps its place meanwhile: reconnecting, it resumes.
const WRITE_MAX: Duration = Duration::from_secs(30);
/// How long a client may take to answer the server's close frame.
const CLOSE_MAX: Duration = Duration::from_secs(1);
/// Frames of one room written before the next room's turn.
const FRAMES_PER_TURN: usize = 128;
/// Frames for which an idle connection has room.
const FRAMES_KEPT: usize = 8;
/// How long clients wait, at least, before they come back after a stop.
const RETRY_AFTER_MS: u32 = 1_000;

/// With the system's clock: the library's own asks the processor what it is, for each connection, which takes a virtual machine long.
type Rate =
    RateLimiter<NotKeyed, InMemoryState, MonotonicClock, NoOpMiddleware<std::time::Instant>>;

/// Why a connection ends: the code and words of the WebSocket's close frame.
struct End(CloseCode, &'static str);

type Step = ControlFlow<End>;

/// What a connection waits for.
enum Event {
    Received(Option<Result<Message, Error>>),
    /// Something waits to be written.
    Woken,
    /// It is time to ask whether the client is there.
    Heartbeat,
}

pub(super) struct Connection {
    app: Arc<App>,
    actor: Actor,
    stream: Stream,
    subscriber: Arc<Subscriber>,
    rooms: HashMap<RoomId, Arc<Subscription>>,
    rate: Rate,
    answered: bool,
    /// What came could not be told apart into frames: nothing more can be read.
    unreadable: bool,
    /// A write was broken off: nothing more can be told.
    unwritable: bool,
    frames: Vec<Frame>,
}

impl Connection {
    pub(super) fn new(app: Arc<App>, actor: Actor, stream: Stream, limits: SocketLimits) -> Self {
        let credential = actor
            .credential()
            .unwrap_or(CredentialId(uuid::Uuid::nil()));
        let quota = Quota::per_second(limits.frames_per_second).allow_burst(limits.frames_burst);
        Self {
            subscriber: app.people().enter(actor.id(), credential, stream.line()),
            app,
            actor,
            stream,
            rooms: HashMap::new(),
            rate: Rate::direct_with_clock(quota, MonotonicClock),
            answered: true,
            unreadable: false,
            unwritable: false,
            frames: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) {
        let End(code, reason) = self.talk().await;
        metrics::counter!("perch_live_closes_total", "code" => code.to_string()).increment(1);
        self.app.people().leave(&self.subscriber);
        for subscription in self.rooms.values() {
            self.app.leave(&self.actor, subscription);
        }
        self.subscriber.clear();
        if self.unwritable {
            return;
        }
        let close = Message::Close(Some(CloseFrame {
            code,
            reason: Utf8Bytes::from_static(reason),
        }));
        if let Ok(Err(cause)) = timeout(WRITE_MAX, self.stream.send(close)).await {
            tracing::debug!(%cause, "a client had gone before it was told goodbye");
            return;
        }
        // A socket that is closed while bytes are unread is reset, and the client would lose what it was just told.
        let answered = async {
            if self.unreadable {
                std::future::pending::<()>().await;
            }
            while let Some(Ok(_)) = self.stream.receive().await {}
        };
        timeout(CLOSE_MAX, answered).await.ok();
    }

    async fn talk(&mut self) -> End {
        let welcome = ServerFrame::Welcome {
            protocol: PROTOCOL,
            person: Principal::from(self.actor.principal()),
            heartbeat_ms: u32::try_from(HEARTBEAT.as_millis()).unwrap_or(u32::MAX),
            limits: Limits::CURRENT,
        };
        self.frames.push(Frame::encode(&welcome));
        if let Step::Break(end) = self.write().await {
            return end;
        }
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        loop {
            self.stream.set_resting(true);
            let event = tokio::select! {
                received = self.stream.receive() => Event::Received(received),
                () = self.subscriber.woken() => Event::Woken,
                _ = heartbeat.tick() => Event::Heartbeat,
            };
            self.stream.set_resting(false);
            let step = match event {
                Event::Received(Some(Ok(message))) => Box::pin(self.received(message)).await,
                Event::Received(Some(Err(cause))) => self.failed(&cause).await,
                Event::Received(None) => Step::Break(End(CloseCode::Normal, "")),
                Event::Woken => Box::pin(self.drain()).await,
                Event::Heartbeat => self.heartbeat().await,
            };
            if let Step::Break(end) = step {
                return end;
            }
        }
    }

    async fn received(&mut self, message: Message) -> Step {
        self.answered = true;
        if !matches!(message, Message::Close(_)) && self.rate.check().is_err() {
            metrics::counter!("perch_rejected_total", "limit" => "frames").increment(1);
            self.error(
                None,
                None,
                &Refusal::new(
                    Code::LimitExceeded,
                    "Too many frames at once; send fewer, and reconnect.",
                ),
            );
            return self.end(CloseCode::Policy, "too many frames").await;
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => {
                return self
                    .malformed("Send JSON texts; this protocol has no binary frames.")
                    .await;
            }
            Message::Close(_) => return Step::Break(End(CloseCode::Normal, "")),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                return Step::Continue(());
            }
        };
        let frame = match serde_json::from_str::<ClientFrame>(&text) {
            Ok(frame) => frame,
            Err(cause) => {
                return self
                    .malformed(&format!("This is no frame of the protocol: {cause}."))
                    .await;
            }
        };
        self.app.make_sure().await;
        // As of now: roles may have changed, the account may have been disabled, the session may have expired.
        match self.app.refreshed(&self.actor) {
            Ok(actor) => self.actor = actor,
            Err(_) => return self.close(Closing::SessionEnded).await,
        }
        self.carry_out(frame).await?;
        self.write().await
    }

    /// Writes whatever waits: what is for this connection alone, then each room from its cursor.
    async fn drain(&mut self) -> Step {
        self.frames.extend(self.subscriber.take_direct());
        for subscription in self.subscriber.take_ready() {
            let room = subscription.log().room();
            // A room that was left meanwhile may still be marked.
            if !self
                .rooms
                .get(&room)
                .is_some_and(|known| Arc::ptr_eq(known, &subscription))
            {
                continue;
            }
            self.follow(&subscription).await?;
        }
        if let Some(why) = self.subscriber.closing() {
            return self.close(why).await;
        }
        self.write().await
    }

    /// Reads a room from its cursor until it is current, or closed for this person.
    async fn follow(&mut self, subscription: &Arc<Subscription>) -> Step {
        loop {
            let log = subscription.log();
            match log.read(subscription, FRAMES_PER_TURN, &mut self.frames) {
                Read::Current | Read::Ended => return Step::Continue(()),
                Read::More => self.write().await?,
                Read::AccessChanged => {
                    subscription.ask_access();
                    match self.access(log.room()) {
                        Ok(frame) => self.frames.push(frame),
                        Err(refusal) => {
                            self.removed(subscription, &refusal);
                            return Step::Continue(());
                        }
                    }
                }
                Read::Behind { after } => {
                    match self.app.catch_up(&self.actor, subscription, after).await {
                        Ok(frame) => {
                            self.frames.push(frame);
                            if subscription.is_watching() {
                                self.watch(log.room(), true);
                            }
                        }
                        Err(refusal) => {
                            self.removed(subscription, &refusal);
                            return Step::Continue(());
                        }
                    }
                }
            }
        }
    }

    /// What the person may do in a room now; a refusal when it is closed for the person.
    fn access(&mut self, room: RoomId) -> Result<Frame, Refusal> {
        self.actor = self.app.refreshed(&self.actor)?;
        self.app.check_access(&self.actor, room)
    }

    /// Closes a room for this person, and says why.
    fn removed(&mut self, subscription: &Arc<Subscription>, refusal: &Refusal) {
        let room = subscription.log().room();
        self.rooms.remove(&room);
        self.app.leave(&self.actor, subscription);
        let code = refusal.code.as_str().to_owned();
        self.frames
            .push(Frame::encode(&ServerFrame::Removed { room: room.0, code }));
    }

    async fn heartbeat(&mut self) -> Step {
        if !self.answered {
            return Step::Break(End(CloseCode::Away, "no answer"));
        }
        if self.app.refreshed(&self.actor).is_err() {
            return self.close(Closing::SessionEnded).await;
        }
        self.answered = false;
        match timeout(
            WRITE_MAX,
            self.stream.send(Message::Ping(axum::body::Bytes::new())),
        )
        .await
        {
            Ok(Ok(())) => Step::Continue(()),
            _ => Step::Break(End(CloseCode::Away, "no answer")),
        }
    }

    async fn malformed(&mut self, detail: &str) -> Step {
        self.error(None, None, &Refusal::new(Code::InvalidArgument, detail));
        self.end(CloseCode::Invalid, "malformed frame").await
    }

    /// The WebSocket itself refused what came.
    async fn failed(&mut self, cause: &Error) -> Step {
        self.unreadable = true;
        match cause {
            Error::Capacity(_) => {
                let detail =
                    "The frame is too large; a message may have 4,000 characters, a story 32,000.";
                self.error(None, None, &Refusal::new(Code::MessageTooLong, detail));
                self.end(CloseCode::Size, "frame too large").await
            }
            Error::Utf8(_) => {
                self.malformed("Send JSON texts in UTF-8; this is none.")
                    .await
            }
            cause => {
                self.unreadable = matches!(cause, Error::Protocol(_));
                Step::Break(End(CloseCode::Protocol, "not a WebSocket frame"))
            }
        }
    }

    async fn close(&mut self, why: Closing) -> Step {
        let code = why.code();
        match why {
            Closing::ShuttingDown => {
                let goodbye = ServerFrame::Goodbye {
                    code: code.as_str().to_owned(),
                    retry_after_ms: RETRY_AFTER_MS,
                };
                self.frames.push(Frame::encode(&goodbye));
                self.end(CloseCode::Restart, "the server is stopping").await
            }
            Closing::SessionEnded => {
                self.error(
                    None,
                    None,
                    &Refusal::new(code, "Your session has ended. Sign in again."),
                );
                self.end(CloseCode::Policy, "session ended").await
            }
            Closing::TooSlow => {
                self.end(CloseCode::Policy, "too much waited for the client")
                    .await
            }
        }
    }

    /// Writes what is left, then ends.
    async fn end(&mut self, code: CloseCode, reason: &'static str) -> Step {
        self.write().await?;
        Step::Break(End(code, reason))
    }

    fn error(&mut self, id: Option<u64>, room: Option<RoomId>, refusal: &Refusal) {
        self.frames.push(error_frame(id, room, refusal));
    }

    /// Writes the collected frames, joined into as few writes as they fit.
    async fn write(&mut self) -> Step {
        if self.frames.is_empty() {
            return Step::Continue(());
        }
        let written = timeout(WRITE_MAX, self.stream.write(&self.frames)).await;
        self.frames.clear();
        self.frames.shrink_to(FRAMES_KEPT);
        match written {
            Ok(Ok(())) => Step::Continue(()),
            Ok(Err(_)) | Err(_) => {
                self.unwritable = true;
                Step::Break(End(CloseCode::Away, "cannot be written to"))
            }
        }
    }
}

fn error_frame(id: Option<u64>, room: Option<RoomId>, refusal: &Refusal) -> Frame {
    Frame::encode(&ServerFrame::Error {
        id,
        room: room.map(|room| room.0),
        code: refusal.code.as_str().to_owned(),
        detail: refusal.detail.clone(),
    })
}
