//! Who may read: Common Access Tokens (CTA-5007-A), made and checked.
//!
//! A token is a CBOR Web Token under HMAC-SHA256 (COSE_Mac0) in base64url. It opens what lies below one path, between
//! two moments. A claim that is not known here closes: a token made elsewhere with further conditions is refused, not
//! taken for one without them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common_access_token::{
    Algorithm, CborValue, RegisteredClaims, Token, TokenBuilder, cat_keys, catu, match_types, uri_components,
};

/// Longest token that is read, in characters: ours have about 250. Bounds the work for strangers.
const TOKEN_CHARS_MAX: usize = 1024;

/// Who issues our tokens.
const ISSUER: &str = "matinee";

/// The version of CTA-5007 that is understood (`catv`).
const VERSION: i64 = 1;

/// Bytes of the secret that signs.
pub const SECRET_BYTES: usize = 32;

/// What a token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass<'a> {
    /// All below this path of the edge; ends in a slash.
    pub path_prefix: &'a str,
    /// From then on, in seconds since 1970 (UTC).
    pub from_s: u64,
    /// Until then, in seconds since 1970 (UTC).
    pub until_s: u64,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// It has no token.
    Missing,
    /// Its token is none.
    Malformed,
    /// Its token is signed by somebody else.
    Forged,
    /// The token's time has not come.
    TooEarly,
    /// The token's time is over, or it has no end.
    Expired,
    /// The token opens something else.
    OtherPath,
    /// The token has a condition that is not known here.
    Unknown,
}

/// The token that gives `pass`; `None` where it cannot be encoded.
pub fn token(secret: &[u8; SECRET_BYTES], pass: &Pass<'_>) -> Option<String> {
    let path = BTreeMap::from([(uri_components::PATH, catu::prefix_match(pass.path_prefix))]);
    let claims = RegisteredClaims::new()
        .with_issuer(ISSUER)
        .with_not_before(pass.from_s)
        .with_expiration(pass.until_s);
    let builder = TokenBuilder::new().algorithm(Algorithm::HmacSha256).registered_claims(claims);
    let builder = builder.custom_int(cat_keys::CATV, VERSION);
    let token = builder.custom_cbor(cat_keys::CATU, catu::create(path)).sign(secret).ok()?;
    Some(URL_SAFE_NO_PAD.encode(token.to_bytes().ok()?))
}

/// Whether `token` opens `path` at `now_s`, in seconds since 1970 (UTC). The signature is checked before any claim.
///
/// # Errors
/// The first reason against it.
pub fn check(secret: &[u8; SECRET_BYTES], token: Option<&str>, path: &str, now_s: u64) -> Result<(), Denied> {
    let text = token.ok_or(Denied::Missing)?;
    let text = Some(text).filter(|text| text.len() <= TOKEN_CHARS_MAX).ok_or(Denied::Malformed)?;
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| Denied::Malformed)?;
    let token = Token::from_bytes(&bytes).map_err(|_| Denied::Malformed)?;
    token.verify(secret).map_err(|_| Denied::Forged)?;
    check_time(&token, now_s)?;
    check_claims(&token)?;
    match token.get_custom_claim(cat_keys::CATU) {
        Some(CborValue::Map(components)) => check_uri(components, path),
        _ => Err(Denied::OtherPath),
    }
}

fn check_time(token: &Token, now_s: u64) -> Result<(), Denied> {
    match (token.not_before(), token.expiration()) {
        (Some(from_s), _) if now_s < from_s => Err(Denied::TooEarly),
        (_, Some(until_s)) if now_s < until_s => Ok(()),
        _ => Err(Denied::Expired),
    }
}

/// An audience would be another edge's; of the claims of CTA-5007 `catu` and `catv` are known.
fn check_claims(token: &Token) -> Result<(), Denied> {
    let known = |(key, value): (&i32, &CborValue)| match *key {
        cat_keys::CATU => true,
        cat_keys::CATV => *value == CborValue::Integer(VERSION),
        _ => false,
    };
    let is_known = token.audience().is_none() && token.claims.custom.iter().all(known);
    if is_known { Ok(()) } else { Err(Denied::Unknown) }
}

fn check_uri(components: &BTreeMap<i32, CborValue>, path: &str) -> Result<(), Denied> {
    let conditions = match components.get(&uri_components::PATH) {
        Some(CborValue::Map(conditions)) if components.len() == 1 && !conditions.is_empty() => conditions,
        _ => return Err(Denied::Unknown),
    };
    for (kind, text) in conditions {
        let CborValue::Text(text) = text else { return Err(Denied::Unknown) };
        let fits = match *kind {
            match_types::EXACT => path == text,
            match_types::PREFIX => path.starts_with(text.as_str()),
            _ => return Err(Denied::Unknown),
        };
        if !fits {
            return Err(Denied::OtherPath);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
