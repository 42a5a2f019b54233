//! Add-ins (reference 3.2).

use perch_domain::{Code, Refusal};
use perch_wire::addin::{Addin, AddinPatch, NewAddin};
use serde_json::{Value, json};

use super::Context;
use super::context::Subject;
use super::object::{Object, changed};
use crate::client::Client;
use crate::cmdlet::Invocation;
use crate::cmdlet::table::Key;
use crate::error::Error;
use crate::identity::{Identity, Named};

/// What a table shows.
pub(super) const COLUMNS: &[&str] = &["Identity", "Url", "RoomCount"];

/// Everything that an object has beside its identity.
pub(super) const PROPERTIES: &[&str] =
    &["Name", "Url", "PersistentChatPoolFqdn", "RoomCount", "Id"];

pub(super) fn properties(addin: &Addin) -> Vec<(&'static str, Value)> {
    vec![
        ("Name", json!(addin.name)),
        ("Url", json!(addin.url)),
        ("PersistentChatPoolFqdn", json!(addin.pool)),
        ("RoomCount", json!(addin.room_count)),
        ("Id", json!(addin.id)),
    ]
}

pub(super) async fn create(
    client: &Client,
    pool: &str,
    invocation: &Invocation,
) -> Result<Object, Error> {
    let new = NewAddin {
        name: invocation.owned(Key::Name).unwrap_or_default(),
        url: invocation.owned(Key::Url).unwrap_or_default(),
        ..NewAddin::default()
    };
    let addin = client.new_addin(pool, &new).await?;
    Ok(Object::Addin(Box::new(addin)))
}

pub(super) async fn list(
    context: &mut Context<'_>,
    invocation: &Invocation,
) -> Result<Vec<Object>, Error> {
    let mut objects = Vec::new();
    for pool in context.pools_of(invocation).await? {
        objects.extend(
            context
                .client
                .addins(&pool)
                .await?
                .into_iter()
                .map(|addin| Object::Addin(Box::new(addin))),
        );
    }
    Ok(objects)
}

pub(super) async fn find(
    client: &Client,
    pool: &str,
    identity: &Identity,
) -> Result<Object, Error> {
    let addins = client.addins(pool).await?;
    addins.into_iter().find(|addin| identity.names(&addin.name)).map(|addin| Object::Addin(Box::new(addin))).ok_or_else(|| {
        Error::Refused(Refusal::new(
            Code::NoSuchAddin,
            format!("There is no add-in {:?} in the pool {pool}. Get-CsPersistentChatAddin shows those that there are.", identity.name),
        ))
    })
}

pub(super) async fn change(
    client: &Client,
    addin: &Addin,
    invocation: &Invocation,
) -> Result<(), Error> {
    let patch = AddinPatch {
        name: changed(invocation.text(Key::Name), &addin.name),
        url: changed(invocation.text(Key::Url), &addin.url),
        revision: Some(addin.revision),
        ..AddinPatch::default()
    };
    if patch.name.is_some() || patch.url.is_some() {
        client.set_addin(&addin.pool, addin.id, &patch).await?;
    }
    Ok(())
}

/// Removes an add-in. Where rooms use it, `-Force` or an answer is needed; without either the server refuses.
pub(super) async fn remove(
    context: &mut Context<'_>,
    addin: &Addin,
    invocation: &Invocation,
) -> Result<(), Error> {
    let target = Named {
        pool: &addin.pool,
        name: &addin.name,
    }
    .to_string();
    let mut force = invocation.has(Key::Force);
    let may_ask = invocation.bool(Key::Confirm) != Some(false) && context.output.terminal().answers;
    if addin.room_count > 0 && !force && may_ask && !invocation.has(Key::WhatIf) {
        let rooms = match addin.room_count {
            1 => "1 room uses".to_owned(),
            several => format!("{several} rooms use"),
        };
        let question =
            format!("{rooms} the add-in {target} and would lose it. Remove it all the same?");
        if !context.ask(Subject::Consequence, &question)? {
            return Ok(());
        }
        force = true;
    } else if !context.proceed(invocation, &target)? {
        return Ok(());
    }
    Ok(context
        .client
        .remove_addin(&addin.pool, addin.id, force)
        .await?)
}
