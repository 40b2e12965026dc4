//! Revoking: who may, and what is worth nothing afterwards.

use playback::{Fingerprint, Policy};
use serde_json::{Value, json};

use super::licences::{Cinema, FILM, START_MS};
use super::{header, text};
use crate::Operator;

const DAY_MS: i64 = 86_400_000;

async fn cinema() -> Cinema {
    Cinema::built(Policy::default(), |state, licences, _| {
        state.with_licences(licences).with_operator(Operator::new("operator"))
    })
    .await
}

async fn operate(cinema: &Cinema, line: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let response = cinema.call(line, &[("authorization", "Bearer operator")], body).await;
    let status = response.status().as_u16();
    (status, serde_json::from_str(&text(response).await).unwrap_or_default())
}

/// The session of the newest stream.
async fn playing(cinema: &Cinema) -> String {
    cinema.db.list_streams(START_MS).await.unwrap()[0].session.clone()
}

#[tokio::test]
async fn a_revoked_session_is_not_renewed() {
    let cinema = cinema().await;
    let first = cinema.token(FILM, "software").await;
    let next = header(&cinema.ask(&first, |_| {}).await, "matinee-token").to_owned();
    let session = playing(&cinema).await;
    let (status, revocation) = operate(&cinema, "POST /api/revocations", json!({ "subject": session })).await;
    super::contract::check("/paths/~1api~1revocations/post", 200, &revocation);
    let expected = json!({ "subject": session, "revoked_ms": START_MS, "until_ms": START_MS + DAY_MS });
    assert_eq!((status, &revocation), (200, &expected));
    cinema.refused(&next, |_| {}, 403, "token_revoked").await;
    let other = cinema.token(FILM, "software").await;
    assert_eq!(cinema.ask(&other, |_| {}).await.status(), 200, "the device may go on otherwise");

    let (_, listed) = operate(&cinema, "GET /api/revocations", Value::Null).await;
    super::contract::check("/paths/~1api~1revocations/get", 200, &listed);
    assert_eq!(listed, json!({ "revocations": [expected] }));
    let line = format!("DELETE /api/revocations/{session}");
    assert_eq!(operate(&cinema, &line, Value::Null).await.0, 204);
    assert_eq!(operate(&cinema, &line, Value::Null).await.1["error"]["code"], "revocation_not_found");
    assert_eq!(cinema.ask(&next, |_| {}).await.status(), 200, "the refusal did not use the token up");
}

#[tokio::test]
async fn a_revoked_device_gets_no_grant_either() {
    let cinema = cinema().await;
    let token = cinema.token(FILM, "software").await;
    let body = json!({ "subject": Fingerprint::of("tv").hex(), "for_s": 200_000 });
    let (_, revocation) = operate(&cinema, "POST /api/revocations", body).await;
    assert_eq!(revocation["until_ms"], json!(START_MS + 200_000_000));
    cinema.refused(&token, |_| {}, 403, "token_revoked").await;
    for title in [FILM, "clear-03030303"] {
        let (status, refusal) = cinema.play(title, json!({ "device": "tv" })).await;
        assert_eq!((status, &refusal["error"]["code"]), (403, &json!("token_revoked")), "{title}");
        assert_eq!(cinema.play(title, json!({ "device": "phone" })).await.0, 200);
    }
    cinema.clock.advance_ms(200_000_000);
    assert_eq!(cinema.play(FILM, json!({ "device": "tv" })).await.0, 200);
}

#[tokio::test]
async fn nobody_but_the_operator_revokes() {
    let subject = json!({ "subject": "0".repeat(32) });
    let cinema = cinema().await;
    for authorization in ["", "Bearer wrong", "Basic operator"] {
        let body = subject.to_string().into_bytes();
        let response = cinema.call("POST /api/revocations", &[("authorization", authorization)], body).await;
        assert_eq!(response.status(), 401, "{authorization}");
        assert_eq!(header(&response, "www-authenticate"), "Bearer");
    }
    for wrong in [json!({}), json!({ "subject": "tv" }), json!({ "subject": "0".repeat(32), "for_s": -1 })] {
        let (status, refusal) = operate(&cinema, "POST /api/revocations", wrong).await;
        assert_eq!((status, &refusal["error"]["code"]), (400, &json!("revocation_malformed")));
    }
    let without = Cinema::new(Policy::default()).await;
    let (status, refusal) = operate(&without, "POST /api/revocations", subject).await;
    assert_eq!((status, &refusal["error"]["code"]), (404, &json!("path_not_found")));
}
