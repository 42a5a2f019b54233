//! Add-ins (reference 3.2).

use super::table::Key::{Force, Identity, Name, PersistentChatPoolFqdn, Url};
use super::table::{
    CONFIRM, Cmdlet, IDENTITY, INSTANCE, Kind, Noun, ObjectNoun, POOL, Verb, WHAT_IF, p,
};

/// The cmdlets of add-ins.
pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        verb: Verb::New,
        noun: Noun::Object(ObjectNoun::Addin),
        summary: "Registers an add-in in a pool. Rooms get it with Set-CsPersistentChatRoom -Addin.",
        parameters: &[
            p(Name, Kind::Text, "Its name, unique in the pool.")
                .required()
                .first(),
            p(Url, Kind::Text, "The address of its page, http or https.").required(),
            POOL,
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r#"-Name "ITPersistentChatAddin" -PersistentChatPoolFqdn "atl-cs-001.contoso.com" -Url "http://atl-cs-001.contoso.com/itchat""#,
        plain_example: r#"addin new "ITPersistentChatAddin" --url "http://atl-cs-001.contoso.com/itchat""#,
    },
    Cmdlet {
        verb: Verb::Get,
        noun: Noun::Object(ObjectNoun::Addin),
        summary: "Shows add-ins; without parameters those of all pools.",
        parameters: &[IDENTITY, POOL],
        exclusive: &[&[Identity, PersistentChatPoolFqdn]],
        example: r"-Identity 'atl-cs-001.contoso.com\ITPersistentChatAddin'",
        plain_example: "addin list --pool atl-cs-001.contoso.com",
    },
    Cmdlet {
        verb: Verb::Set,
        noun: Noun::Object(ObjectNoun::Addin),
        summary: "Renames an add-in or gives it another page.",
        parameters: &[
            IDENTITY,
            INSTANCE,
            p(Name, Kind::Text, "Another name."),
            p(Url, Kind::Text, "Another page."),
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r#"-Identity 'atl-cs-001.contoso.com\ITPersistentChatAddin' -Url "https://it.contoso.com/chat""#,
        plain_example: r#"addin set 'atl-cs-001.contoso.com\ITPersistentChatAddin' --url "https://it.contoso.com/chat""#,
    },
    Cmdlet {
        verb: Verb::Remove,
        noun: Noun::Object(ObjectNoun::Addin),
        summary: "Removes an add-in. Where rooms use it, asks first or needs -Force; they lose it.",
        parameters: &[
            IDENTITY,
            INSTANCE,
            p(
                Force,
                Kind::Switch,
                "Do not ask, and remove it even though rooms use it.",
            ),
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r"-Identity 'atl-cs-001.contoso.com\ITPersistentChatAddin' -Force",
        plain_example: r"addin remove 'atl-cs-001.contoso.com\ITPersistentChatAddin' --force",
    },
];
