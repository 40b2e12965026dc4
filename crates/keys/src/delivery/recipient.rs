//! Who keys are encrypted for: an X.509 certificate (RFC 5280) and the private key to it, each as PEM has it.
//!
//! Owns the reading of both and RSA-OAEP with MGF1 and SHA-1 (RFC 8017, 7.1), which CPIX names. Looks at a certificate's
//! public key alone: who signed it and until when it holds is for the operator, who names the file.

use hmac_sha256::Hash;
use rsa::pkcs8::der::asn1::AnyRef;
use rsa::pkcs8::der::{Decode as _, Document, Tag, TagNumber, Tagged as _};
use rsa::pkcs8::{DecodePrivateKey as _, spki::SubjectPublicKeyInfoRef};
use rsa::rand_core::{CryptoRng, RngCore};
use rsa::traits::PublicKeyParts as _;
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Shortest RSA key, in bits, that keys are handed out under (NIST SP 800-131A).
const RSA_BITS_MIN: usize = 2048;
/// Longest RSA key in bits: what the library computes with.
const RSA_BITS_MAX: usize = RsaPublicKey::MAX_SIZE;

/// Where the public key stands among the fields of a certificate, its optional version left out (RFC 5280, 4.1).
const PUBLIC_KEY_FIELD: usize = 5;

/// Somebody who is to get keys.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: Vec<u8>,
    key: RsaPublicKey,
}

impl Certificate {
    /// Reads the first certificate of `pem`.
    ///
    /// # Errors
    /// [`Error::Certificate`] where it is none, or not one of an RSA key of 2048 to 4096 bits.
    pub fn from_pem(pem: &str) -> Result<Certificate> {
        let wrong = |reason: &str| Error::Certificate { reason: reason.to_owned() };
        let first = first_block(pem, "CERTIFICATE").ok_or_else(|| wrong("it has no CERTIFICATE block"))?;
        let (_, der) = Document::from_pem(first).map_err(|error| wrong(&error.to_string()))?;
        let key = public_key(der.as_bytes()).ok_or_else(|| {
            wrong(&format!("it holds no RSA key of at most {RSA_BITS_MAX} bits, which CPIX encrypts with"))
        })?;
        if key.n().bits() < RSA_BITS_MIN {
            let bits = key.n().bits();
            return Err(wrong(&format!("its key of {bits} bits is too short: {RSA_BITS_MIN} at least")));
        }
        Ok(Certificate { der: der.into_vec(), key })
    }

    /// The certificate as DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the certificate, in hexadecimal: by which people compare certificates.
    pub fn fingerprint(&self) -> String {
        Hash::hash(&self.der).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// `secret`, so that only the certificate's owner can read it.
    pub(super) fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>> {
        let wrapped = self.key.encrypt(&mut System, Oaep::new::<Sha1>(), secret);
        wrapped.map_err(|error| Error::Certificate { reason: error.to_string() })
    }
}

/// The private key to a certificate. Overwritten when it is dropped.
pub struct PrivateKey(RsaPrivateKey);

/// Does not show the key.
impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

impl PrivateKey {
    /// Reads an RSA key in PKCS#8 (RFC 5958) that no password protects.
    ///
    /// # Errors
    /// [`Error::PrivateKey`] where it is something else.
    pub fn from_pem(pem: &str) -> Result<PrivateKey> {
        let key = first_block(pem, "PRIVATE KEY").and_then(|first| RsaPrivateKey::from_pkcs8_pem(first).ok());
        key.map(PrivateKey).ok_or(Error::PrivateKey)
    }

    /// Whether it is the key to the certificate `der`.
    pub(super) fn opens(&self, der: &[u8]) -> bool {
        public_key(der).is_some_and(|key| key == self.0.to_public_key())
    }

    /// What was wrapped for the certificate; `None` where `wrapped` is something else.
    pub(super) fn unwrap(&self, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let plain = self.0.decrypt_blinded(&mut System, Oaep::new::<Sha1>(), wrapped);
        plain.ok().map(Zeroizing::new)
    }
}

/// The first block of `pem` with this label; other blocks and text around them are passed over.
fn first_block<'a>(pem: &'a str, label: &str) -> Option<&'a str> {
    let end = format!("-----END {label}-----");
    let start = pem.find(&format!("-----BEGIN {label}-----"))?;
    let length = pem[start..].find(&end)? + end.len();
    Some(&pem[start..start + length])
}

/// The RSA key of the certificate `der`.
fn public_key(der: &[u8]) -> Option<RsaPublicKey> {
    let certificate = Vec::<AnyRef<'_>>::from_der(der).ok()?;
    let fields: Vec<AnyRef<'_>> = certificate.first()?.decode_as().ok()?;
    let version = Tag::ContextSpecific { constructed: true, number: TagNumber::N0 };
    let has_version = fields.first()?.tag() == version;
    let key = fields.get(PUBLIC_KEY_FIELD + usize::from(has_version))?;
    key.decode_as::<SubjectPublicKeyInfoRef<'_>>().ok()?.try_into().ok()
}

/// The operating system's random bytes, as the library asks for them.
struct System;

impl CryptoRng for System {}

impl RngCore for System {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    #[expect(
        clippy::expect_used,
        reason = "the keys around it were random a moment ago; there is no way to say no"
    )]
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}
