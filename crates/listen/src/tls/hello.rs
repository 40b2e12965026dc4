//! Which cipher a client likes best, read off its first message.
//!
//! rustls takes either the client's order of suites or ours. Ours is right for all who have AES in hardware, whatever they put
//! first; who puts ChaCha20 first says that it has not.

/// `TLS_CHACHA20_POLY1305_SHA256` (RFC 8446, B.4).
const CHACHA20: u16 = 0x1303;

/// `TLS_AES_128_GCM_SHA256` to `TLS_CHACHA20_POLY1305_SHA256`.
const SUITES: std::ops::RangeInclusive<u16> = 0x1301..=CHACHA20;

/// Whether the record has a ClientHello that names ChaCha20 before AES. One that cannot be read does not.
pub(crate) fn prefers_chacha20(record: &[u8]) -> bool {
    suites(record).is_some_and(|suites| {
        let mut suites = suites.chunks_exact(2).map(|suite| u16::from_be_bytes([suite[0], suite[1]]));
        suites.find(|suite| SUITES.contains(suite)) == Some(CHACHA20)
    })
}

/// The suites of a ClientHello (RFC 8446, 4.1.2), as far as the record has them.
fn suites(record: &[u8]) -> Option<&[u8]> {
    // The record's header, the message's type (1) and length, a version of old, the random.
    let (_, session) = (record.get(5) == Some(&1)).then_some(record)?.split_at_checked(5 + 4 + 2 + 32)?;
    let (&session_bytes, rest) = session.split_first()?;
    let [high, low, suites @ ..] = rest.get(usize::from(session_bytes)..)? else { return None };
    suites.get(..usize::from(u16::from_be_bytes([*high, *low])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_suite_of_tls_1_3_counts() {
        let check = |suites: &[u8], expected: bool| {
            let mut record = vec![22, 3, 1, 0, 0, 1, 0, 0, 0, 3, 3];
            record.extend([9; 32]);
            record.extend([2, 7, 7, 0, suites.len() as u8]);
            record.extend(suites);
            assert_eq!(prefers_chacha20(&record), expected, "{suites:x?}");
            for cut in 0..record.len() {
                assert!(!prefers_chacha20(&record[..cut]), "cut at {cut}");
            }
        };
        check(&[0x13, 3, 0x13, 1], true);
        // GREASE (RFC 8701) and suites of TLS 1.2 do not count.
        check(&[0x0a, 0x0a, 0xcc, 0xa8, 0x13, 3], true);
        check(&[0x13, 1, 0x13, 3], false);
        check(&[0x13, 2, 0x13, 3, 0x13, 1], false);
        check(&[], false);
    }
}
