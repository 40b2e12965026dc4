//! For tests: a server's end of TLS, in front of one that speaks plain HTTP.
//!
//! The certificates are made by `openssl` for this and nothing else; nobody holds the key to the root. The server's is for
//! `localhost` and `127.0.0.1`.

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The root that the server's certificate comes from.
pub const ROOT_PEM: &str = include_str!("testing/root.pem");

const SERVER_PEM: &str = include_str!("testing/server.pem");
const SERVER_KEY_PEM: &str = include_str!("testing/server-key.pem");

/// Takes TLS connections on a free port of `host` and passes what is in them to the server `to`, as long as the runtime lives;
/// gives its address.
#[expect(clippy::expect_used, reason = "a test that cannot set up its server has failed")]
pub async fn tls_before(to: SocketAddr, host: Ipv4Addr) -> SocketAddr {
    let listener = TcpListener::bind((host, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let acceptor = acceptor();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not trust us hangs up, and their own error says so.
            let Ok(mut outer) = acceptor.accept(stream).await else { continue };
            let Ok(mut inner) = TcpStream::connect(to).await else { continue };
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut outer, &mut inner).await });
        }
    });
    address
}

#[expect(clippy::expect_used, reason = "these files are right, or no test of TLS runs")]
fn acceptor() -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = CertificateDer::pem_slice_iter(SERVER_PEM.as_bytes()).collect::<Result<_, _>>();
    let key = PrivateKeyDer::from_pem_slice(SERVER_KEY_PEM.as_bytes()).expect("a private key");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(chain.expect("certificates"), key);
    TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")))
}
