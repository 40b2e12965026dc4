//! The play token: what a viewer was granted, signed.
//!
//! A token is `base64url(claims ‖ mac)`, the mac being HMAC-SHA256 (RFC 2104, FIPS 180-4) over the claims. There is one
//! algorithm and one layout for each version, so that nothing in a token chooses how it is checked; the signature is
//! checked before anything else is read (OWASP ASVS 5.0, 9.1.1 to 9.1.3).
//!
//! Layout, integers big-endian: version (1 byte), audience (1), security (1), nonce (16), session (16), session start
//! in ms (8), device (32), package (32), issued in ms (8), expires in ms (8), title (2 for its length, then UTF-8),
//! profile (1 for its length, then UTF-8).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac_sha256::HMAC;
use media::Digest;

use crate::{Fingerprint, Reason, Security};

/// Longest title id in a token, in bytes. Ids are made of a name cut to 48 characters and a digest.
pub const TITLE_BYTES_MAX: usize = 128;

/// Longest profile name in a token, in bytes.
pub const PROFILE_BYTES_MAX: usize = 64;

/// Longest text that is read as a token, in characters: the longest token has 522.
const TOKEN_CHARS_MAX: usize = 600;

/// The version of the layout.
const VERSION: u8 = 1;

/// Bytes of a signature.
const MAC_BYTES: usize = 32;

/// What signatures of play tokens begin with, so that one secret never signs two kinds of things alike.
const DOMAIN: &[u8] = b"matinee play token\0";

/// What a token is for. A token for one purpose is nothing for another (OWASP ASVS 5.0, 9.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Licences.
    Licence,
    /// Segments at the edge.
    Edge,
}

/// Makes a token unlike every other: 16 random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce(pub [u8; 16]);

/// Names one playback of one title: 16 random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Session(pub [u8; 16]);

impl Nonce {
    /// 32 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

impl Session {
    /// 32 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// What it is for.
    pub audience: Audience,
    /// How well the device keeps keys.
    pub security: Security,
    /// Unlike that of every other token.
    pub nonce: Nonce,
    /// The playback it belongs to.
    pub session: Session,
    /// When that began, in milliseconds since 1970 (UTC).
    pub session_start_ms: i64,
    /// The device it was given to.
    pub device: Fingerprint,
    /// The package that it is for. It names the one folder at the edge that the session may read.
    pub package: Digest,
    /// When it was issued, in milliseconds since 1970 (UTC).
    pub issued_ms: i64,
    /// When it ends, in milliseconds since 1970 (UTC).
    pub expires_ms: i64,
    /// Id of the title; at most [`TITLE_BYTES_MAX`].
    pub title: String,
    /// The profile it was given to, empty where there are none; at most [`PROFILE_BYTES_MAX`].
    pub profile: String,
}

/// Signs and checks tokens with one secret.
#[derive(Clone)]
pub struct Signer([u8; 32]);

/// Does not show the secret.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl Signer {
    /// A signer with `secret`, 32 random bytes.
    pub fn new(secret: [u8; 32]) -> Signer {
        Signer(secret)
    }

    /// The token that says `claims`; `None` where title or profile are longer than a token holds.
    pub fn sign(&self, claims: &Claims) -> Option<String> {
        let mut bytes = claims.write()?;
        let mac = self.hmac(&bytes).finalize();
        bytes.extend_from_slice(&mac);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What `token` says, if it was signed with our secret. Says nothing of its times and its purpose.
    ///
    /// # Errors
    /// [`Reason::TokenMalformed`] where it is no token, [`Reason::TokenForged`] where it is not ours.
    pub fn verify(&self, token: &str) -> Result<Claims, Reason> {
        let text =
            Some(token).filter(|token| token.len() <= TOKEN_CHARS_MAX).ok_or(Reason::TokenMalformed)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Reason::TokenMalformed)?;
        let (claims, mac) = bytes.split_last_chunk::<MAC_BYTES>().ok_or(Reason::TokenMalformed)?;
        if !self.hmac(claims).finalize_verify(mac) {
            return Err(Reason::TokenForged);
        }
        Claims::read(claims).ok_or(Reason::TokenMalformed)
    }

    fn hmac(&self, claims: &[u8]) -> HMAC {
        let mut hmac = HMAC::new(self.0);
        hmac.update(DOMAIN);
        hmac.update(claims);
        hmac
    }
}

impl Claims {
    /// Checks what any use of a token asks: its purpose, and `now_ms` within its time.
    ///
    /// # Errors
    /// The reason why the token does not serve.
    pub fn check(&self, audience: Audience, now_ms: i64) -> Result<(), Reason> {
        match () {
            () if self.audience != audience => Err(Reason::TokenWrongAudience),
            () if now_ms < self.issued_ms => Err(Reason::TokenTooEarly),
            () if now_ms >= self.expires_ms => Err(Reason::TokenExpired),
            () => Ok(()),
        }
    }

    fn write(&self) -> Option<Vec<u8>> {
        let fits = self.title.len() <= TITLE_BYTES_MAX && self.profile.len() <= PROFILE_BYTES_MAX;
        let title_bytes = u16::try_from(self.title.len()).ok().filter(|_| fits)?;
        let profile_bytes = u8::try_from(self.profile.len()).ok()?;
        let audience = match self.audience {
            Audience::Licence => 1,
            Audience::Edge => 2,
        };
        let security = match self.security {
            Security::Software => 1,
            Security::Hardware => 2,
        };
        let mut bytes = vec![VERSION, audience, security];
        bytes.extend_from_slice(&self.nonce.0);
        bytes.extend_from_slice(&self.session.0);
        bytes.extend_from_slice(&self.session_start_ms.to_be_bytes());
        bytes.extend_from_slice(&self.device.0);
        bytes.extend_from_slice(&self.package.0);
        bytes.extend_from_slice(&self.issued_ms.to_be_bytes());
        bytes.extend_from_slice(&self.expires_ms.to_be_bytes());
        bytes.extend_from_slice(&title_bytes.to_be_bytes());
        bytes.extend_from_slice(self.title.as_bytes());
        bytes.push(profile_bytes);
        bytes.extend_from_slice(self.profile.as_bytes());
        Some(bytes)
    }

    fn read(bytes: &[u8]) -> Option<Claims> {
        let mut rest = bytes;
        let [version, audience, security] = take(&mut rest)?;
        let claims = Claims {
            audience: match audience {
                1 => Audience::Licence,
                2 => Audience::Edge,
                _ => return None,
            },
            security: match security {
                1 => Security::Software,
                2 => Security::Hardware,
                _ => return None,
            },
            nonce: Nonce(take(&mut rest)?),
            session: Session(take(&mut rest)?),
            session_start_ms: i64::from_be_bytes(take(&mut rest)?),
            device: Fingerprint(take(&mut rest)?),
            package: Digest(take(&mut rest)?),
            issued_ms: i64::from_be_bytes(take(&mut rest)?),
            expires_ms: i64::from_be_bytes(take(&mut rest)?),
            title: {
                let length = u16::from_be_bytes(take(&mut rest)?);
                take_text(&mut rest, length.into())?
            },
            profile: {
                let [length] = take(&mut rest)?;
                take_text(&mut rest, length.into())?
            },
        };
        (version == VERSION && rest.is_empty()).then_some(claims)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*bytes)
}

fn take_text(rest: &mut &[u8], length: usize) -> Option<String> {
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
mod tests;
