//! Pools.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::Code;
use perch_wire::pool::{NewPool, Pool};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{Body, Created};
use crate::openapi::operation;
use crate::problem::Refused;

/// A pool in a path.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct PoolPath {
    /// The pool's fully qualified domain name.
    pub(crate) pool: String,
}

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new().api_route(
        "/api/v1/pools",
        get_with(list_pools, |op| {
            operation(
                op,
                "pool",
                "list_pools",
                "The pools, the default one first",
                &[],
            )
        })
        .post_with(create_pool, |op| {
            let codes = [
                Code::ErrorPermission,
                Code::InvalidArgument,
                Code::InvalidName,
                Code::DuplicatePool,
            ];
            operation(op, "pool", "create_pool", "Add a pool", &codes)
        }),
    )
}

async fn list_pools(State(app): State<Arc<App>>, SignedIn(_): SignedIn) -> Json<Vec<Pool>> {
    Json(app.list_pools())
}

async fn create_pool(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Body(body): Body<NewPool>,
) -> Result<Created<Pool>, Refused> {
    Ok(Created(app.create_pool(Some(&actor), &body).await?))
}
