//! Principals.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::{Code, PrincipalId};
use perch_wire::principal::{NewPrincipal, Principal, PrincipalKind, PrincipalPatch};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::{Asked, At, Body, Created};
use crate::openapi::operation;
use crate::problem::Refused;

/// A principal in a path.
#[derive(Deserialize, JsonSchema)]
struct PrincipalPath {
    /// The principal.
    id: Uuid,
}

/// Which principals.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PrincipalSearch {
    /// A part of the name or address.
    #[serde(default)]
    search: String,
    /// Of one kind.
    kind: Option<PrincipalKind>,
    /// At most so many: 50 unless said otherwise, never more than 200.
    limit: Option<u32>,
}

const CHANGE: &[Code] = &[
    Code::ErrorPermission,
    Code::InvalidArgument,
    Code::InvalidName,
    Code::InvalidPassword,
    Code::NoSuchPrincipal,
    Code::NoSuchNode,
    Code::DuplicatePrincipal,
];

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/principals",
            get_with(list_principals, |op| {
                operation(
                    op,
                    "principal",
                    "list_principals",
                    "Search users, groups, units and domains",
                    &[Code::InvalidArgument],
                )
            })
            .post_with(create_principal, |op| {
                operation(
                    op,
                    "principal",
                    "create_principal",
                    "Add a principal",
                    CHANGE,
                )
            }),
        )
        .api_route(
            "/api/v1/principals/{id}",
            get_with(get_principal, |op| {
                operation(
                    op,
                    "principal",
                    "get_principal",
                    "One principal",
                    &[Code::NoSuchNode],
                )
            })
            .patch_with(update_principal, |op| {
                operation(
                    op,
                    "principal",
                    "update_principal",
                    "Change a principal",
                    CHANGE,
                )
            }),
        )
}

async fn list_principals(
    State(app): State<Arc<App>>,
    SignedIn(_): SignedIn,
    Asked(asked): Asked<PrincipalSearch>,
) -> Json<Vec<Principal>> {
    Json(app.search_principals(&asked.search, asked.kind, asked.limit))
}

async fn create_principal(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Body(body): Body<NewPrincipal>,
) -> Result<Created<Principal>, Refused> {
    Ok(Created(app.create_principal(Some(&actor), &body).await?))
}

async fn get_principal(
    State(app): State<Arc<App>>,
    SignedIn(_): SignedIn,
    At(path): At<PrincipalPath>,
) -> Result<Json<Principal>, Refused> {
    Ok(Json(app.get_principal(PrincipalId(path.id))?))
}

async fn update_principal(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<PrincipalPath>,
    Body(body): Body<PrincipalPatch>,
) -> Result<Json<Principal>, Refused> {
    Ok(Json(
        app.update_principal(&actor, PrincipalId(path.id), &body)
            .await?,
    ))
}
