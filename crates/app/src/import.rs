//! History from elsewhere, by administrators: messages with their authors and times, appended to a room's log.

use std::collections::HashMap;

use perch_domain::message::Draft;
use perch_domain::permission::RoomAction;
use perch_domain::principal::{Address, Principal, PrincipalKind};
use perch_domain::{Code, Nonce, PrincipalId, Refusal, RoomId, Timestamp};
use perch_live::Post;
use perch_store::{Append, DirectoryChanges, StoredPrincipal};
use perch_wire::import as wire;
use tokio::sync::mpsc;

use crate::catalogue::RoomView;
use crate::store_error::{not_committed, refused};
use crate::{Actor, App};

/// Messages in one import.
const MESSAGES_MAX: usize = 1_000;

impl App {
    /// Loads messages as history. Safe to repeat: a message whose nonce its author has used is left as it is.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission` for anybody but administrators, `LimitExceeded` above 1,000 messages, and those of a
    /// message, naming the first one that is not right; then nothing was loaded.
    pub async fn import_messages(
        &self,
        actor: &Actor,
        room: RoomId,
        import: &wire::Import,
    ) -> Result<wire::Imported, Refusal> {
        let view = self.room_view(room)?;
        view.may(actor, RoomAction::Delete)?;
        if import.messages.len() > MESSAGES_MAX {
            return Err(Refusal::new(
                Code::LimitExceeded,
                format!("Send at most {MESSAGES_MAX} messages at a time."),
            )
            .of("messages"));
        }
        let triggers = view.pool.triggers();
        let mut ready = Vec::with_capacity(import.messages.len());
        for message in &import.messages {
            let at: Timestamp = message.at.parse().map_err(|_| {
                Refusal::new(
                    Code::InvalidArgument,
                    format!("{} is no RFC 3339 time.", message.at),
                )
                .of("at")
            })?;
            ready.push((
                message,
                at,
                Draft::parse(
                    &message.text,
                    message.alert,
                    message.title.as_deref(),
                    triggers.detector(),
                )?,
            ));
        }
        let authors = self.imported_authors(actor, &import.messages).await?;
        let imported = self.append_imported(&view, ready, &authors).await?;
        let record = self.audit_record(
            Some(actor),
            "room.import",
            format!("{}\\{}", view.room.pool, view.room.name),
            None,
            Some(&imported),
        );
        let mut write = view.pool.store().write().await.map_err(refused)?;
        write.audit(&record).await.map_err(refused)?;
        write.commit().await.map_err(refused)?;
        Ok(imported)
    }

    async fn append_imported(
        &self,
        view: &RoomView,
        messages: Vec<(&wire::ImportedMessage, Timestamp, Draft)>,
        authors: &HashMap<&str, PrincipalId>,
    ) -> Result<wire::Imported, Refusal> {
        let count = messages.len();
        let (done, mut outcomes) = mpsc::channel(count.max(1));
        for (message, at, draft) in messages {
            let Some(author) = authors.get(message.author.as_str()).copied() else {
                continue;
            };
            let done = done.clone();
            let shown = self.directory().author(author);
            view.pool
                .committer()
                .post(Post {
                    append: Append {
                        room: view.room.id,
                        author,
                        at,
                        draft,
                        nonce: Nonce(message.nonce),
                        via: None,
                        original: None,
                    },
                    author: shown,
                    via: None,
                    log: std::sync::Arc::clone(&view.log),
                    done: Box::new(move |outcome| {
                        // There is room for every outcome; it fails only when nobody waits any more.
                        done.try_send(outcome).ok();
                    }),
                })
                .await;
        }
        drop(done);
        let mut imported = wire::Imported::default();
        while let Some(outcome) = outcomes.recv().await {
            if outcome.map_err(not_committed)?.repeated {
                imported.present += 1;
            } else {
                imported.added += 1;
            }
        }
        Ok(imported)
    }

    /// The authors by the names they had: a user with that address, else one who cannot sign in.
    async fn imported_authors<'a>(
        &self,
        actor: &Actor,
        messages: &'a [wire::ImportedMessage],
    ) -> Result<HashMap<&'a str, PrincipalId>, Refusal> {
        let mut change = self.change_directory().await?;
        let mut authors = HashMap::new();
        let mut new = Vec::new();
        for message in messages {
            let name = message.author.as_str();
            if authors.contains_key(name) {
                continue;
            }
            let address = imported_address(name)?;
            let directory = self.directory();
            let known = directory
                .find(name)
                .or_else(|| directory.find(address.as_str()))
                .map(|known| known.id);
            let same =
                |stored: &&StoredPrincipal| stored.principal.address.folded() == address.folded();
            let known = known.or_else(|| new.iter().find(same).map(|stored| stored.principal.id));
            let id = known.unwrap_or_else(|| {
                let now = self.now();
                let id = PrincipalId::new(now);
                new.push(StoredPrincipal {
                    principal: Principal {
                        id,
                        kind: PrincipalKind::User,
                        address,
                        display_name: name.to_owned(),
                        email: None,
                        disabled: true,
                        administrator: false,
                        created_at: now,
                    },
                    containers: Vec::new(),
                });
                id
            });
            authors.insert(name, id);
        }
        if new.is_empty() {
            return Ok(authors);
        }
        for stored in &new {
            change
                .write
                .insert_principal(stored)
                .await
                .map_err(refused)?;
            let target = stored.principal.address.as_str().to_owned();
            let record =
                self.audit_record::<()>(Some(actor), "principal.create", target, None, None);
            change.write.audit(&record).await.map_err(refused)?;
        }
        let changes = DirectoryChanges {
            principals: new,
            ..DirectoryChanges::default()
        };
        change.commit(changes, Vec::new()).await?;
        Ok(authors)
    }
}

/// An address that no mail system has (RFC 2606), made of a name from elsewhere.
fn imported_address(name: &str) -> Result<Address, Refusal> {
    let user: String = name
        .chars()
        .map(|c| {
            if c.is_whitespace() || matches!(c, '@' | ';' | ',') {
                '_'
            } else {
                c
            }
        })
        .collect();
    Address::parse(PrincipalKind::User, &format!("{user}@imported.invalid")).map_err(|_| {
        Refusal::new(
            Code::InvalidArgument,
            "An imported message needs an author's name.",
        )
        .of("author")
    })
}
