//! Refusals as problem documents (RFC 9457).

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, Response as OpenApiResponse, SchemaObject};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use perch_domain::{Class, Code, Refusal};
use perch_wire::problem::Problem;

/// Seconds after which a caller who was too fast with requests may try again …
const REQUESTS_RETRY_AFTER_SECONDS: &str = "1";
/// … and one who reached any other limit.
const RETRY_AFTER_SECONDS: &str = "10";

/// A refusal, on its way out.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl Refused {
    /// The request itself is malformed.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self(Refusal::new(Code::InvalidArgument, detail))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = Problem::from(&self.0);
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response();
        response.extensions_mut().insert(self.0.code);
        if self.0.code.class() == Class::TooMany {
            response.headers_mut().insert(
                header::RETRY_AFTER,
                header::HeaderValue::from_static(match self.0.code {
                    Code::TooManyRequests => REQUESTS_RETRY_AFTER_SECONDS,
                    _ => RETRY_AFTER_SECONDS,
                }),
            );
        }
        response
    }
}

/// The answer to a method that an address does not know; the router adds which it does (`Allow`).
pub(crate) async fn method_not_allowed(method: Method) -> Refused {
    let detail =
        format!("{method} is not possible here. The API is described at /api/v1/openapi.json.");
    Refused(Refusal::new(Code::MethodNotAllowed, detail))
}

impl OperationOutput for Refused {
    type Inner = Problem;

    fn operation_response(ctx: &mut GenContext, _: &mut Operation) -> Option<OpenApiResponse> {
        let media = MediaType {
            schema: Some(SchemaObject {
                json_schema: ctx.schema.subschema_for::<Problem>(),
                example: None,
                external_docs: None,
            }),
            ..MediaType::default()
        };
        Some(OpenApiResponse {
            content: [("application/problem+json".to_owned(), media)]
                .into_iter()
                .collect(),
            ..OpenApiResponse::default()
        })
    }

    // Which refusals an operation knows is said where it is described: see `openapi::operation`.
    fn inferred_responses(
        _: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<u16>, OpenApiResponse)> {
        Vec::new()
    }
}
