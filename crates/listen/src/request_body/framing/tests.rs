//! Bodies, right and wrong, with what RFC 9112 says of them.

use super::*;

/// Data of a body, and what is left behind it.
type Read = (Vec<u8>, Vec<u8>);

/// What `text` is as a body, where that ends; or why it is none. It comes in pieces of `step` bytes.
fn read(framing: BodyLength, text: &[u8], step: usize) -> Result<Option<Read>, &'static str> {
    let (mut framing, mut inbox, mut data) = (Framing::from(framing), BytesMut::new(), Vec::new());
    let mut pieces = text.chunks(step);
    loop {
        match framing.take(&mut inbox)? {
            Taken::Data(some) => data.extend_from_slice(&some),
            Taken::Over => {
                assert!(framing.is_over());
                inbox.extend(pieces.flatten());
                return Ok(Some((data, inbox.to_vec())));
            }
            Taken::Nothing => match pieces.next() {
                Some(piece) => inbox.extend_from_slice(piece),
                None => return Ok(None),
            },
        }
    }
}

/// In pieces of every size.
fn check(framing: BodyLength, text: &str, expected: Result<Option<(&str, &str)>, ()>) {
    for step in 1..=text.len().max(1) {
        let got = read(framing, text.as_bytes(), step);
        let got =
            got.map(|got| got.map(|(data, rest)| [data, rest].map(|text| String::from_utf8(text).unwrap())));
        let expected = expected.map(|some| some.map(|(data, rest)| [data.to_owned(), rest.to_owned()]));
        assert_eq!(got.map_err(|_| ()), expected, "{text:?} in pieces of {step}");
    }
}

#[test]
fn a_length_is_a_length() {
    check(BodyLength::Bytes(5), "12345GET", Ok(Some(("12345", "GET"))));
    check(BodyLength::Bytes(0), "GET", Ok(Some(("", "GET"))));
    check(BodyLength::Bytes(5), "1234", Ok(None));
    check(BodyLength::Bytes(u64::MAX), "1234", Ok(None));
}

#[test]
fn chunks_are_joined_and_what_stands_between_is_dropped() {
    for (text, data) in [
        ("0\r\n\r\n", ""),
        ("5\r\n12345\r\n0\r\n\r\n", "12345"),
        ("1\r\na\r\n0b\r\n0123456789X\r\nA\r\n0123456789\r\n000\r\n\r\n", "a0123456789X0123456789"),
        ("0000000000000002\r\nab\r\n0\r\n\r\n", "ab"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
        // Extensions, with bad whitespace too (RFC 9112, 7.1.1).
        ("2;a\r\nab\r\n0;b=c\r\n\r\n", "ab"),
        ("2 ; a = \"b;\u{e9}\"\t\r\nab\r\n0\r\n\r\n", "ab"),
        // Trailers (RFC 9112, 7.1.2).
        ("2\r\nab\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n", "ab"),
        ("0\r\nX:\r\n\r\n", ""),
    ] {
        check(BodyLength::Chunked, &format!("{text}GET / "), Ok(Some((data, "GET / "))));
    }
}

#[test]
fn what_could_be_read_otherwise_is_refused() {
    for text in [
        // Sizes.
        "\r\nab\r\n",
        "x\r\n",
        "-1\r\n",
        "+2\r\nab\r\n",
        "0x2\r\nab\r\n",
        " 2\r\nab\r\n",
        "2 \r\nab\r\n",
        "2\u{b}\r\nab\r\n",
        "2,2\r\nab\r\n",
        "2 2\r\nab\r\n",
        "00000000000000002\r\nab\r\n",
        "10000000000000000\r\n",
        // Lines (RFC 9112, 7.1: CR LF alone ends them).
        "2\nab\r\n",
        "\n",
        "2\r\nab\n0\r\n\r\n",
        "2\r\nab0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "2\r\nab\rx",
        "2;a\rb\r\nab\r\n",
        "2;a\u{0}\r\nab\r\n",
        "2;a\nab\r\n0\r\n\r\n",
        "2\r\r\nab\r\n",
        "0\r\n\n",
        // Trailers.
        "0\r\nX\r\n\r\n",
        "0\r\n: y\r\n\r\n",
        "0\r\nX : y\r\n\r\n",
        "0\r\nX: y\r\n z\r\n\r\n",
        "0\r\nX: a\rb\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\nGET / HTTP/1.1\r\n\r\n",
    ] {
        check(BodyLength::Chunked, text, Err(()));
    }
}

#[test]
fn a_body_that_did_not_end_yet_is_waited_for() {
    for text in [
        "",
        "5",
        "5\r",
        "5\r\n",
        "5\r\n1234",
        "5\r\n12345",
        "5\r\n12345\r",
        "5\r\n12345\r\n0\r\n",
        "0\r\nX: y\r\n\r",
    ] {
        check(BodyLength::Chunked, text, Ok(None));
    }
}

#[test]
fn nothing_between_chunks_is_without_measure() {
    let long = "x".repeat(SIZE_LINE_BYTES_MAX);
    let many = |line: String, bytes: usize| line.repeat(bytes / line.len() + 2);
    for text in [
        format!("2;{long}"),
        "0".repeat(SIZE_LINE_BYTES_MAX),
        many(format!("1;{}\r\na\r\n", "x".repeat(100)), EXTENSIONS_BYTES_MAX + EXTENSIONS_BYTES_MAX / 10),
        format!("0\r\nX: {}", "x".repeat(TRAILERS_BYTES_MAX)),
        format!("0\r\n{}", many("Name: value\r\n".to_owned(), TRAILERS_BYTES_MAX + TRAILERS_BYTES_MAX / 3)),
    ] {
        for step in [1, 7, text.len()] {
            assert!(
                read(BodyLength::Chunked, text.as_bytes(), step).is_err(),
                "{text:.40} in pieces of {step}"
            );
        }
    }
}
