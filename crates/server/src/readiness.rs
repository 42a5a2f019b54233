//! Whether this node should be sent new clients: what balancers and orchestrators ask at `/health`.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::ServerState;

/// Why a server that is stopping is not ready.
pub(crate) const STOPPING: &str = "stopping";
/// Why a node is not ready that administrators made inactive.
const INACTIVE: &str = "inactive node";

/// Whether the node is ready, and if not, why. It is ready while nobody says otherwise.
#[derive(Debug, Default)]
pub struct Readiness {
    reasons: Mutex<BTreeSet<&'static str>>,
}

impl Readiness {
    /// Says that the node is not ready, for a reason of a word or two. Clients that it has stay.
    pub fn withhold(&self, reason: &'static str) {
        self.reasons().insert(reason);
    }

    /// Says that a reason is gone.
    pub fn restore(&self, reason: &'static str) {
        self.reasons().remove(reason);
    }

    /// Why it is not ready, in the order of the alphabet; empty when it is.
    #[must_use]
    pub fn withheld(&self) -> Vec<&'static str> {
        self.reasons().iter().copied().collect()
    }

    fn reasons(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        // Nothing panics while the lock is held; were it otherwise, the set would still be whole.
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The process answers: there is no reason to start it anew.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// Whether new clients should come here: 200 if so, 503 with the reasons if not.
pub(crate) async fn ready(State(state): State<ServerState>) -> (StatusCode, Json<Value>) {
    let mut withheld = state.readiness.withheld();
    if !state.app.is_active() {
        withheld.insert(0, INACTIVE);
    }
    let status = if withheld.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(json!({ "ready": withheld.is_empty(), "because": withheld })),
    )
}
