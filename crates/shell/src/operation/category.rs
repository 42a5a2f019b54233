//! Categories (reference 3.3).

use perch_domain::{Code, Refusal};
use perch_wire::category::{Category, CategoryPatch, NewCategory};
use serde_json::{Value, json};

use super::Context;
use super::object::{Object, changed, principals};
use crate::client::Client;
use crate::cmdlet::Invocation;
use crate::cmdlet::table::Key;
use crate::error::Error;
use crate::identity::Identity;

/// What a table shows.
pub(super) const COLUMNS: &[&str] = &[
    "Identity",
    "Description",
    "FileUpload",
    "Invitations",
    "ChatHistory",
    "RoomCount",
];

/// Everything that an object has beside its identity.
pub(super) const PROPERTIES: &[&str] = &[
    "Name",
    "Description",
    "AllowedMembers",
    "DeniedMembers",
    "Creators",
    "FileUpload",
    "Invitations",
    "ChatHistory",
    "PersistentChatPoolFqdn",
    "RoomCount",
    "Id",
];

pub(super) fn properties(category: &Category, as_object: bool) -> Vec<(&'static str, Value)> {
    vec![
        ("Name", json!(category.name)),
        ("Description", json!(category.description)),
        (
            "AllowedMembers",
            principals(&category.allowed_members, as_object),
        ),
        (
            "DeniedMembers",
            principals(&category.denied_members, as_object),
        ),
        ("Creators", principals(&category.creators, as_object)),
        ("FileUpload", json!(category.file_upload)),
        ("Invitations", json!(category.invitations)),
        ("ChatHistory", json!(category.chat_history)),
        ("PersistentChatPoolFqdn", json!(category.pool)),
        ("RoomCount", json!(category.room_count)),
        ("Id", json!(category.id)),
    ]
}

pub(super) async fn create(
    client: &Client,
    pool: &str,
    invocation: &Invocation,
) -> Result<Object, Error> {
    let new = NewCategory {
        name: invocation.owned(Key::Name).unwrap_or_default(),
        description: invocation.owned(Key::Description).unwrap_or_default(),
        invitations: invocation.has(Key::EnableInvitations),
        file_upload: invocation.has(Key::EnableFileUpload),
        chat_history: !invocation.has(Key::RemoveChatHistory),
        allowed_members: Vec::new(),
        denied_members: Vec::new(),
        creators: Vec::new(),
    };
    Ok(Object::Category(Box::new(
        client.new_category(pool, &new).await?,
    )))
}

pub(super) async fn list(
    context: &mut Context<'_>,
    invocation: &Invocation,
) -> Result<Vec<Object>, Error> {
    let mut objects = Vec::new();
    for pool in context.pools_of(invocation).await? {
        let categories = context.client.categories(&pool).await?;
        objects.extend(
            categories
                .into_iter()
                .map(|category| Object::Category(Box::new(category))),
        );
    }
    Ok(objects)
}

pub(super) async fn find(
    client: &Client,
    pool: &str,
    identity: &Identity,
) -> Result<Object, Error> {
    let categories = client.categories(pool).await?;
    let found = categories
        .into_iter()
        .find(|category| identity.names(&category.name));
    found.map(|category| Object::Category(Box::new(category))).ok_or_else(|| {
        Error::Refused(Refusal::new(
            Code::NoSuchCategory,
            format!("There is no category {:?} in the pool {pool}. Get-CsPersistentChatCategory shows those that there are.", identity.name),
        ))
    })
}

pub(super) async fn change(
    client: &Client,
    category: &Category,
    invocation: &Invocation,
) -> Result<(), Error> {
    let flag = |key, present| invocation.bool(key).filter(|wanted| *wanted != present);
    let list = |key, present: &[_]| {
        invocation
            .list(key)
            .and_then(|change| change.apply(present))
    };
    let patch = CategoryPatch {
        name: changed(invocation.text(Key::Name), &category.name),
        description: changed(invocation.text(Key::Description), &category.description),
        invitations: flag(Key::Invitations, category.invitations),
        file_upload: flag(Key::FileUpload, category.file_upload),
        chat_history: flag(Key::ChatHistory, category.chat_history),
        allowed_members: list(Key::AllowedMembers, &category.allowed_members),
        denied_members: list(Key::DeniedMembers, &category.denied_members),
        creators: list(Key::Creators, &category.creators),
        revision: None,
    };
    if serde_json::to_value(&patch).ok() == Some(json!({})) {
        return Ok(());
    }
    let patch = CategoryPatch {
        revision: Some(category.revision),
        ..patch
    };
    client
        .set_category(&category.pool, category.id, &patch)
        .await?;
    Ok(())
}
