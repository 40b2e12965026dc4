//! Entitlements: what the operator's service is asked, and what its answers give.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use fetch::{Client, Trust};
use playback::{Fingerprint, Policy};
use serde_json::{Value, json};
use stdx::clock::ManualClock;

use super::header;
use super::licences::{Cinema, FILM, START_MS};
use crate::{EntitlementService, Entitlements, WhenDown};

/// What the service answers next, and what it was asked.
#[derive(Debug, Default)]
struct Desk {
    answer: Value,
    asked: Vec<Value>,
    /// How many milliseconds go by, on which clock, before it answers.
    thinks: Option<(Arc<ManualClock>, i64)>,
}

/// The operator's service.
async fn service() -> (SocketAddr, Arc<Mutex<Desk>>) {
    let desk: Arc<Mutex<Desk>> = Arc::default();
    let ask =
        async |Shared(desk): Shared<Arc<Mutex<Desk>>>, headers: HeaderMap, Json(question): Json<Value>| {
            let mut desk = desk.lock().unwrap();
            desk.asked.push(question);
            if let Some((clock, ms)) = &desk.thinks {
                clock.advance_ms(*ms);
            }
            let known = headers.get("authorization").is_some_and(|value| value == "Bearer secret");
            if known { Ok(Json(desk.answer.clone())) } else { Err(StatusCode::UNAUTHORIZED) }
        };
    let app = axum::Router::new().route("/ask", post(ask)).with_state(desk.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    (address, desk)
}

async fn cinema(url: String, secret: &str, when_down: WhenDown) -> Cinema {
    let headers = HeaderMap::from_iter([("authorization".parse().unwrap(), secret.parse().unwrap())]);
    let client = Client::new(Trust::public()).unwrap();
    let service = EntitlementService { client, url, headers, when_down };
    assert!(!format!("{service:?}").contains("secret"));
    Cinema::built(Policy::default(), |state, licences, clock| {
        state.with_licences(licences).with_entitlements(Entitlements::asked(service, clock))
    })
    .await
}

async fn asked_cinema() -> (Cinema, Arc<Mutex<Desk>>) {
    let (address, desk) = service().await;
    (cinema(format!("http://{address}/ask"), "Bearer secret", WhenDown::Refuse).await, desk)
}

fn viewer() -> Value {
    json!({ "device": "tv", "profile": "kids", "security": "hardware" })
}

#[tokio::test]
async fn grants_and_licences_are_asked_for() {
    let (cinema, desk) = asked_cinema().await;
    desk.lock().unwrap().answer = json!({ "allow": true, "class_max": "hd", "until_ms": START_MS + 60_000 });
    let (_, grant) = cinema.play(FILM, viewer()).await;
    assert_eq!(grant["protection"]["classes"], json!(["audio", "hd"]));
    let token = grant["protection"]["token"].as_str().unwrap();
    let response = cinema.ask(token, |_| {}).await;
    assert_eq!(
        (header(&response, "matinee-licence-ends-s"), header(&response, "matinee-licence-renew-s")),
        ("60", "30")
    );
    let asked = std::mem::take(&mut desk.lock().unwrap().asked);
    let session = asked[0]["session"].as_str().unwrap();
    assert_eq!(session.len(), 32);
    let question = json!({ "title": FILM, "device": Fingerprint::of("tv").hex(), "profile": "kids", "session": session });
    assert_eq!(asked, [question.clone(), question]);

    let next = header(&response, "matinee-token").to_owned();
    cinema.clock.advance_ms(30_000);
    desk.lock().unwrap().answer = json!({ "allow": false, "reason": "The rental is over." });
    cinema.refused(&next, |_| {}, 403, "not_entitled").await;
    let (status, refusal) = cinema.play(FILM, viewer()).await;
    assert_eq!(
        (status, &refusal["error"]),
        (403, &json!({ "code": "not_entitled", "message": "The rental is over." }))
    );
    desk.lock().unwrap().answer = json!({ "allow": true, "until_ms": START_MS + 30_000 });
    let (status, refusal) = cinema.play(FILM, viewer()).await;
    assert_eq!((status, &refusal["error"]["code"]), (403, &json!("not_entitled")));
}

#[tokio::test]
async fn time_that_the_service_takes_counts() {
    let (cinema, desk) = asked_cinema().await;
    desk.lock().unwrap().answer = json!({ "allow": true, "until_ms": START_MS + 60_000 });
    let [token, late] = [cinema.token(FILM, "software").await, cinema.token(FILM, "software").await];
    desk.lock().unwrap().thinks = Some((cinema.clock.clone(), 4000));
    let response = cinema.ask(&token, |_| {}).await;
    assert_eq!(header(&response, "matinee-licence-ends-s"), "56");
    desk.lock().unwrap().answer = json!({ "allow": true });
    cinema.clock.advance_ms(300_000 - 4001);
    cinema.refused(&late, |_| {}, 401, "token_expired").await;
}

#[tokio::test]
async fn clear_titles_are_asked_for_too() {
    let (cinema, desk) = asked_cinema().await;
    desk.lock().unwrap().answer = json!({ "allow": false });
    assert_eq!(cinema.play("clear-03030303", Value::Null).await.0, 403);
    let asked = desk.lock().unwrap().asked[0].clone();
    assert_eq!((&asked["title"], &asked["device"]), (&json!("clear-03030303"), &json!("")));
}

#[tokio::test]
async fn answers_are_believed_as_long_as_they_say() {
    let (cinema, desk) = asked_cinema().await;
    let asked = || desk.lock().unwrap().asked.len();
    for (cache_s, after_ms, expected) in
        [(0, 0, 2), (20, 19_999, 1), (20, 20_000, 2), (1_000_000, 3_600_000, 2), (1_000_000, 299_999, 1)]
    {
        desk.lock().unwrap().answer = json!({ "allow": true, "cache_s": cache_s });
        let before = asked();
        let token = cinema.token(FILM, "software").await;
        cinema.clock.advance_ms(after_ms);
        let answer = cinema.ask(&token, |_| {}).await;
        // A token that is over is refused before anybody is asked.
        let expected = if after_ms >= 300_000 { expected - 1 } else { expected };
        assert_eq!(asked() - before, expected, "{cache_s} s, {after_ms} ms later: {}", answer.status());
    }
}

#[tokio::test]
async fn a_service_that_is_down_refuses_or_allows_as_is_set() {
    let (address, desk) = service().await;
    desk.lock().unwrap().answer = json!({ "perhaps": true });
    for (url, secret) in [
        (format!("http://{address}/ask"), "Bearer secret"),
        (format!("http://{address}/ask"), "Bearer wrong"),
        (format!("http://{address}/nowhere"), "Bearer secret"),
        ("http://127.0.0.1:1/".to_owned(), "Bearer secret"),
    ] {
        let closed = cinema(url.clone(), secret, WhenDown::Refuse).await;
        let (status, refusal) = closed.play(FILM, viewer()).await;
        assert_eq!((status, &refusal["error"]["code"]), (503, &json!("entitlement_unknown")), "{url}");
        let open = cinema(url, secret, WhenDown::Allow).await;
        assert_eq!(open.play(FILM, viewer()).await.0, 200);
    }
}
