//! Rooms (reference 3.4).

use super::table::Key::{
    Addin, Category, ChatContentExceedsMB, Description, Disabled, Filter, Force, Invitations,
    Manager, Managers, Member, Members, Name, PersistentChatPoolFqdn, Presenters, Privacy,
    ResultSize, SearchDescription, Type,
};
use super::table::{
    AS_OBJECT, AS_OBJECT_SET, CONFIRM, Cmdlet, IDENTITY, INSTANCE, Kind, Noun, ObjectNoun, POOL,
    Verb, WHAT_IF, p,
};

const INVITATIONS: &[&str] = &["Inherit", "False"];
const PRIVACY: &[&str] = &["Open", "Closed", "Secret"];
const TYPE: &[&str] = &["Normal", "Auditorium"];

/// The cmdlets of rooms.
pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        verb: Verb::New,
        noun: Noun::Object(ObjectNoun::Room),
        summary: "Creates a room in a category. Its members are said with Set-CsPersistentChatRoom.",
        parameters: &[
            p(Name, Kind::Text, "Its name, unique in the pool.")
                .required()
                .first(),
            p(
                Category,
                Kind::Text,
                "The category, by name or as 'pool.fqdn\\name'.",
            )
            .required(),
            p(
                Addin,
                Kind::NullableText,
                "The add-in beside its conversation, of the same pool.",
            ),
            p(Description, Kind::Text, "What it is for."),
            p(
                Disabled,
                Kind::Bool,
                "Create it disabled; $false unless said otherwise.",
            ),
            p(
                Invitations,
                Kind::Choice(INVITATIONS),
                "Inherit from the category (the default), or False.",
            ),
            POOL,
            p(
                Privacy,
                Kind::Choice(PRIVACY),
                "Open, Closed (the default) or Secret.",
            ),
            p(
                Type,
                Kind::Choice(TYPE),
                "Normal (the default) or Auditorium, where presenters post.",
            ),
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r#"-Name "ITChatRoom" -Category 'atl-cs-001.contoso.com\HelpDesk' -Addin "ITPersistentChatAddin" -Privacy Open"#,
        plain_example: r#"room new "ITChatRoom" --category HelpDesk --addin ITPersistentChatAddin --privacy open"#,
    },
    Cmdlet {
        verb: Verb::Get,
        noun: Noun::Object(ObjectNoun::Room),
        summary: "Shows rooms; without parameters those of all pools. Conditions combine.",
        parameters: &[
            IDENTITY,
            p(Category, Kind::Text, "Rooms of this category.").of("Filter"),
            p(
                Filter,
                Kind::Filter,
                "Rooms whose name fits: '{Name -like \"*it*\"}', or just '*it*'.",
            )
            .of("Filter"),
            p(PersistentChatPoolFqdn, Kind::Text, "Rooms of this pool.").of("Filter"),
            p(Addin, Kind::Text, "Rooms with this add-in.").of("Filter"),
            p(
                ChatContentExceedsMB,
                Kind::Count,
                "Rooms with more content than this; not supported yet.",
            )
            .of("Filter"),
            p(Disabled, Kind::Bool, "Disabled rooms, or rooms in use.").of("Filter"),
            p(
                SearchDescription,
                Kind::Switch,
                "Let -Filter look into descriptions too.",
            )
            .of("Filter"),
            p(Invitations, Kind::Choice(INVITATIONS), "Inherit or False.").of("Filter"),
            p(
                Manager,
                Kind::Text,
                "Rooms with this manager, sip:user@domain.",
            )
            .of("Filter"),
            p(
                Member,
                Kind::Text,
                "Rooms with this member, sip:user@domain.",
            )
            .of("Filter"),
            p(Privacy, Kind::Choice(PRIVACY), "Open, Closed or Secret.").of("Filter"),
            p(Type, Kind::Choice(TYPE), "Normal or Auditorium.").of("Filter"),
            p(ResultSize, Kind::Count, "At most so many; 0 shows nothing.").of("Filter"),
            AS_OBJECT,
        ],
        exclusive: &[&[Category, Filter, PersistentChatPoolFqdn]],
        example: r#"-Filter '{Name -like "*it*"}' -Addin "ITPersistentChatAddin""#,
        plain_example: "room list --filter '*it*' --addin ITPersistentChatAddin",
    },
    Cmdlet {
        verb: Verb::Set,
        noun: Noun::Object(ObjectNoun::Room),
        summary: "Changes a room.",
        parameters: &[
            IDENTITY,
            INSTANCE,
            p(Name, Kind::Text, "Another name."),
            p(Category, Kind::Text, "Another category of the same pool."),
            p(
                Addin,
                Kind::NullableText,
                "Another add-in of the same pool; '$null' for none.",
            ),
            p(Description, Kind::Text, "Another description."),
            p(Disabled, Kind::Bool, "Disable or enable it."),
            p(Invitations, Kind::Choice(INVITATIONS), "Inherit or False."),
            p(Members, Kind::List, "Who may join."),
            p(Managers, Kind::List, "Who may edit it."),
            p(
                Presenters,
                Kind::List,
                "Who may post, when it is an auditorium.",
            ),
            POOL,
            p(Privacy, Kind::Choice(PRIVACY), "Open, Closed or Secret."),
            p(Type, Kind::Choice(TYPE), "Normal or Auditorium."),
            AS_OBJECT_SET,
            p(
                Force,
                Kind::Switch,
                "Accepted as documented: there are no warnings that it could suppress.",
            ),
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r#"-Identity 'atl-cs-001.contoso.com\ITChatRoom' -Members '@{Add="sip:kenmyer@contoso.com"}' -Disabled '$false'"#,
        plain_example: r"room set 'atl-cs-001.contoso.com\ITChatRoom' --add-members sip:kenmyer@contoso.com --disabled false",
    },
    Cmdlet {
        verb: Verb::Remove,
        noun: Noun::Object(ObjectNoun::Room),
        summary: "Removes a room and everything said in it.",
        parameters: &[
            IDENTITY,
            INSTANCE,
            p(Force, Kind::Switch, "Do not ask."),
            CONFIRM,
            WHAT_IF,
        ],
        exclusive: &[],
        example: r"-Identity 'atl-cs-001.contoso.com\ITChatRoom'",
        plain_example: r"room remove 'atl-cs-001.contoso.com\ITChatRoom'",
    },
];
