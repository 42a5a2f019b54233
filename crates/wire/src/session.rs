//! Sign-in, sessions and tokens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::pool::Pool;
use crate::principal::Principal;

/// Name and password.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The user's address, with or without `sip:`.
    pub name: String,
    /// The password.
    pub password: String,
}

/// Who is signed in, and what the client needs to know at its start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// The person.
    pub person: Principal,
    /// The name of the deployment.
    pub deployment: String,
    /// Holds the administrator role.
    pub administrator: bool,
    /// Is a creator in some category.
    pub may_create_rooms: bool,
    /// Manages some room, or all as administrator.
    pub may_manage_rooms: bool,
    /// The pools; the default one first.
    pub pools: Vec<Pool>,
    /// Pages of add-ins can be shown through an isolating proxy here.
    pub addin_proxy: bool,
    /// The limits that forms show.
    pub limits: Limits,
}

/// The limits that forms and composers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Characters of a regular message.
    pub message_chars_max: u32,
    /// Characters of a story's body.
    pub story_chars_max: u32,
    /// Characters of a room's name.
    pub room_name_chars_max: u32,
    /// Characters of a room's or category's description.
    pub description_chars_max: u32,
    /// Characters of an add-in's name.
    pub addin_name_chars_max: u32,
    /// Bytes of an add-in's URL.
    pub addin_url_bytes_max: u32,
}

impl Limits {
    /// The limits of this version.
    pub const CURRENT: Self = {
        use perch_domain::limits as l;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "constants far below the range of u32"
        )]
        const fn small(limit: usize) -> u32 {
            limit as u32
        }
        Self {
            message_chars_max: small(l::MESSAGE_CHARS_MAX),
            story_chars_max: small(l::STORY_CHARS_MAX),
            room_name_chars_max: small(l::NAME_CHARS_MAX),
            description_chars_max: small(l::DESCRIPTION_CHARS_MAX),
            addin_name_chars_max: small(l::ADDIN_NAME_CHARS_MAX),
            addin_url_bytes_max: small(l::ADDIN_URL_BYTES_MAX),
        }
    };
}

/// A change of one's own password. Ends every other session of the user.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password so far.
    pub current: String,
    /// 10 to 256 characters.
    pub new: String,
}

/// A bearer token of a program, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// The token.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// When it was issued.
    pub created_at: String,
    /// When it ends; never, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// A token to issue.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Days until it ends; never, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
}

/// A token with its secret, which is shown once.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct IssuedToken {
    /// The token.
    pub token: Token,
    /// Send it as `Authorization: Bearer`.
    pub secret: String,
}
