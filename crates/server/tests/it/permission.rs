//! The permission matrix of the original (reference 1.10) through the API: every kind of person, every act, on every sort
//! of room. The table below is what is compared; read it as the specification that it is.

use std::fmt::Write;

use perch_testkit::{Answer, POOL, Person, Server};
use serde_json::{Value, json};
use uuid::Uuid;

/// ✔ done · P `ErrorPermission` · N `NoSuchNode` · U `UnableToCreateRoom` · D `NodeDisabled` · H `HistoryOff` · – not
/// among those listed. The columns: administrator, creator in the category, manager who is no member, member, presenter
/// (and member), in scope without a role, out of scope.
const EXPECTED: &str = "
                                          A  Cr Mg Me Pr In Out
register an add-in                        ✔  P  P  P  P  P  P
edit an add-in                            ✔  P  P  P  P  P  P
delete an add-in                          ✔  P  P  P  P  P  P
list add-ins                              ✔  ✔  ✔  ✔  ✔  ✔  P
create a category                         ✔  P  P  P  P  P  P
edit a category                           ✔  P  P  P  P  P  P
delete a category                         ✔  P  P  P  P  P  P
see a category with its lists             ✔  P  P  P  P  P  P
create a room                             ✔  ✔  U  U  U  U  U
ask whether a name is free                ✔  ✔  ✔  P  P  P  P
add a pool                                ✔  P  P  P  P  P  P
add a principal                           ✔  P  P  P  P  P  P
edit a principal                          ✔  P  P  P  P  P  P
list every room                           ✔  P  P  P  P  P  P
choose the add-in, open                   ✔  P  ✔  P  P  P  N
choose the add-in, closed                 ✔  P  ✔  P  P  P  N
choose the add-in, secret                 ✔  N  ✔  P  P  N  N
see the add-in, open                      P  ✔  ✔  ✔  ✔  ✔  N
see the add-in, closed                    P  P  P  ✔  ✔  P  N
see the add-in, secret                    P  N  P  ✔  ✔  N  N
see the add-in, disabled                  D  N  D  D  D  N  N
edit, open                                ✔  P  ✔  P  P  P  N
edit, closed                              ✔  P  ✔  P  P  P  N
edit, secret                              ✔  N  ✔  P  P  N  N
edit, disabled                            ✔  N  ✔  P  P  N  N
edit the lists, closed                    ✔  P  ✔  P  P  P  N
edit the lists, secret                    ✔  N  ✔  P  P  N  N
see the lists, closed                     ✔  P  ✔  P  P  P  N
see the lists, secret                     ✔  N  ✔  P  P  N  N
move where one is no creator, closed      ✔  P  P  P  P  P  N
move where one is a creator, closed       ✔  P  ✔  P  P  P  N
disable, closed                           ✔  P  ✔  P  P  P  N
disable, secret                           ✔  N  ✔  P  P  N  N
enable, disabled                          ✔  N  ✔  P  P  N  N
delete, open                              ✔  P  P  P  P  P  N
delete, closed                            ✔  P  P  P  P  P  N
delete, secret                            ✔  N  P  P  P  N  N
import history, closed                    ✔  P  P  P  P  P  N
find, open                                ✔  ✔  ✔  ✔  ✔  ✔  N
find, closed                              ✔  ✔  ✔  ✔  ✔  ✔  N
find, secret                              ✔  N  ✔  ✔  ✔  N  N
find, disabled                            ✔  N  ✔  N  N  N  N
list in the directory, open               ✔  ✔  ✔  ✔  ✔  ✔  –
list in the directory, closed             ✔  ✔  ✔  ✔  ✔  ✔  –
list in the directory, secret             ✔  –  ✔  ✔  ✔  –  –
list in the directory, disabled           –  –  –  –  –  –  –
list in My Rooms, closed                  –  –  ✔  –  –  –  –
list in My Rooms, secret                  –  –  ✔  –  –  –  –
join, open                                P  ✔  ✔  ✔  ✔  ✔  N
join, closed                              P  P  P  ✔  ✔  P  N
join, secret                              P  N  P  ✔  ✔  N  N
join, disabled                            D  N  D  D  D  N  N
follow, closed                            P  P  P  ✔  ✔  P  N
say what one has read, closed             P  P  P  ✔  ✔  P  N
read history, open                        P  ✔  ✔  ✔  ✔  ✔  N
read history, closed                      P  P  P  ✔  ✔  P  N
read history, secret                      P  N  P  ✔  ✔  N  N
read history, closed unlogged             P  P  P  H  H  P  N
search history, open                      P  ✔  ✔  ✔  ✔  ✔  N
search history, closed                    P  P  P  ✔  ✔  P  N
search history, secret                    P  N  P  ✔  ✔  N  N
search history, disabled                  D  N  D  D  D  N  N
search history, closed unlogged           P  P  P  H  H  P  N
post, open                                P  ✔  ✔  ✔  ✔  ✔  N
post, closed                              P  P  P  ✔  ✔  P  N
post, secret                              P  N  P  ✔  ✔  N  N
post, disabled                            D  N  D  D  D  N  N
post, open auditorium                     P  P  P  P  ✔  P  N
post, closed auditorium                   P  P  P  P  ✔  P  N
write for the add-in, closed              P  P  P  ✔  ✔  P  N
write for the add-in, closed auditorium   P  P  P  P  ✔  P  N
";

struct World {
    server: Server,
    /// Who makes everything, and is not among the columns.
    root: Person,
    people: Vec<Person>,
    addin: String,
    count: std::cell::Cell<u32>,
}

impl World {
    async fn new() -> Self {
        let server = Server::start().await;
        let root = server.administrator().await;
        let mut people = Vec::new();
        for name in ["alice", "cleo", "idris", "amelie", "priya", "ines", "otto"] {
            people.push(server.person(name).await);
        }
        let path = format!("/principals/{}", people[0].id);
        root.patch(&path, json!({ "administrator": true }))
            .await
            .done();
        let scope: Vec<_> = people[1..6]
            .iter()
            .map(|person| person.id.clone())
            .collect();
        for (name, creators, history) in [
            ("Trading", vec![&scope[0]], true),
            ("Whispers", vec![&scope[0]], false),
            ("Nobody creates", vec![], true),
            ("All create", scope.iter().collect(), true),
        ] {
            // Creators of another category would be creators of the pool, too: that one is made when it is needed.
            if name == "All create" {
                continue;
            }
            let body = json!({ "name": name, "allowed_members": scope, "creators": creators, "chat_history": history });
            server.category_of(body).await;
        }
        let addin = server
            .addin("Topic", "https://topics.contoso.example/")
            .await;
        Self {
            server,
            root,
            people,
            addin,
            count: std::cell::Cell::new(0),
        }
    }

    fn fresh(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    fn ids(&self, people: std::ops::Range<usize>) -> Vec<&str> {
        self.people[people]
            .iter()
            .map(|person| person.id.as_str())
            .collect()
    }

    /// A new room of a sort: Idris manages it, Amelie and Priya are members, Priya presents.
    async fn room(&self, sort: &str) -> String {
        let privacy = sort.split(' ').next().unwrap();
        let auditorium =
            sort.contains("auditorium") || privacy == "disabled" && sort.contains("stage");
        let mut body = json!({
            "category": if sort.contains("unlogged") { "Whispers" } else { "Trading" },
            "name": format!("Room {}", self.fresh()),
            "privacy": if privacy == "disabled" { "closed" } else { privacy },
            "type": if auditorium { "auditorium" } else { "normal" },
            "disabled": privacy == "disabled",
            "addin": self.addin, "managers": self.ids(2..3), "members": self.ids(3..5),
        });
        if auditorium {
            body["presenters"] = json!(self.ids(4..5));
        }
        self.server.room_of(body).await
    }

    async fn new_addin(&self) -> String {
        let name = format!("Add-in {}", self.fresh());
        let id = self
            .server
            .addin(&name, "https://topics.contoso.example/")
            .await;
        format!("/pools/{POOL}/addins/{id}")
    }

    async fn new_category(&self) -> String {
        let name = format!("Category {}", self.fresh());
        let category = self.server.category_of(json!({ "name": name })).await;
        format!(
            "/pools/{POOL}/categories/{}",
            category["id"].as_str().unwrap()
        )
    }

    /// Lets one person do something in a pool.
    async fn in_pool(&self, who: &Person, act: &str) -> Answer {
        let name = format!("New {}", self.fresh());
        let pool = |what: &str| format!("/pools/{POOL}/{what}");
        let url = "https://topics.contoso.example/";
        match act {
            "register an add-in" => {
                who.post(&pool("addins"), json!({ "name": name, "url": url }))
                    .await
            }
            "edit an add-in" => {
                who.patch(&self.new_addin().await, json!({ "name": name }))
                    .await
            }
            "delete an add-in" => who.delete(&self.new_addin().await).await,
            "list add-ins" => who.get(&pool("addins")).await,
            "create a category" => who.post(&pool("categories"), json!({ "name": name })).await,
            "edit a category" => {
                who.patch(&self.new_category().await, json!({ "name": name }))
                    .await
            }
            "delete a category" => who.delete(&self.new_category().await).await,
            "see a category with its lists" => who.get(&self.new_category().await).await,
            "create a room" => {
                who.post(
                    &pool("rooms"),
                    json!({ "category": "Trading", "name": name }),
                )
                .await
            }
            "ask whether a name is free" => {
                // Idris manages this one.
                self.room("closed").await;
                who.get(&pool("room-name?name=Bonds")).await
            }
            "add a pool" => {
                let fqdn = format!("pool{}.contoso.com", self.fresh());
                who.post("/pools", json!({ "fqdn": fqdn })).await
            }
            "add a principal" => {
                let body = json!({ "kind": "group", "address": name, "display_name": name });
                who.post("/principals", body).await
            }
            "edit a principal" => {
                let somebody = self.server.person("somebody").await.id;
                who.patch(
                    &format!("/principals/{somebody}"),
                    json!({ "email": "s@contoso.com" }),
                )
                .await
            }
            "list every room" => who.get("/rooms?relation=all").await,
            _ => panic!("{act} is nothing that this test can do"),
        }
    }

    /// Lets one person do something to a room.
    async fn in_room(&self, who: &Person, act: &str, room: &str) -> Answer {
        let path = format!("/rooms/{room}");
        let below = |what: &str| format!("{path}/{what}");
        let said = json!({ "nonce": Uuid::new_v4(), "text": "hello" });
        match act {
            "choose the add-in" => who.patch(&path, json!({ "addin": null })).await,
            "see the add-in" => who.get(&below("storage")).await,
            "edit" => who.patch(&path, json!({ "description": "changed" })).await,
            "edit the lists" => who.patch(&path, json!({ "members": self.ids(4..5) })).await,
            "see the lists" => who.get(&below("detail")).await,
            "move where one is no creator" => {
                who.patch(&path, json!({ "category": "Nobody creates" }))
                    .await
            }
            "move where one is a creator" => {
                let name = format!("All create {}", self.fresh());
                let body = json!({ "name": name, "allowed_members": self.ids(1..6), "creators": self.ids(1..6) });
                let category = self.server.category_of(body).await;
                let answer = who.patch(&path, json!({ "category": name })).await;
                let category = format!(
                    "/pools/{POOL}/categories/{}",
                    category["id"].as_str().unwrap()
                );
                self.root
                    .patch(&category, json!({ "creators": [] }))
                    .await
                    .done();
                answer
            }
            "disable" => who.patch(&path, json!({ "disabled": true })).await,
            "enable" => who.patch(&path, json!({ "disabled": false })).await,
            "delete" => who.delete(&path).await,
            "import history" => {
                let message = json!({ "nonce": Uuid::new_v4(), "author": "erin", "at": "2006-03-11T10:00:00Z", "text": "old" });
                who.post(&below("import"), json!({ "messages": [message] }))
                    .await
            }
            "find" => who.get(&path).await,
            "list in the directory" => who.get("/rooms").await,
            "list in My Rooms" => who.get("/rooms?relation=managed").await,
            "join" => who.get(&below("participants")).await,
            "follow" => who.put(&below("follow"), Value::Null).await,
            "say what one has read" => who.put(&below("read"), json!({ "seq": 0 })).await,
            "read history" => who.get(&below("messages")).await,
            "search history" => {
                let path = format!("/search/messages?q=hello&room={room}");
                who.get(&path).await
            }
            "post" => who.post(&below("messages"), said).await,
            "write for the add-in" => {
                who.put(&below("storage/topic"), json!({ "value": 1, "version": 0 }))
                    .await
            }
            _ => panic!("{act} is nothing that this test can do"),
        }
    }

    async fn cell(&self, who: &Person, row: &str) -> &'static str {
        let Some((act, sort)) = row.split_once(", ") else {
            return shown(&self.in_pool(who, row).await);
        };
        let room = self.room(sort).await;
        let answer = self.in_room(who, act, &room).await;
        if act.starts_with("list in") {
            return if answer.text.contains(&room) {
                "✔"
            } else {
                "–"
            };
        }
        shown(&answer)
    }
}

fn shown(answer: &Answer) -> &'static str {
    match (answer.status, answer.body["code"].as_str()) {
        (200..300, _) => "✔",
        (403, Some("ErrorPermission")) => "P",
        (404, Some("NoSuchNode")) => "N",
        (403, Some("UnableToCreateRoom")) => "U",
        (403, Some("NodeDisabled")) => "D",
        (403, Some("HistoryOff")) => "H",
        other => panic!("{other:?} {}", answer.text),
    }
}

#[tokio::test]
async fn everybody_may_do_what_the_matrix_says_and_nothing_else() {
    let world = World::new().await;
    let mut table =
        String::from("\n                                          A  Cr Mg Me Pr In Out\n");
    for line in EXPECTED.lines().skip(2) {
        let row = line[..line.len().min(42)].trim();
        write!(table, "{row:<42}").unwrap();
        for (column, who) in world.people.iter().enumerate() {
            let cell = world.cell(who, row).await;
            table.push_str(cell);
            table.push_str(if column + 1 < world.people.len() {
                "  "
            } else {
                "\n"
            });
        }
    }
    println!("{table}");
    assert_eq!(
        table, EXPECTED,
        "what the server did, and what the matrix says"
    );
}
