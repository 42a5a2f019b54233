//! What travels: bodies of the HTTP API, frames of the live protocol, problem documents, and their schemas.
//!
//! Types here have no behaviour beyond their conversion from `perch-domain`. JSON is in snake case; identifiers are UUID
//! texts; times are RFC 3339 in UTC; unknown fields of a request are refused.

pub mod addin;
pub mod addin_health;
pub mod addin_storage;
pub mod application;
pub mod card;
pub mod category;
pub mod grant;
pub mod import;
pub mod intent;
pub mod live;
pub mod live_examples;
pub mod message;
pub mod node;
pub mod original;
pub mod pane;
pub mod pool;
pub mod principal;
pub mod problem;
pub mod room;
pub mod search;
pub mod session;
pub mod token;
pub mod trigger;
pub mod webhook;

/// Tells a field that is absent (leave it) from one that is `null` (clear it).
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
