//! What one client holds of one room: a run of places without a gap, which only grows at its end.
//!
//! Small enough to be kept by a load generator for each of many thousand clients while they receive.

use crate::Rule;

/// What one client holds of one room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    held: Option<u64>,
}

/// A room as a client got it.
#[derive(Clone, Copy, Debug)]
pub struct Joined<'a> {
    /// The last place that the client said it holds; none when it asked for the latest messages.
    pub after: Option<u64>,
    /// The places of the messages that it was sent, oldest first.
    pub places: &'a [u64],
    /// The place of the last message of the room.
    pub head: u64,
    /// It is to drop what it held.
    pub reload: bool,
}

/// What is wrong with what a client was sent. The window goes on as if it had been right, so that one fault is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A place was left out.
    #[error("message {seq} came after {held}")]
    Gap {
        /// The last place that was held.
        held: u64,
        /// What came.
        seq: u64,
    },
    /// A place that is held already.
    #[error("message {seq} came again, {held} messages are held")]
    Twice {
        /// The last place that was held.
        held: u64,
        /// What came.
        seq: u64,
    },
    /// A message of a room that the client has not joined.
    #[error("message {seq} came without a join")]
    Stray {
        /// What came.
        seq: u64,
    },
    /// The messages of a join do not run up to the head without a gap.
    #[error(
        "a join was answered with places {first} to {last} ({count} messages), and the head is {head}"
    )]
    Broken {
        /// The first place, 0 when there is none.
        first: u64,
        /// The last place, 0 when there is none.
        last: u64,
        /// How many.
        count: usize,
        /// Of the room.
        head: u64,
    },
    /// Not exactly what was missed.
    #[error(
        "who held {after} and missed all up to {head} was sent {count} messages, the first of them {first}"
    )]
    Resumed {
        /// What was held.
        after: u64,
        /// Of the room.
        head: u64,
        /// How many came.
        count: usize,
        /// The first of them, 0 when there is none.
        first: u64,
    },
    /// Told to reload although what was missed could have been sent.
    #[error("who held {after} of {head} had to reload")]
    Reloaded {
        /// What was held.
        after: u64,
        /// Of the room.
        head: u64,
    },
}

impl Fault {
    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::Gap { .. } | Self::Broken { .. } => Rule::Gap,
            Self::Twice { .. } => Rule::Duplicate,
            Self::Stray { .. } => Rule::Permission,
            Self::Resumed { .. } | Self::Reloaded { .. } => Rule::Resume,
        }
    }
}

impl Window {
    /// The last place that is held; none before the first join.
    #[must_use]
    pub const fn held(&self) -> Option<u64> {
        self.held
    }

    /// Takes a message.
    ///
    /// # Errors
    /// Unless it is the one that comes next.
    pub fn message(&mut self, seq: u64) -> Result<(), Fault> {
        let Some(held) = self.held else {
            return Err(Fault::Stray { seq });
        };
        if seq <= held {
            return Err(Fault::Twice { held, seq });
        }
        self.held = Some(seq);
        if seq == held + 1 {
            Ok(())
        } else {
            Err(Fault::Gap { held, seq })
        }
    }

    /// Takes the room anew.
    ///
    /// # Errors
    /// Unless it is exactly what the client lacks, or a run of messages up to the head where that is allowed: when nothing
    /// is held, or when more than `resume_max` are missing.
    pub fn joined(&mut self, joined: Joined<'_>, resume_max: u64) -> Result<(), Fault> {
        let Joined {
            after,
            places,
            head,
            reload,
        } = joined;
        self.held = Some(head);
        let (first, last) = (
            places.first().copied().unwrap_or_default(),
            places.last().copied().unwrap_or_default(),
        );
        let count = places.len();
        let whole = places.is_sorted_by(|one, next| one.checked_add(1) == Some(*next))
            && (count == 0 || last == head);
        match after {
            Some(after) if !reload => {
                let missed = head.checked_sub(after);
                if whole && missed == u64::try_from(count).ok() {
                    Ok(())
                } else {
                    Err(Fault::Resumed {
                        after,
                        head,
                        count,
                        first,
                    })
                }
            }
            Some(after) if head <= after.saturating_add(resume_max) => {
                Err(Fault::Reloaded { after, head })
            }
            _ if whole && (count > 0 || head == 0) => Ok(()),
            _ => Err(Fault::Broken {
                first,
                last,
                count,
                head,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(after: Option<u64>, places: &[u64], head: u64, reload: bool) -> Result<(), Fault> {
        let joined = Joined {
            after,
            places,
            head,
            reload,
        };
        let mut window = Window::default();
        let outcome = window.joined(joined, 3);
        assert_eq!(window.held(), Some(head));
        outcome
    }

    #[test]
    fn a_join_gives_a_run_up_to_the_head() {
        assert_eq!(joined(None, &[], 0, false), Ok(()));
        assert_eq!(joined(None, &[4, 5], 5, false), Ok(()));
        for (places, head) in [(&[][..], 5), (&[3, 5], 5), (&[4, 5], 6), (&[5, 4], 5)] {
            let outcome = joined(None, places, head, false);
            assert!(matches!(outcome, Err(Fault::Broken { .. })), "{places:?}");
        }
    }

    #[test]
    fn a_resume_gives_exactly_what_was_missed() {
        assert_eq!(joined(Some(5), &[], 5, false), Ok(()));
        assert_eq!(joined(Some(3), &[4, 5], 5, false), Ok(()));
        for (places, head) in [
            (&[5][..], 5),
            (&[3, 4, 5], 5),
            (&[], 5),
            (&[4], 5),
            (&[], 2),
        ] {
            let outcome = joined(Some(3), places, head, false);
            assert!(matches!(outcome, Err(Fault::Resumed { .. })), "{places:?}");
        }
    }

    #[test]
    fn only_who_missed_too_much_reloads() {
        assert_eq!(joined(Some(1), &[4, 5], 5, true), Ok(()));
        assert_eq!(
            joined(Some(2), &[4, 5], 5, true),
            Err(Fault::Reloaded { after: 2, head: 5 })
        );
    }

    #[test]
    fn messages_come_one_after_the_other() {
        let mut window = Window::default();
        assert_eq!(window.message(1), Err(Fault::Stray { seq: 1 }));
        let empty = Joined {
            after: None,
            places: &[],
            head: 0,
            reload: false,
        };
        window.joined(empty, 3).unwrap();
        assert_eq!(window.message(1), Ok(()));
        assert_eq!(window.message(1), Err(Fault::Twice { held: 1, seq: 1 }));
        assert_eq!(window.message(3), Err(Fault::Gap { held: 1, seq: 3 }));
        assert_eq!(window.message(4), Ok(()));
    }
}
