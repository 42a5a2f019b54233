//! The HTTP API and the live protocol, against a whole server. What is refused is first shown to work for somebody.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is surprised fails"
)]

mod addin;
mod addin_frame;
mod addin_health;
mod addin_proxy;
mod addin_proxy_said;
mod addin_proxy_socket;
mod addin_storage;
mod application;
mod card;
mod category;
mod coverage;
mod fan_out;
mod grant;
mod http;
mod live;
mod malformed;
mod message;
mod original;
mod pane;
mod pane_beside;
mod permission;
mod presence;
mod principal;
mod restart;
mod room;
mod sdk;
mod search;
mod secret;
mod session;
mod token;
mod trigger;
mod webhook;
