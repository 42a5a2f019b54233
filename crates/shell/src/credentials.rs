//! Where the shell finds its server and token: the environment, else the file that `perch sign-in` wrote.
//!
//! A stored token is only ever shown to the server that it was stored with: `PERCH_URL` alone does not send it elsewhere.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A server and the token that it issued.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The server's address.
    pub url: String,
    /// The secret of a token.
    pub token: String,
    /// The token itself, so that `perch sign-out` can end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<Uuid>,
}

/// Why no server or token is known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody has signed in.
    #[error(
        "No server is known. Run `perch sign-in --url https://chat.contoso.com --name you@contoso.com` first, or set PERCH_URL and PERCH_TOKEN."
    )]
    Missing,
    /// There is an address without a token for it.
    #[error(
        "PERCH_URL is {url}, but there is no token for that server. Set PERCH_TOKEN too, or run `perch sign-in --url {url} --name you@contoso.com`."
    )]
    NoToken {
        /// The value of `PERCH_URL`.
        url: String,
    },
    /// There is a token without an address.
    #[error("PERCH_TOKEN is set, but no server is known. Set PERCH_URL too.")]
    NoUrl,
    /// Neither `XDG_CONFIG_HOME` nor `HOME` is set.
    #[error(
        "There is no place for the credentials. Set HOME or XDG_CONFIG_HOME, or set PERCH_URL and PERCH_TOKEN."
    )]
    NoHome,
    /// The file is not as `perch sign-in` writes it.
    #[error("{} cannot be understood: {reason}. Delete it and run `perch sign-in` again.", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file cannot be read, written or deleted.
    #[error("Cannot use {}: {cause}. Check its permissions.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// The places to look in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// `PERCH_URL`.
    pub url: Option<String>,
    /// `PERCH_TOKEN`.
    pub token: Option<String>,
    /// Where `perch sign-in` keeps them.
    pub file: Option<PathBuf>,
}

impl Sources {
    /// The environment of this process and the user's configuration directory.
    #[must_use]
    pub fn process() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let configuration = set("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| Path::new(&home).join(".config")));
        Self {
            url: set("PERCH_URL"),
            token: set("PERCH_TOKEN"),
            file: configuration.map(|directory| directory.join("perch").join("credentials.toml")),
        }
    }

    /// The server and its token.
    ///
    /// # Errors
    /// Says which of the two is missing and how to give it.
    pub fn find(&self) -> Result<Credentials, Error> {
        if let (Some(url), Some(token)) = (&self.url, &self.token) {
            return Ok(Credentials {
                url: url.clone(),
                token: token.clone(),
                token_id: None,
            });
        }
        match (&self.url, &self.token, self.stored()?) {
            (None, None, Some(stored)) => Ok(stored),
            (None, Some(token), Some(stored)) => Ok(Credentials {
                url: stored.url,
                token: token.clone(),
                token_id: None,
            }),
            (Some(url), None, Some(stored)) if same_server(url, &stored.url) => Ok(stored),
            (Some(url), None, _) => Err(Error::NoToken { url: url.clone() }),
            (None, Some(_), None) => Err(Error::NoUrl),
            (_, _, None) | (Some(_), Some(_), _) => Err(Error::Missing),
        }
    }

    /// What `perch sign-in` stored.
    ///
    /// # Errors
    /// `Malformed`, `File`.
    pub fn stored(&self) -> Result<Option<Credentials>, Error> {
        let Some(path) = &self.file else {
            return Ok(None);
        };
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text)
                .map(Some)
                .map_err(|error| Error::Malformed {
                    path: path.clone(),
                    // The message alone: the rendered error would quote the line, and with it the token.
                    reason: error.message().to_owned(),
                }),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Error::File {
                path: path.clone(),
                cause,
            }),
        }
    }

    /// Stores them, readable by nobody else.
    ///
    /// # Errors
    /// `NoHome`, `File`.
    pub fn store(&self, credentials: &Credentials) -> Result<&Path, Error> {
        let path = self.file.as_deref().ok_or(Error::NoHome)?;
        let text = toml::to_string(credentials).map_err(|error| Error::Malformed {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        write_private(path, &text).map_err(|cause| Error::File {
            path: path.to_owned(),
            cause,
        })?;
        Ok(path)
    }

    /// Forgets what was stored.
    ///
    /// # Errors
    /// `File`.
    pub fn forget(&self) -> Result<(), Error> {
        let Some(path) = &self.file else {
            return Ok(());
        };
        match fs::remove_file(path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(Error::File {
                path: path.clone(),
                cause,
            }),
            _ => Ok(()),
        }
    }
}

fn same_server(one: &str, other: &str) -> bool {
    match (reqwest::Url::parse(one), reqwest::Url::parse(other)) {
        (Ok(one), Ok(other)) => {
            one.origin() == other.origin()
                && one.path().trim_end_matches('/') == other.path().trim_end_matches('/')
        }
        _ => false,
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    // A new file and a rename: an existing one may be readable by others, and stays so while it is written.
    let draft = path.with_extension("toml.new");
    match fs::remove_file(&draft) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn stored(directory: &Path) -> Sources {
        let sources = Sources {
            file: Some(directory.join("perch/credentials.toml")),
            ..Sources::default()
        };
        let credentials = Credentials {
            url: "https://chat.example".into(),
            token: "secret".into(),
            token_id: None,
        };
        sources.store(&credentials).unwrap();
        sources
    }

    #[test]
    fn what_sign_in_stored_is_found_and_private() {
        let directory = tempfile::tempdir().unwrap();
        let sources = stored(directory.path());
        assert!(sources.find().unwrap().token == "secret");
        let path = sources.file.as_ref().unwrap();
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::metadata(path.parent().unwrap())
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o700
        );
    }

    #[test]
    fn a_file_that_others_could_read_is_replaced_by_one_that_they_cannot() {
        let directory = tempfile::tempdir().unwrap();
        let sources = stored(directory.path());
        let path = sources.file.clone().unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        sources.store(&sources.find().unwrap()).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn the_environment_wins() {
        let directory = tempfile::tempdir().unwrap();
        let sources = Sources {
            url: Some("https://other.example".into()),
            token: Some("other".into()),
            ..stored(directory.path())
        };
        assert_eq!(sources.find().unwrap().url, "https://other.example");
    }

    #[test]
    fn a_stored_token_is_not_sent_to_another_server() {
        let directory = tempfile::tempdir().unwrap();
        let mut sources = stored(directory.path());
        sources.url = Some("https://chat.example/".into());
        assert!(sources.find().is_ok());
        sources.url = Some("https://chat.example.evil".into());
        assert!(matches!(sources.find(), Err(Error::NoToken { .. })));
    }

    #[test]
    fn without_anything_the_error_says_to_sign_in() {
        let error = Sources::default().find().err().unwrap().to_string();
        assert!(error.contains("perch sign-in --url"), "{error}");
    }

    #[test]
    fn an_error_does_not_quote_the_token() {
        let directory = tempfile::tempdir().unwrap();
        let sources = stored(directory.path());
        fs::write(sources.file.as_ref().unwrap(), "token = \"secret\"\nurl 3").unwrap();
        let error = sources.find().err().unwrap().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn signing_out_twice_is_no_error() {
        let directory = tempfile::tempdir().unwrap();
        let sources = stored(directory.path());
        sources.forget().unwrap();
        sources.forget().unwrap();
        assert!(sources.stored().unwrap().is_none());
    }
}
