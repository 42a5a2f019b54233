//! Signing and checking: JSON Web Signatures (RFC 7515) in their compact form, by ES256 and nothing else. The algorithm is ours
//! and never read from what is checked; the type (`typ`) is part of what is asked for, so that one thing never passes for another.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use perch_domain::secret::Secret;
use perch_domain::token_key::TokenKey;
use perch_domain::{Timestamp, TokenKeyId};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Longest text that is checked.
const TEXT_BYTES_MAX: usize = 8 * 1_024;

/// That the system has no random numbers, or a key is none.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the key cannot be used")]
pub(crate) struct BadKey;

/// A key that is ready to be used.
pub(crate) struct SigningKey {
    /// As it is stored.
    pub(crate) stored: TokenKey,
    pair: EcdsaKeyPair,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stored.fmt(f)
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

const ALGORITHM: &str = "ES256";

impl SigningKey {
    /// A new key.
    pub(crate) fn generate(now: Timestamp) -> Result<TokenKey, BadKey> {
        let random = SystemRandom::new();
        let private_key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(|_| BadKey)?;
        Ok(TokenKey {
            id: TokenKeyId::new(now),
            private_key: Secret(private_key.as_ref().to_vec()),
            created_at: now,
        })
    }

    /// A stored key.
    pub(crate) fn of(stored: TokenKey) -> Result<Self, BadKey> {
        let Secret(private_key) = &stored.private_key;
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private_key, &random)
            .map_err(|_| BadKey)?;
        Ok(Self { stored, pair })
    }

    /// Signs claims as a thing of a type.
    pub(crate) fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, BadKey> {
        let header = Header {
            alg: ALGORITHM.to_owned(),
            typ: typ.to_owned(),
            kid: self.stored.id.to_string(),
        };
        let part = |json: Result<Vec<u8>, serde_json::Error>| {
            json.map(|json| URL_SAFE_NO_PAD.encode(json))
                .map_err(|_| BadKey)
        };
        let signed = format!(
            "{}.{}",
            part(serde_json::to_vec(&header))?,
            part(serde_json::to_vec(claims))?
        );
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| BadKey)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Its public part (RFC 7517).
    pub(crate) fn jwk(&self) -> Value {
        // An uncompressed point: 4, then both coordinates of 32 bytes.
        let point = self.pair.public_key().as_ref();
        let (x, y) = point
            .get(1..)
            .unwrap_or_default()
            .split_at(32.min(point.len().saturating_sub(1)));
        json!({
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": ALGORITHM,
            "kid": self.stored.id.to_string(),
            "x": URL_SAFE_NO_PAD.encode(x),
            "y": URL_SAFE_NO_PAD.encode(y),
        })
    }
}

/// The claims of what one of these keys signed as a thing of this type; `None` for anything else.
pub(crate) fn check<T: DeserializeOwned>(keys: &[SigningKey], typ: &str, text: &str) -> Option<T> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    if header.alg != ALGORITHM || header.typ != typ {
        return None;
    }
    let key = (keys.iter()).find(|key| key.stored.id.to_string() == header.kid)?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.pair.public_key().as_ref())
        .verify(signed.as_bytes(), &decode(signature)?)
        .ok()?;
    serde_json::from_slice(&decode(claims)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::of(SigningKey::generate(Timestamp::from_micros(0)).unwrap()).unwrap()
    }

    #[test]
    fn what_was_signed_is_known_again_and_nothing_else() {
        let (key, other) = (key(), key());
        let text = key.sign("a+jwt", &json!({ "n": 1 })).unwrap();
        let checked = |keys: &[SigningKey], typ, text: &str| check::<Value>(keys, typ, text);
        let keys = [other, key];
        assert_eq!(checked(&keys, "a+jwt", &text), Some(json!({ "n": 1 })));
        assert_eq!(checked(&keys, "b+jwt", &text), None, "another type");
        assert_eq!(checked(&keys[..1], "a+jwt", &text), None, "another key");
        let parts: Vec<_> = text.split('.').collect();
        let claims = URL_SAFE_NO_PAD.encode(r#"{"n":2}"#);
        let kid = keys[1].stored.id;
        let none =
            URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","typ":"a+jwt","kid":"{kid}"}}"#));
        for forged in [
            format!("{}.{claims}.{}", parts[0], parts[2]),
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{text}."),
            String::new(),
            "x".repeat(TEXT_BYTES_MAX + 1),
        ] {
            assert_eq!(checked(&keys, "a+jwt", &forged), None, "{forged}");
        }
    }

    #[test]
    fn a_stored_key_that_is_none_is_refused() {
        let stored = TokenKey {
            private_key: Secret(vec![1, 2, 3]),
            ..SigningKey::generate(Timestamp::from_micros(0)).unwrap()
        };
        assert!(SigningKey::of(stored).is_err());
    }
}
