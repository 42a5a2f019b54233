//! Sign-in, sessions of browsers, tokens of programs.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use perch_domain::credential::{Credential, CredentialKind};
use perch_domain::name::fold;
use perch_domain::principal::check_new_password;
use perch_domain::{Code, CredentialId, PrincipalId, Refusal};
use perch_store::{DeploymentStore, DirectoryChanges};
use perch_wire::principal::Principal;
use perch_wire::session as wire;
use sha2::{Digest, Sha256};

use crate::actor::not_signed_in;
use crate::loader::Loader;
use crate::store_error::refused;
use crate::{Actor, App};

/// Attempts to sign in that an account may make from one address at once …
const ATTEMPTS_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// … and afterwards one every so many seconds.
const ATTEMPT_SECONDS: u64 = 10;

/// Slows guessing down, per account and address: a stranger elsewhere locks nobody out.
pub(crate) struct Attempts(DefaultKeyedRateLimiter<(String, Option<IpAddr>)>);

impl Attempts {
    pub(crate) fn new() -> Self {
        let quota = Quota::with_period(std::time::Duration::from_secs(ATTEMPT_SECONDS))
            .unwrap_or_else(|| Quota::per_minute(ATTEMPTS_BURST))
            .allow_burst(ATTEMPTS_BURST);
        Self(RateLimiter::keyed(quota))
    }

    fn check(&self, name: &str, from: Option<IpAddr>) -> Result<(), Refusal> {
        // Names that nobody has may be made up without end, of any length; what has recovered is forgotten.
        const KEYS_MAX: usize = 10_000;
        if self.0.len() > KEYS_MAX {
            self.0.retain_recent();
        }
        self.0
            .check_key(&(fold(&shortened(name)), from))
            .map_err(|_| {
                metrics::counter!("perch_rejected_total", "limit" => "sign_in").increment(1);
                Refusal::new(
                Code::TooManyAttempts,
                format!(
                    "Too many attempts to sign in. Wait {ATTEMPT_SECONDS} seconds, then try again."
                ),
            )
            .with("seconds", ATTEMPT_SECONDS)
            })
    }
}

/// A new credential with its secret, which exists only here and at its holder.
pub struct Issued {
    /// The credential.
    pub credential: Credential,
    /// The secret.
    pub secret: String,
}

impl App {
    /// Signs a person in to a browser.
    ///
    /// # Errors
    /// `SignInFailed`, in the same time whether or not there is such a person; `TooManyAttempts`.
    pub async fn sign_in(
        &self,
        sign_in: &wire::SignIn,
        from: Option<IpAddr>,
    ) -> Result<(Issued, Actor), Refusal> {
        let found = self.directory().find(&sign_in.name).cloned();
        // However the address was typed, it is one account.
        let account = found.as_ref().map(|found| found.address.as_str());
        self.attempts
            .check(account.unwrap_or(&sign_in.name), from)?;
        let person = found.filter(|found| !found.disabled).map(|found| found.id);
        let fits = self.identity.verify(person, &sign_in.password).await?;
        let Some(person) = person.filter(|_| fits) else {
            let mut write = self.deployment.write().await.map_err(refused)?;
            let who = shortened(&sign_in.name);
            let record = self.audit_record::<()>(None, "session.refuse", who, None, None);
            write.audit(&record).await.map_err(refused)?;
            write.commit().await.map_err(refused)?;
            return Err(Refusal::new(
                Code::SignInFailed,
                "Name and password do not fit. Check both; ask an administrator for a new password if you forgot yours.",
            ));
        };
        let expires = self.now().plus_seconds(self.settings().session_seconds);
        let issued = self
            .issue(
                person,
                CredentialKind::Session,
                "browser".to_owned(),
                Some(expires),
                None,
            )
            .await?;
        let actor = self
            .actor(person, Some(issued.credential.id))?
            .until(Some(expires));
        Ok((issued, actor))
    }

    /// Who holds a secret.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn authenticate(&self, secret: &str) -> Result<Actor, Refusal> {
        let found = self.credentials.load(digest(secret)).await?;
        self.holder(found).await
    }

    /// Who holds a session or token that was read just now.
    ///
    /// # Errors
    /// `NotSignedIn` when there is none, or it has ended, or its person is gone or disabled.
    pub(crate) async fn holder(&self, found: Option<Credential>) -> Result<Actor, Refusal> {
        self.make_sure().await;
        let now = self.now();
        match found {
            Some(credential) if credential.expires_at.is_none_or(|end| now < end) => {
                let actor = self.actor(credential.principal, Some(credential.id))?;
                Ok(actor.until(credential.expires_at))
            }
            _ => Err(not_signed_in()),
        }
    }

    /// Ends the session or token that the caller uses, and its connections.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(&self, actor: &Actor) -> Result<(), Refusal> {
        let Some(credential) = actor.credential() else {
            return Ok(());
        };
        let mut change = self.change_directory().await?;
        change
            .write
            .delete_credential(actor.id(), credential)
            .await
            .map_err(refused)?;
        let target = actor.principal().address.as_str().to_owned();
        let record = self.audit_record::<()>(Some(actor), "session.delete", target, None, None);
        change.write.audit(&record).await.map_err(refused)?;
        change
            .commit(ended(actor.id(), vec![credential]), Vec::new())
            .await
    }

    /// Changes the caller's own password and ends all other sessions.
    ///
    /// # Errors
    /// `SignInFailed` when the current one does not fit, `InvalidPassword`, `TooManyAttempts`.
    pub async fn change_password(
        &self,
        actor: &Actor,
        change: &wire::PasswordChange,
    ) -> Result<(), Refusal> {
        self.attempts
            .check(actor.principal().address.as_str(), None)?;
        if !self
            .identity
            .verify(Some(actor.id()), &change.current)
            .await?
        {
            return Err(Refusal::new(
                Code::SignInFailed,
                "The current password does not fit. Type the password with which you signed in.",
            )
            .of("current"));
        }
        check_new_password(&change.new).map_err(|refusal| refusal.of("new"))?;
        let hash = self.identity.hash(&change.new).await?;
        let target = actor.principal().address.as_str().to_owned();
        let mut changed = self.change_directory().await?;
        changed
            .write
            .set_password_hash(actor.id(), &hash)
            .await
            .map_err(refused)?;
        let sessions = changed
            .write
            .delete_sessions(actor.id(), actor.credential())
            .await
            .map_err(refused)?;
        let record =
            self.audit_record::<()>(Some(actor), "principal.set_password", target, None, None);
        changed.write.audit(&record).await.map_err(refused)?;
        changed
            .commit(ended(actor.id(), sessions), Vec::new())
            .await
    }

    /// What a client needs to know at its start.
    #[must_use]
    pub fn session(&self, actor: &Actor) -> wire::Session {
        let pools = self.all_pools();
        let creates = |pool: &crate::catalogue::PoolState| {
            pool.catalogue()
                .categories
                .values()
                .any(|category| actor.standing_in(category).creator)
        };
        let manages = |pool: &std::sync::Arc<crate::catalogue::PoolState>| {
            Self::room_views(pool)
                .iter()
                .any(|view| actor.standing(&view.room, &view.category).manager)
        };
        wire::Session {
            person: Principal::from(actor.principal()),
            deployment: self.settings().deployment_name.clone(),
            administrator: actor.administrator(),
            may_create_rooms: actor.administrator() || pools.iter().any(|pool| creates(pool)),
            may_manage_rooms: actor.administrator() || pools.iter().any(manages),
            pools: self.list_pools(),
            addin_proxy: self.settings().addin_proxy.is_some(),
            limits: wire::Limits::CURRENT,
        }
    }

    /// Issues a token to a program of the caller.
    ///
    /// # Errors
    /// `InvalidName`; `InvalidArgument` for days outside 1 to 36,500.
    pub async fn create_token(
        &self,
        actor: &Actor,
        new: &wire::NewToken,
    ) -> Result<wire::IssuedToken, Refusal> {
        const DAYS_MAX: u32 = 36_500;
        let name = perch_domain::Name::parse(&new.name)?;
        if new
            .expires_in_days
            .is_some_and(|days| !(1..=DAYS_MAX).contains(&days))
        {
            let detail = format!(
                "Give 1 to {DAYS_MAX} days, or leave them out for a token that does not end."
            );
            return Err(Refusal::new(Code::InvalidArgument, detail)
                .of("expires_in_days")
                .with("max", DAYS_MAX));
        }
        let expires = new
            .expires_in_days
            .map(|days| self.now().plus_seconds(i64::from(days) * 24 * 3_600));
        let issued = self
            .issue(
                actor.id(),
                CredentialKind::Token,
                name.to_string(),
                expires,
                Some(actor),
            )
            .await?;
        Ok(wire::IssuedToken {
            token: token(&issued.credential),
            secret: issued.secret,
        })
    }

    /// The caller's tokens.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_tokens(&self, actor: &Actor) -> Result<Vec<wire::Token>, Refusal> {
        let tokens = self
            .deployment
            .list_credentials(actor.id(), CredentialKind::Token)
            .await
            .map_err(refused)?;
        Ok(tokens.iter().map(token).collect())
    }

    /// Ends one of the caller's tokens, and its connections.
    ///
    /// # Errors
    /// `NoSuchNode` when the caller has no such token.
    pub async fn delete_token(&self, actor: &Actor, id: CredentialId) -> Result<(), Refusal> {
        let mut change = self.change_directory().await?;
        if !change
            .write
            .delete_credential(actor.id(), id)
            .await
            .map_err(refused)?
        {
            return Err(Refusal::new(
                Code::NoSuchNode,
                "You have no such token. List your tokens to see their identifiers.",
            ));
        }
        let target = actor.principal().address.as_str().to_owned();
        let record = self.audit_record::<()>(Some(actor), "token.delete", target, None, None);
        change.write.audit(&record).await.map_err(refused)?;
        change.commit(ended(actor.id(), vec![id]), Vec::new()).await
    }

    async fn issue(
        &self,
        principal: PrincipalId,
        kind: CredentialKind,
        name: String,
        expires_at: Option<perch_domain::Timestamp>,
        actor: Option<&Actor>,
    ) -> Result<Issued, Refusal> {
        let secret = new_secret()?;
        let now = self.now();
        let credential = Credential {
            id: CredentialId::new(now),
            kind,
            principal,
            name,
            digest: digest(&secret),
            created_at: now,
            expires_at,
        };
        let target = self.directory().author(principal).address;
        let action = match kind {
            CredentialKind::Session => "session.create",
            CredentialKind::Token => "token.create",
        };
        let mut write = self.deployment.write().await.map_err(refused)?;
        write
            .insert_credential(&credential)
            .await
            .map_err(refused)?;
        write
            .audit(&self.audit_record::<()>(actor, action, target, None, None))
            .await
            .map_err(refused)?;
        write.commit().await.map_err(refused)?;
        Ok(Issued { credential, secret })
    }
}

/// Reads sessions and tokens by the digests of their secrets.
pub(crate) fn credentials(store: Arc<dyn DeploymentStore>) -> Loader<[u8; 32], Credential> {
    Loader::start(move |digests: Vec<[u8; 32]>| {
        let store = Arc::clone(&store);
        async move {
            let found = store.find_credentials(&digests).await?.into_iter();
            Ok(found
                .map(|credential| (credential.digest, credential))
                .collect())
        }
    })
}

/// Sessions and tokens of a person that have ended; their connections end with them.
fn ended(person: PrincipalId, credentials: Vec<CredentialId>) -> DirectoryChanges {
    let ended = credentials
        .into_iter()
        .map(|credential| (person, credential));
    DirectoryChanges {
        ended: ended.collect(),
        ..DirectoryChanges::default()
    }
}

/// As much of a name as an address can have.
fn shortened(name: &str) -> String {
    name.chars().take(384).collect()
}

fn token(credential: &Credential) -> wire::Token {
    wire::Token {
        id: credential.id.0,
        name: credential.name.clone(),
        created_at: credential.created_at.to_string(),
        expires_at: credential.expires_at.map(|end| end.to_string()),
    }
}

/// 256 random bits.
pub(crate) fn random_bytes() -> Result<[u8; 32], Refusal> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| {
        Refusal::new(
            Code::ServerError,
            "The machine gives no random numbers; tell an administrator.",
        )
    })?;
    Ok(bytes)
}

/// 256 random bits, as text that can stand in a header and a cookie.
fn new_secret() -> Result<String, Refusal> {
    Ok(random_bytes()?
        .iter()
        .fold(String::from("perch_"), |text, byte| {
            text + &format!("{byte:02x}")
        }))
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
