//! The handshake, record by record, so that what follows it is left for our own keys.

use bytes::{Buf as _, BytesMut};
use rustls::crypto::ring;
use rustls::kernel::KernelConnection;
use rustls::server::{ResolvesServerCert, ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeError, EncodeTlsData, UnbufferedStatus};
use rustls::{ExtractedSecrets, ServerConfig};
use std::io;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::hello;
use super::record;
use crate::wire::READ_BYTES;

/// Bytes of a handshake, at most: a ClientHello with everything and a Finished are 5 kB.
const HANDSHAKE_BYTES_MAX: usize = 64 << 10;

/// Steps of rustls in one handshake; a full one takes a dozen.
const STEPS_MAX: usize = 100;

/// How HTTP/3 is named in a handshake (RFC 9114, 3.1).
const HTTP_3: &[u8] = b"h3";

/// What a handshake ends in.
pub(crate) struct Established {
    pub(crate) secrets: ExtractedSecrets,
    /// Makes the keys that follow these.
    pub(crate) session: KernelConnection<ServerConnectionData>,
    /// What the client wants to speak (ALPN).
    pub(crate) protocol: Option<Vec<u8>>,
    /// What came after the handshake and is not deciphered yet.
    pub(crate) incoming: BytesMut,
}

/// How hands are shaken: for who has AES in hardware, and for who has not.
#[derive(Debug, Clone)]
pub(crate) struct Configs {
    aes: Arc<ServerConfig>,
    chacha20: Arc<ServerConfig>,
}

impl Configs {
    /// With certificates from `resolver`, for clients that speak one of `protocols`, the best first.
    ///
    /// # Errors
    /// Where there are no random numbers for the keys of session tickets.
    pub(crate) fn new(
        resolver: Arc<dyn ResolvesServerCert>,
        protocols: &[&[u8]],
    ) -> Result<Configs, rustls::Error> {
        use ring::cipher_suite::{
            TLS13_AES_128_GCM_SHA256, TLS13_AES_256_GCM_SHA384, TLS13_CHACHA20_POLY1305_SHA256,
        };
        let ticketer = ring::Ticketer::new()?;
        let config = |suites: &[_]| {
            let mut provider = ring::default_provider();
            provider.cipher_suites = suites.to_vec();
            let config = ServerConfig::builder_with_provider(Arc::new(provider))
                .with_protocol_versions(&[&rustls::version::TLS13])?
                .with_no_client_auth();
            let mut config = config.with_cert_resolver(resolver.clone());
            config.ignore_client_order = true;
            config.enable_secret_extraction = true;
            config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
            config.ticketer = ticketer.clone();
            Ok::<_, rustls::Error>(Arc::new(config))
        };
        Ok(Configs {
            aes: config(&[
                TLS13_AES_128_GCM_SHA256,
                TLS13_AES_256_GCM_SHA384,
                TLS13_CHACHA20_POLY1305_SHA256,
            ])?,
            chacha20: config(&[
                TLS13_CHACHA20_POLY1305_SHA256,
                TLS13_AES_128_GCM_SHA256,
                TLS13_AES_256_GCM_SHA384,
            ])?,
        })
    }
}

/// How hands are shaken over QUIC (RFC 9001), which is rustls's and quinn's alone.
///
/// # Errors
/// Where there are no random numbers for the keys of session tickets.
pub(crate) fn quic(resolver: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, rustls::Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth();
    let mut config = config.with_cert_resolver(resolver);
    config.alpn_protocols = vec![HTTP_3.to_vec()];
    config.ticketer = ring::Ticketer::new()?;
    Ok(config)
}

/// Shakes hands with a client that has just connected.
///
/// # Errors
/// Where it goes away, or says what TLS 1.3 does not allow; it has been told then.
pub(crate) async fn accept(stream: &mut TcpStream, configs: &Configs) -> io::Result<Established> {
    let mut incoming = BytesMut::new();
    let first = next_record(stream, &mut incoming, 0).await?;
    let config = if hello::prefers_chacha20(&incoming[..first]) { &configs.chacha20 } else { &configs.aes };
    let mut connection = UnbufferedServerConnection::new(config.clone()).map_err(io::Error::other)?;
    // Bytes of `incoming` that rustls has seen: whole records, and no more than it needs.
    let mut shown = first;
    for _ in 0..STEPS_MAX {
        let (step, discard) = step(&mut connection, &mut incoming[..shown]);
        incoming.advance(discard);
        shown -= discard;
        match step {
            Step::Say(bytes) => stream.write_all(&bytes).await?,
            Step::Listen if incoming.len() > HANDSHAKE_BYTES_MAX => break,
            Step::Listen => shown += next_record(stream, &mut incoming, shown).await?,
            Step::Done if shown == 0 => return established(connection, incoming),
            Step::Done => break,
            Step::Fail(error) => {
                // What rustls has to say about it; whether it arrives makes no difference any more.
                while let (Step::Say(bytes), _) = self::step(&mut connection, &mut []) {
                    stream.write_all(&bytes).await?;
                }
                return Err(io::Error::new(io::ErrorKind::InvalidData, error));
            }
            Step::Gone => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the handshake does not end"))
}

/// What rustls wants next.
enum Step {
    Say(Vec<u8>),
    Listen,
    Done,
    Fail(rustls::Error),
    Gone,
}

/// One step, and how many bytes of `shown` are done with.
fn step(connection: &mut UnbufferedServerConnection, shown: &mut [u8]) -> (Step, usize) {
    let mut said = Vec::new();
    let mut discarded = 0;
    for _ in 0..STEPS_MAX {
        let UnbufferedStatus { discard, state, .. } = connection.process_tls_records(&mut shown[discarded..]);
        let step = match state {
            Ok(ConnectionState::EncodeTlsData(data)) => {
                encode(data, &mut said);
                None
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                data.done();
                Some(Step::Say(std::mem::take(&mut said)))
            }
            Ok(ConnectionState::BlockedHandshake) => Some(Step::Listen),
            Ok(ConnectionState::WriteTraffic(_)) => Some(Step::Done),
            Ok(_) => Some(Step::Gone),
            Err(error) => Some(Step::Fail(error)),
        };
        discarded += discard;
        if let Some(step) = step {
            return (step, discarded);
        }
    }
    (Step::Gone, discarded)
}

fn encode(mut data: EncodeTlsData<'_, ServerConnectionData>, into: &mut Vec<u8>) {
    let begin = into.len();
    if let Err(EncodeError::InsufficientSize(needed)) = data.encode(&mut []) {
        into.resize(begin + needed.required_size, 0);
        let encoded = data.encode(&mut into[begin..]).unwrap_or(0);
        into.truncate(begin + encoded);
    }
}

fn established(connection: UnbufferedServerConnection, incoming: BytesMut) -> io::Result<Established> {
    let protocol = connection.alpn_protocol().map(<[u8]>::to_vec);
    let (secrets, session) = connection.dangerous_into_kernel_connection().map_err(io::Error::other)?;
    Ok(Established { secrets, session, protocol, incoming })
}

/// Reads until there is a whole record from `from` on; gives its length.
async fn next_record(stream: &TcpStream, incoming: &mut BytesMut, from: usize) -> io::Result<usize> {
    loop {
        let whole = record::whole(&incoming[from..]);
        if let Some(length) = whole.map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault))? {
            return Ok(length);
        }
        incoming.reserve(READ_BYTES);
        stream.readable().await?;
        match stream.try_read_buf(incoming) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
    }
}
