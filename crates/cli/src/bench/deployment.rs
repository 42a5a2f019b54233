//! The people and rooms of a measurement, made through the use cases in a folder of its own.

use std::path::Path;
use std::sync::Arc;

use perch_app::App;
use perch_domain::{PrincipalId, RoomId};
use perch_wire::category::NewCategory;
use perch_wire::import::{Import, ImportedMessage};
use perch_wire::pool::NewPool;
use perch_wire::principal::{NewPrincipal, PrincipalKind};
use perch_wire::room::NewRoom;
use perch_wire::session::NewToken;
use tempfile::TempDir;
use uuid::Uuid;

use super::failed;
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::serve;

const POOL: &str = "bench.example";
/// Members of the room in which posting is measured.
pub(super) const SMALL_ROOM: usize = 50;
/// Messages in one import.
const IMPORTED_AT_ONCE: usize = 1_000;

/// A deployment to measure.
pub(super) struct Deployment {
    pub(super) folder: TempDir,
    /// Bearer tokens of the members.
    pub(super) tokens: Vec<String>,
    /// A room of 50.
    pub(super) small: Uuid,
    /// A room of all members.
    pub(super) large: Uuid,
    /// A room with a history.
    pub(super) old: Uuid,
}

/// Makes it.
pub(super) async fn make(members: usize, history: usize) -> Result<Deployment, Error> {
    let folder = tempfile::tempdir().map_err(failed)?;
    let app = open(folder.path()).await?;
    let made = fill(&app, members.max(SMALL_ROOM), history).await;
    app.close().await;
    let (tokens, [small, large, old]) = made?;
    Ok(Deployment {
        folder,
        tokens,
        small,
        large,
        old,
    })
}

/// Opens the embedded store in a folder.
pub(super) async fn open(folder: &Path) -> Result<Arc<App>, Error> {
    let mut config = Config::read(&Flags::default())?;
    config.folder = folder.to_owned();
    config.database = None;
    serve::open(&config).await
}

async fn fill(
    app: &Arc<App>,
    members: usize,
    history: usize,
) -> Result<(Vec<String>, [Uuid; 3]), Error> {
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
    let small: Vec<_> = people.iter().take(SMALL_ROOM).cloned().collect();
    let mut rooms = [Uuid::nil(); 3];
    for (room, (name, members)) in
        rooms
            .iter_mut()
            .zip([("Small", small), ("Large", people.clone()), ("Old", people)])
    {
        let new = NewRoom {
            category: "Bench".to_owned(),
            name: name.to_owned(),
            description: String::new(),
            privacy: None,
            room_type: None,
            invitations: None,
            disabled: false,
            addin: None,
            addin_withheld: Vec::new(),
            members,
            managers: Vec::new(),
            presenters: Vec::new(),
        };
        *room = app
            .create_room(&control, POOL, &new)
            .await?
            .room
            .properties
            .id;
    }
    let [_, _, old] = rooms;
    for start in (0..history).step_by(IMPORTED_AT_ONCE) {
        let messages = (start..history.min(start + IMPORTED_AT_ONCE)).map(|number| ImportedMessage {
            nonce: Uuid::new_v4(),
            author: "user0@bench.example".to_owned(),
            at: app.now().to_string(),
            text: format!("message {number} of a room that has been in use for a while, as long as messages are"),
            alert: false,
            title: None,
        });
        app.import_messages(
            &control,
            RoomId(old),
            &Import {
                messages: messages.collect(),
            },
        )
        .await?;
    }
    Ok((tokens, rooms))
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
