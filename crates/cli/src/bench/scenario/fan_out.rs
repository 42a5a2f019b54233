//! A room in which one posts and all receive: as much as the server delivers, and at a calm rate.

use std::time::Duration;

use super::{Subject, Used};
use crate::bench::link::Link;
use crate::bench::load::{self, Pace};
use crate::bench::report::Figures;
use crate::error::Error;

/// Posts that are on their way at once at saturation.
pub(in crate::bench) const IN_FLIGHT: usize = 16;
/// Posts a second while it is calm: nothing can be joined into one write.
const CALM_PER_SECOND: f64 = 20.0;
/// The room in which it is calm, too.
pub(in crate::bench) const CALM_MEMBERS: usize = 500;

/// The name of the saturated figure.
pub(in crate::bench) fn deliveries(members: usize) -> String {
    format!("fan-out, room of {members}: deliveries")
}

/// Measures in rooms of these sizes.
///
/// # Errors
/// When a delivery is missing, doubled or out of order.
pub(in crate::bench) async fn measure(
    subject: &impl Subject,
    sizes: &[usize],
    load: Duration,
) -> Result<Figures, Error> {
    let mut figures = Figures::default();
    for members in sizes {
        let mut links = subject.enter(*members).await?;
        saturated(&mut figures, subject, &mut links, load).await?;
        if *members == CALM_MEMBERS {
            let name = format!("fan-out, room of {members}, calm");
            paced(
                &mut figures,
                subject,
                &mut links,
                load,
                (&name, CALM_PER_SECOND),
            )
            .await?;
        }
    }
    Ok(figures)
}

async fn saturated<S: Subject>(
    figures: &mut Figures,
    subject: &S,
    links: &mut Vec<Link<S::Protocol>>,
    load: Duration,
) -> Result<(), Error> {
    let members = links.len();
    let before = Used::now(subject)?;
    let outcome = load::fan_out(links, load, Pace::InFlight(IN_FLIGHT)).await?;
    let used = before.since(subject)?;
    figures.add(deliveries(members), outcome.count() / outcome.seconds, "/s");
    let name = format!("fan-out, room of {members}: CPU a delivery");
    used.add(figures, &name, outcome.count());
    figures.add(
        format!("fan-out, room of {members}: core in use"),
        used.seconds() * 100.0 / outcome.seconds,
        "%",
    );
    Ok(())
}

async fn paced<S: Subject>(
    figures: &mut Figures,
    subject: &S,
    links: &mut Vec<Link<S::Protocol>>,
    load: Duration,
    (name, rate): (&str, f64),
) -> Result<(), Error> {
    let before = Used::now(subject)?;
    let outcome = load::fan_out(links, load, Pace::PerSecond(rate)).await?;
    let used = before.since(subject)?;
    used.add(figures, &format!("{name}: CPU a delivery"), outcome.count());
    figures.add_latency(&format!("{name}: delivered"), &outcome.latencies);
    Ok(())
}

/// Latency in the calm room's size at a given rate of posts.
///
/// # Errors
/// When a delivery is missing, doubled or out of order.
pub(in crate::bench) async fn at_rate(
    subject: &impl Subject,
    name: &str,
    rate: f64,
    load: Duration,
) -> Result<Figures, Error> {
    let mut links = subject.enter(CALM_MEMBERS).await?;
    let mut figures = Figures::default();
    paced(&mut figures, subject, &mut links, load, (name, rate)).await?;
    Ok(figures)
}
