//! Categories.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{CategoryId, Code};
use perch_wire::category::{Category, CategoryPatch, NewCategory};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::pool::PoolPath;
use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{At, Body, Created, Done};
use crate::openapi::operation;
use crate::problem::Refused;

/// A category in a path.
#[derive(Deserialize, JsonSchema)]
struct CategoryPath {
    /// The pool's fully qualified domain name.
    pool: String,
    /// The category.
    id: Uuid,
}

const CHANGE: &[Code] = &[
    Code::ErrorPermission,
    Code::NoSuchNode,
    Code::InvalidArgument,
    Code::InvalidName,
    Code::NoSuchPrincipal,
    Code::PrincipalsAlreadyDefined,
    Code::PrincipalsNotInScope,
    Code::DuplicateCategoryName,
    Code::DataCollision,
];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/pools/{pool}/categories",
            get_with(list_categories, |op| {
                let summary = "The categories of a pool: all of them for administrators, else those in which the caller may create rooms";
                operation(op, "category", "list_categories", summary, &[Code::NoSuchNode])
            })
            .post_with(create_category, |op| operation(op, "category", "create_category", "Create a category", CHANGE)),
        )
        .api_route(
            "/api/v1/pools/{pool}/categories/{id}",
            get_with(get_category, |op| {
                operation(op, "category", "get_category", "One category", &[Code::ErrorPermission, Code::NoSuchNode])
            })
            .patch_with(update_category, |op| {
                operation(op, "category", "update_category", "Change a category, its scope and its creators", CHANGE)
            })
            .delete_with(delete_category, |op| {
                let codes = [Code::ErrorPermission, Code::NoSuchNode, Code::CategoryNotEmpty];
                operation(op, "category", "delete_category", "Remove a category without rooms", &codes)
            }),
        )
}

async fn list_categories(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
) -> Result<Json<Vec<Category>>, Refused> {
    Ok(Json(app.list_categories(&actor, &path.pool)?))
}

async fn create_category(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PoolPath>,
    Body(body): Body<NewCategory>,
) -> Result<Created<Category>, Refused> {
    Ok(Created(
        app.create_category(&actor, &path.pool, &body).await?,
    ))
}

async fn get_category(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<CategoryPath>,
) -> Result<Json<Category>, Refused> {
    Ok(Json(app.get_category(
        &actor,
        &path.pool,
        CategoryId(path.id),
    )?))
}

async fn update_category(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<CategoryPath>,
    Body(body): Body<CategoryPatch>,
) -> Result<Json<Category>, Refused> {
    Ok(Json(
        app.update_category(&actor, &path.pool, CategoryId(path.id), &body)
            .await?,
    ))
}

async fn delete_category(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<CategoryPath>,
) -> Result<Done, Refused> {
    app.delete_category(&actor, &path.pool, CategoryId(path.id))
        .await?;
    Ok(Done)
}
