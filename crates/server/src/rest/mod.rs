//! The HTTP API, one file for each noun. A handler parses, makes one call, and answers.

mod addin;
mod addin_storage;
mod application;
mod category;
mod message;
mod node;
mod original;
pub(crate) mod pane;
mod pool;
mod principal;
mod room;
mod search;
mod session;
mod trigger;
mod webhook;

use aide::axum::ApiRouter;

use crate::ServerState;

/// The nouns, as the description groups them.
pub(crate) const TAGS: &[(&str, &str)] = &[
    ("session", "Signing in and out, and tokens of programs."),
    (
        "pool",
        "Pools: each owns its add-ins, categories and rooms.",
    ),
    (
        "node",
        "Nodes: the running programs that serve the deployment.",
    ),
    (
        "principal",
        "Users, groups, organizational units and domains.",
    ),
    (
        "addin",
        "Add-ins: pages that administrators register and rooms show.",
    ),
    (
        "webhook",
        "Webhooks: where an add-in's back end is told what is posted.",
    ),
    (
        "trigger",
        "Triggers: what of a posted text becomes a typed context.",
    ),
    (
        "category",
        "Categories: the scope within which rooms choose their people.",
    ),
    ("room", "Rooms, and what a person follows and has read."),
    (
        "message",
        "Messages: posted, read back, searched, imported.",
    ),
    (
        "addin_storage",
        "The small storage that a room keeps for its add-in.",
    ),
    (
        "pane",
        "Panes of add-ins' pages: what is asked for a page carries its pane, and may do what the add-in was granted.",
    ),
    (
        "application",
        "The application directory of FDC3: add-ins under the paths and names of that standard.",
    ),
];

/// Every route of the API.
pub(crate) fn routes() -> ApiRouter<ServerState> {
    ApiRouter::new()
        .merge(session::routes())
        .merge(pool::routes())
        .merge(node::routes())
        .merge(principal::routes())
        .merge(addin::routes())
        .merge(webhook::routes())
        .merge(trigger::routes())
        .merge(category::routes())
        .merge(room::routes())
        .merge(message::routes())
        .merge(original::routes())
        .merge(search::routes())
        .merge(addin_storage::routes())
        .merge(pane::routes())
        .merge(application::routes())
}
