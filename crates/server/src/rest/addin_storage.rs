//! The small storage that a room keeps for its add-in.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{Code, RoomId};
use perch_wire::addin_storage::{StorageEntry, StorageValue};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::room::RoomPath;
use crate::ServerState;
use crate::auth::Acting;
use crate::extract::{At, Body};
use crate::openapi::operation;
use crate::problem::Refused;

/// A stored value in a path.
#[derive(Deserialize, JsonSchema)]
struct StoragePath {
    /// The room.
    room: Uuid,
    /// The key.
    key: String,
}

const READ: &[Code] = &[
    Code::NoSuchNode,
    Code::ErrorPermission,
    Code::NodeDisabled,
    Code::NoSuchAddin,
    Code::AddinDisabled,
    Code::PaneEnded,
    Code::InvalidArgument,
];
const CHANGE: &[Code] = &[
    Code::NoSuchNode,
    Code::ErrorPermission,
    Code::NodeDisabled,
    Code::NoSuchAddin,
    Code::AddinDisabled,
    Code::PaneEnded,
    Code::InvalidArgument,
    Code::DataCollision,
    Code::LimitExceeded,
];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/rooms/{room}/storage",
            get_with(list_storage, |op| {
                operation(
                    op,
                    "addin_storage",
                    "list_storage",
                    "Everything that the room keeps for its add-in",
                    READ,
                )
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/storage/{key}",
            get_with(get_storage, |op| {
                operation(op, "addin_storage", "get_storage", "One stored value", READ)
            })
            .put_with(put_storage, |op| {
                let summary = "Store a value whose version is the stored one's, or 0 for a new key";
                operation(op, "addin_storage", "put_storage", summary, CHANGE)
            }),
        )
}

async fn list_storage(
    State(app): State<Arc<App>>,
    Acting(actor): Acting,
    At(path): At<RoomPath>,
) -> Result<Json<Vec<StorageEntry>>, Refused> {
    Ok(Json(app.list_storage(&actor, RoomId(path.room)).await?))
}

async fn get_storage(
    State(app): State<Arc<App>>,
    Acting(actor): Acting,
    At(path): At<StoragePath>,
) -> Result<Json<StorageEntry>, Refused> {
    Ok(Json(
        app.get_storage(&actor, RoomId(path.room), &path.key)
            .await?,
    ))
}

async fn put_storage(
    State(app): State<Arc<App>>,
    Acting(actor): Acting,
    At(path): At<StoragePath>,
    Body(body): Body<StorageValue>,
) -> Result<Json<StorageEntry>, Refused> {
    Ok(Json(
        app.put_storage(&actor, RoomId(path.room), &path.key, &body)
            .await?,
    ))
}
