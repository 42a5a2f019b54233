//! The live protocol over a WebSocket: one task for each connection.
//!
//! The task reads frames one at a time, and when woken drains whatever waits for the connection, each room from its
//! cursor, and writes once. It is also where fan-out equals permission: when who may read a room may have changed, the
//! task asks again before it writes anything of that room. While it rests, what was published is written by others
//! ([`line`]), who leave to it whatever is not as simple as that.

mod connection;
mod joined;
mod line;
mod stream;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use perch_domain::{Code, Refusal};
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use crate::ServerState;
use crate::auth::{SignedIn, check_origin};
use crate::problem::Refused;

use connection::Connection;
use stream::Stream;

/// Begins a live connection.
pub(crate) async fn upgrade(
    State(state): State<ServerState>,
    SignedIn(actor): SignedIn,
    mut request: Request,
) -> Response {
    // A browser lets any page open a WebSocket to anywhere, cookie included: the origin is what tells.
    if let Err(refusal) = check_origin(&state.app, request.headers()) {
        return Refused(refusal).into_response();
    }
    if !state.app.is_active() {
        return Refused(inactive()).into_response();
    }
    let answer = match create_response_with_body(&request, Body::empty) {
        Ok(answer) => answer,
        Err(cause) => return Refused::malformed(format!("{cause}.")).into_response(),
    };
    let upgraded = hyper::upgrade::on(&mut request);
    let connections = state.connections.clone();
    connections.spawn(async move {
        match upgraded.await {
            Ok(upgraded) => {
                let stream = Stream::new(upgraded).await;
                let connection = Connection::new(state.app, actor, stream, state.limits);
                connection.run().await;
            }
            Err(cause) => tracing::debug!(%cause, "a connection did not become a live one"),
        }
    });
    answer
}

/// What a client is told that wants to live on a node that takes no more (reference 3.5).
fn inactive() -> Refusal {
    Refusal::new(
        Code::NodeInactive,
        "This node takes no new connections. Try again: you are sent to another one.",
    )
}
