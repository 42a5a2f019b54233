//! One example of each frame, for `api/asyncapi.yaml`: what a person who writes a client reads first.
//!
//! A frame without an example does not compile away silently: a test compares these with the variants in the schema.

use serde_json::{Value, json};

use crate::live::{ClientFrame, ServerFrame};

const ROOM: &str = "0190a5c4-7a10-7000-8000-0000000000a1";
const AMELIE: &str = "0190a5c4-7a10-7000-8000-0000000000b1";
const ADDIN: &str = "0190a5c4-7a10-7000-8000-0000000000c1";
const NONCE: &str = "6f1f2c1e-58a4-4c43-9b0d-3a2b1c0d9e8f";
const AT: &str = "2026-11-24T09:14:07.120000Z";

fn author() -> Value {
    json!({ "id": AMELIE, "address": "sip:amelie@contoso.example", "display_name": "Amelie B." })
}

fn message() -> Value {
    json!({
        "room": ROOM, "seq": 3, "author": author(), "at": AT, "text": "size in $MSFT?", "alert": false,
        "contexts": [{ "type": "fdc3.instrument", "name": "MSFT", "id": { "ticker": "MSFT" }, "start": 8, "end": 13 }],
        "nonce": NONCE
    })
}

fn properties() -> Value {
    json!({
        "id": ROOM, "pool": "pchat01.contoso.example", "category": { "id": ADDIN, "name": "Trading" },
        "name": "FX Spot", "description": "Spot desk, all day", "privacy": "closed", "type": "normal",
        "invitations": "inherit", "disabled": false,
        "addin": {
            "id": ADDIN, "name": "Stock history", "url": "https://prices.contoso.example/",
            "granted": ["room.info", "contexts"], "withheld": [], "pending": false, "disabled": false,
            "proxied": false
        },
        "revision": 4, "created_at": AT, "updated_at": AT
    })
}

fn permissions() -> Value {
    json!({ "view": true, "join": true, "read_history": true, "post": true, "manage": false })
}

fn room() -> Value {
    let mut room = properties();
    for (key, value) in [
        ("permissions", permissions()),
        ("followed", json!(true)),
        ("member", json!(true)),
        ("head", json!(3)),
        ("unread", json!(1)),
        ("participant_count", json!(2)),
    ] {
        if let Some(fields) = room.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
    }
    room
}

/// An example of each frame that a client sends.
#[must_use]
pub fn client() -> Vec<Value> {
    vec![
        json!({ "type": "join", "id": 1, "rooms": [{ "room": ROOM, "after": 2 }] }),
        json!({ "type": "leave", "room": ROOM }),
        json!({ "type": "watch", "room": ROOM, "watching": true }),
        json!({ "type": "post", "id": 2, "room": ROOM, "nonce": NONCE, "text": "size in $MSFT?" }),
        json!({ "type": "read", "room": ROOM, "seq": 3 }),
        json!({ "type": "ping", "id": 3 }),
    ]
}

/// An example of each frame that the server sends.
#[must_use]
pub fn server() -> Vec<Value> {
    let participant = json!({
        "id": AMELIE, "address": "sip:amelie@contoso.example", "display_name": "Amelie B.",
        "manager": false, "presenter": false
    });
    let mut posted = message();
    if let Some(fields) = posted.as_object_mut() {
        fields.insert("type".to_owned(), json!("message"));
    }
    vec![
        json!({
            "type": "welcome", "protocol": 1, "heartbeat_ms": 30_000,
            "person": {
                "id": AMELIE, "kind": "user", "address": "sip:amelie@contoso.example", "display_name": "Amelie B.",
                "disabled": false, "administrator": false
            },
            "limits": {
                "message_chars_max": 4_000, "story_chars_max": 32_000, "room_name_chars_max": 256,
                "description_chars_max": 256, "addin_name_chars_max": 256, "addin_url_bytes_max": 2_048
            }
        }),
        json!({
            "type": "joined", "id": 1, "room": room(), "messages": [message()], "head": 3, "reload": false
        }),
        json!({ "type": "participants", "room": ROOM, "participants": [participant], "count": 1 }),
        json!({ "type": "posted", "id": 2, "room": ROOM, "seq": 3, "at": AT }),
        posted,
        json!({
            "type": "presence", "room": ROOM, "arrived": [participant], "departed": [], "count": 2, "large": false
        }),
        json!({ "type": "room_updated", "room": properties() }),
        json!({ "type": "permissions", "room": ROOM, "permissions": permissions() }),
        json!({ "type": "removed", "room": ROOM, "code": "NoSuchNode" }),
        json!({ "type": "rooms_changed" }),
        json!({ "type": "catalogue_changed", "pool": "pchat01.contoso.example", "kind": "addin" }),
        json!({
            "type": "storage_changed", "room": ROOM, "addin": ADDIN,
            "entry": {
                "key": "topic", "value": "Fixing at 16:00", "version": 2, "updated_at": AT, "updated_by": author()
            }
        }),
        json!({ "type": "pong", "id": 3 }),
        json!({
            "type": "error", "id": 2, "room": ROOM, "code": "EmptyMessage", "detail": "Write something first."
        }),
        json!({ "type": "goodbye", "code": "ShuttingDown", "retry_after_ms": 1_000 }),
    ]
}

/// The JSON Schema (2020-12) of what a client sends, and of what the server sends.
#[must_use]
pub fn schemas() -> [Value; 2] {
    [
        schemars::schema_for!(ClientFrame).to_value(),
        schemars::schema_for!(ServerFrame).to_value(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(schema: &Value) -> Vec<&str> {
        let variants = schema["oneOf"].as_array().unwrap();
        variants
            .iter()
            .map(|variant| variant["properties"]["type"]["const"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn each_frame_has_one_example_that_is_valid_and_parses() {
        let [client_schema, server_schema] = schemas();
        for (schema, examples) in [(client_schema, client()), (server_schema, server())] {
            let shown: Vec<_> = examples
                .iter()
                .map(|example| example["type"].as_str().unwrap())
                .collect();
            assert_eq!(types(&schema), shown);
            let validator = jsonschema::validator_for(&schema).unwrap();
            for example in &examples {
                if let Err(cause) = validator.validate(example) {
                    panic!("{example}: {cause}");
                }
            }
        }
        for example in client() {
            serde_json::from_value::<ClientFrame>(example).unwrap();
        }
        for example in server() {
            serde_json::from_value::<ServerFrame>(example).unwrap();
        }
    }
}
