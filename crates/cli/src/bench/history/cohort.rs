//! The people and rooms of a record, made through the API of a running deployment, and what administers them.

use std::time::Duration;

use perch_shell::Client;
use perch_shell::client::Error as Unanswered;
use perch_wire::category::NewCategory;
use perch_wire::principal::{NewPrincipal, PrincipalKind};
use perch_wire::room::NewRoom;
use perch_wire::session::{NewToken, SignIn};
use reqwest::Url;
use tokio::time::sleep;
use uuid::Uuid;

use crate::bench::failed;
use crate::error::Error;

/// How long is waited before a request is made again.
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Somebody who posts.
pub(super) struct Person {
    pub(super) id: Uuid,
    /// A bearer token.
    pub(super) token: String,
}

/// Who takes part, and where.
pub(super) struct Cohort {
    pub(super) people: Vec<Person>,
    pub(super) rooms: Vec<Uuid>,
    /// Host and port of each node.
    pub(super) addresses: Vec<String>,
    /// Reads as the first person, who is never removed.
    reader: Client,
}

impl Cohort {
    /// The API in the name of somebody who may read all rooms at all times.
    pub(super) fn reader(&self) -> &Client {
        &self.reader
    }
}

/// The administrator's connections, one to each node.
pub(super) struct Desk(Vec<Client>);

impl Desk {
    pub(super) fn new(urls: &[String], token: &str) -> Result<Self, Error> {
        let nodes = urls.iter().map(|url| Client::new(url, token));
        Ok(Self(nodes.collect::<Result<_, _>>().map_err(failed)?))
    }

    fn first(&self) -> Result<&Client, Error> {
        self.0.first().ok_or_else(|| failed("no server was named"))
    }

    /// Asks for the members of a room to be these, at one node or another, until it is acknowledged. False when it never can be.
    pub(super) async fn set_members(&self, room: Uuid, members: &[Uuid]) -> bool {
        let patch = perch_wire::room::RoomPatch {
            members: Some(members.iter().map(Uuid::to_string).collect()),
            ..Default::default()
        };
        for node in self.0.iter().cycle() {
            match node.set_room(room, &patch).await {
                Ok(_) => return true,
                Err(Unanswered::Refused(problem)) if problem.status < 500 => {
                    tracing::error!(code = %problem.code, "a change of members was refused");
                    return false;
                }
                Err(_) => sleep(AGAIN_AFTER).await,
            }
        }
        false
    }
}

/// Makes people, a category and rooms, under names that no other record uses.
pub(super) async fn make(desk: &Desk, rooms: usize, people: usize) -> Result<Cohort, Error> {
    let administrator = desk.first()?;
    let run = Uuid::new_v4().simple().to_string();
    let session = administrator.session().await.map_err(failed)?;
    let pool = session
        .pools
        .first()
        .ok_or_else(|| failed("the deployment has no pool"))?;
    let mut cohort = Cohort {
        people: Vec::new(),
        rooms: Vec::new(),
        addresses: desk.0.iter().map(address).collect::<Result<_, _>>()?,
        reader: administrator.clone(),
    };
    for number in 0..people.max(1) {
        let password = Uuid::new_v4().to_string();
        let new = NewPrincipal {
            kind: PrincipalKind::User,
            address: format!("person{number}.{run}@history.example"),
            display_name: format!("Person {number} of {run}"),
            email: None,
            password: Some(password.clone()),
            administrator: false,
            containers: Vec::new(),
        };
        let person = administrator.new_principal(&new).await.map_err(failed)?;
        let url = administrator.base_url();
        let visitor = Client::anonymous(url).map_err(failed)?;
        let sign_in = SignIn {
            name: new.address,
            password,
        };
        visitor.sign_in(&sign_in).await.map_err(failed)?;
        let token = NewToken {
            name: "history".to_owned(),
            expires_in_days: Some(7),
        };
        let token = visitor.new_token(&token).await.map_err(failed)?.secret;
        if number == 0 {
            cohort.reader = Client::new(url, &token).map_err(failed)?;
        }
        cohort.people.push(Person {
            id: person.id,
            token,
        });
    }
    let everybody: Vec<_> = cohort.people.iter().map(|one| one.id.to_string()).collect();
    let category = NewCategory {
        name: format!("History {run}"),
        description: String::new(),
        invitations: false,
        file_upload: false,
        chat_history: true,
        allowed_members: everybody.clone(),
        denied_members: Vec::new(),
        creators: Vec::new(),
    };
    let made = administrator.new_category(&pool.fqdn, &category).await;
    made.map_err(failed)?;
    for number in 0..rooms.max(1) {
        let room = NewRoom {
            category: category.name.clone(),
            name: format!("History {number} of {run}"),
            description: String::new(),
            privacy: None,
            room_type: None,
            invitations: None,
            disabled: false,
            addin: None,
            addin_withheld: Vec::new(),
            members: everybody.clone(),
            managers: Vec::new(),
            presenters: Vec::new(),
        };
        let made = administrator.new_room(&pool.fqdn, &room).await;
        cohort.rooms.push(made.map_err(failed)?.room.properties.id);
    }
    Ok(cohort)
}

/// Host and port of a node.
fn address(node: &Client) -> Result<String, Error> {
    let url = Url::parse(node.base_url()).map_err(failed)?;
    match (url.scheme(), url.host_str(), url.port_or_known_default()) {
        ("http", Some(host), Some(port)) => Ok(format!("{host}:{port}")),
        _ => Err(failed(format!(
            "{url} is not the address of a server without TLS, http://host:port"
        ))),
    }
}
