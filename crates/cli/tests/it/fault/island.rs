//! A place for a node of which every way to the rest can be cut.
//!
//! It is a network namespace with a cable of its own, a pair of virtual interfaces, to the clients, to NATS and to
//! PostgreSQL. A cut cable loses its carrier: nothing arrives, nothing is refused, and the kernel goes on trying as it does.
//! Where namespaces may not be made, which takes root, proxies hold up what is sent instead.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::cable::Cable;

/// Makes the namespace and its cables, says so, and removes them when the pipe from the test closes, which it does however the
/// test ends. Arguments: the name, and for each cable the addresses of its two ends.
const GUARD: &str = r#"name=$1; shift
remove() { ip netns del "$name"; for way in 0 1 2; do ip link del "$name-$way"; done; }
make() {
  ip netns add "$name" && ip -n "$name" link set lo up || return
  for way in 0 1 2; do
    ip link add "$name-$way" type veth peer name "way$way" netns "$name" &&
    ip address add "$1" dev "$name-$way" && ip -n "$name" address add "$2" dev "way$way" &&
    ip link set "$name-$way" up && ip -n "$name" link set "way$way" up || return
    shift 2
  done
}
if make "$@"; then echo made; read -r _; fi
remove 2>/dev/null"#;

/// What a node is cut off from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Clients,
    Nats,
    Postgres,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Clients, Self::Nats, Self::Postgres];
}

/// The place.
pub(super) struct Island {
    number: u32,
    /// Proxies stand in for them where there are none.
    cables: bool,
    guard: Option<Child>,
    proxies: Vec<(Way, Cable)>,
}

impl Island {
    /// A namespace of this process and test alone; or proxies, and a word about it.
    pub(super) fn new() -> Self {
        static ISLANDS: AtomicU32 = AtomicU32::new(0);
        let island = ISLANDS.fetch_add(1, Ordering::Relaxed);
        let number = std::process::id() % 2_048 * 4 + island % 4;
        let mut island = Self {
            number,
            cables: true,
            guard: None,
            proxies: Vec::new(),
        };
        match island.make() {
            Ok(guard) => island.guard = Some(guard),
            Err(cause) => {
                island.cables = false;
                let warning = format!(
                    "SKIPPED: no network namespace can be made. Run this as root, with iproute2. Proxies hold up the \
                     node's connections instead.\n{cause}\n"
                );
                // Past what keeps a test's output back.
                let mut output = std::io::stderr();
                output.write_all(warning.as_bytes()).expect("an output");
            }
        }
        island
    }

    fn make(&self) -> Result<Child, String> {
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "sh"]).arg(self.name());
        for way in Way::ALL {
            for end in [self.mainland(way), self.shore(way)] {
                guard.arg(format!("{end}/30"));
            }
        }
        guard.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut guard = guard.stderr(Stdio::piped()).spawn().expect("sh runs");
        let mut made = String::new();
        let output = guard.stdout.as_mut().expect("a pipe");
        let read = BufReader::new(output).read_line(&mut made);
        read.expect("what it says");
        if made == "made\n" {
            return Ok(guard);
        }
        let output = guard.wait_with_output().expect("it ends");
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn name(&self) -> String {
        format!("perch{}", self.number)
    }

    /// The mainland's end of a way: where NATS or PostgreSQL listen.
    pub(super) fn mainland(&self, way: Way) -> IpAddr {
        self.end(way, 1)
    }

    /// The island's end of a way: where the node listens to its clients.
    pub(super) fn shore(&self, way: Way) -> IpAddr {
        self.end(way, 2)
    }

    fn end(&self, way: Way, end: u32) -> IpAddr {
        let offset = self.number * 16 + way as u32 * 4 + end;
        // A network that is set aside for measuring; the loopback, where there are no cables.
        let network = if self.cables {
            Ipv4Addr::new(198, 18, 0, 0)
        } else {
            Ipv4Addr::new(127, 198, 0, 0)
        };
        Ipv4Addr::from(u32::from(network) + offset).into()
    }

    /// Where an address at the other end of a way is found.
    pub(super) fn across(&mut self, way: Way, address: &str) -> String {
        if self.cables {
            return address.to_owned();
        }
        let proxy = Cable::to(address);
        let found = proxy.address.clone();
        self.proxies.push((way, proxy));
        found
    }

    /// Lets a command run there.
    pub(super) fn place(&self, command: Command) -> Command {
        if !self.cables {
            return command;
        }
        let mut placed = Command::new("nsenter");
        placed.arg(format!("--net=/run/netns/{}", self.name()));
        placed.arg(command.get_program()).args(command.get_args());
        placed.stdin(Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => placed.env(name, value),
                None => placed.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            placed.current_dir(folder);
        }
        placed
    }

    /// Cuts ways.
    pub(super) fn cut(&self, ways: &[Way]) {
        self.set(ways, "down");
    }

    /// Makes them whole again.
    pub(super) fn heal(&self, ways: &[Way]) {
        self.set(ways, "up");
    }

    fn set(&self, ways: &[Way], state: &str) {
        for way in ways {
            if self.cables {
                let interface = format!("{}-{}", self.name(), *way as u32);
                let mut set = Command::new("ip");
                let set = set.args(["link", "set", &interface, state]).status();
                assert!(set.expect("ip runs").success());
            }
            for (_, proxy) in self.proxies.iter().filter(|(of, _)| of == way) {
                proxy.set(state == "down");
            }
        }
    }
}

impl Drop for Island {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            guard.wait().ok();
        }
    }
}
