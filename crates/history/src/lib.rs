//! The judge: a record of what each client sent, had acknowledged and saw, and the rules that it must obey.
//!
//! It knows nothing of the server, not even its types: whoever wrote a fault cannot have written it here as well. [`check`]
//! is a pure function from a record to what is wrong with it; a record that is incomplete proves nothing and is refused.
//!
//! Start with [`What`], the kinds of event, then [`Rule`], what is proved.

mod check;
mod event;
mod record;
mod violation;
mod window;

pub use check::check;
pub use event::{Entry, Event, Outcome, What};
pub use record::{RecordError, read, write};
pub use violation::{Rule, Violation};
pub use window::{Fault, Joined, Window};
