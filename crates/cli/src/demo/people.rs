//! Who works at Contoso.

use std::sync::Arc;

use perch_app::{Actor, App};
use perch_domain::PrincipalId;
use perch_wire::principal::{NewPrincipal, PrincipalKind};

use super::PASSWORD;
use crate::error::Error;

/// Whom the demo invites to sign in as.
pub(super) const SHOWN: [(&str, &str); 3] = [
    ("amelie@contoso.example", "a trader; manages Equities"),
    ("idris@contoso.example", "head of operations; manages rooms"),
    ("control@contoso.example", "the administrator"),
];

/// Groups, by address and name, outermost first.
const GROUPS: &[(PrincipalKind, &str, &str)] = &[
    (PrincipalKind::Domain, "contoso.example", "Contoso"),
    (
        PrincipalKind::Group,
        "CN=Trading,DC=contoso,DC=example",
        "Trading desk",
    ),
    (
        PrincipalKind::Group,
        "CN=Operations,DC=contoso,DC=example",
        "Operations",
    ),
    (
        PrincipalKind::Group,
        "CN=Research,DC=contoso,DC=example",
        "Research",
    ),
];

/// Users: name, what people see, and their group. That a group is in the domain does not put its members there.
const USERS: &[(&str, &str, &str)] = &[
    (
        "amelie",
        "Amelie Bernard",
        "CN=Trading,DC=contoso,DC=example",
    ),
    ("jo", "Jo Marsh", "CN=Trading,DC=contoso,DC=example"),
    ("tomasz", "Tomasz Wilk", "CN=Trading,DC=contoso,DC=example"),
    ("priya", "Priya Nair", "CN=Trading,DC=contoso,DC=example"),
    ("idris", "Idris Kone", "CN=Operations,DC=contoso,DC=example"),
    (
        "lena",
        "Lena Fischer",
        "CN=Operations,DC=contoso,DC=example",
    ),
    ("marc", "Marc Dubois", "CN=Operations,DC=contoso,DC=example"),
    ("sofia", "Sofia Rossi", "CN=Research,DC=contoso,DC=example"),
];

/// Makes everybody, and gives the administrator.
pub(super) async fn make(app: &Arc<App>) -> Result<Actor, Error> {
    let control = new(
        PrincipalKind::User,
        "control@contoso.example",
        "Control",
        &["contoso.example"],
    );
    let domain = GROUPS.iter().take(1);
    for (kind, address, name) in domain {
        app.create_principal(None, &new(*kind, address, name, &[]))
            .await?;
    }
    let control = app
        .create_principal(
            None,
            &NewPrincipal {
                administrator: true,
                ..control
            },
        )
        .await?;
    let control = app.actor(PrincipalId(control.id), None)?;
    for (kind, address, name) in GROUPS.iter().skip(1) {
        app.create_principal(
            Some(&control),
            &new(*kind, address, name, &["contoso.example"]),
        )
        .await?;
    }
    for (user, name, group) in USERS {
        let address = format!("{user}@contoso.example");
        app.create_principal(
            Some(&control),
            &new(
                PrincipalKind::User,
                &address,
                name,
                &[group, "contoso.example"],
            ),
        )
        .await?;
    }
    Ok(control)
}

fn new(kind: PrincipalKind, address: &str, name: &str, containers: &[&str]) -> NewPrincipal {
    NewPrincipal {
        kind,
        address: address.to_owned(),
        display_name: name.to_owned(),
        email: None,
        password: (kind == PrincipalKind::User).then(|| PASSWORD.to_owned()),
        administrator: false,
        containers: containers
            .iter()
            .map(|container| (*container).to_owned())
            .collect(),
    }
}
