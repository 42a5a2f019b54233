//! The nodes that take new clients (reference 3.6).

use super::table::Key::{ActiveServers, Force, Identity, Swap};
use super::table::{CONFIRM, Cmdlet, Kind, Noun, Verb, WHAT_IF, p};

/// The cmdlets of active servers.
pub(super) const CMDLETS: &[Cmdlet] = &[Cmdlet {
    verb: Verb::Set,
    noun: Noun::ActiveServer,
    summary: "Says which nodes take new clients. One that does not keeps those that it has.",
    parameters: &[
        p(
            Identity,
            Kind::Text,
            "A pool, or 'global'. Every node serves every pool, so that it only has to exist.",
        )
        .first(),
        p(
            ActiveServers,
            Kind::List,
            "The nodes that take new clients, by the names of perch node list.",
        )
        .of("ActiveServers"),
        p(
            Swap,
            Kind::Switch,
            "Exchange the nodes that take new clients and those that do not.",
        )
        .of("Swap"),
        p(
            Force,
            Kind::Switch,
            "Accepted as documented; nothing is asked unless -Confirm is given.",
        ),
        CONFIRM,
        WHAT_IF,
    ],
    exclusive: &[],
    example: r#"-Identity "global" -ActiveServers '@{Remove="chat1"}'"#,
    plain_example: "node deactivate chat1",
}];
