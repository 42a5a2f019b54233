//! The floor: a server of one thread that waits with epoll and writes every line to everybody, itself no more than that.

use std::io::{ErrorKind, Read, Write};
use std::process::Stdio;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};
use tokio::process::Child;

use crate::bench::failed;
use crate::bench::link::{Dial, Link};
use crate::bench::scenario::Subject;
use crate::bench::server;
use crate::bench::wire::line::Line;
use crate::error::Error;
use crate::say::say;

const LISTENER: Token = Token(usize::MAX);
const READ_BYTES: usize = 65_536;

/// The running server, a process of its own.
pub(super) struct Floor {
    child: Child,
    address: String,
}

impl Floor {
    /// Starts it.
    pub(super) async fn start() -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(failed)?;
        let mut command = server::on_server_core(program);
        command.args(["bench", "floor"]).stdout(Stdio::piped());
        let mut child = server::spawn(&mut command)?;
        let said = child.stdout.take();
        let address = server::listening(said.ok_or_else(|| failed("no output"))?).await?;
        Ok(Self { child, address })
    }
}

impl Subject for Floor {
    type Protocol = Line;

    async fn enter(&self, members: usize) -> Result<Vec<Link<Line>>, Error> {
        let mut links = Vec::with_capacity(members);
        for _ in 0..members {
            links.push(Link::open(Dial::default(), &self.address, Line::default()).await?);
        }
        Ok(links)
    }

    fn cpu(&self) -> Result<Vec<(String, f64)>, Error> {
        let seconds = server::processes(&self.child)?.cpu_seconds()?;
        Ok(vec![("floor".to_owned(), seconds)])
    }
}

struct Member {
    stream: TcpStream,
    /// What has not been written because the kernel took no more.
    waiting: Vec<u8>,
}

/// Runs the server until it is killed.
///
/// # Errors
/// When it cannot listen or wait.
pub(in crate::bench) fn serve() -> Result<(), Error> {
    run().map_err(failed)
}

fn run() -> std::io::Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1_024);
    let mut listener = TcpListener::bind(([127, 0, 0, 1], 0).into())?;
    let listening = listener.local_addr()?;
    say(&format!("listening address={listening} "));
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut members: Vec<Option<Member>> = Vec::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, poll.registry(), &mut members)?;
                continue;
            }
            let at = event.token().0;
            if event.is_writable() {
                write(poll.registry(), &mut members, at, &[]);
            }
            while let Some(bytes) = event
                .is_readable()
                .then(|| read(&mut members, at, &mut buffer))
                .flatten()
            {
                let lines = buffer.get(..bytes).unwrap_or_default().to_vec();
                for to in 0..members.len() {
                    write(poll.registry(), &mut members, to, &lines);
                }
            }
        }
    }
}

fn accept(
    listener: &TcpListener,
    registry: &Registry,
    members: &mut Vec<Option<Member>>,
) -> std::io::Result<()> {
    while let Ok((mut stream, _)) = listener.accept() {
        stream.set_nodelay(true)?;
        registry.register(&mut stream, Token(members.len()), Interest::READABLE)?;
        members.push(Some(Member {
            stream,
            waiting: Vec::new(),
        }));
    }
    Ok(())
}

/// Whole lines come: whoever posts sends each in one write. None: nothing more, or gone.
fn read(members: &mut [Option<Member>], at: usize, buffer: &mut [u8]) -> Option<usize> {
    let slot = members.get_mut(at)?;
    match slot.as_mut()?.stream.read(buffer) {
        Ok(0) => {
            *slot = None;
            None
        }
        Ok(bytes) => Some(bytes),
        Err(cause) if cause.kind() == ErrorKind::WouldBlock => None,
        Err(_) => {
            *slot = None;
            None
        }
    }
}

fn write(registry: &Registry, members: &mut [Option<Member>], at: usize, lines: &[u8]) {
    let Some(slot) = members.get_mut(at) else {
        return;
    };
    let Some(member) = slot else {
        return;
    };
    let waited = !member.waiting.is_empty();
    let written = if waited {
        member.waiting.extend_from_slice(lines);
        member.stream.write(&member.waiting)
    } else {
        member.stream.write(lines)
    };
    let written = match written {
        Ok(written) => written,
        Err(cause) if cause.kind() == ErrorKind::WouldBlock => 0,
        Err(_) => {
            *slot = None;
            return;
        }
    };
    if waited {
        member.waiting.drain(..written);
    } else {
        member
            .waiting
            .extend_from_slice(lines.get(written..).unwrap_or_default());
    }
    let interest = if member.waiting.is_empty() {
        Interest::READABLE
    } else {
        Interest::READABLE | Interest::WRITABLE
    };
    if waited == member.waiting.is_empty() {
        registry
            .reregister(&mut member.stream, Token(at), interest)
            .ok();
    }
}
