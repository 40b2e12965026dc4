//! Requests as object stores of the S3 kind want them signed (AWS Signature Version 4).
//!
//! Owns the signature. Bodies are not signed: what is asked here has none.

use std::fmt;

use hmac_sha256::{HMAC, Hash};
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};

/// The hash of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const CONTENT: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// Who asks an object store.
#[derive(Clone)]
pub struct Signer {
    /// The region that the store says it is in; those that know none take `us-east-1`.
    pub region: String,
    /// The access key's name.
    pub key_id: String,
    /// The access key.
    pub secret: String,
}

/// Does not show the secret.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("region", &self.region)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// Signs a request without a body and without a query: adds to `headers` what the store checks. `path` is as it is
    /// sent, made of what needs no escape; `at_ms` is now, in milliseconds since 1970 (UTC).
    pub fn sign(&self, method: &str, host: &str, path: &str, headers: &mut HeaderMap, at_ms: i64) {
        let stamp = stamp(at_ms);
        put(headers, CONTENT, EMPTY);
        put(headers, DATE, &stamp);
        let mut signed: Vec<(&str, String)> =
            headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        signed.push((HOST.as_str(), host.to_owned()));
        signed.sort();
        let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let request = format!("{method}\n{path}\n\n{lines}\n{names}\n{EMPTY}");
        let (day, _) = stamp.split_at(8);
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let to_sign = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hex(&Hash::hash(request.as_bytes())));
        let signature = hex(&HMAC::mac(to_sign, self.key_of(day)));
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}",
            self.key_id
        );
        put(headers, AUTHORIZATION, &value);
    }

    /// The key that signs on one day.
    fn key_of(&self, day: &str) -> [u8; 32] {
        let first = HMAC::mac(day, format!("AWS4{}", self.secret));
        ["s3", "aws4_request"].iter().fold(HMAC::mac(&self.region, first), |key, word| HMAC::mac(word, key))
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // What cannot stand in a header is left out, and the store refuses.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).trim().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `20130524T000000Z`. Days to dates as in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
fn stamp(at_ms: i64) -> String {
    let seconds = at_ms.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year_of_era + era * 400 + next;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::RANGE;

    #[test]
    fn signatures_are_those_of_the_documentation() {
        // "GET Object" among the examples of signature calculation in Amazon's S3 API reference.
        let signer = Signer {
            region: "us-east-1".to_owned(),
            key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static("bytes=0-9"));
        signer.sign("GET", "examplebucket.s3.amazonaws.com", "/test.txt", &mut headers, 1_369_353_600_000);
        assert_eq!(
            headers[AUTHORIZATION],
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        assert!(!format!("{signer:?}").contains("wJalr"));
    }

    #[test]
    fn moments_are_written() {
        for (at_ms, expected) in [
            (0, "19700101T000000Z"),
            (1_369_353_600_000, "20130524T000000Z"),
            (951_782_399_999, "20000228T235959Z"),
            (951_782_400_000, "20000229T000000Z"),
            (4_107_542_400_000, "21000301T000000Z"),
        ] {
            assert_eq!(stamp(at_ms), expected, "{at_ms}");
        }
    }
}
