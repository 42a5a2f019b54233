//! What authors had typed where an add-in replaced it: for administrators.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{Code, RoomId};
use perch_wire::original::{Original, OriginalsRequest};

use super::room::RoomPath;
use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{Asked, At};
use crate::openapi::operation;
use crate::problem::Refused;

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new().api_route(
        "/api/v1/rooms/{room}/originals",
        get_with(list_originals, |op| {
            let codes = [
                Code::NoSuchNode,
                Code::ErrorPermission,
                Code::InvalidArgument,
            ];
            operation(
                op,
                "message",
                "list_originals",
                "What authors had typed where the room's add-in replaced it, oldest first",
                &codes,
            )
        }),
    )
}

async fn list_originals(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Asked(request): Asked<OriginalsRequest>,
) -> Result<Json<Vec<Original>>, Refused> {
    Ok(Json(
        app.list_originals(&actor, RoomId(path.room), request)
            .await?,
    ))
}
