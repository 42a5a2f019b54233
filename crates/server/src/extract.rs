//! Bodies, queries and paths, whose faults are problem documents; and the answers that are not plain JSON.

use aide::generate::GenContext;
use aide::openapi::{Operation, Response as OpenApiResponse};
use aide::{OperationInput, OperationOutput};
use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use perch_domain::{Code, Refusal};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use serde_urlencoded::Deserializer;

use crate::ServerState;
use crate::problem::Refused;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ServerState> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Refused> {
        let read = Json::<T>::from_request(request, state);
        match tokio::time::timeout(state.http.body, read).await {
            Ok(Ok(Json(body))) => Ok(Self(body)),
            Ok(Err(rejection)) => Err(Refused::malformed(rejection.body_text())),
            Err(_) => {
                let detail =
                    "The request did not arrive in time, so nothing was done. Send it again.";
                Err(Refusal::new(Code::RequestTimeout, detail).into())
            }
        }
    }
}

impl<T: JsonSchema> OperationInput for Body<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Json::<T>::operation_input(ctx, operation);
    }
}

/// A query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs)
            .map(Self)
            .map_err(|fault| Refused::malformed(query_fault(fault.path())))
    }
}

/// What is wrong with a query, in words for people: the library's own are about types.
fn query_fault(at: &serde_path_to_error::Path) -> String {
    let fault = match at.iter().next() {
        Some(Segment::Map { key }) => {
            format!(
                "The parameter {key} of the address is not known here, or its value is malformed"
            )
        }
        _ => "One of the parameters of the address is missing, or is given twice".to_owned(),
    };
    format!("{fault}; /api/v1/openapi.json lists what may be given.")
}

impl<T: JsonSchema> OperationInput for Asked<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Query::<T>::operation_input(ctx, operation);
    }
}

/// The variables of a path. What is no identifier names nothing.
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(path)) => Ok(Self(path)),
            Err(_) => Err(Refusal::new(
                Code::NoSuchNode,
                "There is nothing at this address. Check it.",
            )
            .into()),
        }
    }
}

impl<T: JsonSchema> OperationInput for At<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Path::<T>::operation_input(ctx, operation);
    }
}

/// 201 with the new object.
pub(crate) struct Created<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl<T: JsonSchema> OperationOutput for Created<T> {
    type Inner = T;

    fn operation_response(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Option<OpenApiResponse> {
        Json::<T>::operation_response(ctx, operation)
    }

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, OpenApiResponse)> {
        Self::operation_response(ctx, operation)
            .map(|response| (Some(201), response))
            .into_iter()
            .collect()
    }
}

/// 204.
pub(crate) struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl OperationOutput for Done {
    type Inner = ();

    fn operation_response(_: &mut GenContext, _: &mut Operation) -> Option<OpenApiResponse> {
        Some(OpenApiResponse {
            description: "Done.".to_owned(),
            ..OpenApiResponse::default()
        })
    }

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, OpenApiResponse)> {
        Self::operation_response(ctx, operation)
            .map(|response| (Some(204), response))
            .into_iter()
            .collect()
    }
}
