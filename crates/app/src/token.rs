//! Proofs for add-ins' own servers: who looks at which room, signed by keys that everybody can fetch.
//!
//! A token is short, and asked about while it is valid: [`App::introspect_token`] says at once when the add-in was disabled, the
//! room changed it, or the person may no longer see it.

use std::sync::Arc;

use perch_domain::grant::Capability;
use perch_domain::permission::{PoolAction, RoomAction};
use perch_domain::token_key::{TokenKey, is_published, signing};
use perch_domain::{AddinId, Code, Refusal, RoomId, Timestamp};
use perch_store::DirectoryChanges;
use perch_wire::grant::names;
use perch_wire::token as wire;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pseudonym::{person_of, subject};
use crate::signature::{self, SigningKey};
use crate::store_error::refused;
use crate::{Actor, App};

/// The type of a token.
const TYPE: &str = "perch-addin+jwt";
/// How long a token is valid.
const TOKEN_SECONDS: u32 = 300;

impl App {
    /// A token for the add-in whose page asks.
    ///
    /// # Errors
    /// Those of seeing the room's add-in; `PaneEnded`, `AddinDisabled`, `ActionNotGranted`; `InvalidArgument` when nobody's page asks.
    pub fn issue_token(&self, actor: &Actor, room: RoomId) -> Result<wire::IdentityToken, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::SeeAddin)?;
        view.granted_to(actor, Capability::TokenIssue)?;
        let (Some(pane), Some(addin)) = (actor.pane(), view.addin.as_deref()) else {
            let detail =
                "Tokens are for the pages of add-ins: open a pane, and send it as Perch-Pane.";
            return Err(Refusal::new(Code::InvalidArgument, detail));
        };
        let standing = actor.standing(&view.room, &view.category);
        let role = match () {
            () if standing.manager => wire::Role::Manager,
            () if standing.presenter => wire::Role::Presenter,
            () => wire::Role::Member,
        };
        let (now, granted) = (self.now().as_seconds(), view.granted());
        let person = actor.principal();
        let claims = wire::Claims {
            iss: self.settings().own_origin.as_str().to_owned(),
            aud: addin.id.0,
            sub: subject(addin, actor.id(), granted),
            name: granted
                .has(Capability::IdentityBasic)
                .then(|| person.display_name.clone()),
            email: person
                .email
                .clone()
                .filter(|_| granted.has(Capability::IdentityEmail)),
            pool: view.room.pool.to_string(),
            room: room.0,
            role,
            caps: names(granted),
            sid: pane.sid,
            origin: pane.origin().to_owned(),
            jti: Uuid::new_v4(),
            iat: now,
            exp: now + i64::from(TOKEN_SECONDS),
        };
        let token = self.sign(TYPE, &claims)?;
        Ok(wire::IdentityToken {
            token,
            expires_in: TOKEN_SECONDS,
        })
    }

    /// What a token proves now (RFC 7662); nothing, when it is none, has expired, or holds no more.
    #[must_use]
    pub fn introspect_token(&self, token: &str) -> wire::Introspection {
        let keys = Arc::clone(&self.directory().token_keys);
        let claims = signature::check::<wire::Claims>(&keys, TYPE, token);
        let claims = claims.filter(|claims| self.still_holds(claims).is_ok_and(|holds| holds));
        wire::Introspection {
            active: claims.is_some(),
            claims,
        }
    }

    fn still_holds(&self, claims: &wire::Claims) -> Result<bool, Refusal> {
        let view = self.room_view(RoomId(claims.room))?;
        let Some(addin) = view
            .addin
            .as_deref()
            .filter(|addin| addin.id == AddinId(claims.aud))
        else {
            return Ok(false);
        };
        let Some(person) = person_of(addin, &claims.sub) else {
            return Ok(false);
        };
        view.may(&self.actor(person, None)?, RoomAction::SeeAddin)?;
        addin.may(Capability::TokenIssue, view.room.addin_withheld)?;
        let origin = addin.url.origin();
        Ok(
            origin.is_some_and(|origin| origin.as_str() == claims.origin)
                && self.now().as_seconds() < claims.exp,
        )
    }

    /// The public keys (RFC 7517).
    #[must_use]
    pub fn published_keys(&self) -> Value {
        let (now, directory) = (self.now(), self.directory());
        let keys = &directory.token_keys;
        let made = made(keys);
        let published = keys
            .iter()
            .enumerate()
            .filter(|(place, _)| is_published(&made, *place, now));
        json!({ "keys": published.map(|(_, key)| key.jwk()).collect::<Vec<_>>() })
    }

    /// The keys that sign tokens, oldest first.
    ///
    /// # Errors
    /// `ErrorPermission` for anybody but administrators.
    pub fn list_token_keys(&self, actor: &Actor) -> Result<Vec<wire::TokenKey>, Refusal> {
        actor.may(PoolAction::Configure)?;
        Ok(self.shown_keys())
    }

    /// Makes a new key, which follows the one that signs now a while later: until then, whoever checks tokens learns of it. `at_once`, for
    /// a key that was stolen, it follows now, and what older ones signed is valid no more.
    ///
    /// # Errors
    /// `ErrorPermission`.
    pub async fn rotate_token_key(
        &self,
        actor: &Actor,
        at_once: bool,
    ) -> Result<Vec<wire::TokenKey>, Refusal> {
        actor.may(PoolAction::Configure)?;
        self.add_token_key(Some(actor), at_once).await?;
        Ok(self.shown_keys())
    }

    /// Makes the deployment's first key, if there is none yet. Without a pool nothing is written: a copy may be under way, whose
    /// pools come last.
    pub(crate) async fn ensure_token_key(&self) -> Result<(), Refusal> {
        if self.directory().token_keys.is_empty() && !self.all_pools().is_empty() {
            self.add_token_key(None, false).await?;
        }
        Ok(())
    }

    async fn add_token_key(&self, actor: Option<&Actor>, at_once: bool) -> Result<(), Refusal> {
        let mut change = self.change_directory().await?;
        let before = self.shown_keys();
        if actor.is_none() && !before.is_empty() {
            // Another node was faster.
            return Ok(());
        }
        let now = self.now();
        let mut keys: Vec<TokenKey> = if at_once {
            Vec::new()
        } else {
            self.known_keys(now)
        };
        keys.push(SigningKey::generate(now).map_err(|_| no_key())?);
        let write = &mut change.write;
        write.set_token_keys(&keys).await.map_err(refused)?;
        let target = keys
            .last()
            .map(|key| key.id.to_string())
            .unwrap_or_default();
        let action = if actor.is_some() {
            "token_key.rotate"
        } else {
            "token_key.create"
        };
        let after: Vec<_> = keys.iter().map(|key| key.id.to_string()).collect();
        let before: Vec<_> = before.into_iter().map(|key| key.id.to_string()).collect();
        let record = self.audit_record(actor, action, target, Some(&before), Some(&after));
        write.audit(&record).await.map_err(refused)?;
        let changes = DirectoryChanges {
            token_keys: Some(keys),
            ..DirectoryChanges::default()
        };
        change.commit(changes, Vec::new()).await
    }

    /// The keys that still have to be known.
    fn known_keys(&self, now: Timestamp) -> Vec<TokenKey> {
        let directory = self.directory();
        let keys = directory.token_keys.iter().map(|key| key.stored.clone());
        let made = made(&directory.token_keys);
        let known = keys
            .enumerate()
            .filter(|(place, _)| is_published(&made, *place, now));
        known.map(|(_, key)| key).collect()
    }

    fn shown_keys(&self) -> Vec<wire::TokenKey> {
        let (now, directory) = (self.now(), self.directory());
        let made = made(&directory.token_keys);
        let signs = signing(&made, now);
        let keys = directory.token_keys.iter().enumerate();
        keys.map(|(place, SigningKey { stored, .. })| wire::TokenKey {
            id: stored.id.0,
            created_at: stored.created_at.to_string(),
            signing: signs == Some(place),
            published: is_published(&made, place, now),
        })
        .collect()
    }

    pub(crate) fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, Refusal> {
        let keys = Arc::clone(&self.directory().token_keys);
        let key = signing(&made(&keys), self.now()).and_then(|place| keys.get(place));
        key.and_then(|key| key.sign(typ, claims).ok())
            .ok_or_else(no_key)
    }
}

/// When keys were made.
fn made(keys: &[SigningKey]) -> Vec<Timestamp> {
    keys.iter().map(|key| key.stored.created_at).collect()
}

fn no_key() -> Refusal {
    Refusal::new(
        Code::ServerError,
        "The server could not sign. Tell an administrator; the server's log says more.",
    )
}
