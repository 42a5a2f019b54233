//! A PostgreSQL cluster.

use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a start may take on a busy machine.
const START_MAX: Duration = Duration::from_secs(60);
/// How often it is asked whether it has started.
const PACE: Duration = Duration::from_millis(20);

/// Runs the server until the pipe from the test closes, which it does however the test ends; then nothing of it is left.
/// A line in the pipe is a crash instead, after which the folder stays; it starts nothing more when it is stopped, and what has
/// memory is not gone yet.
const GUARD: &str = r#"folder=$1
shift
"$@" </dev/null >>"$folder/log" 2>&1 &
server=$!
if read -r _; then
  kill -STOP "$server"; all="$server $(pgrep -P "$server")"; kill -KILL $all; wait
  for one in $all; do while grep -q . "/proc/$one/maps"; do sleep 0.02; done; done 2>/dev/null
else kill -QUIT "$server"; wait; rm -rf "$folder"; fi"#;

/// The user of every cluster.
const USER: &str = "perch";

/// A cluster that listens at a socket in its folder, and at an address when it is given one. Everything about it ends when it
/// is dropped, or with the process.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    /// Whom the server runs as when the test is root, which PostgreSQL refuses to be.
    user: Option<(u32, u32)>,
    durable: bool,
    /// Where it listens too.
    address: Option<SocketAddr>,
    guard: Option<Child>,
    databases: AtomicU32,
}

impl Postgres {
    /// The cluster that the tests of this process share. It does not wait for the disk.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(false))
    }

    /// A cluster of one's own, for tests that hurt it. Only a durable one waits for the disk.
    #[must_use]
    pub fn start(durable: bool) -> Self {
        Self::start_with(durable, None)
    }

    /// A durable cluster that also listens at a free port of the loopback, for programs that know no sockets in folders.
    #[must_use]
    pub fn start_with_port() -> Self {
        Self::start_with(true, Some(Ipv4Addr::LOCALHOST.into()))
    }

    /// A cluster that is reached over the network, at an address of this machine. It does not wait for the disk.
    #[must_use]
    pub fn start_at(address: IpAddr) -> Self {
        Self::start_with(false, Some(address))
    }

    fn start_with(durable: bool, address: Option<IpAddr>) -> Self {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let owner = fs::metadata(&folder).expect("the folder").uid();
        let user = (owner == 0).then(unprivileged);
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group)).expect("the folder changes hands");
        }
        let mut server = Self {
            programs: programs().expect(MISSING),
            folder,
            user,
            durable,
            address: address.map(free),
            guard: None,
            databases: AtomicU32::new(0),
        };
        // A default order of a language: what needs the order of bytes has to say so.
        let data = server.folder.join("data");
        let mut initdb = server.program("initdb");
        initdb
            .args(["--username", USER, "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--locale-provider=icu"])
            .args(["--icu-locale=en-US", "--no-sync", "--no-instructions"])
            .arg(&data);
        succeed(initdb);
        if address.is_some() {
            let mut access = fs::OpenOptions::new();
            let access = access.append(true).open(data.join("pg_hba.conf"));
            let everybody = format!("host all {USER} 0.0.0.0/0 trust\n");
            let written = access.and_then(|mut access| access.write_all(everybody.as_bytes()));
            written.expect("who may connect");
        }
        server.start_again();
        server
    }

    /// Whether it is installed.
    #[must_use]
    pub fn installed() -> bool {
        programs().is_some()
    }

    /// The process from which all processes of the running server descend.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.guard.as_ref().map(Child::id)
    }

    /// User, port and database of a new, empty database at the loopback.
    ///
    /// # Panics
    /// When it was not started with a port.
    #[must_use]
    pub fn database_at_port(&self) -> (&'static str, u16, String) {
        (USER, self.listens().port(), self.new_database())
    }

    /// Where a cluster that is reached over the network is: host and port.
    ///
    /// # Panics
    /// When it was started without an address.
    #[must_use]
    pub fn address(&self) -> String {
        self.listens().to_string()
    }

    fn listens(&self) -> SocketAddr {
        self.address.expect("it listens at an address")
    }

    /// Runs a script in a database, and gives what it prints: values without a header.
    pub fn run(&self, database: &str, script: &str) -> String {
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set=ON_ERROR_STOP=1", "--username", USER, "--host"])
            .arg(&self.folder)
            .args(["--dbname", database, "--command", script]);
        succeed(psql)
    }

    /// The address of a new, empty database.
    #[must_use]
    pub fn database(&self) -> String {
        let name = self.new_database();
        let host = self.address.map_or_else(
            || self.folder.to_string_lossy().replace('/', "%2F"),
            |address| address.to_string(),
        );
        format!("postgres://{USER}@{host}/{name}")
    }

    fn new_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let mut createdb = self.program("createdb");
        createdb
            .args(["--username", USER, "--host"])
            .arg(&self.folder)
            .arg(&name);
        succeed(createdb);
        name
    }

    /// SIGKILL to all of its processes, in the middle of whatever they do.
    pub fn kill(&mut self) {
        let mut guard = self.guard.take().expect("it runs");
        let mut pipe = guard.stdin.take().expect("a pipe");
        pipe.write_all(b"crash\n").expect("the guard listens");
        guard.wait().expect("it ends");
    }

    /// Starts it again after [`Self::kill`], and waits until it answers.
    pub fn start_again(&mut self) {
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "sh"]).arg(&self.folder);
        guard.arg(self.programs.join("postgres")).arg("-D");
        guard.arg(self.folder.join("data")).arg("-k");
        let address = self.address.map(|address| address.ip().to_string());
        guard.arg(&self.folder).arg("-c");
        guard.arg(format!("listen_addresses={}", address.unwrap_or_default()));
        guard.args(["-c", "max_connections=400"]);
        if !self.durable {
            guard.args(["-c", "fsync=off"]);
        }
        self.lower(&mut guard);
        let guard = guard.stdin(Stdio::piped()).stdout(Stdio::null());
        self.guard = Some(guard.spawn().expect("sh runs"));
        let deadline = Instant::now() + START_MAX;
        while !self.answers() {
            assert!(
                Instant::now() < deadline,
                "PostgreSQL does not start:\n{}",
                fs::read_to_string(self.folder.join("log")).unwrap_or_default()
            );
            std::thread::sleep(PACE);
        }
    }

    fn answers(&self) -> bool {
        let mut ready = self.program("pg_isready");
        ready.arg("--quiet").arg("--host").arg(&self.folder);
        ready.status().expect("pg_isready runs").success()
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        self.lower(&mut command);
        command
    }

    /// Lets a command run as an unprivileged user, with nothing of PostgreSQL's in its environment.
    fn lower(&self, command: &mut Command) {
        command.current_dir(&self.folder);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PG")) {
            command.env_remove(name);
        }
        if let Some(address) = self.address {
            command.env("PGPORT", address.port().to_string());
        }
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            guard.wait().ok();
        }
        // What is left of one that was killed.
        fs::remove_dir_all(&self.folder).ok();
    }
}

const MISSING: &str = "PostgreSQL is missing. Install it: apt install postgresql";

/// A port that nobody uses there.
fn free(address: IpAddr) -> SocketAddr {
    let free = TcpListener::bind((address, 0)).expect("a port");
    free.local_addr().expect("its number")
}

/// Where Debian has the programs of the newest version.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    versions
        .filter_map(|entry| {
            let version: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let programs = Path::new("/usr/lib/postgresql").join(format!("{version}/bin"));
            programs
                .join("postgres")
                .exists()
                .then_some((version, programs))
        })
        .max()
        .map(|(_, programs)| programs)
}

/// The user and group `postgres`, which Debian's package makes.
fn unprivileged() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("a list of users");
    users
        .lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            let (name, _) = (fields.next()?, fields.next()?);
            let ids = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            (name == "postgres").then_some(ids)
        })
        .expect("there is no user postgres. Install PostgreSQL: apt install postgresql")
}

fn succeed(mut command: Command) -> String {
    let output = command.output().expect("it runs");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
