//! The people and rooms of a measurement, made through the use cases in a place of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use perch_app::App;
use perch_domain::{PrincipalId, RoomId};
use perch_wire::category::NewCategory;
use perch_wire::import::{Import, ImportedMessage};
use perch_wire::pool::NewPool;
use perch_wire::principal::{NewPrincipal, PrincipalKind};
use perch_wire::room::NewRoom;
use perch_wire::session::NewToken;
use uuid::Uuid;

use super::server::Place;
use super::{corpus, failed};
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::say::say;
use crate::serve;

/// The pool of a measurement.
pub(super) const POOL: &str = "bench.example";
/// Messages in one import.
const IMPORTED_AT_ONCE: usize = 1_000;
/// How often progress with a long history is told.
const TOLD_EVERY: usize = 1_000_000;

/// A deployment to measure.
pub(super) struct Deployment {
    /// Bearer tokens of the members.
    pub(super) tokens: Vec<String>,
    /// Rooms by how many members they have.
    rooms: BTreeMap<usize, Uuid>,
    /// A room of everybody, with a history.
    pub(super) old: Uuid,
}

impl Deployment {
    /// The room of so many members.
    pub(super) fn room(&self, members: usize) -> Result<Uuid, Error> {
        let room = self.rooms.get(&members).copied();
        room.ok_or_else(|| failed(format!("there is no room of {members}")))
    }
}

/// Makes it, with a room of each of these sizes.
pub(super) async fn make(
    place: &Place,
    sizes: &[usize],
    history: usize,
) -> Result<Deployment, Error> {
    let app = open(place).await?;
    let made = fill(&app, sizes, history).await;
    app.close().await;
    made
}

/// Opens the store at a place, whose bus nobody else uses yet.
pub(super) async fn open(place: &Place) -> Result<Arc<App>, Error> {
    let mut config = Config::read(&Flags::default())?;
    config.folder.clone_from(&place.folder);
    let database = place.database.as_deref().map(str::parse);
    config.database = database.transpose().map_err(Error::Bench)?;
    config.bus = None;
    serve::open(&config).await
}

async fn fill(app: &Arc<App>, sizes: &[usize], history: usize) -> Result<Deployment, Error> {
    let members = sizes.iter().copied().max().unwrap_or_default().max(1);
    let control = NewPrincipal {
        administrator: true,
        ..user("control")
    };
    let control = PrincipalId(app.create_principal(None, &control).await?.id);
    let control = app.actor(control, None)?;
    app.create_pool(
        Some(&control),
        &NewPool {
            fqdn: POOL.to_owned(),
            display_name: None,
        },
    )
    .await?;
    let mut tokens = Vec::with_capacity(members);
    let mut people = Vec::with_capacity(members);
    for number in 0..members {
        let person = app
            .create_principal(Some(&control), &user(&format!("user{number}")))
            .await?;
        let actor = app.actor(PrincipalId(person.id), None)?;
        let token = NewToken {
            name: "bench".to_owned(),
            expires_in_days: Some(1),
        };
        tokens.push(app.create_token(&actor, &token).await?.secret);
        people.push(person.id.to_string());
    }
    let category = NewCategory {
        name: "Bench".to_owned(),
        description: String::new(),
        invitations: false,
        file_upload: false,
        chat_history: true,
        allowed_members: people.clone(),
        denied_members: Vec::new(),
        creators: Vec::new(),
    };
    app.create_category(&control, POOL, &category).await?;
    let old = (members, "Old".to_owned());
    let sized = sizes.iter().map(|size| (*size, format!("Room of {size}")));
    let mut rooms = Vec::new();
    for (size, name) in sized.chain([old]) {
        let new = NewRoom {
            category: "Bench".to_owned(),
            name,
            description: String::new(),
            privacy: None,
            room_type: None,
            invitations: None,
            disabled: false,
            addin: None,
            addin_withheld: Vec::new(),
            members: people.iter().take(size).cloned().collect(),
            managers: Vec::new(),
            presenters: Vec::new(),
        };
        let made = app.create_room(&control, POOL, &new).await?;
        rooms.push((size, made.room.properties.id));
    }
    let (_, old) = rooms.pop().ok_or_else(|| failed("no room was made"))?;
    for start in (0..history).step_by(IMPORTED_AT_ONCE) {
        let messages =
            (start..history.min(start + IMPORTED_AT_ONCE)).map(|number| ImportedMessage {
                nonce: Uuid::now_v7(),
                author: format!("user{}@bench.example", number % members),
                at: app.now().to_string(),
                text: corpus::text(number, history),
                alert: false,
                title: None,
            });
        let messages = messages.collect();
        app.import_messages(&control, RoomId(old), &Import { messages })
            .await?;
        if (start + IMPORTED_AT_ONCE).is_multiple_of(TOLD_EVERY) {
            say(&format!(
                "made {} of {history} messages",
                start + IMPORTED_AT_ONCE
            ));
        }
    }
    Ok(Deployment {
        tokens,
        rooms: rooms.into_iter().collect(),
        old,
    })
}

/// A user of that name.
pub(super) fn user(name: &str) -> NewPrincipal {
    NewPrincipal {
        kind: PrincipalKind::User,
        address: format!("{name}@bench.example"),
        display_name: name.to_owned(),
        email: None,
        password: None,
        administrator: false,
        containers: Vec::new(),
    }
}
