//! The deployment's database.

use std::collections::HashMap;

use async_trait::async_trait;
use perch_domain::audit::AuditRecord;
use perch_domain::credential::{Credential, CredentialKind};
use perch_domain::pool::{Pool, PoolFqdn};
use perch_domain::principal::{Address, Principal};
use perch_domain::secret::Secret;
use perch_domain::token_key::TokenKey;
use perch_domain::{CredentialId, PrincipalId, Timestamp, TokenKeyId};
use perch_store::column::{bytes_32, credential_kind, credential_kind_word, int, principal_kind};
use perch_store::snapshot::hex;
use perch_store::{
    AuditEntry, Changed, DeploymentStore, DeploymentWrite, Directory, DirectoryChanges, StoreError,
    StoredPrincipal, Version, timed,
};
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::audit;
use crate::change;
use crate::convert::{get, id, time};
use crate::database::{Database, error};

pub(crate) struct SqliteDeployment {
    database: Database,
}

impl SqliteDeployment {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }
}

fn principal(row: &SqliteRow) -> Result<Principal, StoreError> {
    Ok(Principal {
        id: PrincipalId(id(row, "id")?),
        kind: principal_kind(get(row, "kind")?)?,
        address: Address::stored(get(row, "address")?),
        display_name: get(row, "display_name")?,
        email: get(row, "email")?,
        disabled: get(row, "disabled")?,
        administrator: get(row, "administrator")?,
        created_at: time(row, "created_at")?,
    })
}

fn credential(row: &SqliteRow) -> Result<Credential, StoreError> {
    Ok(Credential {
        id: CredentialId(id(row, "id")?),
        kind: credential_kind(get(row, "kind")?)?,
        principal: PrincipalId(id(row, "principal")?),
        name: get(row, "name")?,
        digest: bytes_32(get(row, "digest")?, "credential", "digest")?,
        created_at: time(row, "created_at")?,
        expires_at: get::<Option<i64>>(row, "expires_at")?.map(Timestamp::from_micros),
    })
}

/// The directory, or what of it has changed since a version.
async fn load(readers: &SqlitePool, since: Option<Version>) -> Result<Directory, StoreError> {
    // First: what is committed while the rest is read is in it already, and comes again as a change.
    let version = change::version(readers).await?;
    let since = since.map(|since| int(since.0));
    let mut containers: HashMap<PrincipalId, Vec<PrincipalId>> = HashMap::new();
    for row in sqlx::query(
        "SELECT principal, container FROM containment \
         WHERE ?1 IS NULL OR principal IN (SELECT id FROM change WHERE kind = 'principal' AND version > ?1)",
    )
        .bind(since)
        .fetch_all(readers)
        .await
        .map_err(error)?
    {
        let contained = PrincipalId(id(&row, "principal")?);
        containers
            .entry(contained)
            .or_default()
            .push(PrincipalId(id(&row, "container")?));
    }
    let rows = sqlx::query(
        "SELECT id, kind, address, display_name, email, disabled, administrator, created_at FROM principal \
         WHERE ?1 IS NULL OR id IN (SELECT id FROM change WHERE kind = 'principal' AND version > ?1)",
    )
    .bind(since)
    .fetch_all(readers)
    .await
    .map_err(error)?;
    let mut principals = Vec::with_capacity(rows.len());
    for row in &rows {
        let principal = principal(row)?;
        let containers = containers.remove(&principal.id).unwrap_or_default();
        principals.push(StoredPrincipal {
            principal,
            containers,
        });
    }
    let rows = sqlx::query(
        "SELECT fqdn, display_name, is_default, created_at FROM pool \
         WHERE ?1 IS NULL OR cast(fqdn AS BLOB) IN (SELECT id FROM change WHERE kind = 'pool' AND version > ?1) \
         ORDER BY created_at, fqdn",
    )
    .bind(since)
    .fetch_all(readers)
    .await
    .map_err(error)?;
    let pools = rows
        .iter()
        .map(|row| {
            Ok(Pool {
                fqdn: PoolFqdn::stored(get(row, "fqdn")?),
                display_name: get(row, "display_name")?,
                is_default: get(row, "is_default")?,
                created_at: time(row, "created_at")?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let inactive_nodes = sqlx::query_scalar("SELECT name FROM inactive_node ORDER BY name")
        .fetch_all(readers)
        .await
        .map_err(error)?;
    let rows =
        sqlx::query("SELECT id, private_key, created_at FROM token_key ORDER BY created_at, id")
            .fetch_all(readers)
            .await
            .map_err(error)?;
    let token_keys = rows
        .iter()
        .map(|row| {
            Ok(TokenKey {
                id: TokenKeyId(id(row, "id")?),
                private_key: Secret(get(row, "private_key")?),
                created_at: time(row, "created_at")?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Directory {
        version,
        principals,
        pools,
        inactive_nodes,
        token_keys,
    })
}

#[async_trait]
impl DeploymentStore for SqliteDeployment {
    async fn load(&self) -> Result<Directory, StoreError> {
        load(&self.database.readers, None).await
    }

    async fn changes(&self, since: Version) -> Result<DirectoryChanges, StoreError> {
        let readers = &self.database.readers;
        if change::version(readers).await? == since {
            return Ok(DirectoryChanges {
                version: since,
                ..DirectoryChanges::default()
            });
        }
        let Directory {
            version,
            principals,
            pools,
            inactive_nodes,
            token_keys,
        } = load(readers, Some(since)).await?;
        let ended = change::since(readers, "credential", since).await?;
        let ended = ended
            .into_iter()
            .filter_map(|(credential, owner)| Some((owner?, CredentialId(credential))))
            .collect();
        Ok(DirectoryChanges {
            version,
            principals,
            pools,
            inactive_nodes: Some(inactive_nodes),
            token_keys: Some(token_keys),
            ended,
        })
    }

    async fn nodes(&self) -> Result<usize, StoreError> {
        // Only one process can have the file.
        Ok(1)
    }

    async fn password_hash(&self, user: PrincipalId) -> Result<Option<String>, StoreError> {
        let hash = sqlx::query_scalar::<_, Option<String>>(
            "SELECT password_hash FROM principal WHERE id = ?",
        )
        .bind(user.0)
        .fetch_optional(&self.database.readers)
        .await
        .map_err(error)?;
        Ok(hash.flatten())
    }

    async fn find_credentials(&self, digests: &[[u8; 32]]) -> Result<Vec<Credential>, StoreError> {
        let digests: Vec<String> = digests.iter().map(|digest| hex(digest)).collect();
        let rows = timed("credential", async {
            sqlx::query(
                "SELECT id, kind, principal, name, digest, created_at, expires_at FROM credential \
                 WHERE digest IN (SELECT unhex(value) FROM json_each(?))",
            )
            .bind(json!(digests).to_string())
            .fetch_all(&self.database.readers)
            .await
            .map_err(error)
        })
        .await?;
        rows.iter().map(credential).collect()
    }

    async fn credential(&self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let row = timed("credential", async {
            sqlx::query(
                "SELECT id, kind, principal, name, digest, created_at, expires_at FROM credential WHERE id = ?",
            )
            .bind(id.0)
            .fetch_optional(&self.database.readers)
            .await
            .map_err(error)
        })
        .await?;
        row.as_ref().map(credential).transpose()
    }

    async fn list_credentials(
        &self,
        user: PrincipalId,
        kind: CredentialKind,
    ) -> Result<Vec<Credential>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, kind, principal, name, digest, created_at, expires_at FROM credential \
             WHERE principal = ? AND kind = ? ORDER BY created_at",
        )
        .bind(user.0)
        .bind(credential_kind_word(kind))
        .fetch_all(&self.database.readers)
        .await
        .map_err(error)?;
        rows.iter().map(credential).collect()
    }

    async fn write(&self) -> Result<Box<dyn DeploymentWrite>, StoreError> {
        Ok(Box::new(SqliteDeploymentWrite {
            transaction: self.database.begin().await?,
            changed: Vec::new(),
        }))
    }

    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        audit::list(&self.database.readers, limit).await
    }

    async fn close(&self) {
        self.database.close().await;
    }
}

struct SqliteDeploymentWrite {
    transaction: Transaction<'static, Sqlite>,
    changed: Vec<Changed>,
}

impl SqliteDeploymentWrite {
    fn ended(&mut self, owner: PrincipalId, credential: CredentialId) {
        self.changed.push(Changed {
            owner: Some(owner),
            ..Changed::new("credential", credential.0)
        });
    }

    async fn set_containers(&mut self, stored: &StoredPrincipal) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM containment WHERE principal = ?")
            .bind(stored.principal.id.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(error)?;
        for container in &stored.containers {
            sqlx::query("INSERT OR IGNORE INTO containment (principal, container) VALUES (?, ?)")
                .bind(stored.principal.id.0)
                .bind(container.0)
                .execute(&mut *self.transaction)
                .await
                .map_err(error)?;
        }
        Ok(())
    }
}

#[async_trait]
impl DeploymentWrite for SqliteDeploymentWrite {
    async fn version(&mut self) -> Result<Version, StoreError> {
        change::version(&mut *self.transaction).await
    }

    async fn insert_principal(&mut self, new: &StoredPrincipal) -> Result<(), StoreError> {
        let principal = &new.principal;
        self.changed.push(Changed::new("principal", principal.id.0));
        sqlx::query(
            "INSERT INTO principal \
             (id, kind, address, address_folded, display_name, email, disabled, administrator, created_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(principal.id.0)
        .bind(principal.kind.as_str())
        .bind(principal.address.as_str())
        .bind(principal.address.folded())
        .bind(&principal.display_name)
        .bind(&principal.email)
        .bind(principal.disabled)
        .bind(principal.administrator)
        .bind(principal.created_at.as_micros())
        .execute(&mut *self.transaction)
        .await
        .map_err(error)?;
        self.set_containers(new).await
    }

    async fn update_principal(&mut self, changed: &StoredPrincipal) -> Result<bool, StoreError> {
        let principal = &changed.principal;
        self.changed.push(Changed::new("principal", principal.id.0));
        let done = sqlx::query(
            "UPDATE principal SET address = ?, address_folded = ?, display_name = ?, email = ?, disabled = ?, \
             administrator = ? WHERE id = ?",
        )
        .bind(principal.address.as_str())
        .bind(principal.address.folded())
        .bind(&principal.display_name)
        .bind(&principal.email)
        .bind(principal.disabled)
        .bind(principal.administrator)
        .bind(principal.id.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(error)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        self.set_containers(changed).await?;
        Ok(true)
    }

    async fn set_password_hash(&mut self, user: PrincipalId, hash: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE principal SET password_hash = ? WHERE id = ?")
            .bind(hash)
            .bind(user.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(error)?;
        Ok(())
    }

    async fn insert_pool(&mut self, pool: &Pool) -> Result<(), StoreError> {
        self.changed.push(Changed {
            kind: "pool",
            id: pool.fqdn.as_str().as_bytes().to_vec(),
            owner: None,
        });
        sqlx::query(
            "INSERT INTO pool (fqdn, display_name, is_default, created_at) VALUES (?, ?, ?, ?)",
        )
        .bind(pool.fqdn.as_str())
        .bind(&pool.display_name)
        .bind(pool.is_default)
        .bind(pool.created_at.as_micros())
        .execute(&mut *self.transaction)
        .await
        .map_err(error)?;
        Ok(())
    }

    async fn insert_credential(&mut self, credential: &Credential) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO credential (id, kind, principal, name, digest, created_at, expires_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(credential.id.0)
        .bind(credential_kind_word(credential.kind))
        .bind(credential.principal.0)
        .bind(&credential.name)
        .bind(credential.digest.as_slice())
        .bind(credential.created_at.as_micros())
        .bind(credential.expires_at.map(Timestamp::as_micros))
        .execute(&mut *self.transaction)
        .await
        .map_err(error)?;
        Ok(())
    }

    async fn delete_credential(
        &mut self,
        user: PrincipalId,
        credential: CredentialId,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM credential WHERE principal = ? AND id = ?")
            .bind(user.0)
            .bind(credential.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(error)?;
        let found = done.rows_affected() == 1;
        if found {
            self.ended(user, credential);
        }
        Ok(found)
    }

    async fn delete_sessions(
        &mut self,
        user: PrincipalId,
        but: Option<CredentialId>,
    ) -> Result<Vec<CredentialId>, StoreError> {
        let rows = sqlx::query(
            "DELETE FROM credential WHERE principal = ? AND kind = 'session' AND id IS NOT ? RETURNING id",
        )
        .bind(user.0)
        .bind(but.map(|credential| credential.0))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(error)?;
        let mut ended = Vec::with_capacity(rows.len());
        for row in &rows {
            let credential = CredentialId(id(row, "id")?);
            self.ended(user, credential);
            ended.push(credential);
        }
        Ok(ended)
    }

    async fn set_inactive_nodes(&mut self, names: &[String]) -> Result<(), StoreError> {
        self.changed.push(Changed {
            kind: "node",
            id: Vec::new(),
            owner: None,
        });
        sqlx::query("DELETE FROM inactive_node")
            .execute(&mut *self.transaction)
            .await
            .map_err(error)?;
        for name in names {
            sqlx::query("INSERT INTO inactive_node (name) VALUES (?)")
                .bind(name)
                .execute(&mut *self.transaction)
                .await
                .map_err(error)?;
        }
        Ok(())
    }

    async fn set_token_keys(&mut self, keys: &[TokenKey]) -> Result<(), StoreError> {
        self.changed.push(Changed {
            kind: "token_key",
            id: Vec::new(),
            owner: None,
        });
        sqlx::query("DELETE FROM token_key")
            .execute(&mut *self.transaction)
            .await
            .map_err(error)?;
        for key in keys {
            sqlx::query("INSERT INTO token_key (id, private_key, created_at) VALUES (?, ?, ?)")
                .bind(key.id.0)
                .bind(key.private_key.0.as_slice())
                .bind(key.created_at.as_micros())
                .execute(&mut *self.transaction)
                .await
                .map_err(error)?;
        }
        Ok(())
    }

    async fn audit(&mut self, record: &AuditRecord) -> Result<(), StoreError> {
        audit::insert(&mut self.transaction, record).await
    }

    async fn commit(mut self: Box<Self>) -> Result<Version, StoreError> {
        let version = change::record(&mut self.transaction, &self.changed).await?;
        self.transaction.commit().await.map_err(error)?;
        Ok(version)
    }
}
