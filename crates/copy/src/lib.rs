//! Whole deployments: into a backup file, out of one, from one storage into another, and compared.
//!
//! There is one way: a source streams [`Section`]s, each the rows of one table or the messages of one room, in a fixed
//! order, and a [`Sink`] takes them. A storage ([`Moment`]) and a file ([`Backup`]) are sources; a file that is written, a
//! storage that is filled and a comparison are sinks. Each section has a [`Seal`], the number of its rows and their
//! SHA-256, which is the same wherever the rows are. Start reading at `section`, then `fill`.

mod compare;
mod error;
mod file;
mod fill;
mod moment;
mod section;

pub use compare::{Difference, Found, compare};
pub use error::Error;
pub use file::{About, Backup, BackupWriter};
pub use fill::{Filled, has_deployment, migrate, restore};
pub use moment::Moment;
pub use section::{Seal, Seals, Section, Sink, Source, Tee};
