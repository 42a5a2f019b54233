//! The profile's people and rooms, made through the use cases in a folder that may be kept, and what the generators know of them.

use std::fs::{File, create_dir_all};
use std::io::{BufReader, BufWriter};
use std::path::Path;

use perch_app::App;
use perch_domain::PrincipalId;
use perch_wire::category::NewCategory;
use perch_wire::pool::NewPool;
use perch_wire::principal::{NewPrincipal, PrincipalKind};
use perch_wire::room::NewRoom;
use perch_wire::session::NewToken;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Model, Size};
use crate::bench::server::Place;
use crate::bench::{deployment, failed};
use crate::error::Error;
use crate::say::say;

const POOL: &str = "bench.example";
const EVERYBODY: &str = "everybody@bench.example";
/// How often the progress is told.
const TOLD_EVERY: usize = 1_000;

/// Everything that a generator has to know.
#[derive(Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) scale: f64,
    pub(super) rooms: Vec<Room>,
    /// Token and rooms of each endpoint.
    pub(super) endpoints: Vec<Endpoint>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Room {
    pub(super) id: Uuid,
    pub(super) size: Size,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Endpoint {
    pub(super) token: String,
    pub(super) rooms: Vec<usize>,
}

impl Plan {
    /// Reads it.
    pub(super) fn read(file: &Path) -> Result<Self, Error> {
        let opened = File::open(file).map_err(failed)?;
        serde_json::from_reader(BufReader::new(opened)).map_err(failed)
    }

    /// The plan in a folder; the deployment is made when it is not there.
    pub(super) async fn open_or_make(folder: &Path, scale: f64) -> Result<Self, Error> {
        let file = folder.join("plan.json");
        if file.exists() {
            let plan = Self::read(&file)?;
            if plan.scale.total_cmp(&scale).is_ne() {
                return Err(failed(format!(
                    "{} has a deployment of scale {}; give another folder",
                    folder.display(),
                    plan.scale
                )));
            }
            return Ok(plan);
        }
        create_dir_all(folder).map_err(failed)?;
        let place = Place {
            folder: folder.to_owned(),
            database: None,
            bus: None,
        };
        let app = deployment::open(&place).await?;
        let made = make(&app, scale).await;
        app.close().await;
        let plan = made?;
        let created = File::create(&file).map_err(failed)?;
        serde_json::to_writer(BufWriter::new(created), &plan).map_err(failed)?;
        Ok(plan)
    }
}

/// Small rooms list their members; medium and large ones a group.
async fn make(app: &std::sync::Arc<App>, scale: f64) -> Result<Plan, Error> {
    let model = Model::original(scale);
    let control = NewPrincipal {
        administrator: true,
        ..deployment::user("control")
    };
    let control = PrincipalId(app.create_principal(None, &control).await?.id);
    let control = app.actor(control, None)?;
    let pool = NewPool {
        fqdn: POOL.to_owned(),
        display_name: None,
    };
    app.create_pool(Some(&control), &pool).await?;
    let mut rooms_of = vec![Vec::new(); model.users];
    let mut groups_of = vec![Vec::new(); model.users];
    let mut groups = Vec::new();
    for (room, (size, members)) in model.rooms.iter().enumerate() {
        if *size != Size::Small {
            groups.push(group(room));
        }
        for member in members {
            if let Some(rooms) = rooms_of.get_mut(*member) {
                rooms.push(room);
            }
            if let Some(groups) = groups_of.get_mut(*member).filter(|_| *size != Size::Small) {
                groups.push(group(room));
            }
        }
    }
    // The category's scope: everybody is in it, by way of the groups of two large rooms.
    let new_group = |address: String, containers| NewPrincipal {
        kind: PrincipalKind::Group,
        display_name: address.clone(),
        address,
        containers,
        ..deployment::user("")
    };
    let everybody = new_group(EVERYBODY.to_owned(), Vec::new());
    app.create_principal(Some(&control), &everybody).await?;
    for address in groups {
        let group = new_group(address, vec![EVERYBODY.to_owned()]);
        app.create_principal(Some(&control), &group).await?;
    }
    let mut tokens = Vec::with_capacity(model.users);
    let mut people = Vec::with_capacity(model.users);
    for (number, containers) in groups_of.into_iter().enumerate() {
        let person = NewPrincipal {
            containers,
            ..deployment::user(&format!("user{number}"))
        };
        let person = app.create_principal(Some(&control), &person).await?.id;
        let actor = app.actor(PrincipalId(person), None)?;
        let token = NewToken {
            name: "bench".to_owned(),
            expires_in_days: None,
        };
        tokens.push(app.create_token(&actor, &token).await?.secret);
        people.push(person.to_string());
        if number % TOLD_EVERY == 0 {
            say(&format!("made {number} of {} people", model.users));
        }
    }
    let category = NewCategory {
        name: "Original".to_owned(),
        description: String::new(),
        invitations: true,
        file_upload: false,
        chat_history: true,
        allowed_members: vec![EVERYBODY.to_owned()],
        denied_members: Vec::new(),
        creators: Vec::new(),
    };
    app.create_category(&control, POOL, &category).await?;
    let mut rooms = Vec::with_capacity(model.rooms.len());
    for (number, (size, members)) in model.rooms.iter().enumerate() {
        let members = match size {
            Size::Small => members
                .iter()
                .filter_map(|one| people.get(*one).cloned())
                .collect(),
            Size::Medium | Size::Large => vec![group(number)],
        };
        let new = NewRoom {
            category: category.name.clone(),
            name: format!("{size:?} {number}"),
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
        let room = app.create_room(&control, POOL, &new).await?;
        rooms.push(Room {
            id: room.room.properties.id,
            size: *size,
        });
        if number % TOLD_EVERY == 0 {
            say(&format!("made {number} of {} rooms", model.rooms.len()));
        }
    }
    let endpoint = |person: usize| {
        Some(Endpoint {
            token: tokens.get(person)?.clone(),
            rooms: rooms_of.get(person)?.clone(),
        })
    };
    let endpoints = model.endpoints().into_iter().filter_map(endpoint);
    Ok(Plan {
        scale,
        rooms,
        endpoints: endpoints.collect(),
    })
}

fn group(room: usize) -> String {
    format!("room{room}@bench.example")
}
