//! A NATS server.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The user of every server.
const USER: &str = "perch";
/// The user's password.
const PASSWORD: &str = "secret";
/// How long a start may take on a busy machine.
const START_MAX: Duration = Duration::from_secs(60);
/// How often it is asked whether it has started.
const PACE: Duration = Duration::from_millis(20);

/// Runs the server until the pipe from the test closes, which it does however the test ends.
const GUARD: &str = r#""$@" </dev/null >/dev/null 2>&1 &
server=$!
read -r _
kill -KILL "$server"; wait"#;

/// A server on a free port, of the loopback unless another address is given, with a user and password. It ends when it is dropped, or with the process.
#[derive(Debug)]
pub struct Nats {
    folder: TempDir,
    address: SocketAddr,
    tls: bool,
    guard: Option<Child>,
}

impl Nats {
    /// A server.
    #[must_use]
    pub fn start() -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into())
    }

    /// A server at an address of this machine.
    #[must_use]
    pub fn start_at(address: IpAddr) -> Self {
        Self::start_with(address, "", false)
    }

    /// A server that speaks TLS only, with a certificate and its key, PEM files.
    #[must_use]
    pub fn start_tls(certificate: &Path, key: &Path) -> Self {
        let tls = format!(
            "tls {{ cert_file: {:?}, key_file: {:?} }}",
            certificate.display().to_string(),
            key.display().to_string()
        );
        Self::start_with(Ipv4Addr::LOCALHOST.into(), &tls, true)
    }

    /// A server that keeps streams too, in its folder.
    #[must_use]
    pub fn start_with_streams() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let streams = format!("jetstream {{ store_dir: {:?} }}", folder.path());
        Self::start_in(folder, Ipv4Addr::LOCALHOST.into(), &streams, false)
    }

    /// Whether it is installed.
    #[must_use]
    pub fn installed() -> bool {
        program().is_some()
    }

    /// The process from which that of the running server descends.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.guard.as_ref().map(Child::id)
    }

    /// User and password of every server.
    #[must_use]
    pub fn credentials(&self) -> (&'static str, &'static str) {
        (USER, PASSWORD)
    }

    fn start_with(address: IpAddr, tls_configuration: &str, tls: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::start_in(folder, address, tls_configuration, tls)
    }

    fn start_in(folder: TempDir, address: IpAddr, more: &str, tls: bool) -> Self {
        let free = TcpListener::bind((address, 0)).expect("a port");
        let address = free.local_addr().expect("its number");
        drop(free);
        let configuration = format!(
            "listen: \"{address}\"\nauthorization {{ user: {USER}, password: {PASSWORD} }}\n{more}\n"
        );
        fs::write(folder.path().join("nats.conf"), configuration).expect("a configuration");
        let mut server = Self {
            folder,
            address,
            tls,
            guard: None,
        };
        server.start_again();
        server
    }

    /// Where it is, with user and password.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_as(PASSWORD)
    }

    /// Where it is, with another password.
    #[must_use]
    pub fn url_as(&self, password: &str) -> String {
        self.url_of(password, &self.address())
    }

    /// Where a way to it begins, with user and password.
    #[must_use]
    pub fn url_at(&self, address: &str) -> String {
        self.url_of(PASSWORD, address)
    }

    fn url_of(&self, password: &str, address: &str) -> String {
        let scheme = if self.tls { "tls" } else { "nats" };
        format!("{scheme}://{USER}:{password}@{address}")
    }

    /// Where it is: host and port.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            guard.wait().expect("it ends");
        }
    }

    /// Starts it again after [`Self::kill`], at the same address, and waits until it takes connections.
    pub fn start_again(&mut self) {
        let mut guard = Command::new("sh");
        let program =
            program().expect("nats-server is missing. Install it: apt install nats-server");
        guard.args(["-c", GUARD, "sh", program, "-c"]);
        guard.arg(self.folder.path().join("nats.conf"));
        let guard = guard.stdin(Stdio::piped()).stdout(Stdio::null());
        self.guard = Some(guard.spawn().expect("sh runs"));
        let deadline = Instant::now() + START_MAX;
        while TcpStream::connect(self.address).is_err() {
            assert!(Instant::now() < deadline, "NATS does not start");
            std::thread::sleep(PACE);
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Debian has it where an ordinary user's path does not lead.
fn program() -> Option<&'static str> {
    let places = ["/usr/sbin/nats-server", "/usr/bin/nats-server"];
    places.into_iter().find(|place| Path::new(place).exists())
}
