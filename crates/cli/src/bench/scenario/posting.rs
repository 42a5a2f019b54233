//! 50 members of a room, each posting as soon as its last message is acknowledged; all receive everything.

use std::time::Duration;

use super::{Subject, Used};
use crate::bench::load;
use crate::bench::report::Figures;
use crate::error::Error;

/// Members of the room.
pub(in crate::bench) const MEMBERS: usize = 50;
/// The name of the figure.
pub(in crate::bench) const POSTS: &str = "posting, room of 50: durable posts";

/// Measures.
///
/// # Errors
/// When not everybody receives everything.
pub(in crate::bench) async fn measure(
    subject: &impl Subject,
    load: Duration,
) -> Result<Figures, Error> {
    let mut links = subject.enter(MEMBERS).await?;
    let before = Used::now(subject)?;
    let outcome = load::posting(&mut links, load).await?;
    let used = before.since(subject)?;
    let mut figures = Figures::default();
    let posts = outcome.count();
    figures.add(POSTS, posts / outcome.seconds, "/s");
    used.add(&mut figures, "posting, room of 50: CPU a post", posts);
    figures.add_latency("posting, room of 50: acknowledged", &outcome.latencies);
    Ok(figures)
}
