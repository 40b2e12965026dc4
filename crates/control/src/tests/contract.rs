//! The contract is kept: the snapshot is current, and what is sent is what it says.

use serde_json::Value;

use super::{Platform, full, plain, release};
use crate::openapi;

#[test]
fn the_snapshot_is_current() {
    expect_test::expect_file!["../../../../api/openapi.json"].assert_eq(&openapi::text());
}

#[tokio::test]
async fn answers_have_the_shape_of_their_schema() {
    let platform = Platform::new("/media/").await;
    platform.db.publish(&release("Plain", 1, plain())).await.unwrap();
    platform.db.publish(&release("Full", 2, full())).await.unwrap();
    for (line, status, operation) in [
        ("GET /api/titles", 200, "/paths/~1api~1titles/get"),
        ("GET /api/titles/plain-01010101", 200, "/paths/~1api~1titles~1{id}/get"),
        ("GET /api/titles/full-02020202", 200, "/paths/~1api~1titles~1{id}/get"),
        ("GET /api/titles/nobody", 404, "/paths/~1api~1titles~1{id}/get"),
        ("POST /api/titles/plain-01010101/play", 200, "/paths/~1api~1titles~1{id}~1play/post"),
        ("POST /api/titles/full-02020202/play", 200, "/paths/~1api~1titles~1{id}~1play/post"),
        ("POST /api/titles/nobody/play", 404, "/paths/~1api~1titles~1{id}~1play/post"),
        ("GET /healthz", 200, "/paths/~1healthz/get"),
    ] {
        let (found, body) = platform.json(line).await;
        assert_eq!(found, status, "{line}");
        check(operation, status, &body);
    }
}

/// Panics where `body` is not what `operation` answers with `status`, as the contract has it.
pub(super) fn check(operation: &str, status: u16, body: &Value) {
    let contract = openapi::document();
    let schema = format!("{operation}/responses/{status}/content/application~1json/schema");
    let schema = contract.pointer(&schema).unwrap_or_else(|| panic!("no {schema}"));
    assert_eq!(fault(&contract, schema, body), None, "{operation}");
}

/// Where `value` is not as `schema` says; knows the few keywords that the contract uses. Fields that the schema does
/// not name are faults: nothing is sent that is not in the contract.
fn fault(contract: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = contract.pointer(reference.trim_start_matches('#'));
        return fault(contract, target.unwrap_or_else(|| panic!("no {reference}")), value);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let faults: Vec<_> = any.iter().map(|schema| fault(contract, schema, value)).collect();
        return faults.iter().all(Option::is_some).then(|| format!("{value}: {faults:?}"));
    }
    if !schema["const"].is_null() {
        return (schema["const"] != *value).then(|| format!("{value} is not {}", schema["const"]));
    }
    if let Some(names) = schema["enum"].as_array() {
        return (!names.contains(value)).then(|| format!("{value} is not one of {names:?}"));
    }
    let right = match (schema["type"].as_str().expect("a type"), value) {
        ("object", Value::Object(_)) => return object_fault(contract, schema, value),
        ("array", Value::Array(items)) => return array_fault(contract, schema, items),
        ("integer", Value::Number(number)) => number.is_u64() || number.is_i64(),
        ("number", Value::Number(_)) | ("string", Value::String(_)) | ("boolean", Value::Bool(_)) => true,
        ("null", Value::Null) => true,
        _ => false,
    };
    (!right).then(|| format!("{value} is not {}", schema["type"]))
}

fn object_fault(contract: &Value, schema: &Value, value: &Value) -> Option<String> {
    let (fields, properties) =
        (value.as_object().expect("an object"), schema["properties"].as_object().expect("properties"));
    let required = schema["required"].as_array().expect("required fields");
    let missing = required.iter().filter_map(Value::as_str).find(|name| !fields.contains_key(*name));
    if let Some(name) = missing {
        return Some(format!("no field {name}"));
    }
    fields.iter().find_map(|(name, value)| match properties.get(name) {
        Some(schema) => fault(contract, schema, value).map(|fault| format!("{name}: {fault}")),
        None => Some(format!("field {name} is not in the contract")),
    })
}

fn array_fault(contract: &Value, schema: &Value, items: &[Value]) -> Option<String> {
    match schema["prefixItems"].as_array() {
        Some(schemas) if schemas.len() != items.len() => Some(format!("{} items", items.len())),
        Some(schemas) => schemas.iter().zip(items).find_map(|(schema, item)| fault(contract, schema, item)),
        None => items.iter().find_map(|item| fault(contract, &schema["items"], item)),
    }
}
