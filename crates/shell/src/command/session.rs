//! `perch sign-in` and `perch sign-out`.

use clap::Args;
use perch_domain::Code;
use perch_wire::session::{NewToken, SignIn};

use crate::client::{self, Client};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::shell::Shell;

/// `perch sign-in`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  perch sign-in --url https://chat.contoso.com --name kenmyer@contoso.com\n  \
    echo \"$SECRET\" | perch sign-in --url http://127.0.0.1:7420 --name admin@contoso.com --password-stdin\n\n\
    Scripts can do without: set PERCH_URL and PERCH_TOKEN (perch token new)."
)]
pub struct SignInCommand {
    /// The server's address.
    #[arg(long, env = "PERCH_URL")]
    url: String,
    /// Your address, with or without sip:.
    #[arg(long)]
    name: String,
    /// Read the password from standard input.
    #[arg(long)]
    password_stdin: bool,
    /// Days until the token ends.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    expires_in_days: u32,
}

/// Signs in, issues a token, stores it, and ends the session: the password is used once and the cookie not kept.
pub(super) async fn sign_in(shell: &mut Shell, command: SignInCommand) -> Result<(), Error> {
    let client = Client::anonymous(&command.url)?;
    let password = shell
        .output
        .password(command.password_stdin, "Password: ")?;
    let session = client
        .sign_in(&SignIn {
            name: command.name,
            password,
        })
        .await?;
    let name = match machine() {
        Some(machine) => format!("perch on {machine}"),
        None => "perch".to_owned(),
    };
    let issued = client
        .new_token(&NewToken {
            name,
            expires_in_days: Some(command.expires_in_days),
        })
        .await;
    let ended = client.sign_out().await;
    let issued = issued.map_err(|error| match Error::from(error) {
        error if error.is(Code::NotSignedIn) => Error::Usage(format!(
            "The server keeps sessions for its https address only, and {} is another. Sign in at that one.",
            command.url
        )),
        error => error,
    })?;
    let credentials = Credentials {
        url: client.base_url().trim_end_matches('/').to_owned(),
        token: issued.secret,
        token_id: Some(issued.token.id),
    };
    let path = shell.sources.store(&credentials)?.display().to_string();
    shell.output.note(&format!(
        "Signed in to {} as {}. The token is in {path}; perch sign-out ends it.",
        credentials.url, session.person.display_name
    ));
    if !client.is_private() {
        shell
            .output
            .note("The address starts with http://: whoever is on the way can read the password and the token. Use https.");
    }
    // The session that the token was issued with is of no more use.
    Ok(ended?)
}

/// Ends the stored token and forgets it. One that the server no longer knows is forgotten all the same.
pub(super) async fn sign_out(shell: &mut Shell) -> Result<(), Error> {
    let Some(stored) = shell.sources.stored()? else {
        shell.output.note("Nobody is signed in here.");
        return Ok(());
    };
    if let Some(id) = stored.token_id {
        match Client::new(&stored.url, &stored.token)?
            .remove_token(id)
            .await
        {
            Ok(()) | Err(client::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    shell.sources.forget()?;
    shell.output.note(&format!("Signed out of {}.", stored.url));
    Ok(())
}

/// The name of this machine, so that its token is recognised in a list.
fn machine() -> Option<String> {
    let name = std::fs::read_to_string("/etc/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
