//! Webhooks.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{AddinId, Code, RoomId, Seq};
use perch_wire::webhook::{NewWebhook, Replay, Webhook};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::addin::AddinPath;
use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{At, Body, Done};
use crate::openapi::operation;
use crate::problem::Refused;

/// A message that was given up, in a path.
#[derive(Deserialize, JsonSchema)]
struct LetterPath {
    /// The pool's fully qualified domain name.
    pool: String,
    /// The add-in.
    id: Uuid,
    /// The message's room.
    room: Uuid,
    /// Its place there.
    seq: u64,
}

const READ: &[Code] = &[Code::ErrorPermission, Code::NoSuchNode];
const SET: &[Code] = &[
    Code::ErrorPermission,
    Code::NoSuchNode,
    Code::InvalidArgument,
    Code::InvalidUrl,
];
const TELL: &[Code] = &[
    Code::ErrorPermission,
    Code::NoSuchNode,
    Code::InvalidArgument,
    Code::ActionNotGranted,
    Code::AddinDisabled,
];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/pools/{pool}/addins/{id}/webhook",
            get_with(get_webhook, |op| {
                let summary = "The webhook of an add-in, and how it fares";
                operation(op, "webhook", "get_webhook", summary, READ)
            })
            .put_with(set_webhook, |op| {
                let summary = "Say where an add-in's back end is told what is posted";
                operation(op, "webhook", "set_webhook", summary, SET)
            })
            .delete_with(delete_webhook, |op| {
                operation(op, "webhook", "delete_webhook", "Remove a webhook", READ)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/addins/{id}/webhook/secret",
            post_with(rotate_webhook_secret, |op| {
                let summary = "Make a new secret; the one before signs too for a day";
                operation(op, "webhook", "rotate_webhook_secret", summary, READ)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/addins/{id}/webhook/replay",
            post_with(replay_webhook, |op| {
                let summary = "Tell everything again from a place in a room on";
                operation(op, "webhook", "replay_webhook", summary, TELL)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/addins/{id}/webhook/dead-letters/{room}/{seq}",
            post_with(retry_dead_letter, |op| {
                let summary = "Tell once more what was given up";
                operation(op, "webhook", "retry_dead_letter", summary, TELL)
            })
            .delete_with(discard_dead_letter, |op| {
                let summary = "Forget what was given up";
                operation(op, "webhook", "discard_dead_letter", summary, READ)
            }),
        )
}

async fn get_webhook(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
) -> Result<Json<Webhook>, Refused> {
    let id = AddinId(path.id);
    Ok(Json(app.get_webhook(&actor, &path.pool, id).await?))
}

async fn set_webhook(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
    Body(body): Body<NewWebhook>,
) -> Result<Json<Webhook>, Refused> {
    let id = AddinId(path.id);
    Ok(Json(app.set_webhook(&actor, &path.pool, id, &body).await?))
}

async fn delete_webhook(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
) -> Result<Done, Refused> {
    app.delete_webhook(&actor, &path.pool, AddinId(path.id))
        .await?;
    Ok(Done)
}

async fn rotate_webhook_secret(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
) -> Result<Json<Webhook>, Refused> {
    let id = AddinId(path.id);
    Ok(Json(
        app.rotate_webhook_secret(&actor, &path.pool, id).await?,
    ))
}

async fn replay_webhook(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
    Body(body): Body<Replay>,
) -> Result<Json<Webhook>, Refused> {
    let id = AddinId(path.id);
    Ok(Json(
        app.replay_webhook(&actor, &path.pool, id, &body).await?,
    ))
}

async fn retry_dead_letter(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<LetterPath>,
) -> Result<Json<Webhook>, Refused> {
    let letter = (RoomId(path.room), Seq(path.seq));
    let id = AddinId(path.id);
    Ok(Json(
        app.retry_dead_letter(&actor, &path.pool, id, letter)
            .await?,
    ))
}

async fn discard_dead_letter(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<LetterPath>,
) -> Result<Done, Refused> {
    let letter = (RoomId(path.room), Seq(path.seq));
    app.discard_dead_letter(&actor, &path.pool, AddinId(path.id), letter)
        .await?;
    Ok(Done)
}
