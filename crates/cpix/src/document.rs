//! The document as a value: the lists of a CPIX document in their order.

use media::protection::{KeyId, Scheme};
use zeroize::Zeroizing;

use crate::Rule;

/// A CPIX document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// What the keys are for: `CPIX@contentId`.
    pub content_id: Option<String>,
    /// For whom the keys are encrypted; empty where they are plain.
    pub deliveries: Vec<Delivery>,
    /// The keys.
    pub keys: Vec<ContentKey>,
    /// What key systems are told of them.
    pub systems: Vec<System>,
    /// Key periods, where keys rotate.
    pub periods: Vec<Period>,
    /// Which key is for which tracks.
    pub rules: Vec<Rule>,
}

/// Somebody who can decrypt the keys (`DeliveryData`). The document key decrypts content keys (AES-256-CBC), the MAC key
/// shows that they are unchanged (HMAC-SHA512).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The X.509 certificate in DER.
    pub certificate: Vec<u8>,
    /// The document key, encrypted for the certificate by RSA-OAEP with MGF1 and SHA-1.
    pub document_key: Vec<u8>,
    /// The MAC key, encrypted likewise; empty where there is none.
    pub mac_key: Vec<u8>,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentKey {
    /// Its identifier.
    pub id: KeyId,
    /// The scheme it is for, where the document says so.
    pub scheme: Option<Scheme>,
    /// The key itself; `None` in a document that asks for one.
    pub secret: Option<Secret>,
}

/// A key as it stands in a document.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// In clear.
    Plain(Zeroizing<Vec<u8>>),
    /// Under the document key.
    Encrypted(Encrypted),
}

/// Shows no plain key.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Secret::Plain(_) => f.write_str("Plain(..)"),
            Secret::Encrypted(encrypted) => encrypted.fmt(f),
        }
    }
}

/// A ciphertext with its MAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// Initialisation vector, then ciphertext (XML Encryption 1.1, 5.2).
    pub value: Vec<u8>,
    /// MAC over `value` (RFC 6030, 6.2.1); empty where there is none.
    pub mac: Vec<u8>,
}

/// A key period, by its number (`ContentKeyPeriod`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// By which rules name it; an XML name.
    pub id: String,
    /// Its number.
    pub index: u32,
}

/// What a key system is told of a key (`DRMSystem`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// The system's identifier.
    pub id: KeyId,
    /// The key.
    pub key_id: KeyId,
    /// A whole `pssh` box; empty where the system has none.
    pub pssh: Vec<u8>,
    /// The element within DASH's `ContentProtection`; empty where there is none.
    pub content_protection: String,
    /// `EXT-X-KEY` for media playlists; empty where there is none.
    pub hls_media: String,
    /// `EXT-X-SESSION-KEY` for the multivariant playlist; empty where there is none.
    pub hls_master: String,
}
