//! Messages: posted by programs, read back, imported.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use perch_app::App;
use perch_domain::{Code, RoomId};
use perch_wire::import::{Import, Imported};
use perch_wire::message::{Message, MessagePage, NewMessage, PageRequest};

use super::room::RoomPath;
use crate::ServerState;
use crate::auth::{Acting, SignedIn};
use crate::extract::{Asked, At, Body, Created};
use crate::openapi::operation;
use crate::problem::Refused;

/// Bytes of an import: 1,000 messages of the longest kind.
const IMPORT_BYTES_MAX: usize = 32 * 1_024 * 1_024;

pub(crate) fn routes() -> ApiRouter<ServerState> {
    let import = ApiRouter::new()
        .api_route(
            "/api/v1/rooms/{room}/import",
            post_with(import_messages, |op| {
                let codes = [
                    Code::NoSuchNode,
                    Code::ErrorPermission,
                    Code::InvalidArgument,
                    Code::EmptyMessage,
                    Code::MessageTooLong,
                    Code::LimitExceeded,
                    Code::StorageFull,
                ];
                operation(
                    op,
                    "message",
                    "import_messages",
                    "Load history from elsewhere",
                    &codes,
                )
            }),
        )
        .layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX));
    ApiRouter::new()
        .api_route(
            "/api/v1/rooms/{room}/messages",
            get_with(list_messages, |op| {
                let codes = [
                    Code::NoSuchNode,
                    Code::ErrorPermission,
                    Code::NodeDisabled,
                    Code::HistoryOff,
                    Code::AddinDisabled,
                    Code::PaneEnded,
                    Code::InvalidArgument,
                ];
                operation(
                    op,
                    "message",
                    "list_messages",
                    "A page of a room's history, oldest first",
                    &codes,
                )
            })
            .post_with(post_message, |op| {
                let codes = [
                    Code::NoSuchNode,
                    Code::ErrorPermission,
                    Code::NodeDisabled,
                    Code::EmptyMessage,
                    Code::MessageTooLong,
                    Code::InvalidArgument,
                    Code::AddinDisabled,
                    Code::PaneEnded,
                    Code::StorageFull,
                    Code::ShuttingDown,
                ];
                operation(
                    op,
                    "message",
                    "post_message",
                    "Post a message; answered once it is durable",
                    &codes,
                )
            }),
        )
        .merge(import)
}

async fn list_messages(
    State(app): State<Arc<App>>,
    Acting(actor): Acting,
    At(path): At<RoomPath>,
    Asked(page): Asked<PageRequest>,
) -> Result<Json<MessagePage>, Refused> {
    Ok(Json(
        app.list_messages(&actor, RoomId(path.room), page).await?,
    ))
}

async fn post_message(
    State(app): State<Arc<App>>,
    Acting(actor): Acting,
    At(path): At<RoomPath>,
    Body(body): Body<NewMessage>,
) -> Result<Created<Message>, Refused> {
    Ok(Created(
        app.post_message(&actor, RoomId(path.room), &body).await?,
    ))
}

async fn import_messages(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Body(body): Body<Import>,
) -> Result<Json<Imported>, Refused> {
    Ok(Json(
        app.import_messages(&actor, RoomId(path.room), &body)
            .await?,
    ))
}
