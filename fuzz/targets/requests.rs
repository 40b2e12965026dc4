//! `listen` on one input: a request's head and body as they come over a connection, records of TLS, and what is read off a
//! handshake.

use listen::probe;

/// Reads `bytes` as all of them. What it gives tells how far that went.
pub(crate) fn run(bytes: &[u8]) -> u64 {
    records(bytes);
    let (is_chacha20, not_after_ms) = probe::handshake(bytes);
    let cut = bytes.iter().fold(0, |sum: usize, &byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let head = probe::head(bytes, cut % (bytes.len() + 1));
    let way = match probe::head(bytes, 0) {
        Ok(None) => 1,
        Err(status) => status.into(),
        Ok(Some((request, end, body))) => {
            let Ok(Some(again)) = head else { panic!("a head is the same however it comes: {head:?}") };
            assert_eq!(
                (again.0.uri, again.0.headers, again.1, again.2),
                (request.uri.clone(), request.headers.clone(), end, body)
            );
            accepted(&request);
            let fields = request.headers.len() as u64;
            let sent = bodies(&bytes[end..], body, cut);
            fields * 7 + sent + request.method.as_str().len() as u64 * 1000
        }
    };
    way * 4 + u64::from(is_chacha20) * 2 + u64::from(not_after_ms.is_some())
}

/// A body is the same however it comes, as long as it says, and can be sent again in one chunk.
fn bodies(bytes: &[u8], length: Option<u64>, cut: usize) -> u64 {
    let whole = probe::body(bytes, length, bytes.len());
    let parted = probe::body(bytes, length, cut % (bytes.len() + 1));
    // What is wrong may be noticed sooner or later, and then never passed over.
    assert_eq!(whole.as_ref().ok(), parted.as_ref().ok(), "{whole:?}, {parted:?}");
    match whole {
        Err(why) => why.len() as u64 * 100,
        Ok(None) => 1,
        Ok(Some((data, end))) => {
            assert!(end <= bytes.len() && length.is_none_or(|length| length == data.len() as u64));
            let size = if data.is_empty() { String::new() } else { format!("{:x}\r\n", data.len()) };
            let again =
                [size.as_bytes(), &data, if size.is_empty() { b"" } else { b"\r\n" }, b"0\r\n\r\nX"].concat();
            assert_eq!(probe::body(&again, None, 0), Ok(Some((data, again.len() - 1))));
            2 + u64::from(length.is_none())
        }
    }
}

/// What every request that a handler sees can be relied on to be.
fn accepted(request: &http::request::Parts) {
    assert!(request.uri.path().starts_with('/') || request.uri.path() == "*", "{:?}", request.uri);
    assert!(request.uri.authority().is_none());
    let hosts = request.headers.get_all("host").iter().count();
    assert!(hosts == 1 || (hosts == 0 && request.version == http::Version::HTTP_10));
    let lengths = request.headers.get_all("content-length").iter().count();
    assert!(lengths <= 1 && (lengths == 0 || !request.headers.contains_key("transfer-encoding")));
    for value in request.headers.values() {
        assert!(!value.as_bytes().iter().any(|byte| b"\r\n\0".contains(byte)));
    }
}

/// Nobody who lacks the key makes a record, and none that was made with it is lost.
fn records(bytes: &[u8]) {
    let data = &bytes[..bytes.len().min(1 << 14)];
    let mut sealed = probe::sealed(data);
    assert_eq!(probe::records(&sealed), [data]);
    if !probe::records(bytes).is_empty() {
        assert!(bytes.starts_with(&probe::sealed(&probe::records(bytes)[0])), "a record was forged");
    }
    if let Some((&at, bit)) = bytes.first().zip(bytes.get(1)) {
        let at = usize::from(at) % sealed.len();
        sealed[at] ^= 1 << (bit % 8);
        // The second and third byte of the header say nothing that counts, but they are authenticated.
        assert!(probe::records(&sealed).is_empty(), "a changed record was taken");
    }
}
