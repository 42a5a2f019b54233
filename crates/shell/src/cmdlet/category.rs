//! Categories (reference 3.3).

use super::table::Key::{
    AllowedMembers, ChatHistory, Creators, DeniedMembers, Description, EnableFileUpload,
    EnableInvitations, FileUpload, Identity, Invitations, Name, PersistentChatPoolFqdn,
    RemoveChatHistory,
};
use super::table::{
    AS_OBJECT, AS_OBJECT_SET, CONFIRM, Cmdlet, IDENTITY, INSTANCE, Kind, Noun, ObjectNoun, POOL,
    Verb, WHAT_IF, p,
};

/// The cmdlets of categories.
pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        verb: Verb::New,
        noun: Noun::Object(ObjectNoun::Category),
        summary: "Creates a category. Who is in its scope is said with Set-CsPersistentChatCategory.",
        parameters: &[
            p(Name, Kind::Text, "Its name, unique in the pool.")
                .required()
                .first(),
            p(Description, Kind::Text, "What it is for."),
            p(
                EnableFileUpload,
                Kind::Switch,
                "Files may be posted in its rooms.",
            ),
            p(
                EnableInvitations,
                Kind::Switch,
                "Rooms may announce themselves to new members.",
            ),
            p(
                RemoveChatHistory,
                Kind::Switch,
                "Keep no history in its rooms.",
            ),
            POOL,
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r#"-Name "HelpDesk" -Description "Questions and answers" -EnableInvitations"#,
        plain_example: r#"category new "HelpDesk" --description "Questions and answers" --enable-invitations"#,
    },
    Cmdlet {
        verb: Verb::Get,
        noun: Noun::Object(ObjectNoun::Category),
        summary: "Shows categories; without parameters those of all pools.",
        parameters: &[IDENTITY, POOL, AS_OBJECT],
        exclusive: &[&[Identity, PersistentChatPoolFqdn]],
        example: r"-Identity 'atl-cs-001.contoso.com\HelpDesk'",
        plain_example: "category list --pool atl-cs-001.contoso.com",
    },
    Cmdlet {
        verb: Verb::Set,
        noun: Noun::Object(ObjectNoun::Category),
        summary: "Changes a category. A narrower scope acts at once, in open windows too.",
        parameters: &[
            IDENTITY,
            INSTANCE,
            p(Name, Kind::Text, "Another name."),
            p(Description, Kind::Text, "Another description."),
            p(AllowedMembers, Kind::List, "Who is in scope."),
            p(
                DeniedMembers,
                Kind::List,
                "Who is not, whatever allows them.",
            ),
            p(Creators, Kind::List, "Who may create rooms."),
            p(FileUpload, Kind::Bool, "Whether files may be posted."),
            p(
                Invitations,
                Kind::Bool,
                "Whether rooms may announce themselves to new members.",
            ),
            p(ChatHistory, Kind::Bool, "Whether history is kept."),
            AS_OBJECT_SET,
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r#"-Identity 'atl-cs-001.contoso.com\HelpDesk' -AllowedMembers '@{Add="sip:kenmyer@contoso.com","OU=IT,DC=contoso,DC=com"}'"#,
        plain_example: r"category set 'atl-cs-001.contoso.com\HelpDesk' --add-allowed-members sip:kenmyer@contoso.com",
    },
    Cmdlet {
        verb: Verb::Remove,
        noun: Noun::Object(ObjectNoun::Category),
        summary: "Removes a category that contains no rooms.",
        parameters: &[IDENTITY, INSTANCE, CONFIRM, WHAT_IF],
        exclusive: &[],
        example: r"-Identity 'atl-cs-001.contoso.com\HelpDesk' '-Confirm:$false'",
        plain_example: r"category remove 'atl-cs-001.contoso.com\HelpDesk' --yes",
    },
];
