//! Signing in and out, and tokens of programs.

use std::sync::Arc;

use aide::OperationOutput;
use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with};
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as OpenApiResponse};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use perch_app::App;
use perch_domain::{Code, CredentialId};
use perch_wire::session::{IssuedToken, NewToken, PasswordChange, Session, SignIn, Token};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::ServerState;
use crate::auth::{From, SignedIn, set_cookie};
use crate::extract::{At, Body, Created, Done};
use crate::openapi::operation;
use crate::problem::Refused;

pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .api_route(
            "/api/v1/session",
            get_with(get_session, |op| {
                operation(op, "session", "get_session", "Who is signed in", &[])
            })
            .post_with(sign_in, |op| {
                let codes = [
                    Code::SignInFailed,
                    Code::TooManyAttempts,
                    Code::InvalidArgument,
                    Code::ForeignOrigin,
                ];
                operation(op, "session", "sign_in", "Sign in to a browser", &codes)
            })
            .delete_with(sign_out, |op| {
                operation(
                    op,
                    "session",
                    "sign_out",
                    "Sign out",
                    &[Code::ForeignOrigin],
                )
            }),
        )
        .api_route(
            "/api/v1/session/password",
            post_with(change_password, |op| {
                let codes = [
                    Code::SignInFailed,
                    Code::InvalidPassword,
                    Code::InvalidArgument,
                    Code::TooManyAttempts,
                    Code::ForeignOrigin,
                ];
                operation(
                    op,
                    "session",
                    "change_password",
                    "Change one's own password",
                    &codes,
                )
            }),
        )
        .api_route(
            "/api/v1/tokens",
            get_with(list_tokens, |op| {
                operation(op, "session", "list_tokens", "The caller's tokens", &[])
            })
            .post_with(create_token, |op| {
                let codes = [
                    Code::InvalidName,
                    Code::InvalidArgument,
                    Code::ForeignOrigin,
                ];
                operation(
                    op,
                    "session",
                    "create_token",
                    "Issue a token to a program",
                    &codes,
                )
            }),
        )
        .api_route(
            "/api/v1/tokens/{id}",
            delete_with(delete_token, |op| {
                operation(
                    op,
                    "session",
                    "delete_token",
                    "End a token",
                    &[Code::NoSuchNode, Code::ForeignOrigin],
                )
            }),
        )
}

/// A token in a path.
#[derive(Deserialize, JsonSchema)]
struct TokenPath {
    /// The token.
    id: Uuid,
}

/// A session that begins or ends, with its cookie.
struct WithCookie<T>(T, Option<header::HeaderValue>);

impl<T: IntoResponse> IntoResponse for WithCookie<T> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if let Some(cookie) = self.1 {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

impl<T: OperationOutput> OperationOutput for WithCookie<T> {
    type Inner = T::Inner;

    fn operation_response(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Option<OpenApiResponse> {
        T::operation_response(ctx, operation)
    }

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, OpenApiResponse)> {
        T::inferred_responses(ctx, operation)
    }
}

async fn get_session(State(app): State<Arc<App>>, SignedIn(actor): SignedIn) -> Json<Session> {
    Json(app.session(&actor))
}

async fn sign_in(
    State(app): State<Arc<App>>,
    From(address): From,
    Body(body): Body<SignIn>,
) -> Result<WithCookie<Json<Session>>, Refused> {
    let (issued, actor) = app.sign_in(&body, address).await?;
    let cookie = set_cookie(&app, Some(&issued.secret));
    Ok(WithCookie(Json(app.session(&actor)), cookie))
}

async fn sign_out(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> Result<WithCookie<Done>, Refused> {
    app.sign_out(&actor).await?;
    Ok(WithCookie(Done, set_cookie(&app, None)))
}

async fn change_password(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Body(body): Body<PasswordChange>,
) -> Result<Done, Refused> {
    app.change_password(&actor, &body).await?;
    Ok(Done)
}

async fn list_tokens(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> Result<Json<Vec<Token>>, Refused> {
    Ok(Json(app.list_tokens(&actor).await?))
}

async fn create_token(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Body(body): Body<NewToken>,
) -> Result<Created<IssuedToken>, Refused> {
    Ok(Created(app.create_token(&actor, &body).await?))
}

async fn delete_token(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    At(path): At<TokenPath>,
) -> Result<Done, Refused> {
    app.delete_token(&actor, CredentialId(path.id)).await?;
    Ok(Done)
}
