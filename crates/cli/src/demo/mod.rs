//! `perch demo`: a deployment to look around in, and the sample add-ins on an origin of their own.
//!
//! It is made the first time, through the same use cases as any other, and kept in its folder. Everybody knows its
//! passwords: it listens on this machine only.

mod addins;
mod conversation;
mod people;
mod rooms;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use perch_app::App;
use perch_domain::addin::Origin;
use perch_wire::pool::NewPool;
use tokio::sync::watch;

use crate::config::{Config, Flags};
use crate::error::Error;
use crate::say::say;
use crate::{logging, serve};

/// The password of everybody in the demo.
const PASSWORD: &str = "perch-demo";
/// The demo's pool.
const POOL: &str = "pchat01.contoso.example";

/// `perch demo`.
#[derive(Args)]
#[command(
    after_help = "Example:\n  perch demo\n\nThen open http://localhost:8400 and sign in as amelie@contoso.example.\n\
                        Delete the folder to begin anew."
)]
pub(crate) struct DemoCommand {
    /// Port of the chat
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// Port of the sample add-ins
    #[arg(long, default_value_t = 8401)]
    addin_port: u16,
    /// Folder of the demo's databases
    #[arg(long, default_value = "perch-demo")]
    folder: PathBuf,
    /// PostgreSQL database to keep the demo in, instead of the folder
    #[arg(long, value_name = "URL")]
    storage_url: Option<String>,
}

/// Runs `perch demo`.
///
/// # Errors
/// When a port is taken, the folder cannot be written, or the database cannot be used or has another deployment.
pub(crate) async fn run(command: DemoCommand) -> Result<(), Error> {
    logging::start("warn");
    let mut config = Config::read(&Flags::default())?;
    config.deployment_name = "Contoso".to_owned();
    config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, command.port));
    config.public_origin = Origin::parse(&format!("http://localhost:{}", command.port))?;
    // Browsers find every name below it on this machine.
    config.addin_proxy = Some("addins.localhost".to_owned());
    config.folder = command.folder;
    // Never the one of the configuration: everybody knows the demo's passwords.
    let database = command.storage_url.map(|text| text.parse()).transpose();
    config.database = database.map_err(|fault| Error::Config(vec![fault]))?;
    let addins = SocketAddr::from((Ipv4Addr::LOCALHOST, command.addin_port));
    let addins = serve::listen(addins, "--addin-port").await?;
    let _owned = config.place().own()?;
    let hold = config.place().hold(config.bus.is_some()).await?;
    let app = serve::open(&config).await?;
    let pools = app.list_pools();
    if pools.is_empty() {
        make(&app, &format!("http://127.0.0.1:{}", command.addin_port)).await?;
    } else if pools.iter().all(|pool| pool.fqdn != POOL) {
        return Err(Error::Exists(config.place()));
    }
    invite(&config);
    let (stop, stopped) = watch::channel(());
    let samples = tokio::spawn(addins::serve(
        addins,
        config.public_origin.to_string(),
        stopped,
    ));
    let served = serve::serve(&config, app, hold).await;
    drop(stop);
    samples
        .await
        .map_err(|cause| Error::Serve(cause.into()))?
        .map_err(Error::Serve)?;
    served
}

/// Makes the people, the rooms and what was said.
async fn make(app: &Arc<App>, addins: &str) -> Result<(), Error> {
    let control = people::make(app).await?;
    app.create_pool(
        Some(&control),
        &NewPool {
            fqdn: POOL.to_owned(),
            display_name: Some("Contoso London".to_owned()),
        },
    )
    .await?;
    rooms::make(app, &control, addins).await
}

fn invite(config: &Config) {
    say(&format!("Perch is at {}\n", config.public_origin));
    say(&format!("Sign in with the password {PASSWORD} as"));
    for (address, role) in people::SHOWN {
        say(&format!("  {address:26} {role}"));
    }
    say("\nPost $MSFT in Equities and look at the pane. Ctrl+C stops.");
}
