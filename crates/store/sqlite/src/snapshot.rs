//! One moment of a database to be copied, and a database that is filled from a copy. The statements are made from the
//! descriptions of the tables.

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use perch_store::StoreError;
use perch_store::snapshot::{
    Column, Copyable, Filling, Kind, Part, Row, Selection, Snapshot, Table,
};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Row as _, Sqlite, Transaction};
use uuid::Uuid;

use crate::SqliteStorage;
use crate::database::{Database, error};

#[async_trait]
impl Copyable for SqliteStorage {
    async fn snapshot(&self, part: &Part) -> Result<Option<Box<dyn Snapshot>>, StoreError> {
        let file = self.file(part);
        if !file.exists() {
            return Ok(None);
        }
        // Not read only: whoever opens a database last, reader or not, folds in what a killed server left.
        let options = SqliteConnectOptions::new().filename(&file);
        let mut connection = options
            .pragma("query_only", "true")
            .connect()
            .await
            .map_err(error)?;
        sqlx::raw_sql("BEGIN")
            .execute(&mut connection)
            .await
            .map_err(error)?;
        // The first read fixes the moment.
        let version: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut connection)
            .await
            .map_err(error)?;
        perch_store::snapshot::same_version(version, crate::migrations(part))?;
        Ok(Some(Box::new(SqliteSnapshot { connection })))
    }

    async fn filling(&self, part: &Part) -> Result<Box<dyn Filling>, StoreError> {
        let database = self.open(part).await?;
        Ok(Box::new(SqliteFilling {
            database,
            transaction: None,
        }))
    }
}

struct SqliteSnapshot {
    connection: SqliteConnection,
}

#[async_trait]
impl Snapshot for SqliteSnapshot {
    async fn count(&mut self, table: &'static Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut self.connection)
            .await
            .map_err(error)
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
        format!("{table} WHERE room = (SELECT no FROM room WHERE id = ?)")
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

fn values(row: &SqliteRow, columns: &[&Column]) -> Result<Row, StoreError> {
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

struct SqliteFilling {
    database: Database,
    /// Begun by the first row.
    transaction: Option<Transaction<'static, Sqlite>>,
}

#[async_trait]
impl Filling for SqliteFilling {
    async fn insert(&mut self, selection: Selection<'_>, rows: &[Row]) -> Result<(), StoreError> {
        let transaction = match &mut self.transaction {
            Some(transaction) => transaction,
            none => none.insert(self.database.begin().await?),
        };
        let mut query =
            sqlx::query(AssertSqlSafe(insert(selection))).bind(perch_store::snapshot::json(rows));
        if let Some(room) = selection.room {
            query = query.bind(room.0);
        }
        query.execute(&mut **transaction).await.map_err(error)?;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), StoreError> {
        if let Some(transaction) = self.transaction.take() {
            transaction.commit().await.map_err(error)?;
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
        Kind::Id => format!("unhex(value ->> {index}, '-')"),
        Kind::Room => format!("(SELECT no FROM room WHERE id = unhex(value ->> {index}, '-'))"),
        Kind::Bytes => format!("unhex(value ->> {index})"),
        Kind::Text | Kind::Int | Kind::Bool => format!("value ->> {index}"),
    };
    let mut values: Vec<_> = selection.columns.iter().enumerate().map(value).collect();
    if selection.table.by_room {
        names.push("room".to_owned());
        values.push("(SELECT no FROM room WHERE id = ?2)".to_owned());
    }
    let (table, names, values) = (selection.table.name, names.join(", "), values.join(", "));
    format!("INSERT INTO {table} ({names}) SELECT {values} FROM json_each(?1) ORDER BY key")
}
