//! TLS, with rustls's client on the other side.

use super::support::{FILE_BYTES, Got, PATIENCE, Running, SHORT, answer, byte, get, pair};
use listen::{CertificateError, Certificates, KeyPair, Limits, Listener, Options};
use rustls::crypto::ring::{self, cipher_suite};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned, SupportedCipherSuite,
};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) type Client = StreamOwned<ClientConnection, TcpStream>;

fn config(
    suites: &[SupportedCipherSuite],
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut provider = ring::default_provider();
    provider.cipher_suites = suites.to_vec();
    let mut roots = RootCertStore::empty();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/certificates/root.pem");
    roots.add(CertificateDer::from_pem_file(root).unwrap()).unwrap();
    let builder =
        ClientConfig::builder_with_provider(Arc::new(provider)).with_protocol_versions(versions).unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

pub(crate) fn usual() -> Arc<ClientConfig> {
    config(ring::ALL_CIPHER_SUITES, &[&rustls::version::TLS13])
}

pub(crate) fn client(address: SocketAddr, config: &Arc<ClientConfig>, name: &'static str) -> Client {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    StreamOwned::new(ClientConnection::new(config.clone(), name.try_into().unwrap()).unwrap(), stream)
}

fn asked(client: &mut Client, path: &str) -> Got {
    client.write_all(get(path).as_bytes()).unwrap();
    answer(client).unwrap()
}

/// The end of the certificate that the server showed, which tells one from another.
fn shown(client: &Client) -> Vec<u8> {
    client.conn.peer_certificates().unwrap()[0].to_vec()
}

fn der(name: &str) -> Vec<u8> {
    CertificateDer::from_pem_file(pair(name).chain).unwrap().to_vec()
}

#[test]
fn bodies_of_every_kind_come_whole_in_every_suite() {
    let server = Running::secure(Options::default());
    let part = |from: usize, length: usize| (from..from + length).map(byte).collect::<Vec<u8>>();
    let mut pieces = b"abc".to_vec();
    pieces.extend(part(3, 100_000));
    pieces.extend(b"xyz");
    for suite in [
        cipher_suite::TLS13_AES_128_GCM_SHA256,
        cipher_suite::TLS13_AES_256_GCM_SHA384,
        cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    ] {
        let mut client = client(server.address, &config(&[suite], &[&rustls::version::TLS13]), "first.test");
        for (path, body) in [
            ("/hello", b"/hello".to_vec()),
            ("/file", part(0, FILE_BYTES)),
            ("/part/70000/1", part(70_000, 1)),
            ("/part/4095/300001", part(4095, 300_001)),
            ("/pieces", pieces.clone()),
        ] {
            let got = asked(&mut client, path);
            assert_eq!((got.status, got.body == body), (200, true), "{path}");
            assert_eq!(server.done(), (path.to_owned(), body.len() as u64));
        }
        assert_eq!(client.conn.negotiated_cipher_suite(), Some(suite));
    }
}

#[test]
fn the_suite_is_aes_128_unless_the_client_has_no_aes() {
    let server = Running::secure(Options::default());
    let [aes_128, aes_256, chacha20] = [
        cipher_suite::TLS13_AES_128_GCM_SHA256,
        cipher_suite::TLS13_AES_256_GCM_SHA384,
        cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    ];
    for (offered, expected) in [
        ([aes_256, chacha20, aes_128], aes_128),
        ([aes_128, aes_256, chacha20], aes_128),
        ([chacha20, aes_128, aes_256], chacha20),
    ] {
        let mut client = client(server.address, &config(&offered, &[&rustls::version::TLS13]), "first.test");
        assert_eq!(asked(&mut client, "/a").text(), "/a");
        assert_eq!(client.conn.negotiated_cipher_suite(), Some(expected), "{offered:?}");
    }
}

#[test]
fn requests_may_come_many_at_once_or_byte_by_byte() {
    let server = Running::secure(Options::default());
    let mut client = client(server.address, &usual(), "first.test");
    let requests: String = (0..100).map(|number| get(&format!("/part/{number}/20000"))).collect();
    client.write_all(requests.as_bytes()).unwrap();
    for number in 0..100 {
        assert_eq!(
            answer(&mut client).unwrap().body,
            (number..number + 20_000).map(byte).collect::<Vec<u8>>()
        );
    }
    // Each byte a record, and each byte of a record a packet.
    client.sock.set_nodelay(true).unwrap();
    for byte in get("/slow").bytes() {
        client.conn.writer().write_all(&[byte]).unwrap();
        let mut record = Vec::new();
        client.conn.write_tls(&mut record).unwrap();
        for byte in record {
            client.sock.write_all(&[byte]).unwrap();
        }
    }
    assert_eq!(answer(&mut client).unwrap().text(), "/slow");
}

#[test]
fn both_sides_say_when_they_end() {
    let server = Running::secure(Options::default());
    let mut first = client(server.address, &usual(), "first.test");
    first.write_all(b"GET /last HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut rest = String::new();
    // Without close_notify this would be an error.
    first.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("/last"));
    let mut second = client(server.address, &usual(), "first.test");
    second.write_all(get("/half").as_bytes()).unwrap();
    second.conn.send_close_notify();
    second.flush().unwrap();
    assert_eq!(answer(&mut second).unwrap().text(), "/half", "who has said all still gets an answer");
    assert!(second.sock.read(&mut [0; 100]).is_ok(), "and then the end");
}

#[test]
fn an_answer_that_breaks_off_has_no_proper_end() {
    let server = Running::secure(Options::default());
    for path in ["/short", "/broken", "/long", "/beyond"] {
        let mut client = client(server.address, &usual(), "first.test");
        client.write_all(get(path).as_bytes()).unwrap();
        let error = client.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{path}");
        assert_eq!(server.done().0, path);
    }
}

#[test]
fn where_the_kernel_cannot_encrypt_it_is_done_here() {
    let server = Running::secure(Options { kernel_tls: true, ..Options::default() });
    if listen::ktls::probe().is_ok() {
        eprintln!("the kernel can: the same is tested with it");
    }
    let mut client = client(server.address, &usual(), "first.test");
    assert_eq!(asked(&mut client, "/hello").text(), "/hello");
    assert!(asked(&mut client, "/file").body == (0..FILE_BYTES).map(byte).collect::<Vec<u8>>());
}

#[test]
fn who_comes_back_resumes() {
    let server = Running::secure(Options::default());
    let config = usual();
    for kind in [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed] {
        let mut client = client(server.address, &config, "first.test");
        assert_eq!(asked(&mut client, "/a").text(), "/a");
        assert_eq!(client.conn.handshake_kind(), Some(kind));
    }
}

#[test]
fn keys_are_updated_when_the_client_asks() {
    let server = Running::secure(Options::default());
    let mut client = client(server.address, &usual(), "first.test");
    for number in 0..5 {
        assert_eq!(asked(&mut client, "/before").text(), "/before");
        client.conn.refresh_traffic_keys().unwrap();
        let path = format!("/part/{number}/100000");
        assert_eq!(
            asked(&mut client, &path).body.len(),
            100_000,
            "the client opens what our new keys sealed"
        );
    }
}

#[test]
fn certificates_are_chosen_by_name_and_replaced_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let now = KeyPair { chain: folder.path().join("now.pem"), key: folder.path().join("now-key.pem") };
    let replace = |name: &str| {
        std::fs::copy(pair(name).chain, &now.chain).unwrap();
        std::fs::copy(pair(name).key, &now.key).unwrap();
    };
    replace("first");
    let certificates = Arc::new(Certificates::load(vec![now.clone(), pair("second")]).unwrap());
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), 1).unwrap();
    let server = Running::with(listener.with_tls(certificates.clone()), Options::default());
    for (name, expected) in [("first.test", "first"), ("second.test", "second"), ("localhost", "first")] {
        let mut client = client(server.address, &usual(), name);
        assert_eq!(asked(&mut client, "/a").text(), "/a");
        assert_eq!(shown(&client), der(expected), "{name}");
    }
    let mut stays = client(server.address, &usual(), "first.test");
    assert_eq!(asked(&mut stays, "/before").text(), "/before");
    replace("second");
    certificates.reload().unwrap();
    assert_eq!(asked(&mut stays, "/after").text(), "/after");
    let mut fresh = client(server.address, &usual(), "localhost");
    assert_eq!(asked(&mut fresh, "/a").text(), "/a");
    assert_eq!(shown(&fresh), der("second"));
    std::fs::write(&now.key, "nonsense").unwrap();
    assert!(certificates.reload().is_err());
    let mut fresh = client(server.address, &usual(), "localhost");
    assert_eq!(asked(&mut fresh, "/a").text(), "/a", "what was good stays");
}

#[test]
fn certificates_that_are_of_no_use_are_named() {
    let check = |files: Vec<KeyPair>, expected: &str| {
        let error: CertificateError = Certificates::load(files).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(vec![], "no certificate is named");
    check(vec![KeyPair { chain: "/nowhere.pem".into(), ..pair("first") }], "reading /nowhere.pem");
    check(vec![KeyPair { key: pair("first").chain, ..pair("first") }], "reading");
    check(vec![KeyPair { key: pair("second").key, ..pair("first") }], "must be the key's own");
    check(vec![KeyPair { chain: pair("first").key, ..pair("first") }], "there is no certificate in it");
    let certificates = Certificates::load(vec![pair("first"), pair("expired")]).unwrap();
    // 2020-01-01, its last second and the next.
    let end_ms = 1_577_836_800_000;
    assert_eq!(certificates.not_after_ms(), Some(end_ms));
    assert!(certificates.expired(end_ms).is_empty());
    assert_eq!(certificates.expired(end_ms + 1), [pair("expired").chain]);
}

#[test]
fn who_does_not_speak_tls_1_3_is_told() {
    let server = Running::secure(Options::default());
    let old = config(ring::ALL_CIPHER_SUITES, &[&rustls::version::TLS12]);
    let mut client = client(server.address, &old, "first.test");
    let error = client.write_all(get("/a").as_bytes()).unwrap_err();
    assert!(error.to_string().contains("ProtocolVersion"), "{error}");
    let plain = server.sent(get("/a")).rest();
    assert!(plain.map_or(true, |bytes| bytes.is_empty()), "nothing is answered in clear");
    assert!(server.asked.try_recv().is_err(), "no handler was asked");
}

#[test]
fn who_forges_a_record_is_told_and_closed() {
    let server = Running::secure(Options::default());
    let mut client = client(server.address, &usual(), "first.test");
    assert_eq!(asked(&mut client, "/a").text(), "/a");
    client
        .sock
        .write_all(&[23, 3, 3, 0, 17, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
        .unwrap();
    let error = client.read_to_end(&mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("BadRecordMac"), "{error}");
}

#[test]
fn who_says_nothing_more_is_told_and_closed() {
    let limits = Limits { idle: SHORT, ..Limits::default() };
    let server = Running::secure(Options { limits, ..Options::default() });
    let mut client = client(server.address, &usual(), "first.test");
    assert_eq!(asked(&mut client, "/a").text(), "/a");
    assert_eq!(client.read(&mut [0]).unwrap(), 0, "without close_notify this would be an error");
}

#[test]
fn who_takes_nothing_is_reset() {
    let limits = Limits { stall: SHORT, ..Limits::default() };
    let server = Running::secure(Options { limits, ..Options::default() });
    let mut client = client(server.address, &usual(), "first.test");
    // More than all buffers between us hold.
    client.write_all((0..20).map(|_| get("/file")).collect::<String>().as_bytes()).unwrap();
    let mut bytes = FILE_BYTES as u64;
    while bytes == FILE_BYTES as u64 {
        bytes = server.done().1;
    }
}

#[test]
fn a_handshake_that_does_not_end_is_not_waited_for() {
    let server = Running::secure(Options {
        limits: Limits { head: SHORT, ..Limits::default() },
        ..Options::default()
    });
    for begun in [&b""[..], &[22, 3, 1], &[22, 3, 1, 2, 0, 1]] {
        assert!(server.sent(begun).rest().unwrap().is_empty(), "{begun:?}");
    }
}

/// One answer over a connection of its own.
pub(crate) fn got(server: &Running, path: &str) -> Got {
    asked(&mut client(server.address, &usual(), "first.test"), path)
}
