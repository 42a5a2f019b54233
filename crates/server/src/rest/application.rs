//! The application directory of FDC3 2.2, whose paths the standard fixes.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use perch_app::App;
use perch_domain::Code;
use perch_wire::application::{Application, Applications};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::ServerState;
use crate::auth::SignedIn;
use crate::extract::At;
use crate::openapi::operation;
use crate::problem::Refused;

/// An application in a path.
#[derive(Deserialize, JsonSchema)]
struct ApplicationPath {
    /// The application's `appId`.
    #[serde(rename = "appId")]
    app_id: String,
}

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/v2/apps",
            get_with(list_applications, |op| {
                operation(
                    op,
                    "application",
                    "list_applications",
                    "The applications that you may know of",
                    &[],
                )
            }),
        )
        .api_route(
            "/v2/apps/{appId}",
            get_with(get_application, |op| {
                let codes = [Code::NoSuchNode];
                operation(
                    op,
                    "application",
                    "get_application",
                    "One application",
                    &codes,
                )
            }),
        )
}

async fn list_applications(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> Result<Json<Applications>, Refused> {
    Ok(Json(app.list_applications(&actor)?))
}

async fn get_application(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<ApplicationPath>,
) -> Result<Json<Application>, Refused> {
    Ok(Json(app.get_application(&actor, &path.app_id)?))
}
