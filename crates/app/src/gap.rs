//! Gaps in the logs of rooms, filled from the store.

use std::sync::{Arc, Weak};
use std::time::Duration;

use perch_domain::Seq;
use perch_domain::limits::MESSAGES_PAGE_MAX;
use perch_live::{Frame, Gaps};
use perch_store::{Page, StoreError};
use perch_wire::live::ServerFrame;

use crate::App;
use crate::catalogue::RoomView;

/// How long a missing message may still come by itself: two nodes that post to a room at once overtake each other.
const GRACE: Duration = Duration::from_millis(20);
/// How long to wait before a store is asked again that did not answer.
const RETRY: Duration = Duration::from_millis(500);

impl App {
    /// Fills the gaps that are reported, for as long as there is an app.
    pub(crate) async fn fill_gaps_always(app: Weak<Self>, gaps: Arc<Gaps>) {
        loop {
            gaps.reported().await;
            tokio::time::sleep(GRACE).await;
            let Some(app) = app.upgrade() else { return };
            let rooms = gaps.take().into_iter();
            let mut failed = false;
            for view in rooms.filter_map(|room| app.room_view(room).ok()) {
                if let Err(cause) = app.fill(&view).await {
                    tracing::warn!(
                        cause = &cause as &dyn std::error::Error,
                        "messages that are stored could not be read; trying again"
                    );
                    gaps.report(view.room.id);
                    failed = true;
                }
            }
            if failed {
                tokio::time::sleep(RETRY).await;
            }
        }
    }

    /// Publishes what the store has after the last published message of a room.
    pub(crate) async fn fill(&self, view: &RoomView) -> Result<(), StoreError> {
        loop {
            let page = Page::After(view.log.head());
            let store = view.pool.store();
            let messages = store
                .messages(view.room.id, page, MESSAGES_PAGE_MAX)
                .await?;
            let Some(first) = messages.first() else {
                return Ok(());
            };
            // Who may read may have changed before they were posted.
            self.make_sure().await;
            // What a room without history relayed may be gone.
            view.log.skip_to(Seq(first.seq.0.saturating_sub(1)));
            for message in self.with_authors(&messages) {
                let seq = Seq(message.seq);
                let frame = Frame::encode(&ServerFrame::Message(message));
                view.log.publish_from_elsewhere(seq, frame);
            }
        }
    }
}
