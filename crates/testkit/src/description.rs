//! Comparing what the server says with `api/openapi.json` and the schemas of the live protocol.

use std::sync::LazyLock;

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};

static API: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../api/openapi.json")).expect("api/openapi.json")
});

static FRAMES: LazyLock<Validator> = LazyLock::new(|| {
    let [_, server] = perch_wire::live_examples::schemas();
    jsonschema::validator_for(&server).expect("the schema of frames")
});

/// Whether a described path fits a real one.
fn fits(described: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let all = described.split('/').all(|part| {
        parts
            .next()
            .is_some_and(|real| part == real || part.starts_with('{'))
    });
    all && parts.next().is_none()
}

/// Checks an answer: its status is described for this operation, and its body fits.
#[track_caller]
pub(crate) fn check_answer(method: &Method, path: &str, status: u16, body: &Value) {
    let path = path.split('?').next().unwrap_or(path);
    let paths = API["paths"].as_object().expect("paths");
    // A literal part wins over a variable.
    let described = paths
        .keys()
        .filter(|described| fits(described, path))
        .min_by_key(|described| described.matches('{').count());
    let Some(described) = described else { return };
    let operation = &paths[described][method.as_str().to_lowercase()];
    if operation.is_null() {
        return;
    }
    let response = &operation["responses"][status.to_string()];
    assert!(
        !response.is_null(),
        "{method} {described} answered {status}, which is not described: {body}"
    );
    let Some(content) = response["content"].as_object() else {
        assert!(
            body.is_null(),
            "{method} {described} has a body that is not described: {body}"
        );
        return;
    };
    let schema = &content.values().next().expect("a media type")["schema"];
    let mut whole = schema.clone();
    whole["components"] = API["components"].clone();
    let validator = jsonschema::validator_for(&whole).expect("a schema");
    if let Err(cause) = validator.validate(body) {
        panic!(
            "{method} {described} answered {status} with a body that does not fit: {cause}\n{body}"
        );
    }
}

/// Checks a frame from the server.
#[track_caller]
pub(crate) fn check_frame(frame: &Value) {
    if let Err(cause) = FRAMES.validate(frame) {
        panic!(
            "a frame does not fit its description: {cause}\n{}",
            json!(frame)
        );
    }
}
