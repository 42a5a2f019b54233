//! Where a database is.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use url::Url;

/// The address of a database, such as `postgres://perch@db.contoso.com/perch?sslmode=verify-full`. What is printed of it
/// never has the password.
#[derive(Clone)]
pub struct PostgresUrl {
    url: Url,
    options: PgConnectOptions,
}

impl PostgresUrl {
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }
}

impl FromStr for PostgresUrl {
    type Err = String;

    /// # Errors
    /// What is wrong with it, as a sentence without the address.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXAMPLE: &str =
            "Give an address such as postgres://perch@db.contoso.com/perch?sslmode=verify-full";
        let url = Url::parse(text).map_err(|cause| format!("{EXAMPLE}: {cause}."))?;
        if !["postgres", "postgresql"].contains(&url.scheme()) {
            return Err(format!("{EXAMPLE}: {:?} is another scheme.", url.scheme()));
        }
        let options = PgConnectOptions::from_str(text)
            .map_err(|cause| format!("{EXAMPLE}: {cause}."))?
            .application_name("perch");
        Ok(Self { url, options })
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MASK: &str = "***";
        let mut url = self.url.clone();
        if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
            return formatter.write_str(MASK);
        }
        if url.query_pairs().any(|(name, _)| name == "password") {
            let pairs: Vec<(String, String)> = url
                .query_pairs()
                .map(|(name, value)| match &*name {
                    "password" => (name.into_owned(), MASK.to_owned()),
                    _ => (name.into_owned(), value.into_owned()),
                })
                .collect();
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        url.fmt(formatter)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "postgres://perch:geheim@db.contoso.com/perch",
            "postgresql://perch@db.contoso.com/perch?sslmode=require&password=geheim",
        ] {
            let url: PostgresUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("geheim"), "{url}");
            assert!(url.to_string().contains("***"), "{url}");
        }
    }

    #[test]
    fn a_wrong_address_is_refused_without_repeating_its_password() {
        for text in [
            "mysql://perch:geheim@db.contoso.com/perch",
            "postgres://perch:geheim@db.contoso.com:port/perch",
            "postgres://perch:geheim@db.contoso.com/perch?sslmode=maybe",
            "geheim",
        ] {
            let fault = text.parse::<PostgresUrl>().unwrap_err();
            assert!(!fault.contains("geheim"), "{fault}");
        }
    }
}
