//! The state of pools (reference 3.6).

use super::table::Key::{Filter, Force, Identity, LocalStore, PoolState};
use super::table::{CONFIRM, Cmdlet, Kind, Noun, Parameter, Verb, WHAT_IF, p};

const IDENTITY: Parameter = p(
    Identity,
    Kind::Text,
    "Which pool: 'PersistentChatServer:pool.fqdn', 'service:pool.fqdn', or its FQDN alone.",
)
.first();

/// The cmdlets of states.
pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        verb: Verb::Get,
        noun: Noun::State,
        summary: "Shows the state of pools, and which nodes take new clients; without parameters all pools.",
        parameters: &[
            IDENTITY,
            p(
                Filter,
                Kind::Filter,
                "Pools whose identity fits, with * and ?: '*.contoso.com'.",
            ),
            p(
                LocalStore,
                Kind::Switch,
                "Accepted as documented; there is no copy of the configuration, so that it changes nothing.",
            ),
        ],
        exclusive: &[&[Identity, Filter]],
        example: r#"-Identity "PersistentChatServer:atl-cs-001.contoso.com""#,
        plain_example: "node list",
    },
    Cmdlet {
        verb: Verb::Set,
        noun: Noun::State,
        summary: "Accepts the state Normal, which every pool has. There is no backup database to fail over to.",
        parameters: &[
            IDENTITY,
            p(
                PoolState,
                Kind::Choice(&["Normal", "FailedOver"]),
                "Normal. FailedOver is refused, with what to do instead.",
            ),
            p(
                Force,
                Kind::Switch,
                "Accepted as documented; nothing is asked unless -Confirm is given.",
            ),
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r#"-Identity "PersistentChatServer:atl-cs-001.contoso.com" -PoolState "Normal""#,
        plain_example: "node list",
    },
];
