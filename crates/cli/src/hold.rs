//! The hold of a node on its database: without a bus it is there alone, for no other would hear of what it does; with one it
//! shares the database with the others.

use std::sync::Arc;
use std::time::Duration;

use perch_server::Readiness;
use perch_store::StoreError;
use perch_store_postgres::PostgresStorage;
use tokio::time::{sleep, timeout};

/// How long whoever had the database before may take to be gone: it may just have ended.
const LEAVE_MAX: Duration = Duration::from_secs(5);
/// How often it is asked whether the hold lasts, and tried to take it again.
const PACE: Duration = Duration::from_secs(1);
/// How long the database may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Why a node is not ready whose database another one has.
const REASON: &str = "another node without a bus";

/// A node's hold on its database.
pub(crate) struct Hold {
    storage: PostgresStorage,
    shared: bool,
    held: perch_store_postgres::Hold,
}

impl Hold {
    /// Takes the database, alone or shared; `None` when somebody else has it in a way that excludes this.
    pub(crate) async fn take(
        storage: PostgresStorage,
        shared: bool,
    ) -> Result<Option<Self>, StoreError> {
        let taking = async {
            loop {
                match take(&storage, shared).await {
                    Ok(None) => sleep(PACE / 10).await,
                    taken => return taken,
                }
            }
        };
        let held = timeout(LEAVE_MAX, taking).await.unwrap_or(Ok(None))?;
        Ok(held.map(|held| Self {
            storage,
            shared,
            held,
        }))
    }

    /// Keeps it, for as long as this is polled: takes it again when the connection was lost, and withholds the node from new
    /// clients while another one has it.
    pub(crate) async fn keep(mut self, readiness: Arc<Readiness>) {
        loop {
            sleep(PACE).await;
            let lasts = timeout(ANSWER_MAX, self.held.check()).await;
            if !matches!(lasts, Ok(Ok(()))) {
                tracing::warn!("the hold on the database was lost with its connection");
                self.held = self.take_again(&readiness).await;
                readiness.restore(REASON);
                tracing::info!("the database is held again");
            }
        }
    }

    async fn take_again(&self, readiness: &Readiness) -> perch_store_postgres::Hold {
        let mut told = false;
        loop {
            match timeout(ANSWER_MAX, take(&self.storage, self.shared)).await {
                Ok(Ok(Some(held))) => return held,
                Ok(Ok(None)) => {
                    readiness.withhold(REASON);
                    if !told {
                        tracing::error!(
                            "another node has taken the database, and one of the two has no bus: neither hears of the other's messages. \
                             Set bus.url on both, or stop one"
                        );
                        told = true;
                    }
                }
                // The database is away, as whoever wants something from it says.
                Ok(Err(_)) | Err(_) => {}
            }
            sleep(PACE).await;
        }
    }
}

async fn take(
    storage: &PostgresStorage,
    shared: bool,
) -> Result<Option<perch_store_postgres::Hold>, StoreError> {
    if shared {
        storage.hold_shared().await
    } else {
        storage.hold_alone().await
    }
}
