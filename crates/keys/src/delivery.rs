//! Delivery: the content keys of a CPIX document, encrypted for a named certificate and opened with its private key.
//!
//! Owns what CPIX 2.3 has under "Encrypted key delivery": a document key (AES-256-CBC) over content keys, a MAC key
//! (HMAC-SHA512) over their ciphertext, and both wrapped for the certificate. Reads and writes no XML (`cpix`).

use cpix::{ContentKey, Delivery, Document, Encrypted, Secret};
use hmac_sha512::HMAC;
use media::protection::KeyId;
use zeroize::Zeroizing;

use crate::{Error, Result, random};

mod cbc;
mod recipient;

pub use recipient::{Certificate, PrivateKey};

/// Bytes of a MAC key that is made here: those of HMAC-SHA512 (RFC 2104, 3).
const MAC_KEY_BYTES: usize = 64;

/// `document` with all plain keys encrypted for `certificate` alone.
///
/// # Errors
/// Where there are no random bytes, or the certificate's key does not take them.
pub fn encrypt(mut document: Document, certificate: &Certificate) -> Result<Document> {
    let document_key = Zeroizing::new(random::<{ cbc::KEY_BYTES }>()?);
    let mac_key = Zeroizing::new(random::<MAC_KEY_BYTES>()?);
    for secret in document.keys.iter_mut().filter_map(|key| key.secret.as_mut()) {
        if let Secret::Plain(plain) = secret {
            let value = cbc::encrypt(&document_key, random()?, plain);
            let mac = HMAC::mac(&value, *mac_key).to_vec();
            *secret = Secret::Encrypted(Encrypted { value, mac });
        }
    }
    document.deliveries = vec![Delivery {
        certificate: certificate.der().to_vec(),
        document_key: certificate.wrap(&*document_key)?,
        mac_key: certificate.wrap(&*mac_key)?,
    }];
    Ok(document)
}

/// `document` with all keys in clear. One without encrypted keys stays as it is.
///
/// # Errors
/// [`Error::NotForUs`] where it is encrypted for others alone; [`Error::Delivery`] where something in it was changed, or
/// has no MAC that would show it.
pub fn decrypt(mut document: Document, with: &PrivateKey) -> Result<Document> {
    let encrypted = |key: &ContentKey| matches!(key.secret, Some(Secret::Encrypted(_)));
    if !document.keys.iter().any(encrypted) {
        return Ok(document);
    }
    let ours = document.deliveries.iter().find(|delivery| with.opens(&delivery.certificate));
    let delivery = ours.ok_or(Error::NotForUs)?;
    let opened = |what: &str, wrapped: &[u8]| {
        with.unwrap(wrapped).ok_or_else(|| changed(format!("the {what} key does not open")))
    };
    let document_key = opened("document", &delivery.document_key)?;
    let document_key = document_key.as_slice().try_into();
    let document_key =
        Zeroizing::new(document_key.map_err(|_| changed("the document key is not of 256 bits"))?);
    let mac_key = opened("MAC", &delivery.mac_key)?;
    for key in &mut document.keys {
        if let Some(Secret::Encrypted(encrypted)) = &key.secret {
            key.secret = Some(Secret::Plain(open(key.id, encrypted, &document_key, &mac_key)?));
        }
    }
    document.deliveries.clear();
    Ok(document)
}

fn open(
    id: KeyId,
    encrypted: &Encrypted,
    document_key: &[u8; cbc::KEY_BYTES],
    mac_key: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let mac = encrypted.mac.as_slice().try_into();
    let mac = mac.map_err(|_| changed(format!("key {id} has no MAC of HMAC-SHA512")))?;
    if !HMAC::verify(&encrypted.value, mac_key, mac) {
        return Err(changed(format!("key {id} does not match its MAC")));
    }
    cbc::decrypt(document_key, &encrypted.value).ok_or_else(|| changed(format!("key {id} is not padded")))
}

fn changed(reason: impl Into<String>) -> Error {
    Error::Delivery { reason: reason.into() }
}

#[cfg(test)]
mod tests;
