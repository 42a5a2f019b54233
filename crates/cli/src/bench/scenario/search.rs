//! Messages are looked for in a history, newest first: frequent and rare words and phrases, in all rooms of the person.

use std::time::Duration;

use perch_shell::Client;
use perch_wire::search::MessageSearch;
use tokio::time::{Instant, sleep, timeout};

use crate::bench::load::{self, micros};
use crate::bench::ours::Ours;
use crate::bench::report::Figures;
use crate::bench::{corpus, failed};
use crate::error::Error;

/// How often each is looked for.
const SEARCHES: usize = 100;
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The index takes at least so many messages a second.
const INDEXED_PER_SECOND: u64 = 2_000;
/// And so long besides.
const INDEXED_WITHIN: Duration = Duration::from_secs(60);

/// Waits until the index has come to the newest message of a history of so many; gives the seconds.
///
/// # Errors
/// When it takes too long.
pub(in crate::bench) async fn indexed(ours: &Ours<'_>, history: u64) -> Result<f64, Error> {
    let client = client(ours)?;
    let start = Instant::now();
    let within = INDEXED_WITHIN + Duration::from_secs(history / INDEXED_PER_SECOND);
    let found = timeout(within, async {
        while look(&client, corpus::NEWEST).await?.is_empty() {
            sleep(LOOK_EVERY).await;
        }
        Ok::<_, Error>(())
    });
    found
        .await
        .map_err(|_| failed("the index does not come to the newest message"))??;
    Ok(start.elapsed().as_secs_f64())
}

/// Measures.
///
/// # Errors
/// When what is there is not found, or not newest first.
pub(in crate::bench) async fn measure(ours: &Ours<'_>) -> Result<Figures, Error> {
    let client = client(ours)?;
    let mut figures = Figures::default();
    let mut all = load::histogram()?;
    for (what, query) in corpus::QUERIES {
        let mut latencies = load::histogram()?;
        for _ in 0..SEARCHES {
            let start = Instant::now();
            let places = look(&client, query).await?;
            latencies.record(micros(start)).map_err(failed)?;
            if places.is_empty() || !places.is_sorted_by(|one, next| one > next) {
                return Err(failed(format!("{query} was found at {places:?}")));
            }
        }
        figures.add_latency(&format!("search, newest first, {what}"), &latencies);
        all.add(latencies).map_err(failed)?;
    }
    figures.add_latency("search, newest first, all", &all);
    Ok(figures)
}

fn client(ours: &Ours<'_>) -> Result<Client, Error> {
    let (Some(node), Some(token)) = (ours.nodes.first(), ours.bed.deployment.tokens.first()) else {
        return Err(failed("nobody is there"));
    };
    Client::new(&format!("http://{}", node.address), token).map_err(failed)
}

/// The places of what was found.
async fn look(client: &Client, query: &str) -> Result<Vec<u64>, Error> {
    let search = MessageSearch {
        q: query.to_owned(),
        ..MessageSearch::default()
    };
    let page = client.search_messages(&search).await.map_err(failed)?;
    Ok(page.found.iter().map(|found| found.message.seq).collect())
}
