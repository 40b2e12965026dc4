//! Licences over HTTP: who gets which keys, and why others do not.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response};
use cmaf::cenc::Key;
use db::{Db, KeyPurpose, UseKind};
use keys::{KeyStore, LocalKms, TitleKey, Use};
use media::Size;
use media::package::{AudioTrack, Package, VideoTrack};
use media::protection::{KeyId, KeyPeriod, Protection, Scheme, TrackClass};
use playback::Policy;
use serde_json::{Value, json};
use stdx::clock::ManualClock;
use title::TitleId;
use tower::ServiceExt;

use super::{FILES, audio, header, media_at, plain, release, text, video};
use crate::{Licences, State, router};

pub(super) const START_MS: i64 = 1_000_000;

/// A server of two protected titles and a clear one.
pub(super) struct Cinema {
    pub db: Db,
    pub clock: Arc<ManualClock>,
    router: axum::Router,
    _folder: tempfile::TempDir,
}

impl Cinema {
    pub(super) async fn new(policy: Policy) -> Cinema {
        Cinema::built(policy, |state, licences, _| state.with_licences(licences)).await
    }

    /// One whose parts `build` puts together.
    pub(super) async fn built(
        policy: Policy,
        build: impl FnOnce(State, Licences, Arc<ManualClock>) -> State,
    ) -> Cinema {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_file(&folder.path().join("matinee.db")).await.unwrap();
        let keys = KeyStore::new(db.clone(), Arc::new(LocalKms::given(&"7".repeat(64)).unwrap()));
        let clock = Arc::new(ManualClock::default());
        clock.advance_ms(START_MS);
        for (name, number) in [("Film", 1), ("Other", 2)] {
            publish(&db, &keys, name, number).await;
        }
        db.publish(&release("Clear", 3, plain())).await.unwrap();
        let licences = Licences::new(keys, policy, clock.clone());
        let router =
            router(build(State::new(db.clone(), media_at("/media/")), licences, clock.clone()), FILES);
        Cinema { db, clock, router, _folder: folder }
    }

    async fn send(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Response<Body> {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.call(&format!("POST {path}"), headers, body).await
    }

    /// What is answered to `line`, a method and a path.
    pub(super) async fn call(&self, line: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response<Body> {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
    }

    pub(super) async fn play(&self, title: &str, body: Value) -> (u16, Value) {
        let response = self.send(&format!("/api/titles/{title}/play"), &[], &body).await;
        (response.status().as_u16(), serde_json::from_str(&text(response).await).unwrap())
    }

    /// The token of a play grant for the device "tv" of the profile "kids".
    pub(super) async fn token(&self, title: &str, security: &str) -> String {
        let body = json!({ "device": "tv", "profile": "kids", "security": security });
        let (_, grant) = self.play(title, body).await;
        grant["protection"]["token"].as_str().unwrap().to_owned()
    }

    /// Asks for the keys of `classes` of `film` as "tv" and "kids", with what `change` makes of it.
    pub(super) async fn ask(&self, token: &str, change: impl FnOnce(&mut Asking)) -> Response<Body> {
        let mut asking = Asking {
            title: FILM,
            authorization: format!("Bearer {token}"),
            device: "tv",
            profile: "kids",
            body: request(1, &[TrackClass::Audio, TrackClass::Hd]),
        };
        change(&mut asking);
        let path = format!("/api/titles/{}/licences/clearkey", asking.title);
        let headers = [
            ("authorization", asking.authorization.as_str()),
            ("matinee-device", asking.device),
            ("matinee-profile", asking.profile),
        ];
        self.send(&path, &headers, &asking.body).await
    }

    /// Asks, and expects to be refused with `code`.
    pub(super) async fn refused(
        &self,
        token: &str,
        change: impl FnOnce(&mut Asking),
        status: u16,
        code: &str,
    ) {
        let response = self.ask(token, change).await;
        let found = response.status().as_u16();
        let body = text(response).await;
        let json: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((found, json["error"]["code"].as_str()), (status, Some(code)), "{body}");
        assert!(!holds_a_key(&body), "{body}");
    }
}

pub(super) const FILM: &str = "film-01010101";
const OTHER: &str = "other-02020202";

pub(super) struct Asking {
    pub title: &'static str,
    pub authorization: String,
    pub device: &'static str,
    pub profile: &'static str,
    pub body: Value,
}

pub(super) fn key_id(title: u8, class: TrackClass) -> KeyId {
    KeyId([title * 16 + class as u8; 16])
}

/// Easily found wherever it should not be.
fn key(title: u8, class: TrackClass) -> [u8; 16] {
    let mut key = *b"canary in a cage";
    key[14] = title;
    key[15] = class as u8;
    key
}

/// Whether `text` holds the beginning of any of the keys, as text, in hexadecimal or in base64url.
fn holds_a_key(text: &str) -> bool {
    ["canary in a", "63616e61727920696e", "Y2FuYXJ5IGlu"].iter().any(|needle| text.contains(needle))
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn request(title: u8, classes: &[TrackClass]) -> Value {
    let ids: Vec<_> = classes.iter().map(|class| base64url(&key_id(title, *class).0)).collect();
    json!({ "kids": ids, "type": "temporary" })
}

async fn publish(db: &Db, keys: &KeyStore, name: &str, number: u8) {
    let protection = |class| Protection {
        scheme: Scheme::Cbcs,
        class,
        clear_segments: 1,
        periods: vec![KeyPeriod { first_segment: 0, key_id: key_id(number, class) }],
        signals: vec![],
    };
    let rung = |class, width, height| {
        let mut rung = VideoTrack { size: Size { width, height }, ..video() };
        rung.track.id = format!("video-{height}p");
        rung.track.protection = Some(protection(class));
        rung
    };
    let mut sound = AudioTrack { ..audio(Some("en")) };
    sound.track.protection = Some(protection(TrackClass::Audio));
    let video = vec![
        rung(TrackClass::Uhd, 3840, 2160),
        rung(TrackClass::FullHd, 1920, 1080),
        rung(TrackClass::Hd, 1280, 720),
    ];
    let release = release(name, number, Package { video, audio: vec![sound], ..plain() });
    for class in [TrackClass::Audio, TrackClass::Hd, TrackClass::FullHd, TrackClass::Uhd] {
        let purpose = KeyPurpose { title: release.title.id.clone(), class, scheme: Scheme::Cbcs, period: 0 };
        let by = Use { kind: UseKind::Import, used_by: "a test", at_ms: 0 };
        let key = TitleKey { purpose, id: key_id(number, class), key: Key::new(key(number, class)) };
        keys.import(&[key], by).await.unwrap();
    }
    db.publish(&release).await.unwrap();
}

#[tokio::test]
async fn a_grant_says_which_keys_open_what() {
    let cinema = Cinema::new(Policy::default()).await;
    let (status, grant) = cinema.play(FILM, json!({ "device": "tv" })).await;
    assert_eq!(status, 200);
    super::contract::check("/paths/~1api~1titles~1{id}~1play/post", 200, &grant);
    let protection = &grant["protection"];
    assert_eq!(
        (&protection["scheme"], &protection["classes"], &protection["token_expires_ms"]),
        (&json!("cbcs"), &json!(["audio", "hd"]), &json!(START_MS + 300_000))
    );
    let url = format!("/api/titles/{FILM}/licences/clearkey");
    assert_eq!(
        protection["licences"],
        json!([{ "system": "org.w3.clearkey", "url": url, "certificate_url": null, "pssh": null }])
    );
    let track = &grant["video"]["tracks"][2]["protection"];
    assert_eq!(*track, json!({ "class": "hd", "clear_segments": 1, "key_ids": ["12".repeat(16)] }));

    let (_, grant) = cinema.play(FILM, json!({ "device": "tv", "security": "hardware" })).await;
    assert_eq!(grant["protection"]["classes"], json!(["audio", "hd", "fhd", "uhd"]));
    let (status, refusal) = cinema.play(FILM, Value::Null).await;
    assert_eq!((status, &refusal["error"]["code"]), (400, &json!("device_missing")));
    let (status, refusal) = cinema.play(FILM, json!("tv")).await;
    assert_eq!((status, &refusal["error"]["code"]), (400, &json!("play_request_malformed")));
    let (status, grant) = cinema.play("clear-03030303", Value::Null).await;
    assert_eq!((status, &grant["protection"]), (200, &Value::Null));
}

#[tokio::test]
async fn a_token_buys_the_keys_that_the_device_may_have() {
    let cinema = Cinema::new(Policy::default()).await;
    let all = request(1, &[TrackClass::Audio, TrackClass::Uhd, TrackClass::Hd, TrackClass::FullHd]);
    for security in ["software", "hardware"] {
        let token = cinema.token(FILM, security).await;
        let response = cinema.ask(&token, |ask| ask.body = all.clone()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "matinee-licence-ends-s"), "600");
        assert_eq!(header(&response, "matinee-licence-renew-s"), "300");
        let licence: Value = serde_json::from_str(&text(response).await).unwrap();
        // Clear Key is software, whatever the device says of itself.
        let jwk = |class| {
            let (kid, k) = (base64url(&key_id(1, class).0), base64url(&key(1, class)));
            json!({ "kty": "oct", "kid": kid, "k": k })
        };
        let expected = json!({ "keys": [jwk(TrackClass::Audio), jwk(TrackClass::Hd)], "type": "temporary" });
        assert_eq!(licence, expected);
        super::contract::check("/paths/~1api~1titles~1{id}~1licences~1clearkey/post", 200, &licence);
    }
    let uses = cinema.db.list_key_uses(None).await.unwrap();
    let licensed = uses.iter().filter(|used| used.kind == UseKind::Licence);
    assert_eq!(licensed.count(), 4);
    let uhd = cinema.db.list_key_uses(Some(key_id(1, TrackClass::Uhd))).await.unwrap();
    assert!(uhd.iter().all(|used| used.kind != UseKind::Licence), "{uhd:?}");
}

#[tokio::test]
async fn each_wrong_request_has_its_code() {
    let cinema = Cinema::new(Policy::default()).await;
    let token = cinema.token(FILM, "software").await;
    let of_other = cinema.token(OTHER, "software").await;
    let forged = token.replacen(&token[20..24], if &token[20..24] == "AAAA" { "BBBB" } else { "AAAA" }, 1);
    cinema.refused(&forged, |_| {}, 401, "token_forged").await;
    cinema.refused("x", |_| {}, 401, "token_malformed").await;
    cinema.refused("", |ask| ask.authorization.clear(), 401, "token_missing").await;
    cinema.refused(&token, |ask| ask.authorization = format!("Basic {token}"), 401, "token_missing").await;
    cinema.refused(&of_other, |_| {}, 403, "token_other_title").await;
    cinema.refused(&token, |ask| ask.title = OTHER, 403, "token_other_title").await;
    cinema.refused(&token, |ask| ask.device = "phone", 403, "token_other_device").await;
    cinema.refused(&token, |ask| ask.device = "", 403, "token_other_device").await;
    cinema.refused(&token, |ask| ask.profile = "parents", 403, "token_other_profile").await;
    let other_key = request(2, &[TrackClass::Hd]);
    cinema.refused(&token, |ask| ask.body = other_key, 403, "key_other_title").await;
    for class in [TrackClass::FullHd, TrackClass::Uhd] {
        let best = request(1, &[class]);
        cinema.refused(&token, |ask| ask.body = best, 403, "security_too_low").await;
    }
    let kept = json!({ "kids": request(1, &[TrackClass::Hd])["kids"], "type": "persistent-license" });
    cinema.refused(&token, |ask| ask.body = kept, 403, "offline_refused").await;
    cinema.refused(&token, |ask| ask.body = json!({}), 400, "licence_request_malformed").await;

    assert_eq!(cinema.ask(&token, |_| {}).await.status(), 200, "none of these used the token up");
    cinema.refused(&token, |_| {}, 403, "token_replayed").await;
    cinema.clock.advance_ms(300_000);
    cinema.refused(&token, |_| {}, 401, "token_expired").await;
    cinema.clock.advance_ms(-300_001);
    cinema.refused(&of_other, |ask| ask.title = OTHER, 401, "token_too_early").await;
}

#[tokio::test]
async fn licences_are_renewed_with_the_token_that_they_brought() {
    let cinema = Cinema::new(Policy { session_ms_max: 1_000_000, ..Policy::default() }).await;
    let mut token = cinema.token(FILM, "software").await;
    for _ in 0..3 {
        let response = cinema.ask(&token, |_| {}).await;
        assert_eq!(response.status(), 200);
        let renew_s: i64 = header(&response, "matinee-licence-renew-s").parse().unwrap();
        token = header(&response, "matinee-token").to_owned();
        cinema.clock.advance_ms(renew_s * 1000);
    }
    cinema.clock.advance_ms(100_000);
    cinema.refused(&token, |_| {}, 403, "session_too_old").await;
}

#[tokio::test]
async fn a_device_plays_so_many_streams() {
    let cinema = Cinema::new(Policy { streams_max: 2, ..Policy::default() }).await;
    for _ in 0..2 {
        let token = cinema.token(FILM, "software").await;
        assert_eq!(cinema.ask(&token, |_| {}).await.status(), 200);
    }
    cinema.clock.advance_ms(500_000);
    let third = cinema.token(FILM, "software").await;
    cinema.refused(&third, |_| {}, 403, "too_many_streams").await;
    cinema.clock.advance_ms(100_000);
    assert_eq!(cinema.ask(&third, |_| {}).await.status(), 200, "the others are gone");
}

#[tokio::test]
async fn licences_to_keep_last_for_days() {
    let cinema = Cinema::new(Policy { offline_days: Some(7), streams_max: 1, ..Policy::default() }).await;
    let kept = json!({ "kids": request(1, &[TrackClass::Hd])["kids"], "type": "persistent-license" });
    for _ in 0..2 {
        let token = cinema.token(FILM, "software").await;
        let response = cinema.ask(&token, |ask| ask.body = kept.clone()).await;
        assert_eq!(response.status(), 200, "they take no place");
        assert_eq!(header(&response, "matinee-licence-ends-s"), "604800");
        assert_eq!(
            (header(&response, "matinee-token"), header(&response, "matinee-licence-renew-s")),
            ("-", "-")
        );
    }
}

#[tokio::test]
async fn a_token_outlives_its_release_and_no_key_is_in_the_catalogue() {
    let cinema = Cinema::new(Policy::default()).await;
    let token = cinema.token(FILM, "software").await;
    cinema.db.publish(&release("Film", 1, plain())).await.unwrap();
    let mut replaced = release("Film", 1, plain());
    replaced.package_digest = media::Digest([9; 32]);
    cinema.db.publish(&replaced).await.unwrap();
    let found = cinema.db.current_release(&TitleId(FILM.to_owned())).await.unwrap().unwrap();
    assert_eq!(found.package_digest, replaced.package_digest);
    cinema.refused(&token, |_| {}, 403, "key_other_title").await;
    for path in ["/api/titles", "/api/titles/film-01010101", "/healthz"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let body = text(cinema.router.clone().oneshot(request).await.unwrap()).await;
        assert!(!holds_a_key(&body), "{body}");
    }
}
