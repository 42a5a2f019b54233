//! ejabberd as a peer: Debian's packages, with accounts, rooms and their archive in a private PostgreSQL, without TLS.
//!
//! Rooms tell nobody who came and went, as our large ones do not; otherwise entering a room of 2,000 alone would take minutes.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use hdrhistogram::Histogram;
use perch_test_servers::Postgres;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use crate::bench::link::Link;
use crate::bench::load::{self, micros};
use crate::bench::scenario::Subject;
use crate::bench::scenario::joining::{Joinable, LATEST};
use crate::bench::wire::xmpp::Xmpp;
use crate::bench::{failed, server, services};
use crate::error::Error;

const PASSWORD: &str = "secret";
const START_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);
const SCHEMA: &str = "/usr/share/ejabberd/sql/pg.sql";
/// What to do where it is not installed.
pub(super) const MISSING: &str =
    "ejabberd is not installed: apt install ejabberd erlang-p1-pgsql postgresql";

/// What is kept between the starts of the server.
pub(super) struct Bed {
    folder: TempDir,
    postgres: Postgres,
    /// The folder of Erlang's libraries in which ejabberd is.
    libraries: PathBuf,
    port: u16,
}

impl Bed {
    /// Makes the database, with so many accounts and a room with a history of so many messages.
    pub(super) fn make(people: usize, history: usize) -> Result<Self, Error> {
        let libraries = libraries().ok_or_else(|| failed(MISSING))?;
        let folder = tempfile::tempdir().map_err(failed)?;
        let postgres = Postgres::start_with_port();
        services::of(postgres.process())?.pin()?;
        let (user, port_of_database, database) = postgres.database_at_port();
        postgres.run(&database, &fs::read_to_string(SCHEMA).map_err(failed)?);
        postgres.run(
            &database,
            &format!(
                "INSERT INTO users (username, password) SELECT 'user' || n, '{PASSWORD}' FROM generate_series(0, {people}) n;
                 INSERT INTO archive (username, timestamp, peer, bare_peer, xml, txt, kind, nick)
                 SELECT 'old@conference.localhost', 1700000000000000 + n, 'user0@localhost/bench', 'user0@localhost',
                   '<message xml:lang=''en'' to=''old@conference.localhost'' from=''user0@localhost/bench'' type=''groupchat'' '
                   || 'xmlns=''jabber:client''><body>' || text || '</body></message>', text, 'groupchat', 'user0'
                 FROM (SELECT n, 'message ' || n || ' of a room that has been in use for a while, as long as messages are' AS text
                       FROM generate_series(1, {history}) n) AS history;"
            ),
        );
        let free = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let port = free.local_addr().map_err(failed)?.port();
        drop(free);
        let configuration = format!(
            "loglevel: error
hosts: [localhost]
auth_method: sql
auth_password_format: plain
default_db: sql
sql_type: pgsql
sql_server: 127.0.0.1
sql_port: {port_of_database}
sql_database: {database}
sql_username: {user}
sql_password: \"\"
listen:
  - port: {port}
    ip: 127.0.0.1
    module: ejabberd_c2s
    backlog: 1024
    starttls: false
    shaper: none
modules:
  mod_muc:
    db_type: sql
    max_users: 10000
    default_room_options:
      persistent: true
      mam: true
      max_users: 10000
      presence_broadcast: []
  mod_mam:
    db_type: sql
"
        );
        fs::write(folder.path().join("ejabberd.yml"), configuration).map_err(failed)?;
        Ok(Self {
            folder,
            postgres,
            libraries,
            port,
        })
    }

    /// Starts the server, as `ejabberdctl` would but without Erlang's distribution.
    pub(super) async fn start(&self) -> Result<Ejabberd<'_>, Error> {
        let folder = self.folder.path();
        let log = fs::File::create(folder.join("out")).map_err(failed)?;
        let mut command = server::on_server_core("erl");
        command
            .args(["-noinput", "+K", "true", "+P", "250000", "-mnesia", "dir"])
            .arg(format!("{:?}", folder.join("spool")))
            .args(["-s", "ejabberd"])
            .current_dir(folder)
            .env("HOME", folder)
            .env("EJABBERD_CONFIG_PATH", folder.join("ejabberd.yml"))
            .env("EJABBERD_LOG_PATH", folder.join("ejabberd.log"))
            .env("ERL_MAX_PORTS", "32000")
            .env("ERL_LIBS", &self.libraries)
            .stdout(Stdio::from(log.try_clone().map_err(failed)?))
            .stderr(Stdio::from(log));
        let ejabberd = Ejabberd {
            bed: self,
            child: server::spawn(&mut command)?,
        };
        let listens = timeout(START_MAX, async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                sleep(LOOK_EVERY).await;
            }
        });
        if listens.await.is_err() {
            let said = fs::read_to_string(folder.join("out")).unwrap_or_default();
            return Err(failed(format!("ejabberd does not start:\n{said}")));
        }
        Ok(ejabberd)
    }
}

/// Whether it is installed, with all that it needs.
pub(super) fn installed() -> bool {
    libraries().is_some()
}

/// Where Debian has it among Erlang's libraries.
fn libraries() -> Option<PathBuf> {
    let driver = folders("/usr/lib/erlang/lib").any(|path| starts_with(&path, "p1_pgsql-"));
    if !driver || !Path::new(SCHEMA).exists() || !Postgres::installed() {
        return None;
    }
    folders("/usr/lib").find(|path| {
        folders(path).any(|path| starts_with(&path, "ejabberd-") && path.join("ebin").exists())
    })
}

fn folders(path: impl AsRef<Path>) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path()))
}

fn starts_with(path: &Path, start: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(start))
}

/// The running server.
pub(super) struct Ejabberd<'b> {
    bed: &'b Bed,
    child: Child,
}

impl Ejabberd<'_> {
    async fn connect(&self, user: &str, room: &str) -> Result<Link<Xmpp>, Error> {
        let address = format!("127.0.0.1:{}", self.bed.port);
        Xmpp::connect(&address, user, PASSWORD, room).await
    }
}

impl Subject for Ejabberd<'_> {
    type Protocol = Xmpp;

    async fn enter(&self, members: usize) -> Result<Vec<Link<Xmpp>>, Error> {
        let room = format!("room{members}");
        let mut links = Vec::with_capacity(members);
        for number in 0..members {
            let user = format!("user{number}");
            let mut link = self.connect(&user, &room).await?;
            Xmpp::enter(&mut link, &user).await?;
            links.push(link);
        }
        Ok(links)
    }

    fn cpu(&self) -> Result<Vec<(String, f64)>, Error> {
        let postgres = services::of(self.bed.postgres.process())?;
        Ok(vec![
            (
                "beam".to_owned(),
                server::processes(&self.child)?.cpu_seconds()?,
            ),
            ("PostgreSQL".to_owned(), postgres.cpu_seconds()?),
        ])
    }
}

impl Joinable for Ejabberd<'_> {
    async fn join_often(&self, joins: u64) -> Result<Histogram<u64>, Error> {
        let mut link = self.connect("user0", "old").await?;
        let mut latencies = load::histogram()?;
        for _ in 0..joins {
            let start = Instant::now();
            Xmpp::enter(&mut link, "user0").await?;
            let came = Xmpp::latest(&mut link, LATEST).await?;
            latencies.record(micros(start)).map_err(failed)?;
            if came != LATEST as usize {
                return Err(failed(format!("{came} messages came with a join")));
            }
            Xmpp::leave(&mut link, "user0").await?;
        }
        Ok(latencies)
    }
}
