//! Add-ins.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{AddinId, Code};
use perch_wire::addin::{Addin, AddinPatch, NewAddin};
use perch_wire::addin_health::AddinHealth;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::pool::PoolPath;
use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{Asked, At, Body, Created, Done};
use crate::openapi::operation;
use crate::problem::Refused;

/// An add-in in a path.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AddinPath {
    /// The pool's fully qualified domain name.
    pub(super) pool: String,
    /// The add-in.
    pub(super) id: Uuid,
}

/// How to delete.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Deletion {
    /// Delete although rooms use it: their pane will be empty.
    #[serde(default)]
    force: bool,
}

const CHANGE: &[Code] = &[
    Code::ErrorPermission,
    Code::NoSuchNode,
    Code::InvalidArgument,
    Code::InvalidName,
    Code::InvalidUrl,
    Code::DuplicateAddinName,
    Code::DataCollision,
];
const READ: &[Code] = &[Code::ErrorPermission, Code::NoSuchNode];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/pools/{pool}/addins",
            get_with(list_addins, |op| {
                operation(op, "addin", "list_addins", "The add-ins of a pool", READ)
            })
            .post_with(create_addin, |op| {
                operation(op, "addin", "create_addin", "Register an add-in", CHANGE)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/addin-health",
            get_with(list_addin_health, |op| {
                let summary = "Whether browsers show the pages of a pool's add-ins";
                operation(op, "addin", "list_addin_health", summary, READ)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/addins/{id}/health",
            get_with(get_addin_health, |op| {
                let summary = "Whether browsers show an add-in's page, and what to change";
                operation(op, "addin", "get_addin_health", summary, READ)
            })
            .post_with(check_addin, |op| {
                let summary = "Look at an add-in's page now";
                operation(op, "addin", "check_addin", summary, READ)
            }),
        )
        .api_route(
            "/api/v1/pools/{pool}/addins/{id}",
            get_with(get_addin, |op| {
                operation(op, "addin", "get_addin", "One add-in", READ)
            })
            .patch_with(update_addin, |op| {
                operation(
                    op,
                    "addin",
                    "update_addin",
                    "Rename or re-point an add-in",
                    CHANGE,
                )
            })
            .delete_with(delete_addin, |op| {
                let codes = [Code::ErrorPermission, Code::NoSuchNode, Code::AddinInUse];
                operation(op, "addin", "delete_addin", "Remove an add-in", &codes)
            }),
        )
}

async fn list_addins(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
) -> Result<Json<Vec<Addin>>, Refused> {
    Ok(Json(app.list_addins(&actor, &path.pool)?))
}

async fn create_addin(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
    Body(body): Body<NewAddin>,
) -> Result<Created<Addin>, Refused> {
    Ok(Created(app.create_addin(&actor, &path.pool, &body).await?))
}

async fn get_addin(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
) -> Result<Json<Addin>, Refused> {
    Ok(Json(app.get_addin(&actor, &path.pool, AddinId(path.id))?))
}

async fn update_addin(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
    Body(body): Body<AddinPatch>,
) -> Result<Json<Addin>, Refused> {
    Ok(Json(
        app.update_addin(&actor, &path.pool, AddinId(path.id), &body)
            .await?,
    ))
}

async fn delete_addin(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
    Asked(deletion): Asked<Deletion>,
) -> Result<Done, Refused> {
    app.delete_addin(&actor, &path.pool, AddinId(path.id), deletion.force)
        .await?;
    Ok(Done)
}

async fn list_addin_health(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
) -> Result<Json<Vec<AddinHealth>>, Refused> {
    Ok(Json(app.list_addin_health(&actor, &path.pool).await?))
}

async fn get_addin_health(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
) -> Result<Json<AddinHealth>, Refused> {
    let id = AddinId(path.id);
    Ok(Json(app.get_addin_health(&actor, &path.pool, id).await?))
}

async fn check_addin(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<AddinPath>,
) -> Result<Json<AddinHealth>, Refused> {
    let id = AddinId(path.id);
    Ok(Json(app.check_addin(&actor, &path.pool, id).await?))
}
