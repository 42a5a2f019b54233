//! Nodes.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with};
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::Code;
use perch_wire::node::{Node, NodePatch};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{At, Body};
use crate::openapi::operation;
use crate::problem::Refused;

/// A node in a path.
#[derive(Deserialize, JsonSchema)]
struct NodePath {
    /// The node's name.
    node: String,
}

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/nodes",
            get_with(list_nodes, |op| {
                let summary = "The nodes of the deployment, by name";
                operation(op, "node", "list_nodes", summary, &[Code::ErrorPermission])
            }),
        )
        .api_route(
            "/api/v1/nodes/{node}",
            patch_with(update_node, |op| {
                let codes = [
                    Code::ErrorPermission,
                    Code::NoSuchNode,
                    Code::InvalidArgument,
                ];
                let summary = "Let a node take new clients, or no more";
                operation(op, "node", "update_node", summary, &codes)
            }),
        )
}

async fn list_nodes(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> Result<Json<Vec<Node>>, Refused> {
    Ok(Json(app.list_nodes(&actor)?))
}

async fn update_node(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(NodePath { node }): At<NodePath>,
    Body(NodePatch { active }): Body<NodePatch>,
) -> Result<Json<Node>, Refused> {
    Ok(Json(app.set_node_active(&actor, &node, active).await?))
}
