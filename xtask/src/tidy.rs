//! What no compiler checks: which way the crates depend on each other (ARCHITECTURE.md), and what files may contain.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Each crate, and those of ours that it may depend on. The same table is in ARCHITECTURE.md.
const EDGES: &[(&str, &[&str])] = &[
    ("perch-domain", &[]),
    ("perch-wire", &["perch-domain", "perch-health"]),
    ("perch-store", &["perch-domain"]),
    ("perch-store-sqlite", &["perch-domain", "perch-store"]),
    ("perch-store-postgres", &["perch-domain", "perch-store"]),
    ("perch-store-conformance", &["perch-domain", "perch-store"]),
    ("perch-copy", &["perch-domain", "perch-store"]),
    ("perch-live", &["perch-domain", "perch-store", "perch-wire"]),
    ("perch-live-nats", &["perch-live"]),
    ("perch-health", &["perch-domain"]),
    ("perch-health-probe", &["perch-domain", "perch-health"]),
    (
        "perch-app",
        &[
            "perch-domain",
            "perch-health",
            "perch-live",
            "perch-store",
            "perch-wire",
        ],
    ),
    (
        "perch-server",
        &[
            "perch-app",
            "perch-domain",
            "perch-health-probe",
            "perch-live",
            "perch-wire",
        ],
    ),
    (
        "perch-shell",
        &[
            "perch-domain",
            "perch-health",
            "perch-health-probe",
            "perch-wire",
        ],
    ),
    ("perch-history", &[]),
    ("perch-testkit", ANY),
    ("perch-test-servers", &[]),
    ("perch-cli", ANY),
    ("xtask", &["perch-server", "perch-wire"]),
];

/// What `cli` and `testkit`, which put the parts together, may name.
const ANY: &[&str] = &[
    "perch-app",
    "perch-copy",
    "perch-domain",
    "perch-health",
    "perch-health-probe",
    "perch-history",
    "perch-live",
    "perch-live-nats",
    "perch-server",
    "perch-shell",
    "perch-store",
    "perch-store-postgres",
    "perch-store-sqlite",
    // The bench measures on databases and buses of its own.
    "perch-test-servers",
    "perch-wire",
];

/// Libraries that the lowest crates must not see.
const PURE: &[&str] = &[
    "perch-domain",
    "perch-health",
    "perch-history",
    "perch-wire",
];
const NOT_PURE: &[&str] = &["axum", "hyper", "reqwest", "sqlx", "tokio"];

/// Lines of a source file beyond which it should be two.
const LINES_MAX: usize = 500;

/// Marks of what is left to do; spelt apart, so that this line is none.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut faults = edges(root)?;
    faults.extend(files(root)?);
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

fn edges(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root)
        .output()
        .map_err(|cause| format!("cargo metadata: {cause}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|cause| format!("cargo metadata: {cause}"))?;
    let table: BTreeMap<_, _> = EDGES.iter().copied().collect();
    let mut faults = Vec::new();
    for package in list(&metadata, "packages") {
        let name = text(package, "name");
        let Some(allowed) = table.get(name) else {
            faults.push(format!(
                "{name} is not in the table of xtask/src/tidy.rs: say what it may depend on."
            ));
            continue;
        };
        let dependencies: BTreeSet<_> = list(package, "dependencies")
            .iter()
            .filter(|dependency| dependency.get("kind").is_some_and(Value::is_null))
            .map(|dependency| text(dependency, "name"))
            .collect();
        for dependency in dependencies {
            if dependency.starts_with("perch-") && !allowed.contains(&dependency) {
                faults.push(format!(
                    "{name} may not depend on {dependency}: see ARCHITECTURE.md, Which way."
                ));
            }
            if PURE.contains(&name) && NOT_PURE.contains(&dependency) {
                faults.push(format!(
                    "{name} does no I/O: it may not depend on {dependency}."
                ));
            }
        }
    }
    Ok(faults)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn files(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .map_err(|cause| format!("git ls-files: {cause}"))?;
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut faults = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let source = [".rs", ".ts", ".tsx", ".css", ".sql"]
            .iter()
            .any(|ending| path.ends_with(ending));
        if !source || path == "web/src/api/schema.ts" {
            continue;
        }
        // A file that was deleted but not committed yet.
        let Ok(content) = fs::read_to_string(root.join(path)) else {
            continue;
        };
        let lines = content.lines().count();
        if lines > LINES_MAX {
            faults.push(format!(
                "{path} has {lines} lines; split it by what it does."
            ));
        }
        let names = ["util", "utils", "helpers", "common", "shared", "misc"];
        let stem = Path::new(path)
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if names.contains(&stem) {
            faults.push(format!("{path}: name the file after what is in it."));
        }
        for (number, line) in content.lines().enumerate() {
            let marked = MARKS.iter().any(|mark| line.contains(mark)) && !line.contains('#');
            if marked {
                faults.push(format!(
                    "{path}:{}: what is left to do is an issue; name its number.",
                    number + 1
                ));
            }
        }
    }
    Ok(faults)
}
