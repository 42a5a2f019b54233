//! Panes of add-ins' pages, the tokens that they are given, and the keys that sign these.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::{Form, Json};
use perch_app::App;
use perch_domain::{AddinId, Code, RoomId};
use perch_wire::addin_health::{AddinHealth, NewHandshake};
use perch_wire::pane::{NewPane, Pane, PaneReport};
use perch_wire::token::{IdentityToken, Introspection, NewIdentityToken, NewTokenKey, TokenKey};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::room::{FOR_PAGES, RoomPath};
use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{Asked, At, Body, Created, Done};
use crate::openapi::operation;
use crate::problem::Refused;

const SEE: &[Code] = &[
    Code::NoSuchNode,
    Code::ErrorPermission,
    Code::NodeDisabled,
    Code::NoSuchAddin,
    Code::InvalidArgument,
];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/rooms/{room}/panes",
            post_with(open_pane, |op| {
                let codes = [SEE, &[Code::AddinDisabled, Code::LimitExceeded]].concat();
                operation(
                    op,
                    "pane",
                    "open_pane",
                    "Open a pane for the page of the room's add-in, or of one beside it",
                    &codes,
                )
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/panes/report",
            post_with(report_pane, |op| {
                let summary = "What the client told and refused the page of a pane, in sums";
                let codes = [SEE, &[Code::PaneEnded, Code::LimitExceeded]].concat();
                operation(op, "pane", "report_pane", summary, &codes)
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/handshakes",
            post_with(report_handshake, |op| {
                let summary =
                    "Say what became of the page of the room's add-in, or of one beside it";
                operation(op, "pane", "report_handshake", summary, SEE)
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/addin-health",
            get_with(get_room_addin_health, |op| {
                let summary =
                    "Whether browsers show the page of the room's add-in, or of one beside it";
                operation(op, "pane", "get_room_addin_health", summary, SEE)
            }),
        )
        .api_route(
            "/api/v1/rooms/{room}/token",
            post_with(issue_token, |op| {
                let summary = "A token for the add-in whose page asks";
                operation(
                    op,
                    "pane",
                    "issue_token",
                    summary,
                    &[SEE, FOR_PAGES].concat(),
                )
            }),
        )
        .api_route(
            "/api/v1/token-keys",
            get_with(list_token_keys, |op| {
                let summary = "The keys that sign tokens, oldest first";
                operation(
                    op,
                    "pane",
                    "list_token_keys",
                    summary,
                    &[Code::ErrorPermission],
                )
            })
            .post_with(rotate_token_key, |op| {
                let codes = [Code::ErrorPermission, Code::InvalidArgument];
                operation(
                    op,
                    "pane",
                    "rotate_token_key",
                    "Change to a new key",
                    &codes,
                )
            }),
        )
}

async fn open_pane(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Body(body): Body<NewPane>,
) -> Result<Created<Pane>, Refused> {
    Ok(Created(
        app.open_pane(&actor, RoomId(path.room), &body).await?,
    ))
}

async fn report_pane(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Body(report): Body<PaneReport>,
) -> Result<Done, Refused> {
    app.report_pane(actor, RoomId(path.room), &report)?;
    Ok(Done)
}

async fn report_handshake(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Body(body): Body<NewHandshake>,
) -> Result<Done, Refused> {
    app.report_handshake(&actor, RoomId(path.room), body)?;
    Ok(Done)
}

async fn get_room_addin_health(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Asked(page): Asked<PageShown>,
) -> Result<Json<AddinHealth>, Refused> {
    let (room, beside) = (RoomId(path.room), page.beside.map(AddinId));
    Ok(Json(app.get_room_addin_health(&actor, room, beside).await?))
}

/// Which page in a room's pane.
#[derive(Deserialize, JsonSchema)]
struct PageShown {
    /// The add-in whose page another one opened beside the room's own; absent: the room's own.
    beside: Option<Uuid>,
}

async fn issue_token(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<RoomPath>,
    Body(body): Body<NewIdentityToken>,
) -> Result<Json<IdentityToken>, Refused> {
    let actor = app.for_pane(actor, &body.pane)?;
    Ok(Json(app.issue_token(&actor, RoomId(path.room))?))
}

async fn list_token_keys(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> Result<Json<Vec<TokenKey>>, Refused> {
    Ok(Json(app.list_token_keys(&actor)?))
}

async fn rotate_token_key(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Body(body): Body<NewTokenKey>,
) -> Result<Json<Vec<TokenKey>>, Refused> {
    Ok(Json(app.rotate_token_key(&actor, body.at_once).await?))
}

/// The public keys, for everybody. They may be kept for less time than a new key is published before it signs.
pub(crate) async fn published_keys(State(app): State<Arc<App>>) -> impl IntoResponse {
    let kept = [(header::CACHE_CONTROL, "public, max-age=300")];
    (kept, Json(app.published_keys()))
}

/// A token to be asked about (RFC 7662).
#[derive(Deserialize)]
pub(crate) struct Introspected {
    token: String,
}

/// What a token proves now. Whoever has it may ask: the answer says nothing that it does not hold itself.
pub(crate) async fn introspect(
    State(app): State<Arc<App>>,
    Form(asked): Form<Introspected>,
) -> Json<Introspection> {
    Json(app.introspect_token(&asked.token))
}
