//! The OpenAPI 3.1 description, inferred from the handlers. `api/openapi.json` is this, kept as a file; a test compares.

use aide::axum::ApiRouter;
use aide::openapi::{Info, License, OpenApi, SecurityScheme, Tag};
use aide::transform::TransformOperation;
use axum::Router;
use axum::routing::get;
use perch_domain::Code;
use perch_wire::problem::status;

use crate::problem::Refused;
use crate::{ServerState, rest};

/// The routes of the API, and their description.
pub(crate) fn describe() -> (Router<ServerState>, OpenApi) {
    aide::generate::extract_schemas(true);
    let mut api = OpenApi {
        info: Info {
            title: "Perch".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: Some("Rooms that stay, and the add-in beside each.".to_owned()),
            description: Some(
                "Every refusal is a problem document (RFC 9457) with a stable `code`. Browsers use a cookie, programs a \
                 bearer token. Messages come live over the WebSocket at /api/v1/live: see /api/v1/asyncapi.yaml."
                    .to_owned(),
            ),
            license: Some(License {
                name: "Apache-2.0".to_owned(),
                identifier: Some("Apache-2.0".to_owned()),
                ..License::default()
            }),
            ..Info::default()
        },
        ..OpenApi::default()
    };
    let routes: ApiRouter<ServerState> = rest::routes();
    let router = routes.finish_api_with(&mut api, |api| {
        let scheme = |scheme: &str, description: &str| SecurityScheme::Http {
            scheme: scheme.to_owned(),
            bearer_format: None,
            description: Some(description.to_owned()),
            extensions: Default::default(),
        };
        let cookie = SecurityScheme::ApiKey {
            location: aide::openapi::ApiKeyLocation::Cookie,
            name: crate::auth::COOKIE.to_owned(),
            description: Some(
                "The session of a browser. By http its name is `perch_session`.".to_owned(),
            ),
            extensions: Default::default(),
        };
        let api = api
            .security_scheme("bearer", scheme("bearer", "A program's token."))
            .security_scheme("cookie", cookie);
        rest::TAGS.iter().fold(api, |api, (name, description)| {
            api.tag(Tag {
                name: (*name).to_owned(),
                description: Some((*description).to_owned()),
                ..Tag::default()
            })
        })
    });
    let file = document(&api);
    let asyncapi = include_str!("../../../api/asyncapi.yaml");
    let router = router
        .route(
            "/api/v1/openapi.json",
            get(move || async move { ([("content-type", "application/json")], file) }),
        )
        .route(
            "/api/v1/asyncapi.yaml",
            get(move || async move { ([("content-type", "application/yaml")], asyncapi) }),
        );
    (router, api)
}

/// The description as it is kept in the repository: JSON, indented.
#[must_use]
pub fn document_text() -> String {
    document(&describe().1)
}

fn document(api: &OpenApi) -> String {
    serde_json::to_string_pretty(api)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// Says what an operation is called, what it does, and which refusals its callers must expect besides those of every
/// operation.
pub(crate) fn operation<'t>(
    operation: TransformOperation<'t>,
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    codes: &[Code],
) -> TransformOperation<'t> {
    let mut operation = operation.tag(tag).id(id).summary(summary);
    let always = [
        Code::NotSignedIn,
        Code::ActionNotGranted,
        Code::RequestTimeout,
        Code::TooManyRequests,
        Code::DatabaseConnection,
        Code::ServerError,
    ];
    let all = || always.iter().chain(codes);
    macro_rules! refusals {
        ($($status:literal),+) => {$({
            let names: Vec<_> = all().filter(|code| status(code.class()) == $status).map(|code| format!("`{code}`")).collect();
            if !names.is_empty() {
                let described = format!("{}.", names.join(", "));
                operation = operation.response_with::<$status, Refused, _>(|response| response.description(&described));
            }
        })+};
    }
    refusals!(401, 403, 404, 408, 409, 422, 429, 503);
    operation
}
