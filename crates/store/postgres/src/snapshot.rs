//! One moment of a schema to be copied, and a schema that is filled from a copy. The statements are made from the
//! descriptions of the tables.

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use perch_store::StoreError;
use perch_store::snapshot::{
    Column, Copyable, Filling, Kind, Part, Row, Selection, Snapshot, Table,
};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Row as _};
use uuid::Uuid;

use crate::PostgresStorage;
use crate::database::{Database, Session, error};

#[async_trait]
impl Copyable for PostgresStorage {
    async fn snapshot(&self, part: &Part) -> Result<Option<Box<dyn Snapshot>>, StoreError> {
        // A connection of its own: there may be more pools than the others would leave.
        let connecting = self.connections.connect_options().connect().await;
        let mut connection = connecting.map_err(error)?;
        let schema = crate::schema(part);
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path TO {schema}"
        );
        sqlx::raw_sql(AssertSqlSafe(begin))
            .execute(&mut connection)
            .await
            .map_err(error)?;
        let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&mut connection)
            .await
            .map_err(error)?;
        if !there {
            return Ok(None);
        }
        let version: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut connection)
            .await
            .map_err(error)?;
        perch_store::snapshot::same_version(version, crate::migrations(part))?;
        Ok(Some(Box::new(PostgresSnapshot { connection })))
    }

    async fn filling(&self, part: &Part) -> Result<Box<dyn Filling>, StoreError> {
        let database = self.open(part).await?;
        Ok(Box::new(PostgresFilling {
            database,
            session: None,
        }))
    }
}

struct PostgresSnapshot {
    connection: PgConnection,
}

#[async_trait]
impl Snapshot for PostgresSnapshot {
    async fn count(&mut self, table: &'static Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut self.connection)
            .await
            .map_err(error)?;
        perch_store::column::count(count, table.name, "count")
    }

    fn rows<'a>(&'a mut self, selection: Selection<'a>) -> BoxStream<'a, Result<Row, StoreError>> {
        let mut query = sqlx::query(AssertSqlSafe(select(selection)));
        if let Some(room) = selection.room {
            query = query.bind(room.0);
        }
        let rows = query.fetch(&mut self.connection);
        rows.map(move |row| values(&row.map_err(error)?, selection.columns))
            .boxed()
    }
}

fn select(selection: Selection<'_>) -> String {
    let table = selection.table.name;
    let of = |name: &str| match name {
        "room" => "room.id".to_owned(),
        _ => format!("{table}.\"{name}\""),
    };
    let columns: Vec<_> = selection
        .columns
        .iter()
        .map(|column| of(column.name))
        .collect();
    let order: Vec<_> = selection.table.order.iter().map(|name| of(name)).collect();
    let source = if selection.table.by_room {
        format!("{table} WHERE room = (SELECT no FROM room WHERE id = $1)")
    } else if selection
        .table
        .columns
        .iter()
        .any(|column| column.kind == Kind::Room)
    {
        format!("{table} JOIN room ON room.no = {table}.room")
    } else {
        table.to_owned()
    };
    format!(
        "SELECT {} FROM {source} ORDER BY {}",
        columns.join(", "),
        order.join(", ")
    )
}

fn values(row: &PgRow, columns: &[&Column]) -> Result<Row, StoreError> {
    let value = |(index, column): (usize, &&Column)| {
        let value = match column.kind {
            Kind::Id | Kind::Room => row
                .try_get::<Option<Uuid>, _>(index)
                .map(|id| id.map(|id| id.to_string()).into()),
            Kind::Text => row.try_get::<Option<String>, _>(index).map(Value::from),
            Kind::Int => row.try_get::<Option<i64>, _>(index).map(Value::from),
            Kind::Bool => row.try_get::<Option<bool>, _>(index).map(Value::from),
            Kind::Bytes => row
                .try_get::<Option<Vec<u8>>, _>(index)
                .map(|bytes| bytes.map(|bytes| perch_store::snapshot::hex(&bytes)).into()),
        };
        value.map_err(error)
    };
    let values: Vec<_> = columns
        .iter()
        .enumerate()
        .map(value)
        .collect::<Result<_, _>>()?;
    Ok(perch_store::snapshot::row(values))
}

struct PostgresFilling {
    database: Database,
    /// Begun by the first row: whoever goes on reads for a while what is there, and an idle transaction is ended.
    session: Option<Session>,
}

#[async_trait]
impl Filling for PostgresFilling {
    async fn insert(&mut self, selection: Selection<'_>, rows: &[Row]) -> Result<(), StoreError> {
        let session = match &mut self.session {
            Some(session) => session,
            none => {
                let mut session = self.database.begin().await?;
                // What comes next may take long to read, and nobody else is at work here.
                sqlx::query("SET LOCAL idle_in_transaction_session_timeout TO '30s'")
                    .execute(&mut *session)
                    .await
                    .map_err(error)?;
                none.insert(session)
            }
        };
        let mut query =
            sqlx::query(AssertSqlSafe(insert(selection))).bind(perch_store::snapshot::json(rows));
        if let Some(room) = selection.room {
            query = query.bind(room.0);
        }
        query.execute(&mut **session).await.map_err(error)?;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), StoreError> {
        if let Some(session) = self.session.take() {
            session.commit().await?;
        }
        Ok(())
    }
}

fn insert(selection: Selection<'_>) -> String {
    let mut names: Vec<_> = selection
        .columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    let value = |(index, column): (usize, &&Column)| match column.kind {
        Kind::Id => format!("(value ->> {index})::uuid"),
        Kind::Room => format!("(SELECT no FROM room WHERE id = (value ->> {index})::uuid)"),
        Kind::Bytes => format!("decode(value ->> {index}, 'hex')"),
        Kind::Text => format!("value ->> {index}"),
        Kind::Int => format!("(value ->> {index})::bigint"),
        Kind::Bool => format!("(value ->> {index})::boolean"),
    };
    let mut values: Vec<_> = selection.columns.iter().enumerate().map(value).collect();
    if selection.table.by_room {
        names.push("room".to_owned());
        values.push("(SELECT no FROM room WHERE id = $2)".to_owned());
    }
    let (table, names, values) = (selection.table.name, names.join(", "), values.join(", "));
    format!(
        "INSERT INTO {table} ({names}) SELECT {values} \
         FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS entry (value, place) ORDER BY place"
    )
}
