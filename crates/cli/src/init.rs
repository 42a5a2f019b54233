//! `perch init`: a new deployment with its first administrator and pool.

use std::io::IsTerminal;
use std::sync::Arc;

use clap::Args;
use perch_app::App;
use perch_wire::pool::NewPool;
use perch_wire::principal::{NewPrincipal, PrincipalKind};

use crate::config::{Config, Flags};
use crate::error::Error;
use crate::say::say;
use crate::{logging, serve};

/// `perch init`.
#[derive(Args)]
#[command(
    after_help = "Example:\n  perch init --administrator kenmyer@contoso.com --pool pchat01.contoso.com\n\n\
                        The password is asked for, or taken from PERCH_INIT_PASSWORD."
)]
pub(crate) struct InitCommand {
    /// Address of the first administrator, as name@domain
    #[arg(long, value_name = "ADDRESS")]
    administrator: String,
    /// The administrator's name, as people see it [default: the address]
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// Fully qualified domain name of the first pool
    #[arg(long, value_name = "FQDN")]
    pool: String,
    #[command(flatten)]
    flags: Flags,
}

/// Runs `perch init`.
///
/// # Errors
/// When there is a deployment already, or a name or the password is not one that may be used; then nothing is left behind
/// that would keep a second try from succeeding.
pub(crate) async fn run(command: InitCommand) -> Result<(), Error> {
    let config = Config::read(&command.flags)?;
    logging::start("warn");
    let _owned = config.place().own()?;
    let app = serve::open(&config).await?;
    let made = make(&app, &config, &command).await;
    app.close().await;
    made?;
    say(&format!(
        "Made a deployment in {} with the pool {}.",
        config.place(),
        command.pool
    ));
    say(&format!(
        "Run it with `perch serve`, then sign in at {} as {}.",
        config.public_origin, command.administrator
    ));
    Ok(())
}

async fn make(app: &Arc<App>, config: &Config, command: &InitCommand) -> Result<(), Error> {
    if !app.list_pools().is_empty() {
        return Err(Error::Exists(config.place()));
    }
    if app
        .search_principals(&command.administrator, None, Some(1))
        .is_empty()
    {
        let administrator = NewPrincipal {
            kind: PrincipalKind::User,
            address: command.administrator.clone(),
            display_name: command
                .display_name
                .clone()
                .unwrap_or_else(|| command.administrator.clone()),
            email: None,
            password: Some(password()?),
            administrator: true,
            containers: Vec::new(),
        };
        app.create_principal(None, &administrator).await?;
    }
    // Last: a deployment without a pool is one that was not made to the end.
    app.create_pool(
        None,
        &NewPool {
            fqdn: command.pool.clone(),
            display_name: None,
        },
    )
    .await?;
    Ok(())
}

fn password() -> Result<String, Error> {
    if let Ok(password) = std::env::var("PERCH_INIT_PASSWORD") {
        return Ok(password);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::NoPassword);
    }
    rpassword::prompt_password("Password of the administrator (10 to 256 characters): ")
        .map_err(|_| Error::NoPassword)
}
