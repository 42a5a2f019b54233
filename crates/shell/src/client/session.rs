//! Sign-in, sessions and tokens.

use perch_wire::session::{IssuedToken, NewToken, Session, SignIn, Token};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// Signs in with name and password; the session's cookie stays with this client.
    ///
    /// # Errors
    /// `SignInFailed`, `TooManyAttempts`.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<Session, Error> {
        self.call(Method::POST, &["session"], sign_in).await
    }

    /// Who is signed in, with which roles, and the pools of the deployment.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn session(&self) -> Result<Session, Error> {
        self.get(&["session"], &()).await
    }

    /// Ends the session of [`Client::sign_in`].
    ///
    /// # Errors
    /// [`Error`].
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.delete(&["session"], &()).await
    }

    /// The caller's tokens, without their secrets.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn tokens(&self) -> Result<Vec<Token>, Error> {
        self.get(&["tokens"], &()).await
    }

    /// Issues a token; its secret is in this answer and nowhere else.
    ///
    /// # Errors
    /// `NotSignedIn`, `InvalidName`.
    pub async fn new_token(&self, new: &NewToken) -> Result<IssuedToken, Error> {
        self.call(Method::POST, &["tokens"], new).await
    }

    /// Ends a token.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn remove_token(&self, id: Uuid) -> Result<(), Error> {
        self.delete(&["tokens", &id.to_string()], &()).await
    }
}
