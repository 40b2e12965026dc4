//! Connections: TCP, and TLS over it where the server is spoken to securely.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::address::Server;
use crate::{Error, Result};

/// One that takes requests, one after the other.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// Connects to `server`.
pub(crate) async fn connect(server: &Server, tls: &Arc<ClientConfig>) -> Result<Connection> {
    let authority = server.authority();
    let failed = |source| Error::Connect { authority: authority.clone(), source };
    let stream = TcpStream::connect(&authority).await.map_err(failed)?;
    // Requests are small and whole: nothing is gained by waiting for more. Where it fails, they are a little late.
    let _ = stream.set_nodelay(true);
    if !server.is_secure {
        return speak(stream).await.map_err(|error| failed(io::Error::other(error)));
    }
    let refused = |source| Error::Tls { authority: authority.clone(), source };
    let name = server.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|error| refused(io::Error::other(error)))?;
    let stream = TlsConnector::from(tls.clone()).connect(name, stream).await.map_err(refused)?;
    speak(stream).await.map_err(|error| refused(io::Error::other(error)))
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> hyper::Result<Connection> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the sender; what goes wrong on it, the request tells.
    drop(tokio::spawn(connection));
    Ok(sender)
}
