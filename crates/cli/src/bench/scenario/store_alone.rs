//! The embedded store without a server: one transaction after the other, each of as many messages as 50 members have on their
//! way who post as soon as the last one is acknowledged.

use std::time::Duration;

use perch_domain::message::Draft;
use perch_domain::pool::PoolFqdn;
use perch_domain::trigger::Detector;
use perch_domain::{Clock, Nonce, PrincipalId, RoomId, SystemClock};
use perch_store::{Append, Batch, PoolStore};
use tokio::time::Instant;
use uuid::Uuid;

use super::posting::MEMBERS;
use crate::bench::deployment::POOL;
use crate::bench::ours::Bed;
use crate::bench::report::float;
use crate::bench::{failed, link, load};
use crate::error::Error;
use crate::storage::Place;

/// Messages a second, in a deployment of its own.
///
/// # Errors
/// When the store fails.
pub(in crate::bench) async fn measure(load: Duration) -> Result<f64, Error> {
    let bed = Bed::make(None, &[MEMBERS], 0).await?;
    let place = Place::Folder {
        path: bed.place.folder.clone(),
        bytes_max: None,
    };
    let fqdn = PoolFqdn::parse(POOL)?;
    let pool = place.storage().await?.pool(&fqdn).await.map_err(failed)?;
    let room = RoomId(bed.deployment.room(MEMBERS)?);
    rate(&*pool, room, load).await
}

async fn rate(pool: &dyn PoolStore, room: RoomId, load: Duration) -> Result<f64, Error> {
    let author = PrincipalId(Uuid::now_v7());
    let start = Instant::now();
    let mut stored = 0;
    while start.elapsed() < load {
        let mut appends = Vec::with_capacity(MEMBERS);
        for _ in 0..MEMBERS {
            stored += 1;
            let text = link::text(load::micros(start), stored);
            appends.push(Append {
                room,
                author,
                at: SystemClock.now(),
                draft: Draft::parse(&text, false, None, &Detector::default())?,
                nonce: Nonce(Uuid::now_v7()),
                via: None,
                original: None,
            });
        }
        let batch = Batch {
            appends,
            reads: Vec::new(),
        };
        pool.append(&batch).await.map_err(failed)?;
    }
    Ok(float(stored) / start.elapsed().as_secs_f64())
}
