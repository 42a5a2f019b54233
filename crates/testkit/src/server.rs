//! A server with a pool and an administrator.

use std::sync::Arc;

use perch_app::identity::PasswordCost;
use perch_app::{App, Settings};
use perch_domain::addin::Origin;
use perch_domain::addin_proxy::ProxyHost;
use perch_domain::pool::PoolFqdn;
use perch_domain::webhook::DeadLetter;
use perch_domain::{Clock, PrincipalId, Seq};
use perch_health_probe::{WebPoster, WebProber};
use perch_server::{HttpSettings, Readiness, ServerState, SocketLimits};
use perch_store::{AuditEntry, Storage};
use perch_store_sqlite::SqliteStorage;
use perch_wire::pool::NewPool;
use perch_wire::principal::{NewPrincipal, PrincipalKind};
use perch_wire::session::NewToken;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Person, TestClock};

/// The pool that every server has.
pub const POOL: &str = "atl-cs-001.contoso.com";
/// Everybody's password.
const PASSWORD: &str = "correct horse";

/// A whole server on a free port. Stops when it is dropped.
pub struct Server {
    app: Arc<App>,
    url: String,
    clock: Arc<TestClock>,
    folder: TempDir,
    readiness: Arc<Readiness>,
    running: Option<(oneshot::Sender<()>, JoinHandle<std::io::Result<()>>)>,
}

impl Server {
    /// A new deployment: the pool [`POOL`], and an administrator.
    pub async fn start() -> Self {
        Self::start_with(SocketLimits::default()).await
    }

    /// The same, with other limits of live connections.
    pub async fn start_with(limits: SocketLimits) -> Self {
        Self::start_as(None, limits, HttpSettings::default()).await
    }

    /// The same, which takes requests in another way than by default.
    pub async fn start_http(http: HttpSettings) -> Self {
        Self::start_as(None, SocketLimits::default(), http).await
    }

    /// The same, which people reach at another address than its own, as behind a proxy.
    pub async fn start_at(origin: &str) -> Self {
        let origin = Origin::parse(origin).expect("an origin");
        Self::start_as(
            Some(origin),
            SocketLimits::default(),
            HttpSettings::default(),
        )
        .await
    }

    async fn start_as(origin: Option<Origin>, limits: SocketLimits, http: HttpSettings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(TestClock::default());
        let (app, url, readiness, running) = run(&folder, &clock, origin, limits, http).await;
        let administrator = new_user("control", "Control", true);
        app.create_principal(None, &administrator)
            .await
            .expect("an administrator");
        app.create_pool(
            None,
            &NewPool {
                fqdn: POOL.to_owned(),
                display_name: None,
            },
        )
        .await
        .expect("a pool");
        Self {
            app,
            url,
            clock,
            folder,
            readiness,
            running: Some(running),
        }
    }

    /// Stops the server as a signal would, and starts it again on the same folder, on another port.
    pub async fn restart(&mut self) {
        self.stop().await;
        let (app, url, readiness, running) = run(
            &self.folder,
            &self.clock,
            None,
            SocketLimits::default(),
            HttpSettings::default(),
        )
        .await;
        (self.app, self.url, self.readiness, self.running) = (app, url, readiness, Some(running));
    }

    /// Stops the server as a signal would.
    pub async fn stop(&mut self) {
        if let Some((stop, task)) = self.running.take() {
            stop.send(()).ok();
            task.await.expect("no panic").expect("a clean stop");
        }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Its use cases.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// What a balancer is told of it.
    #[must_use]
    pub fn readiness(&self) -> Arc<Readiness> {
        Arc::clone(&self.readiness)
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// What the audit logs hold, of the deployment and of each pool; newest first in each.
    pub async fn audit(&self) -> Vec<AuditEntry> {
        let storage = SqliteStorage::new(self.folder.path().to_owned());
        let deployment = storage.deployment().await.expect("a deployment");
        let mut entries = deployment.audit(u32::MAX).await.expect("an audit log");
        deployment.close().await;
        for pool in self.app.list_pools() {
            let pool = storage.pool(&PoolFqdn::stored(pool.fqdn)).await;
            let pool = pool.expect("a pool");
            entries.extend(pool.audit(u32::MAX).await.expect("an audit log"));
            pool.close().await;
        }
        entries
    }

    /// Gives a message up for the webhook of an add-in, as if its receiver had refused it too often.
    pub async fn give_up(&self, addin: &str, room: &str, seq: u64) {
        let storage = SqliteStorage::new(self.folder.path().to_owned());
        let pool = storage.pool(&PoolFqdn::stored(POOL.to_owned())).await;
        let pool = pool.expect("a pool");
        let letter = DeadLetter {
            addin: addin.parse().expect("an add-in"),
            room: room.parse().expect("a room"),
            seq: Seq(seq),
            at: self.clock.now(),
            attempts: 12,
            reason: r#"{"status":400}"#.to_owned(),
        };
        let mut write = pool.write().await.expect("a transaction");
        write.put_dead_letter(&letter).await.expect("a dead letter");
        write.commit().await.expect("a commit");
        pool.close().await;
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn nobody(&self) -> Person {
        Person::nobody(&self.url)
    }

    /// The administrator, by token.
    pub async fn administrator(&self) -> Person {
        self.person("control").await
    }

    /// A token of the administrator.
    pub async fn administrator_token(&self) -> String {
        self.administrator().await.secret.expect("a token")
    }

    /// A user of this name, made when there is none, by token.
    pub async fn person(&self, name: &str) -> Person {
        let address = format!("sip:{name}@contoso.com");
        let known = self
            .app
            .search_principals(&address, Some(PrincipalKind::User), Some(1));
        let principal = match known.into_iter().next() {
            Some(principal) => principal,
            None => self
                .app
                .create_principal(None, &new_user(name, name, false))
                .await
                .expect("a user"),
        };
        let actor = self
            .app
            .actor(PrincipalId(principal.id), None)
            .expect("an enabled user");
        let token = NewToken {
            name: "test".to_owned(),
            expires_in_days: None,
        };
        let issued = self
            .app
            .create_token(&actor, &token)
            .await
            .expect("a token");
        Person {
            secret: Some(issued.secret),
            id: principal.id.to_string(),
            address: principal.address,
            ..self.nobody()
        }
    }

    /// A user of this name, signed in with name and password as a browser is.
    pub async fn browser(&self, name: &str) -> Person {
        let Person { id, address, .. } = self.person(name).await;
        let browser = self.nobody();
        browser
            .post("/session", json!({ "name": address, "password": PASSWORD }))
            .await
            .done();
        Person {
            id,
            address,
            ..browser
        }
    }

    /// A category whose scope is these people, who may all create rooms in it.
    pub async fn category(&self, name: &str, people: &[&Person]) -> Value {
        let list: Vec<_> = people.iter().map(|person| person.id.clone()).collect();
        self.category_of(json!({ "name": name, "allowed_members": list, "creators": list }))
            .await
    }

    /// A category made from a whole body.
    pub async fn category_of(&self, body: Value) -> Value {
        self.administrator()
            .await
            .post(&format!("/pools/{POOL}/categories"), body)
            .await
            .done()
    }

    /// A room made by its administrator, with these members.
    pub async fn room(&self, category: &str, name: &str, members: &[&Person]) -> String {
        let members: Vec<_> = members.iter().map(|person| person.id.clone()).collect();
        self.room_of(json!({ "category": category, "name": name, "members": members }))
            .await
    }

    /// A room made by its administrator from a whole body.
    pub async fn room_of(&self, body: Value) -> String {
        let room = self
            .administrator()
            .await
            .post(&format!("/pools/{POOL}/rooms"), body)
            .await
            .done();
        room["id"].as_str().expect("an identifier").to_owned()
    }

    /// An add-in of the pool, made by its administrator.
    pub async fn addin(&self, name: &str, url: &str) -> String {
        let addin = self
            .administrator()
            .await
            .post(
                &format!("/pools/{POOL}/addins"),
                json!({ "name": name, "url": url }),
            )
            .await
            .done();
        addin["id"].as_str().expect("an identifier").to_owned()
    }
}

fn new_user(name: &str, display_name: &str, administrator: bool) -> NewPrincipal {
    NewPrincipal {
        kind: PrincipalKind::User,
        address: format!("{name}@contoso.com"),
        display_name: display_name.to_owned(),
        email: None,
        password: Some(PASSWORD.to_owned()),
        administrator,
        containers: Vec::new(),
    }
}

type Running = (oneshot::Sender<()>, JoinHandle<std::io::Result<()>>);

async fn run(
    folder: &TempDir,
    clock: &Arc<TestClock>,
    origin: Option<Origin>,
    limits: SocketLimits,
    http: HttpSettings,
) -> (Arc<App>, String, Arc<Readiness>, Running) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let origin = origin.unwrap_or_else(|| Origin::parse(&url).expect("an origin"));
    let settings = Settings {
        // Pages of tests are not there.
        addin_check_hours: 0,
        addin_proxy: ProxyHost::parse("addins.localhost", &origin).ok(),
        // Hashing is slow on purpose; tests do not guess passwords.
        password_cost: PasswordCost {
            memory_kib: 8,
            passes: 1,
        },
        ..Settings::at(origin)
    };
    let storage = Arc::new(SqliteStorage::new(folder.path().to_owned()));
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    let app = App::open(
        storage,
        settings,
        clock,
        None,
        Arc::new(WebProber::new()),
        Arc::new(WebPoster::new()),
    )
    .await
    .expect("a deployment");
    let (stop, stopped) = oneshot::channel();
    let state = ServerState::new(Arc::clone(&app), limits).with_http(http);
    let readiness = Arc::clone(state.readiness());
    let stopped = async {
        // A server that is dropped stops too.
        stopped.await.ok();
    };
    let task = tokio::spawn(perch_server::serve(listener, state, stopped));
    (app, url, readiness, (stop, task))
}
