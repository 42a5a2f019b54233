//! Objects of pools: which ones, whether to go ahead, doing it again when somebody else was faster, and showing the result.
//! One file per noun knows its fields.

use perch_domain::Code;
use perch_wire::principal::Principal;
use serde_json::{Map, Value, json};

use super::{Context, addin, category, room};
use crate::cmdlet::Invocation;
use crate::cmdlet::table::{Key, ObjectNoun, Verb};
use crate::error::{Error, Exit};
use crate::identity::{Identity, Named};
use crate::record::Record;

/// How often a change is made anew when somebody else changed the object between reading and writing.
const TRIES: usize = 5;

/// An object of a pool, as it was read.
pub(super) enum Object {
    Addin(Box<perch_wire::addin::Addin>),
    Category(Box<perch_wire::category::Category>),
    Room(Box<perch_wire::room::Room>),
    RoomDetail(Box<perch_wire::room::RoomDetail>),
}

impl Object {
    fn named(&self) -> Named<'_> {
        let (pool, name) = match self {
            Self::Addin(addin) => (&addin.pool, &addin.name),
            Self::Category(category) => (&category.pool, &category.name),
            Self::Room(room) => (&room.properties.pool, &room.properties.name),
            Self::RoomDetail(detail) => {
                (&detail.room.properties.pool, &detail.room.properties.name)
            }
        };
        Named { pool, name }
    }

    pub(super) fn record(&self, as_object: bool) -> Record {
        let identity = ("Identity", Value::from(self.named().to_string()));
        let mut properties = match self {
            Self::Addin(addin) => addin::properties(addin),
            Self::Category(category) => category::properties(category, as_object),
            Self::Room(room) => room::properties(room, None, as_object),
            Self::RoomDetail(detail) => room::properties(&detail.room, Some(detail), as_object),
        };
        properties.insert(0, identity);
        Record::new(properties)
    }
}

/// A list as the original shows it: addresses, or with `-AsObject` what people see.
pub(super) fn principals(list: &[Principal], as_object: bool) -> Value {
    let one = |principal: &Principal| {
        if as_object {
            json!({"DisplayName": principal.display_name, "Address": principal.address})
        } else {
            json!(principal.address)
        }
    };
    list.iter().map(one).collect()
}

/// A text that differs from the present one.
pub(super) fn changed(wanted: Option<&str>, present: &str) -> Option<String> {
    wanted
        .filter(|wanted| *wanted != present)
        .map(str::to_owned)
}

/// Carries out a cmdlet of objects.
pub(super) async fn execute(
    context: &mut Context<'_>,
    noun: ObjectNoun,
    invocation: &Invocation,
) -> Result<Exit, Error> {
    match invocation.cmdlet.verb {
        Verb::New => create(context, noun, invocation).await.map(|()| Exit::Done),
        Verb::Get => show(context, noun, invocation).await.map(|()| Exit::Done),
        Verb::Set | Verb::Remove => each(context, noun, invocation).await,
    }
}

async fn create(
    context: &mut Context<'_>,
    noun: ObjectNoun,
    invocation: &Invocation,
) -> Result<(), Error> {
    let pool = context.pool_of_new(invocation).await?;
    let name = invocation.text(Key::Name).unwrap_or_default().trim();
    if !context.proceed(invocation, &Named { pool: &pool, name }.to_string())? {
        return Ok(());
    }
    let object = match noun {
        ObjectNoun::Addin => addin::create(context.client, &pool, invocation).await?,
        ObjectNoun::Category => category::create(context.client, &pool, invocation).await?,
        ObjectNoun::Room => Box::pin(room::create(context.client, &pool, invocation)).await?,
    };
    context.output.object(&object.record(false));
    Ok(())
}

async fn show(
    context: &mut Context<'_>,
    noun: ObjectNoun,
    invocation: &Invocation,
) -> Result<(), Error> {
    let as_object = invocation.has(Key::AsObject);
    if let Some(identity) = invocation.text(Key::Identity) {
        let object = find(context, noun, invocation, &Identity::parse(identity)?).await?;
        context.output.object(&object.record(as_object));
        return Ok(());
    }
    let (columns, objects) = match noun {
        ObjectNoun::Addin => (addin::COLUMNS, addin::list(context, invocation).await?),
        ObjectNoun::Category => (
            category::COLUMNS,
            category::list(context, invocation).await?,
        ),
        // Rooms are written as they come: their lists cost a request each.
        ObjectNoun::Room => return Box::pin(room::show(context, invocation)).await,
    };
    let records: Vec<Record> = objects
        .iter()
        .map(|object| object.record(as_object))
        .collect();
    context.output.table(columns, &records);
    Ok(())
}

async fn find(
    context: &mut Context<'_>,
    noun: ObjectNoun,
    invocation: &Invocation,
    identity: &Identity,
) -> Result<Object, Error> {
    let pool = context.pool_of(identity, invocation).await?;
    match noun {
        ObjectNoun::Addin => addin::find(context.client, &pool, identity).await,
        ObjectNoun::Category => category::find(context.client, &pool, identity).await,
        ObjectNoun::Room => Box::pin(room::find_detail(context, &pool, identity)).await,
    }
}

/// Changes or removes what the line names: by identity, as an object, or by objects on standard input.
async fn each(
    context: &mut Context<'_>,
    noun: ObjectNoun,
    invocation: &Invocation,
) -> Result<Exit, Error> {
    if let Some(identity) = invocation.text(Key::Identity) {
        let identity = identity.to_owned();
        return Box::pin(one(context, noun, invocation, &identity))
            .await
            .map(|()| Exit::Done);
    }
    if let Some(instance) = invocation.instance() {
        return Box::pin(one_instance(context, noun, invocation, instance))
            .await
            .map(|()| Exit::Done);
    }
    if context.output.terminal().types {
        return Err(Error::Usage(format!(
            "{0} needs -Identity, or objects from a Get- cmdlet through a pipe. For an example: perch {0} --help",
            invocation.cmdlet.name()
        )));
    }
    let (mut worst, mut number) = (Exit::Done, 0_u64);
    while let Some(line) = context.output.next_line()? {
        number += 1;
        if line.trim().is_empty() {
            continue;
        }
        let Ok(Value::Object(instance)) = serde_json::from_str(&line) else {
            return Err(Error::Usage(format!(
                "Line {number} of standard input is no object in JSON. Pipe the output of a Get- cmdlet, or give -Identity."
            )));
        };
        match Box::pin(one_instance(context, noun, invocation, &instance)).await {
            Ok(()) => {}
            // What concerns this object alone does not keep the others waiting.
            Err(error) if error.exit() == Exit::Refused => {
                context.output.error(&error);
                worst = Exit::Refused;
            }
            Err(error) => return Err(error),
        }
    }
    if number == 0 {
        context
            .output
            .note("Nothing came through the pipe, so nothing was changed.");
    }
    Ok(worst)
}

async fn one_instance(
    context: &mut Context<'_>,
    noun: ObjectNoun,
    invocation: &Invocation,
    instance: &Map<String, Value>,
) -> Result<(), Error> {
    // An add-in and a room may have the same name: a piped object must be of the right kind.
    let known = match noun {
        ObjectNoun::Addin => addin::PROPERTIES,
        ObjectNoun::Category => category::PROPERTIES,
        ObjectNoun::Room => room::PROPERTIES,
    };
    if let Some(foreign) = instance
        .keys()
        .find(|name| *name != "Identity" && !known.contains(&name.as_str()))
    {
        return Err(Error::Usage(format!(
            "The object has a property {foreign}, so it is no {}. Pipe the output of Get-CsPersistentChat{}.",
            noun.text(),
            noun.as_str()
        )));
    }
    let (identity, invocation) = invocation.for_instance(instance)?;
    one(context, noun, &invocation, &identity).await
}

async fn one(
    context: &mut Context<'_>,
    noun: ObjectNoun,
    invocation: &Invocation,
    identity: &str,
) -> Result<(), Error> {
    let identity = Identity::parse(identity)?;
    let object = find(context, noun, invocation, &identity).await?;
    if invocation.cmdlet.verb == Verb::Remove {
        return remove(context, invocation, &object).await;
    }
    if !context.proceed(invocation, &object.named().to_string())? {
        return Ok(());
    }
    let mut object = object;
    for last in (0..TRIES).map(|attempt| attempt + 1 == TRIES) {
        let result = match &object {
            Object::Addin(addin) => addin::change(context.client, addin, invocation).await,
            Object::Category(category) => {
                category::change(context.client, category, invocation).await
            }
            Object::RoomDetail(detail) => {
                Box::pin(room::change(context.client, detail, invocation)).await
            }
            // Its lists are for managers: the server says so.
            Object::Room(room) => {
                let detail = context.client.room_detail(room.properties.id).await?;
                Box::pin(room::change(context.client, &detail, invocation)).await
            }
        };
        match result {
            Err(error) if error.is(Code::DataCollision) && !last => {
                object = find(context, noun, invocation, &identity).await?;
            }
            result => return result,
        }
    }
    Ok(())
}

async fn remove(
    context: &mut Context<'_>,
    invocation: &Invocation,
    object: &Object,
) -> Result<(), Error> {
    if let Object::Addin(addin) = object {
        return addin::remove(context, addin, invocation).await;
    }
    if !context.proceed(invocation, &object.named().to_string())? {
        return Ok(());
    }
    match object {
        Object::Category(category) => {
            context
                .client
                .remove_category(&category.pool, category.id)
                .await?
        }
        Object::Room(room) => context.client.remove_room(room.properties.id).await?,
        Object::RoomDetail(detail) => {
            context
                .client
                .remove_room(detail.room.properties.id)
                .await?
        }
        Object::Addin(_) => {}
    }
    Ok(())
}
