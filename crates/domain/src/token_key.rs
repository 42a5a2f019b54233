//! The keys that sign what is proved to add-ins' servers: which of them signs, and which are published.
//!
//! A new key is published some time before it signs, so that whoever keeps the published keys for a while has it by then. One
//! that has been followed stays published until nothing that it signed is valid any more.

use crate::id::TokenKeyId;
use crate::secret::Secret;
use crate::time::Timestamp;

/// How long a key is published before it signs, and after it has been followed, in seconds. Longer than the published keys
/// may be kept by others, and longer than a token is valid.
pub const OVERLAP_SECONDS: i64 = 600;

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// Named in what it signs.
    pub id: TokenKeyId,
    /// Its private part, as PKCS #8.
    pub private_key: Secret<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// When a key that was made then begins to sign, if there was another one before.
const fn signs_from(made: Timestamp) -> Timestamp {
    made.plus_seconds(OVERLAP_SECONDS)
}

/// The place of the key that signs, of keys that were made at these times, oldest first: the newest that has been published
/// long enough, or the first.
#[must_use]
pub fn signing(made: &[Timestamp], now: Timestamp) -> Option<usize> {
    let published = made.iter().rposition(|made| signs_from(*made) <= now);
    published.or(if made.is_empty() { None } else { Some(0) })
}

/// Whether the key at a place still has to be known: unless it was followed long enough ago.
#[must_use]
pub fn is_published(made: &[Timestamp], place: usize, now: Timestamp) -> bool {
    made.get(place.saturating_add(1))
        .is_none_or(|next| now < signs_from(*next).plus_seconds(OVERLAP_SECONDS))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn a_new_key_signs_only_after_it_was_published_for_a_while() {
        let keys = [START, START.plus_seconds(5_000)];
        let at = |seconds| signing(&keys, START.plus_seconds(seconds));
        assert_eq!(at(1), Some(0), "the only one signs at once");
        assert_eq!(at(5_000 + OVERLAP_SECONDS - 1), Some(0));
        assert_eq!(at(5_000 + OVERLAP_SECONDS), Some(1));
        assert_eq!(signing(&[], START), None);
    }

    #[test]
    fn a_key_stays_published_until_what_it_signed_has_ended() {
        let keys = [START, START.plus_seconds(5_000)];
        let ends = 5_000 + 2 * OVERLAP_SECONDS;
        let published = |place, seconds| is_published(&keys, place, START.plus_seconds(seconds));
        assert!(published(0, ends - 1) && !published(0, ends));
        assert!(published(1, 0) && published(1, ends));
    }

    #[test]
    fn a_private_key_is_not_shown() {
        let key = TokenKey {
            id: TokenKeyId(Uuid::nil()),
            private_key: Secret(vec![7]),
            created_at: START,
        };
        assert!(format!("{key:?}").contains("private_key: …"));
    }
}
