//! `perch bench panes`: a ticker is posted in a room whose add-in's pane many people have open, and the add-in is disabled.
//!
//! A pane is fed by its person's connection: what is measured is the way from the post to each person's socket, the context
//! found by the server and in the frame. Drawing is the browser's matter.

use std::time::Duration;

use clap::Args;
use perch_app::App;
use perch_domain::{PrincipalId, RoomId};
use perch_shell::Client;
use perch_wire::addin::{AddinPatch, NewAddin};
use perch_wire::live::{ClientFrame, JoinRoom};
use perch_wire::pane::NewPane;
use perch_wire::principal::PrincipalKind;
use perch_wire::room::RoomPatch;
use perch_wire::session::NewToken;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, timeout};
use uuid::Uuid;

use super::client::{Receiver, Sender, kind_of, sent_of};
use super::deployment::{self, POOL};
use super::link::Dial;
use super::load::{self, micros};
use super::ours::Bed;
use super::report::{self, Figures, Repeat};
use super::{failed, server::Server};
use crate::error::Error;

/// Posts a second: each reaches every pane before the next one is posted, or the figure says so.
const POSTS_PER_SECOND: u32 = 5;
/// How often the add-in is disabled, and enabled again.
const SWITCHES: usize = 5;
/// How long all panes may take to hear of something.
const WITHIN: Duration = Duration::from_secs(30);
/// What a frame has that carries the context of the ticker which is posted.
const CONTEXT: &str = r#""type":"fdc3.instrument","name":"MSFT""#;

/// `perch bench panes`.
#[derive(Args)]
pub(crate) struct PanesCommand {
    /// Open panes, each of a person of their own, in one room
    #[arg(long, default_value_t = 1_000)]
    panes: usize,
    #[command(flatten)]
    repeat: Repeat,
}

/// What one pane's socket received.
enum Heard {
    /// A message with its context, when it was posted and when it came, in microseconds of the measurement.
    Context { sent: u64, at: u64 },
    /// That the add-in is disabled, or is not.
    Switched { disabled: bool, at: u64 },
    /// Something that ends the measurement.
    Failed(Error),
}

/// Runs `perch bench panes`.
///
/// # Errors
/// When a pane misses a context, or hears of one twice.
pub(super) async fn run(command: PanesCommand) -> Result<(), Error> {
    let bed = Bed::make(None, &[command.panes], 0).await?;
    let room = bed.deployment.room(command.panes)?;
    let (addin, administrator) = furnish(&bed, room).await?;
    let title = format!("{} open panes", command.panes);
    report::repeat(&title, &command.repeat, async || {
        let mut server = Server::start(&bed.place, 1).await?;
        let seconds = command.repeat.seconds;
        let tokens = &bed.deployment.tokens;
        let panes = Panes::open(&server.address, tokens, room).await?;
        let mut figures = Figures::default();
        figures.add_latency("opening a pane", &panes.opening);
        let panes = panes.posting(&mut figures, seconds).await?;
        let client = client(&server.address, &administrator)?;
        panes.switching(&mut figures, &client, addin).await?;
        // The next one takes the folder over.
        server.kill().await?;
        Ok(figures)
    })
    .await
}

fn client(address: &str, token: &str) -> Result<Client, Error> {
    Client::new(&format!("http://{address}"), token).map_err(failed)
}

/// Puts an add-in on the room; gives it, and a token of the administrator.
async fn furnish(bed: &Bed, room: Uuid) -> Result<(Uuid, String), Error> {
    let app = deployment::open(&bed.place).await?;
    let made = put_addin(&app, room).await;
    app.close().await;
    made
}

async fn put_addin(app: &App, room: Uuid) -> Result<(Uuid, String), Error> {
    let control = app.search_principals("control", Some(PrincipalKind::User), Some(1));
    let control = control
        .first()
        .ok_or_else(|| failed("nobody administers"))?;
    let control = app.actor(PrincipalId(control.id), None)?;
    let new = NewAddin {
        name: "Prices".to_owned(),
        url: "https://addins.bench.example/".to_owned(),
        granted: None,
        ..NewAddin::default()
    };
    let addin = app.create_addin(&control, POOL, &new).await?.id;
    let patch = RoomPatch {
        addin: Some(Some(addin.to_string())),
        ..RoomPatch::default()
    };
    app.update_room(&control, RoomId(room), &patch).await?;
    let token = NewToken {
        name: "bench".to_owned(),
        expires_in_days: Some(1),
    };
    Ok((addin, app.create_token(&control, &token).await?.secret))
}

/// Open panes: a connection for each, on which it is fed.
struct Panes {
    count: usize,
    room: Uuid,
    begun: Instant,
    heard: mpsc::Receiver<Heard>,
    /// The first person's; the others only have to stay open.
    sender: Sender,
    _others: Vec<Sender>,
    /// Microseconds of each opening.
    opening: hdrhistogram::Histogram<u64>,
}

impl Panes {
    /// Connects everybody to the room, and opens their panes.
    async fn open(address: &str, tokens: &[String], room: Uuid) -> Result<Self, Error> {
        let begun = Instant::now();
        let (tell, heard) = mpsc::channel(tokens.len().max(1) * 4);
        let mut opening = load::histogram()?;
        let mut senders = Vec::with_capacity(tokens.len());
        for token in tokens {
            let (mut sender, mut receiver) = Dial::default().connect(address, token).await?;
            let join = JoinRoom {
                room,
                after: None,
                latest: Some(1),
            };
            sender
                .send(&ClientFrame::Join {
                    id: 1,
                    rooms: vec![join],
                })
                .await?;
            receiver.expect("joined").await?;
            let asked = Instant::now();
            let client = client(address, token)?;
            client
                .open_pane(room, &NewPane::default())
                .await
                .map_err(failed)?;
            opening.record(micros(asked)).map_err(failed)?;
            tokio::spawn(listen(receiver, tell.clone(), begun));
            senders.push(sender);
        }
        let sender = senders.pop().ok_or_else(|| failed("there are no panes"))?;
        Ok(Self {
            count: tokens.len(),
            room,
            begun,
            heard,
            sender,
            _others: senders,
            opening,
        })
    }

    /// Posts tickers for so long, and measures until each pane has each context.
    async fn posting(mut self, figures: &mut Figures, seconds: u64) -> Result<Self, Error> {
        let mut all = load::histogram()?;
        let mut last = load::histogram()?;
        let mut ticks = interval(Duration::from_secs(1) / POSTS_PER_SECOND);
        for _ in 0..seconds * u64::from(POSTS_PER_SECOND) {
            ticks.tick().await;
            let sent = micros(self.begun);
            self.sender.post_saying(self.room, sent, "$MSFT").await?;
            let mut latest = 0;
            for _ in 0..self.count {
                match self.next().await? {
                    Heard::Context { sent: of, at } if of == sent => {
                        all.record(at - sent).map_err(failed)?;
                        latest = latest.max(at - sent);
                    }
                    _ => return Err(failed("a pane heard of something else than the last post")),
                }
            }
            last.record(latest).map_err(failed)?;
        }
        for (name, latencies) in [
            ("a ticker at a pane", &all),
            ("a ticker at the last of all panes", &last),
        ] {
            for (quantile, percent) in [(0.5, 50), (0.95, 95), (0.99, 99)] {
                let value = report::milliseconds(latencies.value_at_quantile(quantile));
                figures.add(format!("{name}, p{percent}"), value, "ms");
            }
        }
        figures.add("contexts at panes", report::float(all.len()), "");
        Ok(self)
    }

    /// Disables the add-in and enables it again, and measures until each pane knows of it.
    async fn switching(
        mut self,
        figures: &mut Figures,
        client: &Client,
        addin: Uuid,
    ) -> Result<(), Error> {
        let mut slowest = 0;
        for switch in 0..SWITCHES * 2 {
            let disable = switch % 2 == 0;
            let patch = AddinPatch {
                disabled: Some(disable),
                ..AddinPatch::default()
            };
            let sent = micros(self.begun);
            client
                .set_addin(POOL, addin, &patch)
                .await
                .map_err(failed)?;
            for _ in 0..self.count {
                match self.next().await? {
                    Heard::Switched { disabled, at } if disabled == disable => {
                        if disable {
                            slowest = slowest.max(at - sent);
                        }
                    }
                    _ => return Err(failed("a pane heard of something else than the switch")),
                }
            }
        }
        let slowest = report::milliseconds(slowest);
        figures.add(
            "kill switch at the last of all panes, slowest",
            slowest,
            "ms",
        );
        Ok(())
    }

    async fn next(&mut self) -> Result<Heard, Error> {
        match timeout(WITHIN, self.heard.recv()).await {
            Ok(Some(Heard::Failed(cause))) => Err(cause),
            Ok(Some(heard)) => Ok(heard),
            Ok(None) | Err(_) => Err(failed(format!("a pane heard nothing within {WITHIN:?}"))),
        }
    }
}

/// Tells what a pane's connection receives, until it ends.
async fn listen(mut receiver: Receiver, tell: mpsc::Sender<Heard>, begun: Instant) {
    loop {
        let frame = receiver.next().await;
        let at = micros(begun);
        let heard = match frame {
            Err(cause) => Heard::Failed(cause),
            Ok(frame) => match kind_of(&frame) {
                "message" => match (frame.contains(CONTEXT), sent_of(&frame)) {
                    (true, Some(sent)) => Heard::Context { sent, at },
                    _ => Heard::Failed(failed(format!("no context: {frame}"))),
                },
                "room_updated" => Heard::Switched {
                    disabled: frame.contains(r#""disabled":true"#),
                    at,
                },
                "error" | "removed" => Heard::Failed(failed(frame)),
                _ => continue,
            },
        };
        let ended = matches!(heard, Heard::Failed(_));
        // Nobody listens once the measurement is over.
        if tell.send(heard).await.is_err() || ended {
            return;
        }
    }
}
