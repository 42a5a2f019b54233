//! The use cases: the only door to the data. HTTP, the socket, the shell behind them, import and demo all come through here.
//!
//! One file for each noun, one function for each verb, and in each function the same steps: may this person
//! (`perch_domain::permission`)? is it right (`perch_domain`)? store it, with its audit record, in one transaction; take it
//! into memory; tell whoever is concerned. Bodies are those of `perch-wire`, so a surface parses, calls, and answers.
//!
//! In memory: the [`directory`] of principals and the [`catalogue`] of each pool, whole. Never in memory: messages, but for
//! the newest of each room (`perch_live::log`).

pub mod actor;
pub mod addin;
pub mod addin_health;
pub mod addin_proxy;
pub mod addin_storage;
pub mod application;
mod audit;
pub mod catalogue;
pub mod category;
mod change;
mod cluster;
mod deliverer;
pub mod directory;
pub mod follow;
mod gap;
pub mod identity;
pub mod import;
mod lists;
mod loader;
pub mod message;
pub mod node;
pub mod original;
pub mod pane;
mod pane_use;
pub mod participation;
pub mod pool;
pub mod principal;
mod pseudonym;
pub mod room;
pub mod search;
pub mod session;
mod signature;
mod store_error;
mod tell;
pub mod token;
pub mod trigger;
pub mod webhook;
mod webhook_use;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use perch_domain::addin::Origin;
use perch_domain::addin_proxy::ProxyHost;
use perch_domain::credential::Credential;
use perch_domain::limits::DEFAULT_CHAT_HISTORY;
use perch_domain::pool::PoolFqdn;
use perch_domain::{Clock, Refusal, Timestamp};
use perch_health::{Poster, Prober};
use perch_live::bus::Bus;
use perch_live::{Closing, Gaps, People};
use perch_store::{DeploymentStore, Storage};

pub use actor::Actor;

use crate::catalogue::PoolState;
use crate::cluster::Cluster;
use crate::directory::Directory;
use crate::identity::{IdentitySource, LocalAccounts};
use crate::loader::Loader;
use crate::pane_use::PaneUses;
use crate::session::Attempts;
use crate::store_error::refused;
use crate::webhook_use::WebhookUses;

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the deployment, shown at the top of the client.
    pub deployment_name: String,
    /// The name of this node, unique in the deployment.
    pub node_name: String,
    /// Where browsers reach the chat: no add-in may be there.
    pub own_origin: Origin,
    /// Messages sent when a room is joined, unless the client asks for another number.
    pub default_chat_history: u32,
    /// How long a browser's session lasts.
    pub session_seconds: i64,
    /// Hours between two looks at an add-in's page; 0: only when somebody asks.
    pub addin_check_hours: u32,
    /// Where the pages of proxied add-ins are; nowhere, when absent.
    pub addin_proxy: Option<ProxyHost>,
    /// How hard it is to guess a password from its hash.
    pub password_cost: identity::PasswordCost,
}

impl Settings {
    /// The defaults for a chat at an address.
    #[must_use]
    pub fn at(own_origin: Origin) -> Self {
        Self {
            deployment_name: "Perch".to_owned(),
            node_name: "node".to_owned(),
            own_origin,
            default_chat_history: DEFAULT_CHAT_HISTORY,
            session_seconds: 14 * 24 * 3_600,
            addin_check_hours: 24,
            addin_proxy: None,
            password_cost: identity::PasswordCost::default(),
        }
    }
}

/// A running deployment.
pub struct App {
    settings: Settings,
    clock: Arc<dyn Clock>,
    storage: Arc<dyn Storage>,
    deployment: Arc<dyn DeploymentStore>,
    /// Sessions and tokens, by the digests of their secrets.
    credentials: Loader<[u8; 32], Credential>,
    directory: RwLock<Directory>,
    pools: RwLock<BTreeMap<PoolFqdn, Arc<PoolState>>>,
    people: People,
    identity: Box<dyn IdentitySource>,
    attempts: Attempts,
    /// Rooms whose logs lack what is stored.
    gaps: Arc<Gaps>,
    /// The other nodes, if there may be any.
    cluster: Option<Cluster>,
    /// What pages of panes did and is not written yet.
    pane_uses: PaneUses,
    webhook_uses: WebhookUses,
    /// Looks at the pages of add-ins.
    prober: Arc<dyn Prober>,
    /// Told when one may be due.
    checks: Arc<tokio::sync::Notify>,
    /// Tells the receivers of webhooks.
    poster: Arc<dyn Poster>,
    /// Told when one may have to be told something.
    tellings: Arc<tokio::sync::Notify>,
    /// One change of the deployment at a time: each is checked against what the one before left.
    change: tokio::sync::Mutex<()>,
}

impl App {
    /// Opens a deployment: as one of several nodes, which a bus connects, or as the only one.
    ///
    /// # Errors
    /// When its store cannot be opened.
    pub async fn open(
        storage: Arc<dyn Storage>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        bus: Option<Arc<dyn Bus>>,
        prober: Arc<dyn Prober>,
        poster: Arc<dyn Poster>,
    ) -> Result<Arc<Self>, Refusal> {
        let cluster = bus.map(|bus| Cluster::new(settings.node_name.clone(), bus));
        let link = cluster.as_ref().map(Cluster::link);
        let gaps = Arc::<Gaps>::default();
        let checks = Arc::<tokio::sync::Notify>::default();
        let tellings = Arc::<tokio::sync::Notify>::default();
        let deployment = storage.deployment().await.map_err(refused)?;
        let loaded = deployment.load().await.map_err(refused)?;
        let mut pools = BTreeMap::new();
        for pool in loaded.pools {
            pools.insert(
                pool.fqdn.clone(),
                PoolState::open(pool, &*storage, Arc::clone(&gaps), link.cloned())
                    .await
                    .map_err(refused)?,
            );
        }
        let app = Arc::new(Self {
            identity: Box::new(LocalAccounts::new(
                Arc::clone(&deployment),
                settings.password_cost,
            )?),
            settings,
            clock,
            storage,
            credentials: session::credentials(Arc::clone(&deployment)),
            deployment,
            directory: RwLock::new(Directory::new(
                loaded.version,
                loaded.principals,
                loaded.inactive_nodes,
                loaded.token_keys,
            )),
            pools: RwLock::new(pools),
            people: People::start(),
            attempts: Attempts::new(),
            gaps: Arc::clone(&gaps),
            cluster,
            pane_uses: PaneUses::default(),
            webhook_uses: WebhookUses::default(),
            prober,
            checks: Arc::clone(&checks),
            poster,
            tellings: Arc::clone(&tellings),
            change: tokio::sync::Mutex::new(()),
        });
        app.note_versions();
        app.ensure_token_key().await?;
        tokio::spawn(Self::fill_gaps_always(Arc::downgrade(&app), gaps));
        tokio::spawn(Self::check_addins_always(Arc::downgrade(&app), checks));
        tokio::spawn(Self::record_addin_use_always(Arc::downgrade(&app)));
        tokio::spawn(Self::tell_webhooks_always(Arc::downgrade(&app), tellings));
        app.join_cluster();
        Ok(app)
    }

    /// What the operator set.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Who is connected.
    #[must_use]
    pub const fn people(&self) -> &People {
        &self.people
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Ends every connection, commits what was handed over, and closes the store. Nothing acknowledged is lost.
    pub async fn close(&self) {
        self.people.close_all(Closing::ShuttingDown);
        self.record_addin_use().await;
        for pool in self.all_pools() {
            if let Err(refusal) = self.keep_handshakes(&pool).await {
                tracing::warn!(%refusal, "what clients said of add-ins could not be kept");
            }
            pool.close().await;
        }
        if let Some(cluster) = &self.cluster {
            cluster.leave().await;
        }
        self.deployment.close().await;
    }

    pub(crate) fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The pools, in the order of their names.
    pub(crate) fn all_pools(&self) -> Vec<Arc<PoolState>> {
        self.pools
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }
}
