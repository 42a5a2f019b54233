//! Triggers.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{Code, TriggerId};
use perch_wire::trigger::{NewTrigger, Trigger, TriggerFound, TriggerPatch, TriggerTest};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::pool::PoolPath;
use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{At, Body, Created, Done};
use crate::openapi::operation;
use crate::problem::Refused;

/// A trigger in a path.
#[derive(Deserialize, JsonSchema)]
struct TriggerPath {
    /// The pool's fully qualified domain name.
    pool: String,
    /// The trigger.
    id: Uuid,
}

const CHANGE: &[Code] = &[
    Code::ErrorPermission,
    Code::NoSuchNode,
    Code::InvalidArgument,
    Code::InvalidName,
    Code::InvalidPattern,
    Code::InvalidWords,
    Code::DuplicateTriggerName,
    Code::LimitExceeded,
    Code::DataCollision,
];
const TEST: &[Code] = &[
    Code::ErrorPermission,
    Code::NoSuchNode,
    Code::InvalidArgument,
    Code::InvalidName,
    Code::InvalidPattern,
    Code::InvalidWords,
    Code::MessageTooLong,
    Code::LimitExceeded,
];
const READ: &[Code] = &[Code::ErrorPermission, Code::NoSuchNode];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/pools/{pool}/triggers",
            get_with(list_triggers, |op| {
                operation(
                    op,
                    "trigger",
                    "list_triggers",
                    "The triggers of a pool",
                    READ,
                )
            })
            .post_with(create_trigger, |op| {
                operation(op, "trigger", "create_trigger", "Create a trigger", CHANGE)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/triggers/test",
            post_with(test_triggers, |op| {
                let title = "What posting a text would find";
                operation(op, "trigger", "test_triggers", title, TEST)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/triggers/{id}",
            get_with(get_trigger, |op| {
                operation(op, "trigger", "get_trigger", "One trigger", READ)
            })
            .patch_with(update_trigger, |op| {
                operation(op, "trigger", "update_trigger", "Change a trigger", CHANGE)
            })
            .delete_with(delete_trigger, |op| {
                let codes = [
                    Code::ErrorPermission,
                    Code::NoSuchNode,
                    Code::InvalidArgument,
                ];
                operation(op, "trigger", "delete_trigger", "Remove a trigger", &codes)
            }),
        )
}

async fn list_triggers(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
) -> Result<Json<Vec<Trigger>>, Refused> {
    Ok(Json(app.list_triggers(&actor, &path.pool)?))
}

async fn create_trigger(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
    Body(body): Body<NewTrigger>,
) -> Result<Created<Trigger>, Refused> {
    Ok(Created(
        app.create_trigger(&actor, &path.pool, &body).await?,
    ))
}

async fn test_triggers(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
    Body(body): Body<TriggerTest>,
) -> Result<Json<Vec<TriggerFound>>, Refused> {
    Ok(Json(app.test_triggers(&actor, &path.pool, &body)?))
}

async fn get_trigger(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<TriggerPath>,
) -> Result<Json<Trigger>, Refused> {
    Ok(Json(app.get_trigger(
        &actor,
        &path.pool,
        TriggerId(path.id),
    )?))
}

async fn update_trigger(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<TriggerPath>,
    Body(body): Body<TriggerPatch>,
) -> Result<Json<Trigger>, Refused> {
    Ok(Json(
        app.update_trigger(&actor, &path.pool, TriggerId(path.id), &body)
            .await?,
    ))
}

async fn delete_trigger(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<TriggerPath>,
) -> Result<Done, Refused> {
    app.delete_trigger(&actor, &path.pool, TriggerId(path.id))
        .await?;
    Ok(Done)
}
