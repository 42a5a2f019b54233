//! What is done to a server, ours or a peer's, through whatever protocol it speaks.

use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};

use super::failed;
use super::link::{Event, Link, Protocol};
use super::report::float;
use crate::error::Error;

/// How long after a load everything has to have arrived.
const ARRIVED_WITHIN: Duration = Duration::from_secs(30);
/// Sent in place of a time: the end of a load.
const LAST: u64 = u64::MAX;

/// How fast is posted.
#[derive(Clone, Copy)]
pub(super) enum Pace {
    /// So many on their way at once.
    InFlight(usize),
    /// So many a second.
    PerSecond(f64),
}

/// What a load came to.
pub(super) struct Outcome {
    /// Microseconds from each post to each of its arrivals, or to its acknowledgement.
    pub(super) latencies: Histogram<u64>,
    /// Seconds that it took, with the last arrival.
    pub(super) seconds: f64,
}

impl Outcome {
    /// Deliveries, or acknowledged posts.
    pub(super) fn count(&self) -> f64 {
        float(self.latencies.len())
    }
}

/// Microseconds since a moment.
pub(super) fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// For microseconds.
pub(super) fn histogram() -> Result<Histogram<u64>, Error> {
    Histogram::new(3).map_err(failed)
}

/// One posts in a room, all receive. Every delivery is counted and its place is checked.
///
/// # Errors
/// When a message is missing, doubled or out of order, or not everything arrives in time.
pub(super) async fn fan_out<P: Protocol>(
    links: &mut Vec<Link<P>>,
    load: Duration,
    pace: Pace,
) -> Result<Outcome, Error> {
    let start = Instant::now();
    let mut poster = links.pop().ok_or_else(|| failed("nobody is there"))?;
    let mut tasks = JoinSet::new();
    for mut link in links.drain(..) {
        tasks.spawn(async move {
            let mut arrivals = Arrivals::new(start)?;
            while !arrivals.take(&link.next().await?)? {}
            Ok::<_, Error>((link, arrivals.latencies))
        });
    }
    let all = async {
        let mut latencies = post(&mut poster, start, load, pace).await?;
        while let Some(task) = tasks.join_next().await {
            let (link, received) = task.map_err(failed)??;
            latencies.add(received).map_err(failed)?;
            links.push(link);
        }
        Ok::<_, Error>(latencies)
    };
    let latencies = timeout(load + ARRIVED_WITHIN, all).await;
    let latencies = latencies.map_err(|_| failed("not every message arrived in time"))??;
    links.push(poster);
    Ok(Outcome {
        latencies,
        seconds: start.elapsed().as_secs_f64(),
    })
}

async fn post<P: Protocol>(
    link: &mut Link<P>,
    start: Instant,
    load: Duration,
    pace: Pace,
) -> Result<Histogram<u64>, Error> {
    let (in_flight_max, every) = match pace {
        Pace::InFlight(count) => (count, Duration::from_secs(3_600)),
        Pace::PerSecond(rate) => (0, Duration::from_secs_f64(1.0 / rate.max(0.01))),
    };
    let mut ticks = interval(every);
    let mut arrivals = Arrivals::new(start)?;
    let mut in_flight = 0;
    let mut ended = false;
    loop {
        if !ended && start.elapsed() >= load {
            // The last in the room's order: whoever has it has all.
            link.post(LAST).await?;
            ended = true;
        }
        if !ended && in_flight < in_flight_max {
            link.post(micros(start)).await?;
            in_flight += 1;
            continue;
        }
        tokio::select! {
            event = link.next() => {
                let event = event?;
                if matches!(event, Event::Acknowledged | Event::Delivered { own: true, .. }) {
                    in_flight = in_flight.saturating_sub(1);
                }
                if arrivals.take(&event)? {
                    return Ok(arrivals.latencies);
                }
            }
            _ = ticks.tick(), if in_flight_max == 0 && !ended => link.post(micros(start)).await?,
            () = tokio::time::sleep_until(start + load), if !ended => {}
        }
    }
}

/// What one member sees of a fan-out.
struct Arrivals {
    start: Instant,
    last: Option<u64>,
    latencies: Histogram<u64>,
}

impl Arrivals {
    fn new(start: Instant) -> Result<Self, Error> {
        Ok(Self {
            start,
            last: None,
            latencies: histogram()?,
        })
    }

    /// Checks and counts; true at the last message.
    fn take(&mut self, event: &Event) -> Result<bool, Error> {
        let Event::Delivered { place, sent, .. } = event else {
            return Ok(false);
        };
        if let Some(last) = self.last
            && *place != last + 1
        {
            return Err(failed(format!("message {place} came after {last}")));
        }
        self.last = Some(*place);
        if *sent == LAST {
            return Ok(true);
        }
        let latency = micros(self.start).saturating_sub(*sent);
        self.latencies.record(latency).map_err(failed)?;
        Ok(false)
    }
}

/// Everybody in a room posts as soon as the last message is acknowledged, and receives everything.
///
/// # Errors
/// When not everybody receives as many messages as were posted.
pub(super) async fn posting<P: Protocol>(
    links: &mut Vec<Link<P>>,
    load: Duration,
) -> Result<Outcome, Error> {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for link in links.drain(..) {
        tasks.spawn(post_and_read(link, start, load));
    }
    let mut ended = Vec::new();
    let mut latencies = histogram()?;
    while let Some(task) = tasks.join_next().await {
        let (link, own, delivered) = task.map_err(failed)??;
        latencies.add(own).map_err(failed)?;
        ended.push((link, delivered));
    }
    let seconds = start.elapsed().as_secs_f64();
    let posted = latencies.len();
    for (mut link, delivered) in ended {
        let rest = async {
            let mut delivered = delivered;
            while delivered < posted {
                if let Event::Delivered { .. } = link.next().await? {
                    delivered += 1;
                }
            }
            Ok::<_, Error>(delivered)
        };
        let rest = timeout(ARRIVED_WITHIN, rest).await;
        let delivered = rest.map_err(|_| failed("not every message arrived in time"))??;
        if delivered != posted {
            return Err(failed(format!(
                "{delivered} messages came of {posted} that were posted"
            )));
        }
        links.push(link);
    }
    Ok(Outcome { latencies, seconds })
}

async fn post_and_read<P: Protocol>(
    mut link: Link<P>,
    start: Instant,
    load: Duration,
) -> Result<(Link<P>, Histogram<u64>, u64), Error> {
    let mut latencies = histogram()?;
    let mut delivered = 0;
    while start.elapsed() < load {
        let sent = micros(start);
        link.post(sent).await?;
        loop {
            let event = link.next().await?;
            if let Event::Delivered { .. } = event {
                delivered += 1;
            }
            if matches!(
                event,
                Event::Acknowledged | Event::Delivered { own: true, .. }
            ) {
                break;
            }
        }
        latencies.record(micros(start) - sent).map_err(failed)?;
    }
    Ok((link, latencies, delivered))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(place: u64, sent: u64) -> Event {
        Event::Delivered {
            place,
            sent,
            own: false,
        }
    }

    #[tokio::test]
    async fn a_message_that_is_missing_doubled_or_out_of_order_ends_the_measurement() {
        for second in [6, 4, 3] {
            let mut arrivals = Arrivals::new(Instant::now()).unwrap();
            assert!(!arrivals.take(&delivered(4, 0)).unwrap());
            assert!(arrivals.take(&delivered(second, 0)).is_err(), "{second}");
        }
        let mut arrivals = Arrivals::new(Instant::now()).unwrap();
        assert!(!arrivals.take(&delivered(4, 0)).unwrap());
        assert!(arrivals.take(&delivered(5, LAST)).unwrap());
        assert_eq!(arrivals.latencies.len(), 1);
    }
}
