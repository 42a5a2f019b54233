//! The files that are made from the code and kept in the repository.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use perch_wire::live_examples;
use serde_json::{Map, Value, json};

/// The types of the HTTP API for the web client, made of `openapi.json` by openapi-typescript.
const SCHEMA_TS: &str = "web/src/api/schema.ts";

/// Writes every file.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    for (path, text) in from_code() {
        fs::write(root.join(path), text).map_err(|cause| format!("{path}: {cause}"))?;
    }
    let schema = schema_ts(root)?;
    fs::write(root.join(SCHEMA_TS), schema).map_err(|cause| format!("{SCHEMA_TS}: {cause}"))
}

/// Compares every file with what would be written.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut files = from_code();
    files.push((SCHEMA_TS, schema_ts(root)?));
    let stale: Vec<_> = files
        .iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_deref() != Some(text))
        .map(|(path, _)| *path)
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "Out of date: {}. Run `cargo xtask codegen` and commit.",
        stale.join(", ")
    ))
}

fn from_code() -> Vec<(&'static str, String)> {
    vec![
        ("api/openapi.json", perch_server::openapi::document_text()),
        ("api/asyncapi.yaml", asyncapi()),
    ]
}

/// The hand-written head, then the frames. JSON is YAML, so the generated part needs no writer of its own.
fn asyncapi() -> String {
    let mut text = include_str!("asyncapi.yaml").to_owned();
    let [client, server] = live_examples::schemas();
    let mut schemas = Map::new();
    let mut messages = Map::new();
    let mut channel = Map::new();
    let mut operations = Map::new();
    for (action, schema, examples) in [
        ("receive", client, live_examples::client()),
        ("send", server, live_examples::server()),
    ] {
        let variants = schema
            .get("oneOf")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let mut references = Vec::new();
        for (variant, example) in variants.into_iter().zip(examples) {
            let name = example
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            references.push(json!({ "$ref": format!("#/channels/live/messages/{name}") }));
            channel.insert(
                name.clone(),
                json!({ "$ref": format!("#/components/messages/{name}") }),
            );
            let summary = variant.get("description").cloned().unwrap_or(Value::Null);
            messages.insert(
                name.clone(),
                json!({ "name": name, "summary": summary, "payload": variant, "examples": [{ "payload": example }] }),
            );
        }
        operations.insert(
            action.to_owned(),
            json!({ "action": action, "channel": { "$ref": "#/channels/live" }, "messages": references }),
        );
        if let Some(Value::Object(definitions)) = schema.get("$defs") {
            schemas.extend(definitions.clone());
        }
    }
    for (name, value) in [
        (
            "channels",
            json!({ "live": { "address": "/api/v1/live", "messages": channel } }),
        ),
        ("operations", Value::Object(operations)),
        (
            "components",
            json!({ "messages": messages, "schemas": schemas }),
        ),
    ] {
        let value = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push_str(&format!(
            "{name}: {}\n",
            value.replace("#/$defs/", "#/components/schemas/")
        ));
    }
    text
}

fn schema_ts(root: &Path) -> Result<String, String> {
    let failed = |cause: io::Error| {
        format!(
            "openapi-typescript cannot be run: {cause}. Install the web client's packages with `make packages`."
        )
    };
    let output = Command::new("node")
        .args([
            "node_modules/openapi-typescript/bin/cli.js",
            "../api/openapi.json",
            // A field of a request that has a default may be left out.
            "--default-non-nullable",
            "false",
        ])
        .current_dir(root.join("web"))
        .output()
        .map_err(failed)?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|cause| cause.to_string())
}
