//! The live protocol over a WebSocket: one task for each connection.
//!
//! The task reads frames one at a time, and when woken drains whatever waits for the connection, each room from its
//! cursor, and writes once. It is also where fan-out equals permission: when who may read a room may have changed, the
//! task asks again before it writes anything of that room.

mod connection;

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use perch_app::Actor;
use perch_domain::{Code, Refusal};

use crate::ServerState;
use crate::auth::{SignedIn, check_origin};
use crate::problem::Refused;

use connection::Connection;

/// Bytes of a frame from a client: the longest story, escaped, and what it was before an add-in replaced it.
const FRAME_BYTES_MAX: usize = 512 * 1_024;
/// What an idle connection holds: small, and joined writes take more only while they happen.
const READ_BUFFER_BYTES: usize = 1_024;
const WRITE_BUFFER_BYTES: usize = 8 * 1_024;

/// Begins a live connection.
pub(crate) async fn upgrade(
    State(state): State<ServerState>,
    SignedIn(actor): SignedIn,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    // A browser lets any page open a WebSocket to anywhere, cookie included: the origin is what tells.
    if let Err(refusal) = check_origin(&state.app, &headers) {
        return Refused(refusal).into_response();
    }
    if !state.app.is_active() {
        return Refused(inactive()).into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Refused::malformed(rejection.body_text()).into_response(),
    };
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| {
            let connections = state.connections.clone();
            connections.track_future(run(state, actor, socket))
        })
}

/// What a client is told that wants to live on a node that takes no more (reference 3.5).
fn inactive() -> Refusal {
    Refusal::new(
        Code::NodeInactive,
        "This node takes no new connections. Try again: you are sent to another one.",
    )
}

async fn run(state: ServerState, actor: Actor, socket: WebSocket) {
    let app = Arc::clone(&state.app);
    Connection::new(app, actor, socket, state.limits)
        .run()
        .await;
}
