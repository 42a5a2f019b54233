//! Who looks at an add-in's page, as that add-in may know them.
//!
//! A pseudonym is the person's identifier sealed with the add-in's own secret: the same each time, different for each
//! add-in, and known again here, so that what it proves can be asked about later. Nobody else can tell two add-ins' pseudonyms
//! of one person from those of two.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use perch_domain::PrincipalId;
use perch_domain::addin::Addin;
use perch_domain::grant::{Capability, Grants};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use uuid::Uuid;

/// The person, to an add-in with these grants.
pub(crate) fn subject(addin: &Addin, person: PrincipalId, granted: Grants) -> String {
    if granted.has(Capability::IdentityBasic) {
        return person.to_string();
    }
    seal(addin, person).unwrap_or_default()
}

/// Whom an add-in was told of.
pub(crate) fn person_of(addin: &Addin, subject: &str) -> Option<PrincipalId> {
    subject.parse().ok().or_else(|| unseal(addin, subject))
}

fn derived(addin: &Addin, purpose: &[u8]) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &addin.secret.0);
    hmac::sign(&key, purpose)
}

fn key(addin: &Addin) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, derived(addin, b"pseudonym").as_ref()).ok()?;
    Some(LessSafeKey::new(key))
}

fn seal(addin: &Addin, person: PrincipalId) -> Option<String> {
    let mut sealed = person.0.as_bytes().to_vec();
    // Made of the person, so that the pseudonym is the same each time: each person has a nonce of their own.
    let tag = derived(addin, &[b"nonce", sealed.as_slice()].concat());
    let nonce: [u8; NONCE_LEN] = tag.as_ref().get(..NONCE_LEN)?.try_into().ok()?;
    let key = key(addin)?;
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut sealed,
    )
    .ok()?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

fn unseal(addin: &Addin, subject: &str) -> Option<PrincipalId> {
    let bytes = URL_SAFE_NO_PAD.decode(subject).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
    let mut sealed = sealed.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let opened = key(addin)?
        .open_in_place(nonce, Aad::empty(), &mut sealed)
        .ok()?;
    Uuid::from_slice(opened).ok().map(PrincipalId)
}
