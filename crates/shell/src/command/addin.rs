//! `perch addin …`: what is made from the table of cmdlets, and why a page is not shown.

use clap::{Args, Subcommand};
use perch_domain::addin::{AddinUrl, Origin};
use perch_domain::{Clock, Code, Refusal, SystemClock};
use perch_health::{Handshakes, Prober, Viewpoint, judge};
use perch_health_probe::WebProber;
use perch_wire::addin_health::{AddinHealth, HealthState, SeenPage};
use serde_json::json;
use uuid::Uuid;

use super::grant::GrantCommand;
use super::intent::IntentsArguments;
use super::noun::AddinLine;
use super::webhook::WebhookCommand;
use crate::error::{Error, Exit};
use crate::identity::Identity;
use crate::record::Record;
use crate::shell::Shell;

/// `perch addin …`.
#[derive(Debug, Subcommand)]
pub enum AddinCommand {
    #[command(flatten)]
    /// New, list, set, remove.
    Cmdlet(AddinLine),
    /// Let the server look at an add-in's page now, and say what it saw.
    #[command(
        after_help = "Example:\n  perch addin check 'atl-cs-001.contoso.com\\ITPersistentChatAddin'"
    )]
    Check {
        /// Its identity: pool and name, or the name alone.
        identity: String,
    },
    #[command(flatten)]
    /// What it may do.
    Grant(GrantCommand),
    #[command(subcommand)]
    /// Where its own server is told what is posted.
    Webhook(WebhookCommand),
    /// Show or set which intents its page answers when another page asks.
    Intents(IntentsArguments),
    /// Say whether browsers would show a page in the pane, and which header to change. Needs no server.
    Doctor(DoctorArguments),
}

/// What `perch addin doctor` looks at.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  perch addin doctor https://prices.bank.example/board --origin https://chat.bank.example\n\n\
    The page is asked for from this machine, once, without cookies. Ends with 0 when the pane may show it, with 1 when not.\n\
    docs/guide/addin-health.md explains each finding."
)]
pub struct DoctorArguments {
    /// The address of the page, http or https.
    url: String,
    /// Where people open the chat; the server of PERCH_URL or of `perch sign-in` when absent.
    #[arg(long, value_name = "URL")]
    origin: Option<String>,
}

pub(super) async fn run(shell: &mut Shell, command: AddinCommand) -> Result<Exit, Error> {
    match command {
        AddinCommand::Cmdlet(line) => shell.invoke(&line.0.into_invocation()?).await,
        AddinCommand::Check { identity } => check(shell, &identity).await,
        AddinCommand::Grant(command) => super::grant::run(shell, command).await,
        AddinCommand::Webhook(command) => super::webhook::run(shell, command).await,
        AddinCommand::Intents(arguments) => super::intent::run(shell, arguments).await,
        AddinCommand::Doctor(arguments) => doctor(shell, arguments).await,
    }
}

async fn check(shell: &mut Shell, text: &str) -> Result<Exit, Error> {
    let (client, identity) = (shell.client()?, Identity::parse(text)?);
    for pool in client.pools().await? {
        let other = |named: &String| !named.eq_ignore_ascii_case(&pool.fqdn);
        if identity.pool.as_ref().is_some_and(other) {
            continue;
        }
        let addins = client.addins(&pool.fqdn).await?;
        if let Some(addin) = addins.iter().find(|addin| identity.names(&addin.name)) {
            let health = client.check_addin(&pool.fqdn, addin.id).await?;
            return Ok(say(shell, &health, &addin.url));
        }
    }
    Err(Error::Refused(Refusal::new(
        Code::NoSuchAddin,
        format!("There is no add-in {text:?}. perch addin list shows those that there are."),
    )))
}

async fn doctor(shell: &mut Shell, arguments: DoctorArguments) -> Result<Exit, Error> {
    let known = arguments.origin.or_else(|| shell.sources.url.clone());
    let known = known.or_else(|| Some(shell.sources.stored().ok()??.url));
    let origin = known.ok_or_else(|| {
        Error::Usage("Give --origin, the address under which people open the chat: a page may be framed by one and not by another.".to_owned())
    })?;
    let chat = Origin::parse(&origin)?;
    let url = AddinUrl::parse(&arguments.url, &chat)?.example("en", "light")?;
    let seen = WebProber::new().observe(&url, &chat).await;
    let now = SystemClock.now();
    let from = Viewpoint {
        chat: &chat,
        now,
        proxied: false,
    };
    let findings = judge(&seen, &from, &Handshakes::default());
    let health = AddinHealth::new(Uuid::nil(), &seen, now, &findings, Handshakes::default());
    Ok(say(shell, &health, &format!("{url}\nin a chat at {chat}")))
}

/// Says what was found, and ends with 1 when browsers do not show the page.
fn say(shell: &mut Shell, health: &AddinHealth, title: &str) -> Exit {
    if shell.output.terminal().shows {
        shell.output.line(&told(health, title));
    } else {
        shell.output.object(&record(health));
    }
    match health.state {
        HealthState::Fault => Exit::Refused,
        HealthState::Ok | HealthState::Warning | HealthState::Unchecked => Exit::Done,
    }
}

/// For people: what was seen, and what it comes to.
fn told(health: &AddinHealth, title: &str) -> String {
    let mut lines = vec![title.to_owned(), String::new()];
    if let Some(page) = &health.page {
        lines.extend(
            facts(page)
                .into_iter()
                .map(|(name, value)| format!("  {name:<28}  {value}")),
        );
        lines.push(String::new());
    }
    lines.push(
        match health.state {
            HealthState::Ok => "Green: browsers show this page in the pane.",
            HealthState::Warning => "Amber: browsers may show this page in the pane. Look at:",
            HealthState::Fault => "Red: browsers do not show this page in the pane. To change it:",
            HealthState::Unchecked => "Nobody has looked at this page yet.",
        }
        .to_owned(),
    );
    for (number, finding) in (1..).zip(&health.findings) {
        lines.push(format!("  {number}. {} ({})", finding.detail, finding.code));
    }
    let said = &health.handshakes;
    let all = said.ok + said.silent + said.blocked;
    if all > 0 {
        let (ok, silent, blocked) = (said.ok, said.silent, said.blocked);
        lines.push(format!(
            "\nPeople who opened it in the last day: {all}. It spoke with {ok}, was silent for {silent}, and was stopped on its way elsewhere for {blocked}."
        ));
    }
    // What a page says cannot reach the terminal as anything but text.
    let plain = |line: &String| line.chars().filter(|c| !c.is_control()).collect::<String>();
    lines.iter().map(plain).collect::<Vec<_>>().join("\n")
}

fn facts(page: &SeenPage) -> Vec<(&'static str, String)> {
    let number = |number: Option<u64>, unit: &str| number.map(|number| format!("{number} {unit}"));
    let answer = page.status.map(|status| {
        let parts = [
            number(page.first_byte_ms, "ms"),
            number(page.bytes, "bytes"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("status {status}, {}", parts.join(", "))
    });
    let mut facts = vec![
        ("Address", page.address.clone()),
        ("Certificate holds until", page.certificate_ends_at.clone()),
        ("Answer", answer),
        ("Content-Type", page.content_type.clone()),
        ("Content-Disposition", page.disposition.clone()),
        ("Cross-Origin-Resource-Policy", page.resource_policy.clone()),
        ("Cross-Origin-Embedder-Policy", page.embedder_policy.clone()),
    ];
    let several = [
        ("Sent on to", &page.redirects),
        ("X-Frame-Options", &page.frame_options),
        ("Content-Security-Policy", &page.security_policies),
    ];
    for (name, values) in several {
        facts.extend(values.iter().map(|value| (name, Some(value.clone()))));
    }
    let known = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    known.collect()
}

fn record(health: &AddinHealth) -> Record {
    let page = health.page.clone().unwrap_or_default();
    Record::new(vec![
        ("Url", json!(page.url)),
        ("State", json!(health.state)),
        ("CheckedAt", json!(health.checked_at)),
        ("Findings", json!(health.findings)),
        ("Handshakes", json!(health.handshakes)),
        ("Address", json!(page.address)),
        ("Redirects", json!(page.redirects)),
        ("CertificateEndsAt", json!(page.certificate_ends_at)),
        ("Status", json!(page.status)),
        ("FirstByteMs", json!(page.first_byte_ms)),
        ("Bytes", json!(page.bytes)),
        ("ContentType", json!(page.content_type)),
        ("ContentDisposition", json!(page.disposition)),
        ("FrameOptions", json!(page.frame_options)),
        ("SecurityPolicies", json!(page.security_policies)),
        ("ResourcePolicy", json!(page.resource_policy)),
        ("EmbedderPolicy", json!(page.embedder_policy)),
    ])
}
