//! `perch serve`: a deployment, from its folder to its listener.

use std::sync::Arc;

use clap::Args;
use perch_app::{App, Settings};
use perch_domain::SystemClock;
use perch_domain::addin_proxy::ProxyHost;
use perch_health_probe::{WebPoster, WebProber};
use perch_live::bus::Bus;
use perch_live_nats::{NatsBus, NatsSettings};
use perch_server::{ServerState, Tls};
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::config::{Config, Flags};
use crate::error::Error;
use crate::hold::Hold;
use crate::{certificate, logging, metrics, trace};

/// `perch serve`.
#[derive(Args)]
pub(crate) struct ServeCommand {
    #[command(flatten)]
    flags: Flags,
}

/// Runs `perch serve`.
///
/// # Errors
/// When the configuration is wrong, there is no deployment, or the address is taken.
pub(crate) async fn run(command: ServeCommand) -> Result<(), Error> {
    let config = Config::read(&command.flags)?;
    let traces = logging::start_with(
        &config.log_filter,
        config.log_format,
        config.trace().as_ref(),
    )?;
    let served = run_with(&config).await;
    if let Some(traces) = traces {
        trace::finish(traces).await;
    }
    served
}

async fn run_with(config: &Config) -> Result<(), Error> {
    if config.place().is_absent() {
        return Err(Error::Absent(config.place()));
    }
    let _owned = config.place().own()?;
    let hold = config.place().hold(config.bus.is_some()).await?;
    // Before anything is opened: an instrument that is made earlier counts for nobody.
    metrics::start(config.metrics_listen).await?;
    let app = open(config).await?;
    if app.list_pools().is_empty() {
        return Err(Error::Absent(config.place()));
    }
    serve(config, app, hold).await
}

/// Opens the deployment where the configuration says, which is made ready when nothing is there.
pub(crate) async fn open(config: &Config) -> Result<Arc<App>, Error> {
    let storage = config.place().storage().await?;
    let settings = Settings {
        deployment_name: config.deployment_name.clone(),
        node_name: config.node_name.clone(),
        default_chat_history: config.default_chat_history,
        addin_check_hours: config.addin_check_hours,
        addin_proxy: (config.addin_proxy.as_deref())
            .map(|host| ProxyHost::parse(host, &config.public_origin))
            .transpose()?,
        session_seconds: i64::from(config.session_days) * 24 * 3_600,
        ..Settings::at(config.public_origin.clone())
    };
    let bus: Option<Arc<dyn Bus>> = match &config.bus {
        None => None,
        Some(url) => {
            let settings = NatsSettings {
                url: url.clone(),
                subject: config.bus_subject.clone(),
                authorities: config.bus_authorities.clone(),
                node: config.node_name.clone(),
            };
            Some(Arc::new(NatsBus::connect(&settings).await?))
        }
    };
    Ok(App::open(
        storage,
        settings,
        Arc::new(SystemClock),
        bus,
        Arc::new(WebProber::new()),
        Arc::new(WebPoster::new()),
    )
    .await?)
}

/// Serves a deployment until SIGTERM or SIGINT, and keeps its hold on its database.
pub(crate) async fn serve(config: &Config, app: Arc<App>, hold: Option<Hold>) -> Result<(), Error> {
    raise_descriptor_limit();
    let listener = listen(config.listen, "--server-listen").await?;
    let address = listener.local_addr().map_err(Error::Serve)?;
    let stop = stop_signal().map_err(Error::Serve)?;
    let mut state = ServerState::new(app, config.limits).with_http(config.http.clone());
    let tls = config.tls.clone().map(Tls::open).transpose()?;
    certificate::keep_current(tls.clone()).map_err(Error::Serve)?;
    if let Some(tls) = tls {
        state = state.with_tls(tls);
    }
    // Ends with what it serves.
    let mut keeping = JoinSet::new();
    if let Some(hold) = hold {
        keeping.spawn(hold.keep(Arc::clone(state.readiness())));
    }
    // Last: whoever reads it may connect, and may stop the server.
    tracing::info!(place = %config.place(), "store");
    tracing::info!(%address, public = %config.public_origin, "listening");
    tell_manager(NotifyState::Ready);
    let stop = async {
        stop.await;
        tell_manager(NotifyState::Stopping);
    };
    perch_server::serve(listener, state, stop)
        .await
        .map_err(Error::Serve)
}

/// Tells systemd, where it is what started the program.
fn tell_manager(state: NotifyState<'_>) {
    if let Err(cause) = sd_notify::notify(&[state]) {
        tracing::warn!(%cause, "the service manager was not told");
    }
}

/// Takes an address.
pub(crate) async fn listen(
    address: std::net::SocketAddr,
    flag: &'static str,
) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| Error::Listen {
            address: address.to_string(),
            cause,
            flag,
        })
}

/// Completes at the first SIGTERM or SIGINT.
pub(crate) fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Each live connection is a descriptor, and the usual soft limit is 1,024: as many as the hard limit allows.
fn raise_descriptor_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::info!(descriptors = limit, "each connection takes a descriptor"),
        Err(cause) => tracing::warn!(%cause, "the limit of descriptors could not be raised"),
    }
}
