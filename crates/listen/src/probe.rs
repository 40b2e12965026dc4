//! The readers of this crate, for fuzzing to feed (docs/reference/fuzzing.md); nothing else is to use it.

use bytes::{Bytes, BytesMut};
use rustls::ConnectionTrafficSecrets;
use rustls::crypto::cipher::{AeadKey, Iv};

use crate::Limits;
use crate::head::{BodyLength, Refused, Scan, parse};
use crate::request_body::framing::{Framing, Taken};
use crate::tls::{hello, record, validity};

/// What a head was read as: its method, target and header fields, the bytes it had, and how long its body is, where it says.
pub type Head = (http::request::Parts, usize, Option<u64>);

/// Reads the first head of `bytes`, which come in two pieces. Nothing where it does not end.
///
/// # Errors
/// The status with which it is refused.
pub fn head(bytes: &[u8], cut: usize) -> Result<Option<Head>, u16> {
    let limits = Limits::default();
    let told = |refused: Refused| refused.status.as_u16();
    let mut scan = Scan::default();
    let early = scan.find(&bytes[..cut], &limits).map_err(told)?;
    let found = if early.is_some() { early } else { scan.find(bytes, &limits).map_err(told)? };
    let Some((begin, end)) = found else { return Ok(None) };
    let head = parse(&Bytes::copy_from_slice(&bytes[begin..end]), &limits).map_err(told)?;
    let body = match head.body {
        BodyLength::Bytes(bytes) => Some(bytes),
        BodyLength::Chunked => None,
    };
    Ok(Some((head.request, end, body)))
}

/// What a body was read as: its data, and the bytes that it had with what frames them.
pub type Body = (Vec<u8>, usize);

/// Reads the body that `bytes` begin with and that come in two pieces: of `length` bytes, or in chunks. Nothing where it does not
/// end.
///
/// # Errors
/// Why it is none.
pub fn body(bytes: &[u8], length: Option<u64>, cut: usize) -> Result<Option<Body>, &'static str> {
    let mut framing = Framing::from(length.map_or(BodyLength::Chunked, BodyLength::Bytes));
    let (mut inbox, mut rest, mut data) = (BytesMut::from(&bytes[..cut]), &bytes[cut..], Vec::new());
    loop {
        match framing.take(&mut inbox)? {
            Taken::Data(some) => data.extend_from_slice(&some),
            Taken::Over => return Ok(Some((data, bytes.len() - inbox.len() - rest.len()))),
            Taken::Nothing if rest.is_empty() => return Ok(None),
            Taken::Nothing => inbox.extend_from_slice(std::mem::take(&mut rest)),
        }
    }
}

/// Reads `bytes` as records, each of them by a key that is known to both sides; gives the data of those that are authentic.
pub fn records(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut rest = BytesMut::from(bytes);
    let Ok(mut keys) = keys() else { return all };
    while let Ok(Some(length)) = record::whole(&rest) {
        let mut record = rest.split_to(length);
        let Ok((_, data)) = keys.open(&mut record) else { break };
        all.push(record[data].to_vec());
    }
    all
}

/// `data` as a record that [`records`] takes.
pub fn sealed(data: &[u8]) -> Vec<u8> {
    let data = &data[..data.len().min(record::DATA_BYTES_MAX)];
    keys().and_then(|mut keys| keys.sealed(data, record::Kind::Data)).unwrap_or_default()
}

/// What is read off a client's first message and off a certificate.
pub fn handshake(bytes: &[u8]) -> (bool, Option<i64>) {
    (hello::prefers_chacha20(bytes), validity::not_after_ms(bytes))
}

fn keys() -> Result<record::Keys, record::Fault> {
    let (key, iv) = (AeadKey::from([7; 32]), Iv::from([1; 12]));
    record::Keys::new(0, &ConnectionTrafficSecrets::Aes256Gcm { key, iv })
}
