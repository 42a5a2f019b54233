//! Who could be in a room when, as far as that is certain.
//!
//! A change takes effect at some moment between its asking and its acknowledgement. Between the two nothing is certain, and
//! nothing is held against the server.

/// The changes of one person in one room, in their order.
#[derive(Debug, Default)]
pub(super) struct Access(Vec<Change>);

#[derive(Debug)]
struct Change {
    allowed: bool,
    asked: u64,
    acknowledged: Option<u64>,
}

impl Access {
    pub(super) fn change(&mut self, allowed: bool, asked: u64, acknowledged: Option<u64>) {
        self.0.push(Change {
            allowed,
            asked,
            acknowledged,
        });
    }

    /// The last change was acknowledged.
    pub(super) fn acknowledged(&mut self, at: u64) {
        if let Some(change) = self.0.last_mut() {
            change.acknowledged.get_or_insert(at);
        }
    }

    pub(super) fn denied(&self, from: u64, to: u64) -> bool {
        self.certainly(false, from, to)
    }

    pub(super) fn allowed(&self, from: u64, to: u64) -> bool {
        self.certainly(true, from, to)
    }

    /// Whether it was so at every moment of an interval: the last change acknowledged before it says so, as does every one
    /// that was asked for since. Who was never let in is out.
    fn certainly(&self, allowed: bool, from: u64, to: u64) -> bool {
        let settled = self
            .0
            .iter()
            .rposition(|change| change.acknowledged.is_some_and(|at| at <= from));
        let before = settled.and_then(|index| self.0.get(index));
        let since = self.0.iter().skip(settled.map_or(0, |index| index + 1));
        before.is_some_and(|change| change.allowed) == allowed
            && since
                .take_while(|change| change.asked <= to)
                .all(|change| change.allowed == allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_asking_and_acknowledgement_nothing_is_certain() {
        let mut access = Access::default();
        access.change(true, 0, Some(0));
        access.change(false, 10, Some(20));
        access.change(true, 30, Some(40));
        for (from, to, allowed, denied) in [
            (1, 9, true, false),
            (1, 10, false, false),
            (11, 19, false, false),
            (19, 25, false, false),
            (20, 29, false, true),
            (20, 30, false, false),
            (35, 38, false, false),
            (40, 99, true, false),
        ] {
            let found = (access.allowed(from, to), access.denied(from, to));
            assert_eq!(found, (allowed, denied), "{from} to {to}");
        }
    }

    #[test]
    fn a_removal_that_was_never_acknowledged_is_never_certain() {
        let mut access = Access::default();
        access.change(true, 0, Some(0));
        access.change(false, 10, None);
        assert!(!access.denied(1_000, 2_000));
        assert!(!access.allowed(1_000, 2_000));
    }

    #[test]
    fn who_was_never_let_in_is_out() {
        assert!(Access::default().denied(0, 100));
    }
}
