//! What a client cannot bring about in a test's time: keys that wear out, and a peer that sends what no client of ours would.

use rustls::ClientConnection;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::record::Fault;
use super::*;
use crate::{Certificates, KeyPair};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name)
}

/// A client's thread, that does `with` after the handshake.
fn client<T: Send + 'static>(
    address: std::net::SocketAddr,
    with: impl FnOnce(rustls::StreamOwned<ClientConnection, std::net::TcpStream>) -> T + Send + 'static,
) -> std::thread::JoinHandle<T> {
    std::thread::spawn(move || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(file("root.pem")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), "first.test".try_into().unwrap()).unwrap();
        with(rustls::StreamOwned::new(connection, std::net::TcpStream::connect(address).unwrap()))
    })
}

async fn accepted(listener: &tokio::net::TcpListener) -> Tls {
    let pair = KeyPair { chain: file("first.pem"), key: file("first-key.pem") };
    let certificates = Certificates::load(vec![pair]).unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let established = super::super::accept(&mut stream, certificates.configs()).await.unwrap();
    Tls::new(stream, established, Duration::from_secs(20)).unwrap()
}

#[tokio::test]
async fn worn_keys_are_replaced_without_a_gap() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let all = client(listener.local_addr().unwrap(), |mut stream| {
        stream.write_all(b"begin").unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).map(|_| all)
    });
    let mut tls = accepted(&listener).await;
    assert_eq!(tls.read(&mut BytesMut::new()).await.unwrap(), 5);
    let data = vec![7; 100_000];
    for _ in 0..3 {
        tls.write(&data).await.unwrap();
        tls.flush().await.unwrap();
        tls.transmit.wear();
        assert!(tls.transmit.is_worn());
    }
    tls.write(b"end").await.unwrap();
    tls.finish().await.unwrap();
    assert!(!tls.transmit.is_worn());
    assert_eq!(tls.out(), 300_003);
    let all = all.join().unwrap().unwrap();
    assert!(all.ends_with(b"end") && all.len() == 300_003);
}

#[tokio::test]
async fn messages_that_have_no_place_end_the_connection() {
    let update = |is_asked: u8| vec![24, 0, 0, 1, is_asked];
    for (messages, kind, expected) in [
        (vec![update(2)], Kind::Handshake, Fault::UnexpectedMessage),
        (vec![vec![24, 0, 0, 2, 0, 0]], Kind::Handshake, Fault::UnexpectedMessage),
        (vec![vec![1, 0, 0, 0]], Kind::Handshake, Fault::UnexpectedMessage),
        (vec![[update(0), update(0)].concat()], Kind::Handshake, Fault::UnexpectedMessage),
        (vec![vec![2, 40]], Kind::Alert, Fault::PeerAlert),
        (vec![vec![1]], Kind::Alert, Fault::DecodeError),
        (receive::tests::flood(), Kind::Handshake, Fault::UnexpectedMessage),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = client(listener.local_addr().unwrap(), |mut stream| {
            stream.write_all(b"begin").unwrap();
            stream.read_to_end(&mut Vec::new())
        });
        let mut tls = accepted(&listener).await;
        assert_eq!(tls.read(&mut BytesMut::new()).await.unwrap(), 5);
        let fault = receive::tests::forced(&mut tls.receiver, &messages, kind);
        assert_eq!(fault, Err(expected), "{messages:?}");
    }
}

#[tokio::test]
async fn who_cuts_a_record_short_has_ended() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap(), |mut stream| {
        stream.write_all(b"begin").unwrap();
        stream.sock.write_all(&[23, 3, 3, 0, 40, 1, 2]).unwrap();
        stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
        stream.sock.read_to_end(&mut Vec::new()).map(|_| ())
    });
    let mut tls = accepted(&listener).await;
    assert_eq!(tls.read(&mut BytesMut::new()).await.unwrap(), 5);
    assert_eq!(tls.read(&mut BytesMut::new()).await.unwrap(), 0);
    drop(tls);
    client.join().unwrap().unwrap();
}
