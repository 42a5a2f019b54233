//! HTTP and WebSocket: parse, one call into `perch_app`, answer. Nothing is decided here.
//!
//! [`router`] is the whole surface: `/api/v1` (one file for each noun in `rest`), `/api/v1/live` ([`socket`]), the add-in
//! frame, and the web client for every other path. Start reading at `rest`.

mod addin_frame;
mod addin_proxy;
mod assets;
mod auth;
mod extract;
mod headers;
mod instruments;
mod limit;
pub mod openapi;
mod problem;
mod readiness;
mod rest;
mod sdk;
mod serve;
pub mod socket;
mod tls;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use perch_app::App;
use perch_health_probe::WebUpstream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::addin_proxy::Sockets;
use crate::limit::RequestRate;

pub use limit::HttpSettings;
pub use readiness::Readiness;
pub use serve::serve;
pub use tls::{CertificateFiles, Tls, TlsError};

/// What the surfaces need.
#[derive(Clone)]
pub struct ServerState {
    app: Arc<App>,
    limits: SocketLimits,
    http: Arc<HttpSettings>,
    rate: Arc<RequestRate>,
    readiness: Arc<Readiness>,
    /// Asks the servers of proxied pages.
    upstream: Arc<WebUpstream>,
    /// The WebSockets of such pages.
    sockets: Arc<Sockets>,
    tls: Option<Arc<Tls>>,
    /// Live connections and the pages' WebSockets, so that a stop can wait for them.
    connections: TaskTracker,
    /// That it is time to end.
    stopping: CancellationToken,
}

/// How much one live connection may ask for.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// Frames a second, over time.
    pub frames_per_second: NonZeroU32,
    /// Frames at once.
    pub frames_burst: NonZeroU32,
}

impl Default for SocketLimits {
    fn default() -> Self {
        const PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
        const BURST: NonZeroU32 = NonZeroU32::new(200).expect("not zero");
        Self {
            frames_per_second: PER_SECOND,
            frames_burst: BURST,
        }
    }
}

impl ServerState {
    /// The state of a server for a deployment.
    #[must_use]
    pub fn new(app: Arc<App>, limits: SocketLimits) -> Self {
        let http = HttpSettings::default();
        Self {
            app,
            limits,
            rate: Arc::new(RequestRate::new(&http)),
            http: Arc::new(http),
            readiness: Arc::default(),
            upstream: Arc::default(),
            sockets: Arc::default(),
            tls: None,
            connections: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }
    }

    /// The same, which takes requests in another way than by default.
    #[must_use]
    pub fn with_http(self, http: HttpSettings) -> Self {
        Self {
            rate: Arc::new(RequestRate::new(&http)),
            http: Arc::new(http),
            ..self
        }
    }

    /// The same, by https.
    #[must_use]
    pub fn with_tls(self, tls: Arc<Tls>) -> Self {
        Self {
            tls: Some(tls),
            ..self
        }
    }

    /// Whether this node is ready; whoever knows a reason against it says so there.
    #[must_use]
    pub const fn readiness(&self) -> &Arc<Readiness> {
        &self.readiness
    }
}

impl FromRef<ServerState> for Arc<App> {
    fn from_ref(state: &ServerState) -> Self {
        Self::clone(&state.app)
    }
}

/// Everything that the server answers.
pub fn router(state: ServerState) -> Router {
    let (api, _) = openapi::describe();
    api.route("/api/v1/live", axum::routing::get(socket::upgrade))
        .route("/addin-frame/{room}", axum::routing::get(addin_frame::show))
        .route("/addin-preview", axum::routing::get(addin_frame::preview))
        .route("/sdk/frame", axum::routing::get(addin_frame::simulate))
        .route("/sdk/perch-addin.js", axum::routing::get(sdk::module))
        .route("/sdk/1/perch-addin.js", axum::routing::get(sdk::module))
        .route("/sdk/perch-addin.tgz", axum::routing::get(sdk::package))
        .route("/sdk/examples/{name}", axum::routing::get(sdk::example))
        .route(
            "/api/v1/introspect",
            axum::routing::post(rest::pane::introspect),
        )
        .route(
            "/.well-known/jwks.json",
            axum::routing::get(rest::pane::published_keys),
        )
        .route("/health/live", axum::routing::get(readiness::live))
        .route("/health/ready", axum::routing::get(readiness::ready))
        .fallback(assets::serve)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(axum::middleware::from_fn_with_state(
            state.clone(),
            limit::limit,
        ))
        .layer(axum::middleware::from_fn_with_state(
            state.clone(),
            headers::protect,
        ))
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(
            state.clone(),
            addin_proxy::divert,
        ))
        .layer(axum::middleware::from_fn(instruments::count))
        .with_state(state)
}
