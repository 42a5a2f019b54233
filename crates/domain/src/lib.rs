//! What Perch knows and what it refuses: identifiers, names, rooms, categories, add-ins, messages, and the one
//! table of who may do what.
//!
//! Nothing here does I/O, is asynchronous, or knows how a value travels or is stored. Every surface (HTTP, live
//! fan-out, shell, import, add-ins) asks the same functions, so a rule exists once. Start reading at [`permission`].

pub mod addin;
pub mod addin_health;
pub mod addin_proxy;
pub mod addin_storage;
pub mod audit;
pub mod card;
pub mod category;
pub mod credential;
pub mod grant;
pub mod id;
pub mod intent;
pub mod limits;
pub mod message;
pub mod name;
pub mod original;
pub mod permission;
pub mod pool;
pub mod principal;
pub mod refusal;
pub mod room;
pub mod search;
pub mod secret;
pub mod time;
pub mod token_key;
pub mod trigger;
pub mod webhook;

pub use id::{
    AddinId, CategoryId, CredentialId, Nonce, PrincipalId, Revision, RoomId, Seq, TokenKeyId,
    TriggerId,
};
pub use name::{Description, Name};
pub use refusal::{Class, Code, Refusal};
pub use time::{Clock, SystemClock, Timestamp};
