//! Everything that a store keeps, table by table: what is read for a copy, and written from one.
//!
//! A row is the same whichever the database is, so that copies can be compared: rooms stand as their identifiers instead
//! of a database's own numbers, and rows come in one order. [`tables`] says what is copied. What a database has
//! beside that is in [`DERIVED`]; a test of each store compares both with its schema, so that nothing is forgotten.

use std::fmt::{self, Write};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use perch_domain::RoomId;
use perch_domain::pool::PoolFqdn;
use serde_json::Value;

use crate::StoreError;

/// One of the databases of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A pool's.
    Pool(PoolFqdn),
    /// The deployment's own.
    Deployment,
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool(fqdn) => write!(formatter, "pool {fqdn}"),
            Self::Deployment => formatter.write_str("deployment"),
        }
    }
}

/// What stands in a column, and how it stands in a [`Row`]. Any may be `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, as text with hyphens.
    Id,
    /// A room, as its identifier; in the database it is the room's number.
    Room,
    /// Text.
    Text,
    /// A number.
    Int,
    /// A truth value.
    Bool,
    /// Bytes, as hexadecimal digits.
    Bytes,
}

/// A column.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub kind: Kind,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What is copied of it.
    pub columns: &'static [Column],
    /// The columns by which its rows are ordered.
    pub order: &'static [&'static str],
    /// Whether it is copied room by room. Then `room` is not among its columns.
    pub by_room: bool,
}

/// A row: a JSON array with one value for each column that was asked for, as [`Kind`] says, without spaces.
pub type Row = String;

/// Rows of one table.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// Of which.
    pub table: &'static Table,
    /// What of it.
    pub columns: &'a [&'static Column],
    /// For a table that is copied room by room, of which room.
    pub room: Option<RoomId>,
}

/// One moment of a database, whatever is written meanwhile.
#[async_trait]
pub trait Snapshot: Send {
    /// How many rows a table has.
    ///
    /// # Errors
    /// When the database fails.
    async fn count(&mut self, table: &'static Table) -> Result<u64, StoreError>;

    /// Rows in their order, as they are read.
    fn rows<'a>(&'a mut self, selection: Selection<'a>) -> BoxStream<'a, Result<Row, StoreError>>;
}

/// A database that is filled from a copy. What was inserted after the last commit is gone when it is dropped.
#[async_trait]
pub trait Filling: Send {
    /// Adds rows.
    ///
    /// # Errors
    /// When the database fails, or a row does not fit in.
    async fn insert(&mut self, selection: Selection<'_>, rows: &[Row]) -> Result<(), StoreError>;

    /// Makes durable what was inserted, and goes on.
    ///
    /// # Errors
    /// When the database fails; then nothing was stored since the last commit.
    async fn commit(&mut self) -> Result<(), StoreError>;
}

/// Storage that can be copied.
#[async_trait]
pub trait Copyable: Send + Sync {
    /// One of its databases as it is now, `None` when there is none. Nothing is made or changed by asking.
    ///
    /// # Errors
    /// When it cannot be opened, or has the schema of another version of the program.
    async fn snapshot(&self, part: &Part) -> Result<Option<Box<dyn Snapshot>>, StoreError>;

    /// Opens one of its databases to be filled, and makes it when it is new.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    async fn filling(&self, part: &Part) -> Result<Box<dyn Filling>, StoreError>;
}

/// Tables that are made from others, or are of use to those alone who use this database now.
pub const DERIVED: &[&str] = &[
    "_sqlx_migrations",
    "addin_handshake",
    "addin_health",
    "change",
    "inactive_node",
    "lease",
];

/// The tables of a kind of database, in an order in which they can be filled.
#[must_use]
pub const fn tables(part: &Part) -> &'static [Table] {
    match part {
        Part::Deployment => DEPLOYMENT,
        Part::Pool(_) => POOL,
    }
}

macro_rules! table {
    ($name:literal by room ($($column:ident: $kind:ident),+) order ($($order:ident),+)) => {
        table!(@ $name, true, ($($column: $kind),+), ($($order),+))
    };
    ($name:literal ($($column:ident: $kind:ident),+) order ($($order:ident),+)) => {
        table!(@ $name, false, ($($column: $kind),+), ($($order),+))
    };
    (@ $name:literal, $by_room:literal, ($($column:ident: $kind:ident),+), ($($order:ident),+)) => {
        Table {
            name: $name,
            columns: &[$(Column { name: stringify!($column), kind: Kind::$kind }),+],
            order: &[$(stringify!($order)),+],
            by_room: $by_room,
        }
    };
}

/// The pools stand last: a deployment without one is one that was not made to the end.
const DEPLOYMENT: &[Table] = &[
    table!("principal" (
        id: Id, kind: Text, address: Text, address_folded: Text, display_name: Text, email: Text, disabled: Bool,
        administrator: Bool, password_hash: Text, created_at: Int
    ) order (id)),
    table!("containment" (principal: Id, container: Id) order (principal, container)),
    table!("credential" (
        id: Id, kind: Text, principal: Id, name: Text, digest: Bytes, created_at: Int, expires_at: Int
    ) order (id)),
    table!("token_key" (id: Id, private_key: Bytes, created_at: Int) order (id)),
    AUDIT,
    table!("pool" (fqdn: Text, display_name: Text, is_default: Bool, created_at: Int) order (fqdn)),
];

const POOL: &[Table] = &[
    table!("addin" (
        id: Id, name: Text, name_folded: Text, url: Text, granted: Text, requested: Text, approved: Bool,
        disabled: Bool, intents: Text, proxied: Bool, proxied_hosts: Text, secret: Bytes, revision: Int, created_at: Int,
        updated_at: Int
    ) order (id)),
    table!("trigger" (
        id: Id, name: Text, name_folded: Text, enabled: Bool, context_type: Text, pattern: Text, id_field: Text,
        match_case: Bool, whole_words: Bool, before: Text, after: Text, words: Text, revision: Int, created_at: Int,
        updated_at: Int
    ) order (id)),
    table!("category" (
        id: Id, name: Text, name_folded: Text, description: Text, invitations: Bool, file_upload: Bool,
        chat_history: Bool, revision: Int, created_at: Int, updated_at: Int
    ) order (id)),
    table!("category_principal" (
        category: Id, role: Text, principal: Id, place: Int
    ) order (category, role, principal)),
    table!("room" (
        id: Id, category: Id, name: Text, name_folded: Text, description: Text, privacy: Text, type: Text,
        invitations: Text, disabled: Bool, addin: Id, addin_withheld: Text, head: Int, revision: Int,
        created_at: Int, updated_at: Int
    ) order (id)),
    table!("room_principal" (
        room: Room, role: Text, principal: Id, place: Int
    ) order (room, role, principal)),
    table!("message" by room (
        seq: Int, author: Id, at: Int, alert: Bool, title: Text, text: Text, contexts: Text, nonce: Id,
        via: Id, via_part: Text, card: Text, updates: Int
    ) order (seq)),
    table!("message_original" (
        room: Room, seq: Int, title: Text, text: Text
    ) order (room, seq)),
    table!("attention" (person: Id, room: Room, followed: Bool, read: Int) order (person, room)),
    table!("addin_storage" (
        room: Room, addin: Id, key: Text, value: Text, version: Int, updated_at: Int, updated_by: Id
    ) order (room, addin, key)),
    table!("webhook" (
        addin: Id, url: Text, secret: Bytes, previous_secret: Bytes, previous_until: Int, told_at: Int, attempts: Int,
        due_at: Int, failed_at: Int, error: Text
    ) order (addin)),
    table!("webhook_cursor" (
        addin: Id, room: Room, seq: Int, since: Int, attempts: Int, due_at: Int
    ) order (addin, room)),
    table!("dead_letter" (
        addin: Id, room: Room, seq: Int, at: Int, attempts: Int, reason: Text
    ) order (addin, room, seq)),
    AUDIT,
];

/// The records keep their order; their numbers are the database's own.
const AUDIT: Table = table!("audit" (
    at: Int, actor: Id, action: Text, target: Text, before: Text, after: Text
) order (id));

/// A row of values.
#[must_use]
pub fn row(values: Vec<Value>) -> Row {
    Value::Array(values).to_string()
}

/// Rows as one JSON array.
#[must_use]
pub fn json(rows: &[Row]) -> String {
    format!("[{}]", rows.join(","))
}

/// Bytes as they stand in a row.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

/// A migration, as the stores list them: number, name, SQL.
pub type Migration = (i64, &'static str, &'static str);

/// Judges the version of a schema that is to be copied.
///
/// # Errors
/// When it is not that of the last migration.
pub fn same_version(version: i64, migrations: &[Migration]) -> Result<(), StoreError> {
    let own = migrations.last().map_or(0, |(own, _, _)| *own);
    if version == own {
        return Ok(());
    }
    let fault = format!(
        "its schema has version {version} and this program's is {own}: use the program that serves it, or start it once \
         with `perch serve`"
    );
    Err(StoreError::Unavailable(fault.into()))
}
