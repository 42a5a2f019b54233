//! Backup files that are altered by somebody who knows their form, or come from an earlier version.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;

use perch_copy::{Backup, BackupWriter, Error, Moment, Seals, Source, compare, restore};
use perch_domain::pool::{Pool, PoolFqdn};
use perch_domain::{Timestamp, audit::AuditRecord};
use perch_store::Storage;
use perch_store::snapshot::hex;
use perch_store_sqlite::SqliteStorage;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A deployment with a pool and audit records, and its backup as text.
async fn backup(folder: &Path) -> String {
    let storage = SqliteStorage::new(folder.join("data"));
    let deployment = storage.deployment().await.unwrap();
    let fqdn = PoolFqdn::parse("pchat01.contoso.com").unwrap();
    let mut write = deployment.write().await.unwrap();
    let at = Timestamp::from_micros(1);
    let pool = Pool {
        fqdn: fqdn.clone(),
        display_name: "London".to_owned(),
        is_default: true,
        created_at: at,
    };
    write.insert_pool(&pool).await.unwrap();
    for target in ["one", "two"] {
        let record = AuditRecord {
            at,
            actor: None,
            action: "pool.create",
            target: target.to_owned(),
            before: None,
            after: None,
        };
        write.audit(&record).await.unwrap();
    }
    write.commit().await.unwrap();
    storage.pool(&fqdn).await.unwrap().close().await;
    deployment.close().await;
    let mut moment = Moment::now(&storage, false).await.unwrap();
    let about = moment.about(at).await.unwrap();
    let file = folder.join("b.zst");
    let mut writer = BackupWriter::create(&file, &about).unwrap();
    moment.stream(&mut writer).await.unwrap();
    writer.finish().unwrap();
    String::from_utf8(zstd::decode_all(&*fs::read(&file).unwrap()).unwrap()).unwrap()
}

/// What is found in a file with this text.
async fn found(folder: &Path, text: &str) -> String {
    let file = folder.join("altered.zst");
    fs::write(&file, zstd::encode_all(text.as_bytes(), 3).unwrap()).unwrap();
    let mut backup = match Backup::open(&file) {
        Ok(backup) => backup,
        Err(error) => return error.to_string(),
    };
    let seals: Result<Seals, Error> = Seals::of(&mut backup, &mut |_| {}).await;
    seals.map_or_else(|error| error.to_string(), |_| "whole".to_owned())
}

#[tokio::test]
async fn each_alteration_is_named_with_its_section() {
    let folder = tempfile::tempdir().unwrap();
    let text = backup(folder.path()).await;
    assert_eq!(found(folder.path(), &text).await, "whole");
    let cases = [
        (
            "\"two\"",
            "\"2\"",
            "deployment, audit: its rows are not those that were written",
        ),
        (
            "\"London\"",
            "\"Paris\"",
            "deployment, pool: its rows are not those that were written",
        ),
        (
            "\"rows\":2,",
            "\"rows\":3,",
            "deployment, audit: it has 2 rows instead of 3",
        ),
        (
            "\"sections\":",
            "\"sections\":1",
            "sections are missing or were altered",
        ),
        (
            "\"sha256_of_all\":\"",
            "\"sha256_of_all\":\"0",
            "sections are missing or were altered",
        ),
        (
            "{\"section\":\"audit\"",
            "{\"section\":\"diary\"",
            "there is a table or column that is none",
        ),
        (
            "\"perch_backup\":1",
            "\"perch_backup\":2",
            "made by a later version",
        ),
        ("\"perch_backup\"", "\"other_backup\"", "it is not a backup"),
    ];
    for (from, to, fault) in cases {
        assert!(text.contains(from), "{from}: {text}");
        let said = found(folder.path(), &text.replacen(from, to, 1)).await;
        assert!(said.contains(fault), "{from}: {said}");
    }
    let followed = format!("{text}[]\n");
    assert!(
        found(folder.path(), &followed)
            .await
            .contains("something follows its end")
    );
    let lines: Vec<_> = text.lines().collect();
    for cut in 1..lines.len() {
        let said = found(folder.path(), &format!("{}\n", lines[..cut].join("\n"))).await;
        assert!(said.contains("the file ends there"), "{cut}: {said}");
    }
}

#[tokio::test]
async fn a_whole_section_that_was_taken_out_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let text = backup(folder.path()).await;
    let (before, rest) = text.split_once("{\"section\":\"pool\"").unwrap();
    let (_, after) = rest.split_once("{\"sections\"").unwrap();
    let said = found(folder.path(), &format!("{before}{{\"sections\"{after}")).await;
    assert!(
        said.contains("sections are missing or were altered"),
        "{said}"
    );
}

/// A backup as a version made it that knew no default pool: without that column.
fn older(text: &str) -> String {
    let mut digest = Sha256::new();
    let mut of_section = Sha256::new();
    let mut in_pools = false;
    let mut older = String::new();
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if line.get("section").is_some() {
            in_pools = line["section"] == "pool";
            of_section = Sha256::new();
        }
        if in_pools && let Some(columns) = line.get_mut("columns") {
            columns.as_array_mut().unwrap().remove(2);
        } else if let Some(row) = line.as_array_mut() {
            if in_pools {
                row.remove(2);
            }
            of_section.update(format!("{line}\n"));
        } else if line.get("sha256").is_some() {
            line["sha256"] = hex(&of_section.clone().finalize()).into();
        } else if line.get("sha256_of_all").is_some() {
            line["sha256_of_all"] = hex(&digest.clone().finalize()).into();
        }
        let line = format!("{line}\n");
        digest.update(&line);
        older.push_str(&line);
    }
    older
}

#[tokio::test]
async fn a_backup_of_an_earlier_version_without_a_column_is_restored_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let text = older(&backup(folder.path()).await);
    assert!(!text.contains("is_default"), "{text}");
    assert_eq!(found(folder.path(), &text).await, "whole");
    let mut backup = Backup::open(&folder.path().join("altered.zst")).unwrap();
    let seals = Seals::of(&mut backup, &mut |_| {}).await.unwrap();
    let storage = SqliteStorage::new(folder.path().join("restored"));
    restore(&mut backup, &seals, &storage, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(compare(&mut backup, &storage).await.unwrap(), []);
    let deployment = storage.deployment().await.unwrap();
    let pools = deployment.load().await.unwrap().pools;
    assert!(!pools[0].is_default, "what the database takes by itself");
    deployment.close().await;
}
