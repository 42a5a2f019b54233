//! The demo's add-ins, categories and rooms.

use std::sync::Arc;

use perch_app::{Actor, App};
use perch_domain::{PrincipalId, RoomId};
use perch_wire::addin::NewAddin;
use perch_wire::category::NewCategory;
use perch_wire::grant::Capability;
use perch_wire::room::{NewRoom, Privacy, RoomType};

use super::{POOL, conversation};
use crate::error::Error;

const TRADING: &str = "CN=Trading,DC=contoso,DC=example";
const OPERATIONS: &str = "CN=Operations,DC=contoso,DC=example";
const RESEARCH: &str = "CN=Research,DC=contoso,DC=example";

struct DemoRoom {
    category: &'static str,
    name: &'static str,
    description: &'static str,
    privacy: Privacy,
    room_type: RoomType,
    addin: Option<&'static str>,
    members: &'static [&'static str],
    managers: &'static [&'static str],
    presenters: &'static [&'static str],
    followers: &'static [&'static str],
    said: &'static str,
}

const ROOM: DemoRoom = DemoRoom {
    category: "Trading",
    name: "",
    description: "",
    privacy: Privacy::Closed,
    room_type: RoomType::Normal,
    addin: None,
    members: &[],
    managers: &["idris@contoso.example"],
    presenters: &[],
    followers: &[],
    said: "",
};

const ROOMS: &[DemoRoom] = &[
    DemoRoom {
        name: "Equities",
        description: "Cash equities, all day. Post a ticker to see its history.",
        addin: Some("Stock history"),
        members: &[TRADING, OPERATIONS],
        managers: &["amelie@contoso.example", "idris@contoso.example"],
        followers: &["amelie@contoso.example", "idris@contoso.example"],
        said: include_str!("equities.txt"),
        ..ROOM
    },
    DemoRoom {
        name: "FX Spot",
        description: "Spot desk: levels, size, fixings",
        members: &[TRADING],
        followers: &["amelie@contoso.example"],
        said: include_str!("fx-spot.txt"),
        ..ROOM
    },
    DemoRoom {
        category: "Operations",
        name: "Ops bridge",
        description: "What is broken, who has it, when it is back",
        privacy: Privacy::Open,
        addin: Some("Topic of the day"),
        followers: &["amelie@contoso.example", "idris@contoso.example"],
        said: include_str!("ops-bridge.txt"),
        ..ROOM
    },
    DemoRoom {
        category: "Operations",
        name: "Settlements",
        description: "Fails, claims and cut-offs",
        members: &[OPERATIONS, "amelie@contoso.example"],
        said: include_str!("settlements.txt"),
        ..ROOM
    },
    DemoRoom {
        category: "Operations",
        name: "Floor announcements",
        description: "Read by everybody, written by operations",
        room_type: RoomType::Auditorium,
        members: &["contoso.example"],
        presenters: &["idris@contoso.example", "lena@contoso.example"],
        followers: &["amelie@contoso.example"],
        said: include_str!("floor-announcements.txt"),
        ..ROOM
    },
    DemoRoom {
        category: "Research",
        name: "Research notes",
        description: "Behind the wall: trading is denied here",
        members: &[RESEARCH],
        managers: &["sofia@contoso.example"],
        said: include_str!("research-notes.txt"),
        ..ROOM
    },
];

/// Categories: name, description, allowed, denied, creators.
type DemoCategory = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const CATEGORIES: &[DemoCategory] = &[
    (
        "Trading",
        "The desks. Research is kept out.",
        &["contoso.example", TRADING, OPERATIONS],
        &[RESEARCH],
        &["idris@contoso.example", TRADING],
    ),
    (
        "Operations",
        "Everybody, about how the floor runs",
        &["contoso.example", OPERATIONS],
        &[],
        &["idris@contoso.example"],
    ),
    (
        "Research",
        "Analysts. Trading is kept out.",
        &["contoso.example", RESEARCH],
        &[TRADING],
        &["sofia@contoso.example"],
    ),
];

/// Makes all of it, with what was said.
pub(super) async fn make(app: &Arc<App>, control: &Actor, addins: &str) -> Result<(), Error> {
    use Capability::{CardsPost, Contexts, RoomInfo, Storage};
    for (name, page, granted) in [
        (
            "Stock history",
            "stock-history",
            vec![RoomInfo, Contexts, CardsPost],
        ),
        (
            "Topic of the day",
            "topic-of-the-day",
            vec![RoomInfo, Storage],
        ),
    ] {
        app.create_addin(
            control,
            POOL,
            &NewAddin {
                name: name.to_owned(),
                url: format!("{addins}/{page}/?theme={{theme}}&locale={{locale}}"),
                granted: Some(granted),
                ..NewAddin::default()
            },
        )
        .await?;
    }
    for (name, description, allowed, denied, creators) in CATEGORIES {
        let category = NewCategory {
            name: (*name).to_owned(),
            description: (*description).to_owned(),
            invitations: true,
            file_upload: false,
            chat_history: true,
            allowed_members: owned(allowed),
            denied_members: owned(denied),
            creators: owned(creators),
        };
        app.create_category(control, POOL, &category).await?;
    }
    for room in ROOMS {
        make_room(app, control, room).await?;
    }
    Ok(())
}

async fn make_room(app: &Arc<App>, control: &Actor, room: &DemoRoom) -> Result<(), Error> {
    let new = NewRoom {
        category: room.category.to_owned(),
        name: room.name.to_owned(),
        description: room.description.to_owned(),
        privacy: Some(room.privacy),
        room_type: Some(room.room_type),
        invitations: None,
        disabled: false,
        addin: room.addin.map(str::to_owned),
        addin_withheld: Vec::new(),
        members: owned(room.members),
        managers: owned(room.managers),
        presenters: owned(room.presenters),
    };
    let made = RoomId(
        app.create_room(control, POOL, &new)
            .await?
            .room
            .properties
            .id,
    );
    app.import_messages(control, made, &conversation::read(room.said, app.now())?)
        .await?;
    for follower in room.followers {
        for person in app.search_principals(follower, None, Some(1)) {
            let person = app.actor(PrincipalId(person.id), None)?;
            app.set_followed(&person, made, true).await?;
        }
    }
    Ok(())
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|entry| (*entry).to_owned()).collect()
}
