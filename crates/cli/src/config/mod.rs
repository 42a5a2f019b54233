//! The configuration: a file, then the environment, then flags, each beating the one before.
//!
//! Every setting is one line of [`keys::KEYS`]: `server.listen` in the file is `PERCH_SERVER_LISTEN` in the environment
//! and `--server-listen` as a flag. A key that does not exist is an error that names the nearest one that does.

mod flags;
mod keys;
mod layers;
mod values;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Subcommand;
use perch_domain::addin::Origin;
use perch_live_nats::NatsUrl;
use perch_server::{CertificateFiles, HttpSettings, SocketLimits};
use perch_store_postgres::PostgresUrl;

pub(crate) use flags::Flags;

use crate::config::keys::KEYS;
use crate::config::layers::Layers;
use crate::error::Error;
use crate::logging::LogFormat;
use crate::say::say;
use crate::storage::Place;
use crate::trace::TraceSettings;
use url::Url;

/// What an operator sets.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Shown at the top of the client.
    pub(crate) deployment_name: String,
    /// Where the server listens.
    pub(crate) listen: SocketAddr,
    /// Where browsers reach it.
    pub(crate) public_origin: Origin,
    /// How it takes requests.
    pub(crate) http: HttpSettings,
    /// The certificate, with https.
    pub(crate) tls: Option<CertificateFiles>,
    /// Where the databases are.
    pub(crate) folder: PathBuf,
    /// The size at which a database file counts as full.
    pub(crate) bytes_max: Option<u64>,
    /// The database that keeps the deployment instead of the folder.
    pub(crate) database: Option<PostgresUrl>,
    /// How many connections to it may be open.
    pub(crate) connections: u32,
    /// What connects this node with others.
    pub(crate) bus: Option<NatsUrl>,
    /// The subject of the deployment there.
    pub(crate) bus_subject: String,
    /// The authorities that vouch for it.
    pub(crate) bus_authorities: Option<PathBuf>,
    /// This node.
    pub(crate) node_name: String,
    /// Messages sent when a room is joined.
    pub(crate) default_chat_history: u32,
    /// Hours between two looks at an add-in's page.
    pub(crate) addin_check_hours: u32,
    /// Below which host proxied pages of add-ins are.
    pub(crate) addin_proxy: Option<String>,
    /// How much one connection may send.
    pub(crate) limits: SocketLimits,
    /// How long a browser's session lasts.
    pub(crate) session_days: u32,
    /// What is logged.
    pub(crate) log_filter: String,
    /// What a line of it looks like.
    pub(crate) log_format: LogFormat,
    /// Where traces go, if anywhere.
    pub(crate) trace_collector: Option<Url>,
    /// How many of a hundred do.
    pub(crate) trace_percent: u32,
    /// Where metrics are served, if they are.
    pub(crate) metrics_listen: Option<SocketAddr>,
}

impl Config {
    /// The defaults, before anything was read.
    fn unset() -> Result<Self, Error> {
        Ok(Self {
            deployment_name: String::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_origin: Origin::parse("http://localhost")?,
            http: HttpSettings::default(),
            tls: None,
            folder: PathBuf::new(),
            bytes_max: None,
            database: None,
            connections: 0,
            bus: None,
            bus_subject: String::new(),
            bus_authorities: None,
            node_name: String::new(),
            default_chat_history: 0,
            addin_check_hours: 0,
            addin_proxy: None,
            limits: SocketLimits {
                frames_per_second: NonZeroU32::MIN,
                frames_burst: NonZeroU32::MIN,
            },
            session_days: 0,
            log_filter: String::new(),
            log_format: LogFormat::Text,
            trace_collector: None,
            trace_percent: 0,
            metrics_listen: None,
        })
    }

    /// Reads the file, the environment and the flags.
    ///
    /// # Errors
    /// All faults at once, each as a sentence that says where the value came from.
    pub(crate) fn read(flags: &Flags) -> Result<Self, Error> {
        Self::of(&Layers::read(flags)?)
    }

    /// Where the deployment is kept.
    pub(crate) fn place(&self) -> Place {
        match &self.database {
            Some(url) => Place::Database {
                url: Box::new(url.clone()),
                connections: self.connections,
            },
            None => Place::Folder {
                path: self.folder.clone(),
                bytes_max: self.bytes_max,
            },
        }
    }

    /// Where traces go and how many, if anywhere.
    pub(crate) fn trace(&self) -> Option<TraceSettings> {
        Some(TraceSettings {
            collector: self.trace_collector.clone()?,
            percent: self.trace_percent,
        })
    }

    fn of(layers: &Layers) -> Result<Self, Error> {
        let mut config = Self::unset()?;
        let mut faults = Vec::new();
        for key in KEYS {
            let value = layers.value(key);
            if let Err(fault) = (key.set)(&mut config, &value.text) {
                faults.push(format!("{} ({}): {fault}", key.name, value.origin));
            }
        }
        if let Some(files) = &config.tls {
            let lacks = |path: &PathBuf| path.as_os_str().is_empty();
            if lacks(&files.certificate) || lacks(&files.key) {
                faults.push("Give both, tls.certificate and tls.key, or neither.".to_owned());
            }
            if !config.public_origin.as_str().starts_with("https:") {
                faults.push(
                    "server.public_url begins with http, and there is a certificate: give the https address."
                        .to_owned(),
                );
            }
        }
        if config.bus.is_some() && config.database.is_none() {
            faults.push(
                "bus.url connects nodes, and the embedded databases have one node: give storage.url too."
                    .to_owned(),
            );
        }
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(Error::Config(faults))
        }
    }
}

/// `perch config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print what is in effect and where each value comes from, or what is wrong.
    Check {
        #[command(flatten)]
        flags: Flags,
    },
    /// Print the JSON Schema of the configuration file.
    Schema,
}

/// Runs `perch config`.
///
/// # Errors
/// What is wrong with the configuration.
pub(crate) fn run(command: &ConfigCommand) -> Result<(), Error> {
    match command {
        ConfigCommand::Check { flags } => {
            let layers = Layers::read(flags)?;
            Config::of(&layers)?;
            say(&layers.describe());
        }
        ConfigCommand::Schema => say(keys::schema().trim_end()),
    }
    Ok(())
}
