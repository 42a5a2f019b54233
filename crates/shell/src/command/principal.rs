//! `perch user …` and `perch group …`: the principals that lists of categories and rooms can name.

use clap::{Args, Subcommand, ValueEnum};
use perch_domain::name::fold;
use perch_domain::principal::folded_candidates;
use perch_domain::{Code, Refusal};
use perch_wire::principal::{NewPrincipal, Principal, PrincipalKind, PrincipalPatch};
use serde_json::json;

use crate::client::Client;
use crate::error::Error;
use crate::record::Record;
use crate::shell::Shell;

/// The most principals that the server lists at a time.
const PRINCIPALS_MAX: u32 = 200;

/// `perch user …`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user. Without a password nobody can sign in with the account.
    #[command(
        after_help = "Examples:\n  perch user new kenmyer@contoso.com --display-name \"Ken Myer\" --password\n  \
        echo \"$SECRET\" | perch user new bot@contoso.com --display-name Bot --password-stdin"
    )]
    New {
        /// The address, with or without sip:.
        address: String,
        /// What people see.
        #[arg(long)]
        display_name: String,
        /// A mail address.
        #[arg(long)]
        email: Option<String>,
        /// Give the administrator role.
        #[arg(long)]
        administrator: bool,
        /// Groups, organizational units and domains that contain the user.
        #[arg(long, value_name = "ADDRESS")]
        member_of: Vec<String>,
        /// The password.
        #[command(flatten)]
        password: PasswordArguments,
    },
    /// List users.
    #[command(after_help = "Example:\n  perch user list ken")]
    List(ListArguments),
    /// Change a user.
    #[command(after_help = "Example:\n  perch user set kenmyer@contoso.com --disabled true")]
    Set {
        /// Which one, and what any principal has.
        #[command(flatten)]
        common: SetArguments,
        /// Bar from signing in, or admit again.
        #[arg(long, value_name = "true|false")]
        disabled: Option<bool>,
        /// Give or take the administrator role.
        #[arg(long, value_name = "true|false")]
        administrator: Option<bool>,
        /// The password.
        #[command(flatten)]
        password: PasswordArguments,
    },
}

/// `perch group …`.
#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// Add a group, organizational unit or domain.
    #[command(
        after_help = "Example:\n  perch group new 'CN=Traders,OU=Groups,DC=contoso,DC=com' --display-name Traders"
    )]
    New {
        /// The distinguished name; of a domain, its DNS name.
        address: String,
        /// What people see.
        #[arg(long)]
        display_name: String,
        /// Which of the three.
        #[arg(long, value_enum, default_value_t)]
        kind: GroupKind,
        /// A mail address.
        #[arg(long)]
        email: Option<String>,
        /// Groups, organizational units and domains that contain it.
        #[arg(long, value_name = "ADDRESS")]
        member_of: Vec<String>,
    },
    /// List groups, organizational units and domains.
    #[command(after_help = "Example:\n  perch group list --kind domain")]
    List {
        /// One kind only.
        #[arg(long, value_enum)]
        kind: Option<GroupKind>,
        /// Which ones.
        #[command(flatten)]
        list: ListArguments,
    },
    /// Change one.
    #[command(
        after_help = "Example:\n  perch group set 'CN=Traders,OU=Groups,DC=contoso,DC=com' --display-name \"All traders\""
    )]
    Set {
        /// Which one, and what any principal has.
        #[command(flatten)]
        common: SetArguments,
    },
}

/// What kind of group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GroupKind {
    /// A security group or distribution list.
    #[default]
    Group,
    /// A container of the directory.
    OrganizationalUnit,
    /// A domain of the directory.
    Domain,
}

impl From<GroupKind> for PrincipalKind {
    fn from(kind: GroupKind) -> Self {
        match kind {
            GroupKind::Group => Self::Group,
            GroupKind::OrganizationalUnit => Self::OrganizationalUnit,
            GroupKind::Domain => Self::Domain,
        }
    }
}

/// How a password is given: never as an argument, which other users of the machine can see.
#[derive(Debug, Args)]
pub struct PasswordArguments {
    /// Ask for a password.
    #[arg(long)]
    password: bool,
    /// Read the password from standard input.
    #[arg(long, conflicts_with = "password")]
    password_stdin: bool,
}

/// Which principals to list.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// Part of a name or address.
    search: Option<String>,
    /// At most so many of each kind; the server gives no more than 200.
    #[arg(long, default_value_t = PRINCIPALS_MAX)]
    limit: u32,
}

/// What can be changed of any principal.
#[derive(Debug, Args)]
pub struct SetArguments {
    /// Whose.
    address: String,
    /// Another name.
    #[arg(long)]
    display_name: Option<String>,
    /// Another mail address.
    #[arg(long)]
    email: Option<String>,
    /// The groups, units and domains that contain it, in place of those so far.
    #[arg(long, value_name = "ADDRESS", num_args = 0..)]
    member_of: Option<Vec<String>>,
}

pub(super) async fn run_user(shell: &mut Shell, command: UserCommand) -> Result<(), Error> {
    match command {
        UserCommand::New {
            address,
            display_name,
            email,
            administrator,
            member_of,
            password,
        } => {
            let password = read_password(shell, &password)?;
            let new = NewPrincipal {
                kind: PrincipalKind::User,
                address,
                display_name,
                email,
                password,
                administrator,
                containers: member_of,
            };
            create(shell, &new).await?;
            if new.password.is_none() {
                shell.output.note(
                    "The user has no password yet. Set one with: perch user set ADDRESS --password",
                );
            }
            Ok(())
        }
        UserCommand::List(arguments) => list(shell, &[PrincipalKind::User], arguments).await,
        UserCommand::Set {
            common,
            disabled,
            administrator,
            password,
        } => {
            let password = read_password(shell, &password)?;
            let patch = PrincipalPatch {
                disabled,
                administrator,
                password,
                ..PrincipalPatch::default()
            };
            change(shell, common, patch).await
        }
    }
}

pub(super) async fn run_group(shell: &mut Shell, command: GroupCommand) -> Result<(), Error> {
    match command {
        GroupCommand::New {
            address,
            display_name,
            kind,
            email,
            member_of,
        } => {
            let new = NewPrincipal {
                kind: kind.into(),
                address,
                display_name,
                email,
                password: None,
                administrator: false,
                containers: member_of,
            };
            create(shell, &new).await
        }
        GroupCommand::List {
            kind,
            list: arguments,
        } => {
            let all = [
                GroupKind::Group,
                GroupKind::OrganizationalUnit,
                GroupKind::Domain,
            ];
            let kinds: Vec<PrincipalKind> = all
                .into_iter()
                .filter(|one| kind.is_none_or(|kind| kind == *one))
                .map(Into::into)
                .collect();
            list(shell, &kinds, arguments).await
        }
        GroupCommand::Set { common } => change(shell, common, PrincipalPatch::default()).await,
    }
}

fn read_password(
    shell: &mut Shell,
    arguments: &PasswordArguments,
) -> Result<Option<String>, Error> {
    if !arguments.password && !arguments.password_stdin {
        return Ok(None);
    }
    shell
        .output
        .password(arguments.password_stdin, "New password: ")
        .map(Some)
}

async fn create(shell: &mut Shell, new: &NewPrincipal) -> Result<(), Error> {
    let principal = shell.client()?.new_principal(new).await?;
    shell.output.object(&record(&principal));
    Ok(())
}

async fn list(
    shell: &mut Shell,
    kinds: &[PrincipalKind],
    arguments: ListArguments,
) -> Result<(), Error> {
    let client = shell.client()?;
    let (mut records, mut more) = (Vec::new(), false);
    for kind in kinds {
        let found = client
            .principals(
                arguments.search.as_deref(),
                Some(*kind),
                Some(arguments.limit),
            )
            .await?;
        more |= found.len() >= arguments.limit.min(PRINCIPALS_MAX) as usize;
        records.extend(found.iter().map(record));
    }
    shell.output.table(
        &[
            "Address",
            "DisplayName",
            "Kind",
            "Administrator",
            "Disabled",
        ],
        &records,
    );
    if more {
        shell
            .output
            .note("There may be more. Give part of a name or address to see others.");
    }
    Ok(())
}

async fn change(
    shell: &mut Shell,
    common: SetArguments,
    patch: PrincipalPatch,
) -> Result<(), Error> {
    let client = shell.client()?;
    let principal = find(&client, &common.address).await?;
    let patch = PrincipalPatch {
        display_name: common.display_name,
        email: common.email,
        containers: common.member_of,
        ..patch
    };
    if serde_json::to_value(&patch).ok() == Some(json!({})) {
        return Err(Error::Usage(
            "Nothing to change is given. For the options: perch user set --help".to_owned(),
        ));
    }
    client.set_principal(principal.id, &patch).await?;
    Ok(())
}

async fn find(client: &Client, address: &str) -> Result<Principal, Error> {
    let candidates = folded_candidates(address);
    let found = client
        .principals(Some(address), None, Some(PRINCIPALS_MAX))
        .await?;
    found.into_iter().find(|principal| candidates.contains(&fold(&principal.address))).ok_or_else(|| {
        Error::Refused(Refusal::new(
            Code::NoSuchPrincipal,
            format!("There is nobody with the address {address}. perch user list and perch group list show the addresses."),
        ))
    })
}

fn record(principal: &Principal) -> Record {
    Record::new(vec![
        ("Address", json!(principal.address)),
        ("DisplayName", json!(principal.display_name)),
        ("Kind", json!(principal.kind)),
        ("Email", json!(principal.email)),
        ("Administrator", json!(principal.administrator)),
        ("Disabled", json!(principal.disabled)),
        ("Id", json!(principal.id)),
    ])
}
