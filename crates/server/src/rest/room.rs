//! Rooms, and what a person follows and has read.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with, put_with};
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{Code, RoomId, Seq};
use perch_wire::message::ReadMark;
use perch_wire::room::{NameCheck, NewRoom, Participant, Room, RoomDetail, RoomFilter, RoomPatch};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::pool::PoolPath;
use crate::ServerState;
use crate::auth::{Acting, SignedIn};
use crate::extract::{Asked, At, Body, Created, Done};
use crate::openapi::operation;
use crate::problem::Refused;

/// A room in a path.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct RoomPath {
    /// The room.
    pub(crate) room: Uuid,
}

/// A name to check.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NameAsked {
    /// The name.
    name: String,
}

const CHANGE: &[Code] = &[
    Code::NoSuchNode,
    Code::ErrorPermission,
    Code::UnableToCreateRoom,
    Code::InvalidArgument,
    Code::InvalidName,
    Code::NoSuchCategory,
    Code::NoSuchAddin,
    Code::NoSuchPrincipal,
    Code::PrincipalsNotInScope,
    Code::PresenterNotInMemList,
    Code::NotAnAuditorium,
    Code::DuplicateRoomName,
    Code::DataCollision,
];
/// What a request for an add-in's page may be refused with.
pub(super) const FOR_PAGES: &[Code] =
    &[Code::ActionNotGranted, Code::AddinDisabled, Code::PaneEnded];

/// Refusals of whatever needs the right to join.
pub(crate) const JOIN: &[Code] = &[Code::NoSuchNode, Code::ErrorPermission, Code::NodeDisabled];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/rooms",
            get_with(list_rooms, |op| {
                let codes = [
                    Code::ErrorPermission,
                    Code::NoSuchNode,
                    Code::NoSuchPrincipal,
                    Code::InvalidArgument,
                ];
                operation(
                    op,
                    "room",
                    "list_rooms",
                    "Rooms that the caller follows, is a member of, manages or finds",
                    &codes,
                )
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/rooms",
            post_with(create_room, |op| {
                operation(op, "room", "create_room", "Create a room", CHANGE)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/room-name",
            get_with(check_room_name, |op| {
                let codes = [
                    Code::NoSuchNode,
                    Code::ErrorPermission,
                    Code::InvalidName,
                    Code::InvalidArgument,
                ];
                operation(
                    op,
                    "room",
                    "check_room_name",
                    "Whether a room name is free",
                    &codes,
                )
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}",
            get_with(get_room, |op| {
                operation(op, "room", "get_room", "One room", &[Code::NoSuchNode])
            })
            .patch_with(update_room, |op| {
                operation(op, "room", "update_room", "Change a room", CHANGE)
            })
            .delete_with(delete_room, |op| {
                let codes = [Code::NoSuchNode, Code::ErrorPermission];
                operation(
                    op,
                    "room",
                    "delete_room",
                    "Delete a room with everything in it",
                    &codes,
                )
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/detail",
            get_with(get_room_detail, |op| {
                let codes = [Code::NoSuchNode, Code::ErrorPermission];
                operation(
                    op,
                    "room",
                    "get_room_detail",
                    "A room with its members, managers and presenters",
                    &codes,
                )
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/participants",
            get_with(list_participants, |op| {
                operation(
                    op,
                    "room",
                    "list_participants",
                    "Who has the room open",
                    &[JOIN, FOR_PAGES].concat(),
                )
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/follow",
            put_with(follow_room, |op| {
                operation(op, "room", "follow_room", "Follow a room", JOIN)
            })
            .delete_with(unfollow_room, |op| {
                operation(op, "room", "unfollow_room", "Unfollow a room", JOIN)
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/read",
            put_with(mark_read, |op| {
                let codes = [
                    Code::NoSuchNode,
                    Code::ErrorPermission,
                    Code::NodeDisabled,
                    Code::InvalidArgument,
                ];
                operation(
                    op,
                    "room",
                    "mark_read",
                    "Say how far the caller has read",
                    &codes,
                )
            }),
        )
}

async fn list_rooms(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Asked(filter): Asked<RoomFilter>,
) -> Result<Json<Vec<Room>>, Refused> {
    Ok(Json(app.list_rooms(&actor, &filter).await?))
}

async fn create_room(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
    Body(body): Body<NewRoom>,
) -> Result<Created<RoomDetail>, Refused> {
    Ok(Created(app.create_room(&actor, &path.pool, &body).await?))
}

async fn check_room_name(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
    Asked(asked): Asked<NameAsked>,
) -> Result<Json<NameCheck>, Refused> {
    Ok(Json(app.check_room_name(
        &actor,
        &path.pool,
        &asked.name,
    )?))
}

async fn get_room(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
) -> Result<Json<Room>, Refused> {
    Ok(Json(app.get_room(&actor, RoomId(path.room)).await?))
}

async fn get_room_detail(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
) -> Result<Json<RoomDetail>, Refused> {
    Ok(Json(app.get_room_detail(&actor, RoomId(path.room)).await?))
}

async fn update_room(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Body(body): Body<RoomPatch>,
) -> Result<Json<RoomDetail>, Refused> {
    Ok(Json(
        app.update_room(&actor, RoomId(path.room), &body).await?,
    ))
}

async fn delete_room(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
) -> Result<Done, Refused> {
    app.delete_room(&actor, RoomId(path.room)).await?;
    Ok(Done)
}

async fn list_participants(
    State(app): State<Arc<App>>,
    Acting(actor): Acting,
    At(path): At<RoomPath>,
) -> Result<Json<Vec<Participant>>, Refused> {
    Ok(Json(app.list_participants(&actor, RoomId(path.room))?))
}

async fn follow_room(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
) -> Result<Done, Refused> {
    app.set_followed(&actor, RoomId(path.room), true).await?;
    Ok(Done)
}

async fn unfollow_room(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
) -> Result<Done, Refused> {
    app.set_followed(&actor, RoomId(path.room), false).await?;
    Ok(Done)
}

async fn mark_read(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Body(body): Body<ReadMark>,
) -> Result<Done, Refused> {
    app.mark_read(&actor, RoomId(path.room), Seq(body.seq))?;
    Ok(Done)
}
