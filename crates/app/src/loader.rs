//! Reads that many ask for in the same moment are asked of the store together.
//!
//! While one read is on its way, whoever asks waits, and all who wait become the next read: what a round trip to the
//! database costs is shared when there are many, and whoever asks alone waits for nobody. It is the pattern known as data
//! loader, without its cache: a read begins after everybody whom it answers has asked, so nobody is told what was true before.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use perch_domain::Refusal;
use perch_store::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::store_error::{refused, unavailable};

/// Keys of one read, and askers who may wait for the next. Whoever asks beyond that waits too, for its turn.
const KEYS_MAX: usize = 256;

/// How long somebody waits for an answer: as long as the store waits for the database's, however many are before them.
const WAIT_MAX: Duration = Duration::from_secs(15);

type Answer<V> = Result<Option<V>, Refusal>;

/// Somebody who waits for a value.
type Asker<K, V> = (K, oneshot::Sender<Answer<V>>);

/// Reads values of the store by their keys. The task behind it ends when it is dropped.
pub(crate) struct Loader<K, V>(mpsc::Sender<Asker<K, V>>);

impl<K, V> Loader<K, V>
where
    K: Copy + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Starts the task. `read` reads the values of some keys, at most 256; a key may be among them twice, and one that has
    /// no value is not in what it gives.
    pub(crate) fn start<F, R>(read: F) -> Self
    where
        F: Fn(Vec<K>) -> R + Send + 'static,
        R: Future<Output = Result<HashMap<K, V>, StoreError>> + Send + 'static,
    {
        let (asking, asked) = mpsc::channel(KEYS_MAX);
        tokio::spawn(run(read, asked));
        Self(asking)
    }

    /// The value of a key, read after this was called; `None` when the store has none.
    ///
    /// # Errors
    /// When the store fails, which everybody is told who waited for the same read, or when nothing was read for 15 seconds.
    pub(crate) async fn load(&self, key: K) -> Answer<V> {
        let (answer, answered) = oneshot::channel();
        let asked = async {
            self.0.send((key, answer)).await.ok();
            answered.await.ok()
        };
        let answer = timeout(WAIT_MAX, asked).await.ok().flatten();
        answer.unwrap_or_else(|| Err(unavailable()))
    }
}

async fn run<K, V, F, R>(read: F, mut asked: mpsc::Receiver<Asker<K, V>>)
where
    K: Copy + Eq + Hash,
    V: Clone,
    F: Fn(Vec<K>) -> R,
    R: Future<Output = Result<HashMap<K, V>, StoreError>>,
{
    while let Some(first) = asked.recv().await {
        // Who is about to ask, asks first: what came for many connections together is read for all of them.
        yield_now().await;
        let mut askers = vec![first];
        while askers.len() < KEYS_MAX
            && let Ok(next) = asked.try_recv()
        {
            askers.push(next);
        }
        askers.retain(|(_, answer)| !answer.is_closed());
        if askers.is_empty() {
            continue;
        }
        let values = read(askers.iter().map(|(key, _)| *key).collect())
            .await
            .map_err(refused);
        for (key, answer) in askers {
            let value = values.as_ref().map(|values| values.get(&key).cloned());
            // Whoever gave up meanwhile is told nothing.
            answer.send(value.map_err(Clone::clone)).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Poll;

    use perch_domain::Code;
    use tokio::task::JoinHandle;

    use super::*;

    type Found = Result<HashMap<u32, u32>, StoreError>;
    type Numbers = Arc<Loader<u32, u32>>;
    /// A read that has begun, and how it is answered.
    type Begun = (Vec<u32>, oneshot::Sender<Found>);

    /// A loader whose reads the test answers.
    fn loader() -> (Numbers, mpsc::Receiver<Begun>) {
        let (begun, reads) = mpsc::channel(1);
        let read = move |keys| {
            let (answer, answered) = oneshot::channel();
            begun.try_send((keys, answer)).unwrap();
            async { answered.await.unwrap() }
        };
        (Arc::new(Loader::start(read)), reads)
    }

    fn ask(loader: &Numbers, key: u32) -> JoinHandle<Answer<u32>> {
        let loader = Arc::clone(loader);
        tokio::spawn(async move { loader.load(key).await })
    }

    /// Returns once so many wait for the next read.
    async fn waiting(loader: &Numbers, askers: usize) {
        while KEYS_MAX - loader.0.capacity() != askers {
            yield_now().await;
        }
    }

    /// Answers a read with ten times each key.
    fn answer((keys, answer): Begun) -> Vec<u32> {
        let tens = keys.iter().map(|key| (*key, key * 10));
        answer.send(Ok(tens.collect())).unwrap();
        keys
    }

    #[tokio::test]
    async fn one_who_asks_alone_waits_for_nobody() {
        let (loader, mut reads) = loader();
        for key in [1, 2] {
            let asker = ask(&loader, key);
            assert_eq!(answer(reads.recv().await.unwrap()), [key]);
            assert_eq!(asker.await.unwrap(), Ok(Some(key * 10)));
        }
    }

    #[tokio::test]
    async fn those_who_ask_in_the_same_moment_share_a_read() {
        let (loader, mut reads) = loader();
        let mut first = pin!(loader.load(1));
        let asked = poll_fn(|task| Poll::Ready(first.as_mut().poll(task).is_pending()));
        assert!(asked.await);
        let second = ask(&loader, 2);
        assert_eq!(answer(reads.recv().await.unwrap()), [1, 2]);
        assert_eq!(first.await, Ok(Some(10)));
        assert_eq!(second.await.unwrap(), Ok(Some(20)));
    }

    #[tokio::test]
    async fn those_who_ask_while_a_read_is_on_its_way_share_the_next_one() {
        let (loader, mut reads) = loader();
        let first = ask(&loader, 1);
        let under_way = reads.recv().await.unwrap();
        let others = [2, 3, 2].map(|key| ask(&loader, key));
        waiting(&loader, 3).await;
        assert!(reads.is_empty());
        assert_eq!(answer(under_way), [1]);
        assert_eq!(first.await.unwrap(), Ok(Some(10)));
        assert_eq!(answer(reads.recv().await.unwrap()), [2, 3, 2]);
        for (other, value) in others.into_iter().zip([20, 30, 20]) {
            assert_eq!(other.await.unwrap(), Ok(Some(value)));
        }
    }

    #[tokio::test]
    async fn nobody_is_answered_by_a_read_that_began_before_the_question() {
        let (loader, mut reads) = loader();
        let first = ask(&loader, 1);
        let (_, before) = reads.recv().await.unwrap();
        let second = ask(&loader, 1);
        waiting(&loader, 1).await;
        before.send(Ok(HashMap::from([(1, 10)]))).unwrap();
        let (keys, after) = reads.recv().await.unwrap();
        assert_eq!(keys, [1]);
        after.send(Ok(HashMap::new())).unwrap();
        assert_eq!(first.await.unwrap(), Ok(Some(10)));
        assert_eq!(second.await.unwrap(), Ok(None));
    }

    #[tokio::test]
    async fn a_failed_read_reaches_everybody_who_waited_for_it() {
        let (loader, mut reads) = loader();
        let first = ask(&loader, 1);
        let under_way = reads.recv().await.unwrap();
        let others = [2, 3].map(|key| ask(&loader, key));
        waiting(&loader, 2).await;
        answer(under_way);
        assert_eq!(first.await.unwrap(), Ok(Some(10)));
        let (_, failing) = reads.recv().await.unwrap();
        failing.send(Err(StoreError::Full)).unwrap();
        for other in others {
            assert_eq!(other.await.unwrap().unwrap_err().code, Code::StorageFull);
        }
        let later = ask(&loader, 4);
        answer(reads.recv().await.unwrap());
        assert_eq!(later.await.unwrap(), Ok(Some(40)));
    }

    #[tokio::test]
    async fn whoever_gives_up_does_not_hold_the_others() {
        let (loader, mut reads) = loader();
        let first = ask(&loader, 1);
        let under_way = reads.recv().await.unwrap();
        let [second, third] = [2, 3].map(|key| ask(&loader, key));
        waiting(&loader, 2).await;
        for gone in [first, second] {
            gone.abort();
            assert!(gone.await.unwrap_err().is_cancelled());
        }
        answer(under_way);
        assert_eq!(answer(reads.recv().await.unwrap()), [3]);
        assert_eq!(third.await.unwrap(), Ok(Some(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_has_waited_for_15_seconds_is_refused_and_the_next_is_not() {
        let (loader, mut reads) = loader();
        let first = ask(&loader, 1);
        let under_way = reads.recv().await.unwrap();
        let second = ask(&loader, 2);
        for asker in [first, second] {
            let refusal = asker.await.unwrap().unwrap_err();
            assert_eq!(refusal.code, Code::DatabaseConnection);
        }
        let third = ask(&loader, 3);
        answer(under_way);
        assert_eq!(answer(reads.recv().await.unwrap()), [3]);
        assert_eq!(third.await.unwrap(), Ok(Some(30)));
    }

    #[tokio::test]
    async fn a_read_has_at_most_256_keys() {
        let (loader, mut reads) = loader();
        let first = ask(&loader, 0);
        let under_way = reads.recv().await.unwrap();
        let others: Vec<_> = (1..=300).map(|key| ask(&loader, key)).collect();
        waiting(&loader, KEYS_MAX).await;
        answer(under_way);
        assert_eq!(answer(reads.recv().await.unwrap()).len(), 256);
        assert_eq!(answer(reads.recv().await.unwrap()).len(), 44);
        assert_eq!(first.await.unwrap(), Ok(Some(0)));
        for (other, key) in others.into_iter().zip(1..) {
            assert_eq!(other.await.unwrap(), Ok(Some(key * 10)));
        }
    }

    #[tokio::test]
    async fn the_task_ends_with_its_loader() {
        let (loader, mut reads) = loader();
        drop(loader);
        assert!(reads.recv().await.is_none());
    }
}
