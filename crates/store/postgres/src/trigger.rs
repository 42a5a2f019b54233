//! Triggers.

use perch_domain::trigger::{ContextType, Trigger};
use perch_domain::{Name, TriggerId};
use perch_store::StoreError;
use perch_store::column::{int, rule, rule_columns};
use sqlx::postgres::{PgConnection, PgRow};

use crate::change::{self, of_changed};
use crate::convert::{get, id, revision, time};
use crate::database::error;

/// All triggers, or those that have changed since a version.
pub(crate) async fn load(
    connection: &mut PgConnection,
    since: Option<i64>,
) -> Result<Vec<Trigger>, StoreError> {
    let triggers = format!(
        "SELECT id, name, enabled, context_type, pattern, id_field, match_case, whole_words, before, after, words, \
         revision, created_at, updated_at FROM trigger WHERE {}",
        of_changed(since, "id", "trigger")
    );
    let rows = change::rows(connection, triggers, since).await?;
    rows.iter().map(trigger).collect()
}

fn trigger(row: &PgRow) -> Result<Trigger, StoreError> {
    Ok(Trigger {
        id: TriggerId(id(row, "id")?),
        name: Name::stored(get(row, "name")?),
        enabled: get(row, "enabled")?,
        context_type: ContextType::stored(get(row, "context_type")?),
        rule: rule(
            get(row, "words")?,
            get(row, "pattern")?,
            get(row, "id_field")?,
            get(row, "match_case")?,
            get(row, "whole_words")?,
            get(row, "before")?,
            get(row, "after")?,
        )?,
        revision: revision(row, "trigger")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

pub(crate) async fn put(
    connection: &mut PgConnection,
    trigger: &Trigger,
) -> Result<(), StoreError> {
    let (pattern, words) = rule_columns(&trigger.rule);
    sqlx::query(
        "INSERT INTO trigger (id, name, name_folded, enabled, context_type, pattern, id_field, match_case, whole_words, \
         before, after, words, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded, \
         enabled = excluded.enabled, context_type = excluded.context_type, pattern = excluded.pattern, \
         id_field = excluded.id_field, match_case = excluded.match_case, whole_words = excluded.whole_words, \
         before = excluded.before, after = excluded.after, words = excluded.words, revision = excluded.revision, \
         updated_at = excluded.updated_at",
    )
    .bind(trigger.id.0)
    .bind(trigger.name.as_str())
    .bind(trigger.name.folded())
    .bind(trigger.enabled)
    .bind(trigger.context_type.as_str())
    .bind(pattern.map(|pattern| pattern.pattern.as_str()))
    .bind(pattern.map(|pattern| pattern.id_field.as_str()))
    .bind(pattern.map(|pattern| pattern.match_case))
    .bind(pattern.map(|pattern| pattern.whole_words))
    .bind(pattern.map(|pattern| pattern.before.as_str()))
    .bind(pattern.map(|pattern| pattern.after.as_str()))
    .bind(words)
    .bind(int(trigger.revision.0))
    .bind(trigger.created_at.as_micros())
    .bind(trigger.updated_at.as_micros())
    .execute(connection)
    .await
    .map_err(error)?;
    Ok(())
}
