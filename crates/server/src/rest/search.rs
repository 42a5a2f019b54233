//! Searching messages.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::Code;
use perch_wire::search::{FoundMessages, MessageSearch};

use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::Asked;
use crate::openapi::operation;
use crate::problem::Refused;

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new().api_route(
        "/api/v1/search/messages",
        get_with(search_messages, |op| {
            let codes = [
                Code::InvalidArgument,
                Code::NoSuchNode,
                Code::ErrorPermission,
                Code::NodeDisabled,
                Code::HistoryOff,
            ];
            operation(
                op,
                "message",
                "search_messages",
                "Search messages, newest first, in the rooms whose history one may read",
                &codes,
            )
        }),
    )
}

async fn search_messages(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Asked(search): Asked<MessageSearch>,
) -> Result<Json<FoundMessages>, Refused> {
    Ok(Json(app.search_messages(&actor, &search).await?))
}
