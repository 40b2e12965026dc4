//! Documents for a certificate: there and back, changed on the way, and opened by OpenSSL.

use std::path::Path;
use std::process::Command;

use super::*;

const CERTIFICATE: &str = include_str!("test-certificate.pem");
const PRIVATE_KEY: &str = include_str!("test-key.pem");

const PLAIN: [[u8; 16]; 2] = [*b"first secret key", *b"other secret key"];

fn document() -> Document {
    let key = |(at, plain): (usize, [u8; 16])| ContentKey {
        id: KeyId([at as u8; 16]),
        scheme: None,
        secret: Some(Secret::Plain(Zeroizing::new(plain.to_vec()))),
    };
    Document { keys: PLAIN.into_iter().enumerate().map(key).collect(), ..Document::default() }
}

fn encrypted() -> Document {
    encrypt(document(), &Certificate::from_pem(CERTIFICATE).unwrap()).unwrap()
}

fn first_value(document: &mut Document) -> &mut Encrypted {
    match document.keys[0].secret.as_mut() {
        Some(Secret::Encrypted(encrypted)) => encrypted,
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_come_back_with_the_private_key() {
    let text = cpix::write(&encrypted());
    let read = cpix::read(text.as_bytes()).unwrap();
    assert!(read.keys.iter().all(|key| matches!(key.secret, Some(Secret::Encrypted(_)))));
    let opened = decrypt(read, &PrivateKey::from_pem(PRIVATE_KEY).unwrap()).unwrap();
    assert_eq!(opened, document());
    assert_eq!(decrypt(document(), &PrivateKey::from_pem(PRIVATE_KEY).unwrap()).unwrap(), document());
    assert_ne!(first_value(&mut encrypted()), first_value(&mut encrypted()), "no two documents share a key");
}

#[track_caller]
fn check_refused(change: impl FnOnce(&mut Document), expected: &str) {
    let mut document = encrypted();
    change(&mut document);
    let error = decrypt(document, &PrivateKey::from_pem(PRIVATE_KEY).unwrap()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn what_was_changed_is_refused() {
    check_refused(|document| first_value(document).value[20] ^= 1, "does not match its MAC");
    check_refused(|document| first_value(document).mac[0] ^= 1, "does not match its MAC");
    check_refused(|document| first_value(document).mac.clear(), "has no MAC");
    check_refused(|document| document.deliveries[0].mac_key.clear(), "MAC key does not open");
    check_refused(|document| document.deliveries[0].document_key[9] ^= 1, "document key does not open");
    check_refused(|document| document.deliveries[0].certificate[400] ^= 1, "for another certificate");
    check_refused(|document| document.deliveries.clear(), "for another certificate");
    check_refused(
        |document| {
            let delivery = &mut document.deliveries[0];
            delivery.document_key.clone_from(&delivery.mac_key);
        },
        "not of 256 bits",
    );
}

#[test]
fn what_is_no_certificate_or_key_is_refused() {
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", PRIVATE_KEY] {
        assert!(matches!(Certificate::from_pem(text), Err(Error::Certificate { .. })), "{text}");
    }
    for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", CERTIFICATE] {
        let error = PrivateKey::from_pem(text).unwrap_err().to_string();
        assert!(error.contains("openssl pkcs8"), "{error}");
    }
    let both = format!("a remark\n{PRIVATE_KEY}{CERTIFICATE}{CERTIFICATE}");
    assert!(Certificate::from_pem(&both).is_ok() && PrivateKey::from_pem(&both).is_ok());
    assert_eq!(format!("{:?}", PrivateKey::from_pem(PRIVATE_KEY).unwrap()), "PrivateKey(..)");
}

/// Runs `openssl` in `folder`; `None` where there is none.
#[expect(clippy::disallowed_methods, reason = "a witness in a test, on bytes of our own")]
fn openssl(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let found = Command::new("openssl").args(arguments).current_dir(folder).output();
    if found.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        eprintln!("SKIPPED: there is no openssl to open a document with");
        return None;
    }
    let output = found.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// A certificate of OpenSSL's making; it unwraps the keys, checks the MAC and decrypts the content key.
#[test]
fn openssl_opens_what_is_written_for_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let made = "req -x509 -newkey rsa:3072 -nodes -keyout key.pem -out cert.pem -subj /CN=witness";
    if openssl(at, &made.split(' ').collect::<Vec<_>>()).is_none() {
        return;
    }
    let certificate = Certificate::from_pem(&std::fs::read_to_string(at.join("cert.pem")).unwrap()).unwrap();
    let fingerprint = openssl(at, &["x509", "-in", "cert.pem", "-noout", "-fingerprint", "-sha256"]).unwrap();
    let fingerprint = String::from_utf8(fingerprint).unwrap().trim().replace(':', "").to_lowercase();
    assert!(fingerprint.ends_with(&certificate.fingerprint()), "{fingerprint}");

    let mut written = encrypt(document(), &certificate).unwrap();
    let unwrapped = |name: &str, wrapped: &[u8]| {
        std::fs::write(at.join(name), wrapped).unwrap();
        let oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha1"];
        let opened = [&["pkeyutl", "-decrypt", "-inkey", "key.pem", "-in", name], &oaep[..]].concat();
        hex(&openssl(at, &opened).unwrap())
    };
    let document_key = unwrapped("document.bin", &written.deliveries[0].document_key);
    let mac_key = unwrapped("mac.bin", &written.deliveries[0].mac_key);
    let Encrypted { value, mac } = first_value(&mut written);
    std::fs::write(at.join("value.bin"), &value).unwrap();
    std::fs::write(at.join("ciphertext.bin"), &value[16..]).unwrap();
    let keyed = format!("hexkey:{mac_key}");
    let found = openssl(at, &["dgst", "-sha512", "-mac", "HMAC", "-macopt", &keyed, "-binary", "value.bin"]);
    assert_eq!(found.unwrap(), *mac);
    let iv = hex(&value[..16]);
    let found =
        openssl(at, &["enc", "-d", "-aes-256-cbc", "-K", &document_key, "-iv", &iv, "-in", "ciphertext.bin"]);
    assert_eq!(found.unwrap(), PLAIN[0]);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
