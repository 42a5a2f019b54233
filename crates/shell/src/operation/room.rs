//! Rooms (reference 3.4).

use perch_domain::name::fold;
use perch_domain::{Code, Refusal};
use perch_wire::room::{
    Invitations, NewRoom, Privacy, Relation, Room, RoomDetail, RoomFilter, RoomPatch, RoomType,
};
use serde_json::{Value, json};

use super::Context;
use super::object::{Object, changed, principals};
use crate::client::Client;
use crate::cmdlet::Invocation;
use crate::cmdlet::table::Key;
use crate::error::Error;
use crate::identity::{Identity, Named};
use crate::record::Record;

/// What a table shows.
const COLUMNS: &[&str] = &[
    "Identity", "Category", "Type", "Privacy", "Addin", "Disabled",
];

/// Everything that an object has beside its identity.
pub(super) const PROPERTIES: &[&str] = &[
    "Name",
    "Description",
    "Category",
    "PersistentChatPoolFqdn",
    "Addin",
    "Disabled",
    "Invitations",
    "Privacy",
    "Type",
    "Members",
    "Managers",
    "Presenters",
    "Id",
];

pub(super) fn properties(
    room: &Room,
    detail: Option<&RoomDetail>,
    as_object: bool,
) -> Vec<(&'static str, Value)> {
    let room = &room.properties;
    let category = Named {
        pool: &room.pool,
        name: &room.category.name,
    }
    .to_string();
    let mut properties = vec![
        ("Name", json!(room.name)),
        ("Description", json!(room.description)),
        ("Category", json!(category)),
        ("PersistentChatPoolFqdn", json!(room.pool)),
        ("Addin", json!(room.addin.as_ref().map(|addin| &addin.name))),
        ("Disabled", json!(room.disabled)),
        ("Invitations", json!(spelt(room.invitations.as_str()))),
        ("Privacy", json!(spelt(room.privacy.as_str()))),
        ("Type", json!(spelt(room.room_type.as_str()))),
    ];
    if let Some(detail) = detail {
        properties.push(("Members", principals(&detail.members, as_object)));
        properties.push(("Managers", principals(&detail.managers, as_object)));
        properties.push(("Presenters", principals(&detail.presenters, as_object)));
    }
    properties.push(("Id", json!(room.id)));
    properties
}

/// `Open` of `open`.
fn spelt(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}

fn privacy(invocation: &Invocation) -> Option<Privacy> {
    Some(match invocation.text(Key::Privacy)? {
        "Open" => Privacy::Open,
        "Secret" => Privacy::Secret,
        _ => Privacy::Closed,
    })
}

fn room_type(invocation: &Invocation) -> Option<RoomType> {
    Some(match invocation.text(Key::Type)? {
        "Auditorium" => RoomType::Auditorium,
        _ => RoomType::Normal,
    })
}

fn invitations(invocation: &Invocation) -> Option<Invitations> {
    Some(match invocation.text(Key::Invitations)? {
        "False" => Invitations::False,
        _ => Invitations::Inherit,
    })
}

/// The name of a category or add-in that may be given with its pool.
fn name_in(pool: &str, text: Option<&str>) -> Result<Option<String>, Error> {
    let Some(identity) = text.map(Identity::parse).transpose()? else {
        return Ok(None);
    };
    match identity.pool {
        Some(other) if other != pool => Err(Error::Usage(format!(
            "{other}\\{} is of another pool than the room, {pool}. Nothing is shared between pools.",
            identity.name
        ))),
        _ => Ok(Some(identity.name)),
    }
}

pub(super) async fn create(
    client: &Client,
    pool: &str,
    invocation: &Invocation,
) -> Result<Object, Error> {
    let new = NewRoom {
        category: name_in(pool, invocation.text(Key::Category))?.unwrap_or_default(),
        name: invocation.owned(Key::Name).unwrap_or_default(),
        description: invocation.owned(Key::Description).unwrap_or_default(),
        privacy: privacy(invocation),
        room_type: room_type(invocation),
        invitations: invitations(invocation),
        disabled: invocation.has(Key::Disabled),
        addin: name_in(pool, invocation.text(Key::Addin))?,
        addin_withheld: Vec::new(),
        members: Vec::new(),
        managers: Vec::new(),
        presenters: Vec::new(),
    };
    Ok(Object::RoomDetail(Box::new(
        client.new_room(pool, &new).await?,
    )))
}

/// The conditions of a `Get-`.
fn filter(invocation: &Invocation) -> Result<RoomFilter, Error> {
    let parse = |key| invocation.text(key).map(Identity::parse).transpose();
    let (category, addin) = (parse(Key::Category)?, parse(Key::Addin)?);
    let mut pools: Vec<String> = [&category, &addin]
        .into_iter()
        .filter_map(|identity| identity.as_ref()?.pool.clone())
        .chain(
            invocation
                .text(Key::PersistentChatPoolFqdn)
                .map(str::to_ascii_lowercase),
        )
        .collect();
    pools.dedup();
    if let [one, other, ..] = pools.as_slice() {
        return Err(Error::Usage(format!(
            "No room is in both {one} and {other}; name one pool."
        )));
    }
    Ok(RoomFilter {
        relation: None,
        pool: pools.pop(),
        category: category.map(|identity| identity.name),
        name: invocation.filter().map(|filter| filter.pattern.clone()),
        search_description: invocation.bool(Key::SearchDescription),
        addin: addin.map(|identity| identity.name),
        disabled: invocation.bool(Key::Disabled),
        manager: invocation.owned(Key::Manager),
        member: invocation.owned(Key::Member),
        privacy: privacy(invocation),
        room_type: room_type(invocation),
        invitations: invitations(invocation),
        limit: invocation
            .count(Key::ResultSize)
            .filter(|_| whole_name(invocation).is_none()),
    })
}

/// The name that a room must have, folded, where the condition has no wildcard: the server takes such a pattern as a part.
fn whole_name(invocation: &Invocation) -> Option<String> {
    let filter = invocation.filter().filter(|filter| filter.whole)?;
    (!invocation.has(Key::SearchDescription)).then(|| fold(&filter.pattern))
}

/// Every room that the caller may know of: all for an administrator, for others those in the directory and their own.
async fn list(context: &mut Context<'_>, filter: RoomFilter) -> Result<Vec<Room>, Error> {
    if context.is_administrator().await? {
        return Ok(context
            .client
            .rooms(&RoomFilter {
                relation: Some(Relation::All),
                ..filter
            })
            .await?);
    }
    let visible = RoomFilter {
        relation: Some(Relation::Visible),
        ..filter
    };
    let mut rooms = context.client.rooms(&visible).await?;
    let managed = RoomFilter {
        relation: Some(Relation::Managed),
        ..visible
    };
    for room in context.client.rooms(&managed).await? {
        if !rooms
            .iter()
            .any(|known| known.properties.id == room.properties.id)
        {
            rooms.push(room);
        }
    }
    Ok(rooms)
}

/// Shows the rooms that fit: as a table, or one by one with their lists.
pub(super) async fn show(context: &mut Context<'_>, invocation: &Invocation) -> Result<(), Error> {
    if invocation.count(Key::ChatContentExceedsMB).is_some() {
        return Err(Error::Refused(Refusal::new(
            Code::MsgNotSupported,
            "-ChatContentExceedsMB is not supported yet. Leave it out.",
        )));
    }
    let result_size = invocation.count(Key::ResultSize);
    if result_size == Some(0) {
        return Ok(());
    }
    let mut rooms = list(context, filter(invocation)?).await?;
    if let Some(name) = whole_name(invocation) {
        rooms.retain(|room| fold(&room.properties.name) == name);
    }
    rooms.truncate(result_size.map_or(usize::MAX, |size| size as usize));
    let as_object = invocation.has(Key::AsObject);
    if context.output.terminal().shows {
        let records: Vec<Record> = rooms
            .into_iter()
            .map(|room| Object::Room(Box::new(room)).record(as_object))
            .collect();
        context.output.table(COLUMNS, &records);
        return Ok(());
    }
    for room in rooms {
        if !context.output.is_open() {
            break;
        }
        let object = with_lists(context.client, room).await?;
        context.output.object(&object.record(as_object));
    }
    Ok(())
}

/// A room with its lists, where the caller may see them.
async fn with_lists(client: &Client, room: Room) -> Result<Object, Error> {
    if !room.permissions.manage {
        return Ok(Object::Room(Box::new(room)));
    }
    Ok(Object::RoomDetail(Box::new(
        client.room_detail(room.properties.id).await?,
    )))
}

/// The room of a name.
pub(crate) async fn find(
    context: &mut Context<'_>,
    pool: &str,
    identity: &Identity,
) -> Result<Room, Error> {
    let filter = RoomFilter {
        pool: Some(pool.to_owned()),
        name: Some(identity.name.clone()),
        ..RoomFilter::default()
    };
    let rooms = list(context, filter).await?;
    rooms
        .into_iter()
        .find(|room| identity.names(&room.properties.name))
        .ok_or_else(|| Error::Refused(Refusal::no_such_room()))
}

pub(super) async fn find_detail(
    context: &mut Context<'_>,
    pool: &str,
    identity: &Identity,
) -> Result<Object, Error> {
    let room = find(context, pool, identity).await?;
    with_lists(context.client, room).await
}

/// What differs between the room and what the line wants.
fn patch(detail: &RoomDetail, invocation: &Invocation) -> Result<RoomPatch, Error> {
    let room = &detail.room.properties;
    let list = |key, present: &[_]| {
        invocation
            .list(key)
            .and_then(|change| change.apply(present))
    };
    let addin = room.addin.as_ref().map(|addin| fold(&addin.name));
    let wanted = name_in(&room.pool, invocation.text(Key::Addin))?;
    Ok(RoomPatch {
        category: name_in(&room.pool, invocation.text(Key::Category))?
            .filter(|name| fold(name) != fold(&room.category.name)),
        name: changed(invocation.text(Key::Name), &room.name),
        description: changed(invocation.text(Key::Description), &room.description),
        privacy: privacy(invocation).filter(|wanted| *wanted != room.privacy),
        room_type: room_type(invocation).filter(|wanted| *wanted != room.room_type),
        invitations: invitations(invocation).filter(|wanted| *wanted != room.invitations),
        disabled: invocation
            .bool(Key::Disabled)
            .filter(|wanted| *wanted != room.disabled),
        addin: if invocation.is_null(Key::Addin) {
            addin.map(|_| None)
        } else {
            wanted
                .filter(|name| addin.as_ref() != Some(&fold(name)))
                .map(Some)
        },
        addin_withheld: None,
        members: list(Key::Members, &detail.members),
        managers: list(Key::Managers, &detail.managers),
        presenters: list(Key::Presenters, &detail.presenters),
        revision: None,
    })
}

pub(super) async fn change(
    client: &Client,
    detail: &RoomDetail,
    invocation: &Invocation,
) -> Result<(), Error> {
    let patch = patch(detail, invocation)?;
    if serde_json::to_value(&patch).ok() == Some(json!({})) {
        return Ok(());
    }
    let patch = RoomPatch {
        revision: Some(detail.room.properties.revision),
        ..patch
    };
    client.set_room(detail.room.properties.id, &patch).await?;
    Ok(())
}
