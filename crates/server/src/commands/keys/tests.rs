//! Keys of a service come in, preparation takes them, and they go out to a certificate.

use super::{export, import};
use crate::cli::KeysImport;
use crate::config::Config;
use crate::keyring::Keyring;
use crate::workspace;
use db::UseKind;
use keys::delivery::{self, Certificate, PrivateKey};
use media::protection::{Scheme, TrackClass};
use pipeline::{Keys as _, Wanted};
use std::path::Path;
use std::sync::Arc;
use stdx::clock::SystemClock;
use title::TitleId;

const CERTIFICATE: &str = include_str!("../../../../keys/src/delivery/test-certificate.pem");
const PRIVATE_KEY: &str = include_str!("../../../../keys/src/delivery/test-key.pem");

/// A service's answer for the classes that one key each is for: `VIDEO` and `AUDIO`. The keys are of 16 bytes `V` and `A`.
const ANSWER: &str = r#"<CPIX xmlns="urn:dashif:org:cpix" xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc" contentId="theirs">
  <ContentKeyList>
    <ContentKey kid="11111111-1111-1111-1111-111111111111" commonEncryptionScheme="cenc">
      <Data><pskc:Secret><pskc:PlainValue>VlZWVlZWVlZWVlZWVlZWVg==</pskc:PlainValue></pskc:Secret></Data>
    </ContentKey>
    <ContentKey kid="22222222-2222-2222-2222-222222222222" commonEncryptionScheme="cenc">
      <Data><pskc:Secret><pskc:PlainValue>QUFBQUFBQUFBQUFBQUFBQQ==</pskc:PlainValue></pskc:Secret></Data>
    </ContentKey>
  </ContentKeyList>
  <ContentKeyUsageRuleList>
    <ContentKeyUsageRule kid="11111111-1111-1111-1111-111111111111" intendedTrackType="VIDEO"><VideoFilter/></ContentKeyUsageRule>
    <ContentKeyUsageRule kid="22222222-2222-2222-2222-222222222222" intendedTrackType="AUDIO"><AudioFilter/></ContentKeyUsageRule>
  </ContentKeyUsageRuleList>
</CPIX>"#;

fn arguments(folder: &Path) -> KeysImport {
    let file = |name: &str, content: &str| {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    KeysImport {
        file: file("answer.xml", ANSWER),
        film: file("film.mov", "not looked into"),
        title: Some("A film".to_owned()),
        private_key: None,
    }
}

#[tokio::test]
async fn imported_keys_are_prepared_with_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().join("data"), ..Config::default() };
    let db = workspace::db(&config).await.unwrap();
    import::run(&config, &db, arguments(folder.path())).await.unwrap();
    import::run(&config, &db, arguments(folder.path())).await.unwrap();

    let store = workspace::keys(&config, &db).await.unwrap();
    let keyring = Keyring { store: store.clone(), clock: Arc::new(SystemClock::new()) };
    let title = TitleId::new("A film", &store::digest::of_bytes(b"not looked into"));
    for class in TrackClass::ALL {
        let wanted = Wanted { title: title.clone(), class, scheme: Scheme::Cenc, period: 0 };
        let expected = if class == TrackClass::Audio { b'A' } else { b'V' };
        assert_eq!(*keyring.content_key(&wanted).await.unwrap().key.expose(), [expected; 16], "{class:?}");
    }

    let certificate = Certificate::from_pem(CERTIFICATE).unwrap();
    let written = export::document(&store, &title, None, Some(&certificate)).await.unwrap();
    let opened = delivery::decrypt(written, &PrivateKey::from_pem(PRIVATE_KEY).unwrap()).unwrap();
    assert_eq!(opened, export::document(&store, &title, None, None).await.unwrap());
    assert_eq!((opened.keys.len(), opened.rules.len()), (2, 5));
    let uses = db.list_key_uses(Some(opened.keys[0].id)).await.unwrap();
    let exports: Vec<_> = uses.iter().filter(|used| used.kind == UseKind::Export).collect();
    assert_eq!(exports[0].used_by, "document in the clear");
    assert_eq!(exports[1].used_by, format!("certificate sha256:{}", certificate.fingerprint()));
    let none = export::document(&store, &TitleId("other".to_owned()), None, None).await.unwrap_err();
    assert!(none.to_string().contains("has no keys"), "{none}");
}

#[tokio::test]
async fn a_film_with_keys_of_its_own_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().join("data"), ..Config::default() };
    let db = workspace::db(&config).await.unwrap();
    let store = workspace::keys(&config, &db).await.unwrap();
    let keyring = Keyring { store, clock: Arc::new(SystemClock::new()) };
    let title = TitleId::new("A film", &store::digest::of_bytes(b"not looked into"));
    let wanted = Wanted { title, class: TrackClass::Uhd, scheme: Scheme::Cenc, period: 0 };
    let made = keyring.content_key(&wanted).await.unwrap();
    let error = import::run(&config, &db, arguments(folder.path())).await.unwrap_err();
    assert!(format!("{error:#}").contains("an import never replaces one"), "{error:#}");
    assert_eq!(keyring.content_key(&wanted).await.unwrap().id, made.id);
}
