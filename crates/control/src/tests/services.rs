//! Licences of other key systems: what their services are asked, what comes back, and what never leaves.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::post;
use base64::Engine as _;
use db::UseKind;
use fetch::testing::{ROOT_PEM, tls_before};
use fetch::{Client, Trust};
use media::protection::{KeySystem, TrackClass};
use playback::{Fingerprint, Policy};
use serde_json::{Value, json};

use super::licences::{Cinema, FILM, START_MS, key_id};
use super::{header, text};
use crate::{LicenceService, LicenceServices, PolicyIn};

/// What a CDM says: no JSON, no text.
const MESSAGE: &[u8] = b"\x08\x01\xff message";

/// What a licence service was asked last.
type Asked = Arc<Mutex<Option<(HeaderMap, Bytes)>>>;

/// A licence service that answers as its path says.
async fn service() -> (SocketAddr, Asked) {
    let asked = Asked::default();
    let take = async |Shared(asked): Shared<Asked>, headers: HeaderMap, body: Bytes| {
        *asked.lock().unwrap() = Some((headers, body));
        ([("content-type", "application/x-licence")], &b"\x00licence"[..])
    };
    let app = axum::Router::new()
        .route("/take", post(take))
        .route("/refuse", post(async || (StatusCode::FORBIDDEN, "canary of theirs")))
        .route("/unknown", post(async || (StatusCode::UNAUTHORIZED, "canary of theirs")))
        .route("/fail", post(async || (StatusCode::SERVICE_UNAVAILABLE, "canary of theirs")))
        .route("/away", post(async || Redirect::temporary("/take").into_response()))
        .route("/long", post(async || "x".repeat(300_000)))
        .with_state(asked.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    (address, asked)
}

fn to(url: String) -> LicenceService {
    let headers = HeaderMap::from_iter([("x-api-key".parse().unwrap(), "secret of ours".parse().unwrap())]);
    LicenceService { url, headers, certificate: None }
}

/// A cinema with these services.
async fn cinema(
    policy: Policy,
    policy_in: PolicyIn,
    services: impl IntoIterator<Item = (KeySystem, LicenceService)>,
) -> Cinema {
    let trust = Trust::public().with_pem(ROOT_PEM.as_bytes(), "a test").unwrap();
    let services: BTreeMap<_, _> = services.into_iter().collect();
    let services = LicenceServices::new(Client::new(trust).unwrap(), policy_in, services);
    Cinema::built(policy, |state, licences, _| state.with_licences(licences.with_services(services))).await
}

async fn ask(cinema: &Cinema, system: &str, token: &str, more: &[(&str, &str)]) -> Response<Body> {
    let authorization = format!("Bearer {token}");
    let mut headers = vec![
        ("authorization", authorization.as_str()),
        ("matinee-device", "tv"),
        ("matinee-profile", "kids"),
    ];
    headers.extend(more);
    let line = format!("POST /api/titles/{FILM}/licences/{system}");
    cinema.call(&line, &headers, MESSAGE.to_vec()).await
}

async fn code(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let body = text(response).await;
    assert!(!body.contains("canary") && !body.contains("secret"), "{body}");
    let json: Value = serde_json::from_str(&body).unwrap();
    (status, json["error"]["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn messages_and_licences_pass_as_they_are() {
    let (plain, asked) = service().await;
    let secure = tls_before(plain, Ipv4Addr::LOCALHOST).await;
    for base in [format!("http://{plain}"), format!("https://{secure}")] {
        let services = [
            (KeySystem::Widevine, to(format!("{base}/take?tenant=1"))),
            (KeySystem::PlayReady, to(format!("{base}/take"))),
        ];
        let cinema = cinema(Policy::default(), PolicyIn::Nothing, services).await;
        for (system, more, content_type, action) in [
            ("widevine", &[][..], "application/octet-stream", "-"),
            ("playready", &[("soapaction", "Renew")][..], "text/xml; charset=utf-8", "Renew"),
            (
                "playready",
                &[][..],
                "text/xml; charset=utf-8",
                "\"http://schemas.microsoft.com/DRM/2007/03/protocols/AcquireLicense\"",
            ),
            ("widevine", &[("content-type", "application/x-message")][..], "application/x-message", "-"),
        ] {
            let token = cinema.token(FILM, "hardware").await;
            let response = ask(&cinema, system, &token, more).await;
            assert_eq!(response.status(), 200);
            assert_eq!(header(&response, "content-type"), "application/x-licence");
            assert_eq!(header(&response, "cache-control"), "no-store");
            assert_eq!(header(&response, "matinee-licence-ends-s"), "600");
            let next = header(&response, "matinee-token").to_owned();
            assert_eq!(text(response).await, "\0licence");
            let (headers, body) = asked.lock().unwrap().take().unwrap();
            let told = |name: &str| headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
            assert_eq!(&body[..], MESSAGE);
            assert_eq!(
                ["x-api-key", "content-type", "soapaction", "matinee-key-policy"].map(told),
                ["secret of ours", content_type, action, "-"]
            );
            for ours in ["authorization", "matinee-device", "cookie"] {
                assert!(!headers.contains_key(ours), "{ours} is not theirs to know");
            }
            assert_eq!(
                code(ask(&cinema, system, &token, more).await).await,
                (403, "token_replayed".to_owned())
            );
            assert_eq!(ask(&cinema, system, &next, more).await.status(), 200, "it is renewed");
        }
    }
}

#[tokio::test]
async fn a_service_learns_what_the_viewer_may_have() {
    let (plain, asked) = service().await;
    let url = format!("http://{plain}/take");
    for (policy_in, security, classes) in [
        (PolicyIn::Header, "software", json!(["audio", "hd"])),
        (PolicyIn::Header, "hardware", json!(["audio", "hd", "fhd", "uhd"])),
        (PolicyIn::Body, "software", json!(["audio", "hd"])),
    ] {
        let policy = Policy { offline_days: Some(7), ..Policy::default() };
        let cinema = cinema(policy, policy_in, [(KeySystem::FairPlay, to(url.clone()))]).await;
        let token = cinema.token(FILM, security).await;
        let kept = [("matinee-licence-type", "persistent-license")];
        assert_eq!(ask(&cinema, "fairplay", &token, &kept).await.status(), 200);
        let (headers, body) = asked.lock().unwrap().take().unwrap();
        let mut told = match policy_in {
            PolicyIn::Body => {
                let body: Value = serde_json::from_slice(&body).unwrap();
                assert_eq!(body["message"], json!("CAH/IG1lc3NhZ2U="));
                assert_eq!(headers["content-type"], "application/json");
                body["policy"].clone()
            }
            _ => serde_json::from_slice(headers["matinee-key-policy"].as_bytes()).unwrap(),
        };
        let key_ids = told.as_object_mut().unwrap().remove("key_ids");
        let expected = [key_id(1, TrackClass::Audio), key_id(1, TrackClass::Hd)].map(|id| id.hex());
        assert_eq!(key_ids, (policy_in == PolicyIn::Body).then(|| json!(expected)));
        let session = told["session"].as_str().unwrap().to_owned();
        assert_eq!(
            told,
            json!({
                "title": FILM, "session": session, "device": Fingerprint::of("tv").hex(), "profile": "kids",
                "security": security, "classes": classes, "type": "persistent-license", "ends_s": 604_800,
            })
        );
        let uses = cinema.db.list_key_uses(None).await.unwrap();
        let licensed = uses.iter().filter(|used| used.kind == UseKind::Licence);
        let by = format!("{session} by fairplay");
        assert_eq!(licensed.filter(|used| used.used_by == by).count(), classes.as_array().unwrap().len());
    }
}

#[tokio::test]
async fn a_service_that_fails_has_its_code_and_leaves_a_token() {
    let (plain, asked) = service().await;
    let secure = tls_before(plain, Ipv4Addr::new(127, 0, 0, 3)).await;
    for (url, status, expected) in [
        (format!("http://{plain}/refuse"), 403, "licence_service_refused"),
        (format!("http://{plain}/unknown"), 502, "licence_service_failed"),
        (format!("http://{plain}/nowhere"), 502, "licence_service_failed"),
        (format!("http://{plain}/fail"), 502, "licence_service_failed"),
        (format!("http://{plain}/away"), 502, "licence_service_failed"),
        (format!("http://{plain}/long"), 502, "licence_service_failed"),
        (format!("https://{secure}/take"), 502, "licence_service_failed"),
        ("http://127.0.0.1:1/take".to_owned(), 502, "licence_service_failed"),
    ] {
        let cinema =
            cinema(Policy::default(), PolicyIn::Nothing, [(KeySystem::Widevine, to(url.clone()))]).await;
        let mut token = cinema.token(FILM, "software").await;
        for _ in 0..2 {
            let response = ask(&cinema, "widevine", &token, &[]).await;
            token = header(&response, "matinee-token").to_owned();
            assert_eq!(code(response).await, (status, expected.to_owned()), "{url}");
        }
    }
    assert!(
        asked.lock().unwrap().is_none(),
        "nobody followed a redirection or spoke to whom it does not trust"
    );
}

#[tokio::test]
async fn who_gets_no_licence_of_ours_gets_none_of_theirs() {
    let (plain, asked) = service().await;
    let service = || [(KeySystem::Widevine, to(format!("http://{plain}/take")))];
    let policy = || Policy { streams_max: 1, ..Policy::default() };
    let cinema = cinema(policy(), PolicyIn::Nothing, service()).await;
    let token = cinema.token(FILM, "software").await;
    let refused = async |system: &str, token: &str, more: &[(&str, &str)], expected: (u16, &str)| {
        let found = code(ask(&cinema, system, token, more).await).await;
        assert_eq!(found, (expected.0, expected.1.to_owned()), "{system}");
    };
    refused("widevine", "x", &[], (401, "token_malformed")).await;
    refused("playready", &token, &[], (404, "licences_not_served")).await;
    refused("common", &token, &[], (404, "licences_not_served")).await;
    refused("other", &token, &[], (404, "path_not_found")).await;
    refused("%ff", &token, &[], (404, "path_not_found")).await;
    let long = cinema.call(&format!("POST /api/titles/{FILM}/licences/widevine"), &[], vec![0; 65_537]).await;
    assert_eq!(code(long).await, (413, "body_too_large".to_owned()));
    refused("widevine", &token, &[("matinee-licence-type", "persistent-license")], (403, "offline_refused"))
        .await;
    refused("widevine", &token, &[("matinee-licence-type", "long")], (400, "licence_request_malformed"))
        .await;
    let other = [("authorization", format!("Bearer {token}")), ("matinee-device", "phone".to_owned())];
    let other = other.each_ref().map(|(name, value)| (*name, value.as_str()));
    let path = format!("POST /api/titles/{FILM}/licences/widevine");
    let answer = cinema.call(&path, &other, MESSAGE.to_vec()).await;
    assert_eq!(code(answer).await, (403, "token_other_device".to_owned()));
    assert!(asked.lock().unwrap().is_none(), "none of these reached the service");

    let second = cinema.token(FILM, "software").await;
    assert_eq!(ask(&cinema, "widevine", &token, &[]).await.status(), 200);
    asked.lock().unwrap().take();
    refused("widevine", &second, &[], (403, "too_many_streams")).await;
    cinema.clock.advance_ms(300_000);
    refused("widevine", &second, &[], (401, "token_expired")).await;
    assert!(asked.lock().unwrap().is_none());
}

#[tokio::test]
async fn a_grant_names_the_services_and_their_certificates() {
    let certified =
        LicenceService { certificate: Some(Bytes::from_static(b"\x30\x82")), ..to(String::new()) };
    let services = || [(KeySystem::FairPlay, certified.clone()), (KeySystem::Widevine, to(String::new()))];
    let cinema = cinema(Policy::default(), PolicyIn::Nothing, services()).await;
    let (_, grant) = cinema.play(FILM, json!({ "device": "tv" })).await;
    super::contract::check("/paths/~1api~1titles~1{id}~1play/post", 200, &grant);
    let at = |system: &str, name: &str, certificate: Value, pssh: Value| {
        let url = format!("/api/titles/{FILM}/licences/{name}");
        json!({ "system": system, "url": url, "certificate_url": certificate, "pssh": pssh })
    };
    // Widevine's data are a Protocol Buffer: field 2 each key ID; field 9 the scheme, a varint of five bytes.
    let widevine = [
        &[0, 0, 0, 0x4a][..],
        b"pssh\0\0\0\0",
        &KeySystem::Widevine.id().0,
        &[0, 0, 0, 0x2a, 0x12, 0x10],
        &key_id(1, TrackClass::Audio).0,
        &[0x12, 0x10],
        &key_id(1, TrackClass::Hd).0,
        b"\x48\xf3\xc6\x89\x9b\x06",
    ]
    .concat();
    let widevine = json!(base64::engine::general_purpose::STANDARD.encode(widevine));
    let certificate = "/api/licences/fairplay/certificate";
    assert_eq!(
        grant["protection"]["licences"],
        json!([
            at("com.widevine.alpha", "widevine", Value::Null, widevine),
            at("com.apple.fps", "fairplay", json!(certificate), Value::Null),
            at("org.w3.clearkey", "clearkey", Value::Null, Value::Null),
        ])
    );
    assert_eq!(grant["protection"]["token_expires_ms"], json!(START_MS + 300_000));
    let answer = cinema.call(&format!("GET {certificate}"), &[], vec![]).await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "content-type")),
        (200, "application/octet-stream")
    );
    for path in ["/api/licences/widevine/certificate", "/api/licences/other/certificate"] {
        assert_eq!(cinema.call(&format!("GET {path}"), &[], vec![]).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn clear_key_can_be_left_out() {
    let cinema = Cinema::built(Policy::default(), |state, licences, _| {
        state.with_licences(licences.without_clear_key())
    });
    let cinema = cinema.await;
    let (_, grant) = cinema.play(FILM, json!({ "device": "tv", "profile": "kids" })).await;
    assert_eq!(grant["protection"]["licences"], json!([]));
    let token = grant["protection"]["token"].as_str().unwrap();
    cinema.refused(token, |_| {}, 404, "licences_not_served").await;
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", to("https://keys.example/?key=secret".to_owned()));
    assert!(!shown.contains("secret"), "{shown}");
}
