//! Add-ins, categories and rooms, with their lists.

use std::collections::HashMap;

use perch_domain::addin::{Addin, AddinUrl, Origin};
use perch_domain::category::{Category, Scope};
use perch_domain::grant::Grants;
use perch_domain::intent::Intents;
use perch_domain::pool::PoolFqdn;
use perch_domain::room::Room;
use perch_domain::secret::Secret;
use perch_domain::{AddinId, CategoryId, Description, Name, PrincipalId, RoomId, Seq};
use perch_store::column::{
    bytes_32, int, invitations, invitations_word, privacy, privacy_word, room_type, type_word,
};
use perch_store::{Catalogue, StoreError, Version};
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use crate::change::{self, of_changed};
use crate::convert::{get, id, principals, revision, seq, time};
use crate::database::error;
use crate::{trigger, webhook};

/// The lists of all categories, or of all rooms, by owner and role.
type Lists<K> = HashMap<(K, String), Vec<PrincipalId>>;

/// The catalogue, or what of it has changed since a version.
pub(crate) async fn load(
    connection: &mut PgConnection,
    pool: &PoolFqdn,
    since: Option<Version>,
) -> Result<Catalogue, StoreError> {
    let version = change::version(connection).await?;
    let since = since.map(|since| int(since.0));
    let changed = |kind| of_changed(since, "id", kind);
    let addins = format!(
        "SELECT id, name, addin.url, granted, requested, approved, disabled, intents, proxied, proxied_hosts, addin.secret, revision, \
         created_at, updated_at, webhook.url AS webhook_url, webhook.secret AS webhook_secret, previous_secret, previous_until \
         FROM addin LEFT JOIN webhook ON webhook.addin = addin.id WHERE {}",
        changed("addin")
    );
    let rows = change::rows(connection, addins, since).await?;
    let addins = rows
        .iter()
        .map(|row| addin(row, pool))
        .collect::<Result<_, _>>()?;

    let members = format!(
        "SELECT category, role, array_agg(principal ORDER BY place) AS principals FROM category_principal WHERE {} \
         GROUP BY category, role",
        of_changed(since, "category", "category")
    );
    let mut lists: Lists<Uuid> = HashMap::new();
    for row in change::rows(connection, members, since).await? {
        let list = principals(&row, "principals")?;
        lists.insert((id(&row, "category")?, get(&row, "role")?), list);
    }
    let categories = format!(
        "SELECT id, name, description, invitations, file_upload, chat_history, revision, created_at, updated_at FROM category WHERE {}",
        changed("category")
    );
    let rows = change::rows(connection, categories, since).await?;
    let categories = rows
        .iter()
        .map(|row| category(row, pool, &mut lists))
        .collect::<Result<_, _>>()?;

    let of_rooms = match since {
        None => changed("room"),
        Some(_) => format!("room IN (SELECT no FROM room WHERE {})", changed("room")),
    };
    let members = format!(
        "SELECT room, role, array_agg(principal ORDER BY place) AS principals FROM room_principal WHERE {of_rooms} GROUP BY room, role"
    );
    let mut lists: Lists<i64> = HashMap::new();
    for row in change::rows(connection, members, since).await? {
        let list = principals(&row, "principals")?;
        lists.insert((get(&row, "room")?, get(&row, "role")?), list);
    }
    let rooms = format!(
        "SELECT no, id, category, name, description, privacy, type, invitations, disabled, addin, addin_withheld, head, revision, \
         created_at, updated_at FROM room WHERE {}",
        changed("room")
    );
    let rows = change::rows(connection, rooms, since).await?;
    let rooms = rows
        .iter()
        .map(|row| room(row, pool, &mut lists))
        .collect::<Result<_, _>>()?;
    Ok(Catalogue {
        version,
        addins,
        triggers: trigger::load(connection, since).await?,
        categories,
        rooms,
    })
}

/// The places of all rooms that have messages.
pub(crate) async fn heads(connection: &mut PgConnection) -> Result<Vec<(RoomId, Seq)>, StoreError> {
    let rows = sqlx::query("SELECT id, head FROM room WHERE head > 0")
        .fetch_all(connection)
        .await
        .map_err(error)?;
    rows.iter()
        .map(|row| Ok((RoomId(id(row, "id")?), seq(row, "room", "head")?)))
        .collect()
}

fn addin(row: &PgRow, pool: &PoolFqdn) -> Result<Addin, StoreError> {
    Ok(Addin {
        id: AddinId(id(row, "id")?),
        pool: pool.clone(),
        name: Name::stored(get(row, "name")?),
        url: AddinUrl::stored(get(row, "url")?),
        granted: Grants::stored(get(row, "granted")?),
        requested: Grants::stored(get(row, "requested")?),
        approved: get(row, "approved")?,
        disabled: get(row, "disabled")?,
        intents: Intents::stored(get(row, "intents")?),
        proxied: get(row, "proxied")?,
        proxied_hosts: get::<String>(row, "proxied_hosts")?
            .split_whitespace()
            .filter_map(|origin| Origin::parse(origin).ok())
            .collect(),
        secret: Secret(bytes_32(get(row, "secret")?, "addin", "secret")?),
        webhook: webhook::of_addin(row)?,
        revision: revision(row, "addin")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

fn category(row: &PgRow, pool: &PoolFqdn, lists: &mut Lists<Uuid>) -> Result<Category, StoreError> {
    let category = id(row, "id")?;
    let mut list = |role: &str| {
        lists
            .remove(&(category, role.to_owned()))
            .unwrap_or_default()
    };
    Ok(Category {
        id: CategoryId(category),
        pool: pool.clone(),
        name: Name::stored(get(row, "name")?),
        description: Description::stored(get(row, "description")?),
        invitations: get(row, "invitations")?,
        file_upload: get(row, "file_upload")?,
        chat_history: get(row, "chat_history")?,
        scope: Scope {
            allowed: list("allowed"),
            denied: list("denied"),
        },
        creators: list("creator"),
        revision: revision(row, "category")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

fn room(row: &PgRow, pool: &PoolFqdn, lists: &mut Lists<i64>) -> Result<(Room, Seq), StoreError> {
    let no: i64 = get(row, "no")?;
    let mut list = |role: &str| lists.remove(&(no, role.to_owned())).unwrap_or_default();
    let room = Room {
        id: RoomId(id(row, "id")?),
        pool: pool.clone(),
        category: CategoryId(id(row, "category")?),
        name: Name::stored(get(row, "name")?),
        description: Description::stored(get(row, "description")?),
        privacy: privacy(get(row, "privacy")?)?,
        room_type: room_type(get(row, "type")?)?,
        invitations: invitations(get(row, "invitations")?)?,
        disabled: get(row, "disabled")?,
        addin: get::<Option<Uuid>>(row, "addin")?.map(AddinId),
        addin_withheld: Grants::stored(get(row, "addin_withheld")?),
        members: list("member"),
        managers: list("manager"),
        presenters: list("presenter"),
        revision: revision(row, "room")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    };
    Ok((room, seq(row, "room", "head")?))
}

pub(crate) async fn insert_addin(
    connection: &mut PgConnection,
    addin: &Addin,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO addin (id, name, name_folded, url, granted, requested, approved, disabled, intents, secret, revision, \
         created_at, updated_at, proxied, proxied_hosts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(addin.id.0)
    .bind(addin.name.as_str())
    .bind(addin.name.folded())
    .bind(addin.url.as_str())
    .bind(addin.granted.to_string())
    .bind(addin.requested.to_string())
    .bind(addin.approved)
    .bind(addin.disabled)
    .bind(addin.intents.to_string())
    .bind(addin.secret.0.as_slice())
    .bind(int(addin.revision.0))
    .bind(addin.created_at.as_micros())
    .bind(addin.updated_at.as_micros())
    .bind(addin.proxied)
    .bind(hosts(addin))
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    webhook::put(connection, addin).await
}

/// Origins, as they are stored.
fn hosts(addin: &Addin) -> String {
    let hosts: Vec<_> = addin.proxied_hosts.iter().map(Origin::as_str).collect();
    hosts.join(" ")
}

pub(crate) async fn update_addin(
    connection: &mut PgConnection,
    addin: &Addin,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE addin SET name = $1, name_folded = $2, url = $3, granted = $4, requested = $5, approved = $6, \
         disabled = $7, intents = $8, revision = $9, updated_at = $10, proxied = $12, proxied_hosts = $13 WHERE id = $11",
    )
        .bind(addin.name.as_str())
        .bind(addin.name.folded())
        .bind(addin.url.as_str())
        .bind(addin.granted.to_string())
        .bind(addin.requested.to_string())
        .bind(addin.approved)
        .bind(addin.disabled)
        .bind(addin.intents.to_string())
        .bind(int(addin.revision.0))
        .bind(addin.updated_at.as_micros())
        .bind(addin.id.0)
        .bind(addin.proxied)
        .bind(hosts(addin))
        .execute(&mut *connection)
        .await
        .map_err(error)?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    webhook::put(connection, addin).await?;
    Ok(true)
}

/// Removes an add-in. The rooms that have it are locked in the order in which batches lock rooms, before they lose it.
pub(crate) async fn delete_addin(
    connection: &mut PgConnection,
    addin: AddinId,
) -> Result<bool, StoreError> {
    sqlx::query("SELECT no FROM room WHERE addin = $1 ORDER BY no FOR NO KEY UPDATE")
        .bind(addin.0)
        .execute(&mut *connection)
        .await
        .map_err(error)?;
    delete(connection, "DELETE FROM addin WHERE id = $1", addin.0).await
}

/// Removes one row by its identifier; foreign keys take care of what hangs on it.
pub(crate) async fn delete(
    connection: &mut PgConnection,
    sql: &'static str,
    id: Uuid,
) -> Result<bool, StoreError> {
    let done = sqlx::query(sql)
        .bind(id)
        .execute(connection)
        .await
        .map_err(error)?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn insert_category(
    connection: &mut PgConnection,
    category: &Category,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO category (id, name, name_folded, description, invitations, file_upload, chat_history, revision, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(category.id.0)
    .bind(category.name.as_str())
    .bind(category.name.folded())
    .bind(category.description.as_str())
    .bind(category.invitations)
    .bind(category.file_upload)
    .bind(category.chat_history)
    .bind(int(category.revision.0))
    .bind(category.created_at.as_micros())
    .bind(category.updated_at.as_micros())
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    put_category_lists(connection, category).await
}

pub(crate) async fn update_category(
    connection: &mut PgConnection,
    category: &Category,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE category SET name = $1, name_folded = $2, description = $3, invitations = $4, file_upload = $5, \
         chat_history = $6, revision = $7, updated_at = $8 WHERE id = $9",
    )
    .bind(category.name.as_str())
    .bind(category.name.folded())
    .bind(category.description.as_str())
    .bind(category.invitations)
    .bind(category.file_upload)
    .bind(category.chat_history)
    .bind(int(category.revision.0))
    .bind(category.updated_at.as_micros())
    .bind(category.id.0)
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    put_category_lists(connection, category).await?;
    Ok(true)
}

/// The lists of a category or a room, a vector for each column.
#[derive(Default)]
struct ListRows {
    roles: Vec<&'static str>,
    principals: Vec<Uuid>,
    places: Vec<i64>,
}

impl ListRows {
    fn of(lists: &[(&'static str, &[PrincipalId])]) -> Self {
        let mut rows = Self::default();
        for (role, list) in lists {
            for (principal, place) in list.iter().zip(0..) {
                rows.roles.push(role);
                rows.principals.push(principal.0);
                rows.places.push(place);
            }
        }
        rows
    }
}

async fn put_category_lists(
    connection: &mut PgConnection,
    category: &Category,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM category_principal WHERE category = $1")
        .bind(category.id.0)
        .execute(&mut *connection)
        .await
        .map_err(error)?;
    let rows = ListRows::of(&[
        ("allowed", &category.scope.allowed),
        ("denied", &category.scope.denied),
        ("creator", &category.creators),
    ]);
    sqlx::query(
        "INSERT INTO category_principal (category, role, principal, place) \
         SELECT $1, role, principal, place FROM unnest($2, $3, $4) AS entry (role, principal, place) \
         ON CONFLICT DO NOTHING",
    )
    .bind(category.id.0)
    .bind(rows.roles)
    .bind(rows.principals)
    .bind(rows.places)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}

pub(crate) async fn insert_room(
    connection: &mut PgConnection,
    room: &Room,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO room (id, category, name, name_folded, description, privacy, type, invitations, disabled, addin, \
         addin_withheld, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(room.id.0)
    .bind(room.category.0)
    .bind(room.name.as_str())
    .bind(room.name.folded())
    .bind(room.description.as_str())
    .bind(privacy_word(room.privacy))
    .bind(type_word(room.room_type))
    .bind(invitations_word(room.invitations))
    .bind(room.disabled)
    .bind(room.addin.map(|addin| addin.0))
    .bind(room.addin_withheld.to_string())
    .bind(int(room.revision.0))
    .bind(room.created_at.as_micros())
    .bind(room.updated_at.as_micros())
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    put_room_lists(connection, room).await?;
    webhook::follow_room(connection, room).await
}

pub(crate) async fn update_room(
    connection: &mut PgConnection,
    room: &Room,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE room SET category = $1, name = $2, name_folded = $3, description = $4, privacy = $5, type = $6, \
         invitations = $7, disabled = $8, addin = $9, addin_withheld = $10, revision = $11, updated_at = $12 WHERE id = $13",
    )
    .bind(room.category.0)
    .bind(room.name.as_str())
    .bind(room.name.folded())
    .bind(room.description.as_str())
    .bind(privacy_word(room.privacy))
    .bind(type_word(room.room_type))
    .bind(invitations_word(room.invitations))
    .bind(room.disabled)
    .bind(room.addin.map(|addin| addin.0))
    .bind(room.addin_withheld.to_string())
    .bind(int(room.revision.0))
    .bind(room.updated_at.as_micros())
    .bind(room.id.0)
    .execute(&mut *connection)
    .await
    .map_err(error)?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    put_room_lists(connection, room).await?;
    webhook::follow_room(connection, room).await?;
    Ok(true)
}

async fn put_room_lists(connection: &mut PgConnection, room: &Room) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM room_principal WHERE room = (SELECT no FROM room WHERE id = $1)")
        .bind(room.id.0)
        .execute(&mut *connection)
        .await
        .map_err(error)?;
    let rows = ListRows::of(&[
        ("member", &room.members),
        ("manager", &room.managers),
        ("presenter", &room.presenters),
    ]);
    sqlx::query(
        "INSERT INTO room_principal (room, role, principal, place) \
         SELECT room.no, entry.role, entry.principal, entry.place \
         FROM room CROSS JOIN unnest($2, $3, $4) AS entry (role, principal, place) WHERE room.id = $1 \
         ON CONFLICT DO NOTHING",
    )
    .bind(room.id.0)
    .bind(rows.roles)
    .bind(rows.principals)
    .bind(rows.places)
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}
