//! What opens and what does not.

use super::*;

const SECRET: [u8; SECRET_BYTES] = [7; SECRET_BYTES];
const PASS: Pass<'_> = Pass { path_prefix: "/media/0f/", from_s: 1000, until_s: 2000 };

/// A token with `path` conditions and whatever else `more` adds.
fn odd(more: impl FnOnce(TokenBuilder) -> TokenBuilder) -> String {
    let claims = RegisteredClaims::new().with_expiration(2000);
    let builder = TokenBuilder::new().algorithm(Algorithm::HmacSha256).registered_claims(claims);
    URL_SAFE_NO_PAD.encode(more(builder).sign(&SECRET).unwrap().to_bytes().unwrap())
}

fn uri(component: i32, condition: BTreeMap<i32, CborValue>) -> CborValue {
    catu::create(BTreeMap::from([(component, condition)]))
}

#[test]
fn a_token_opens_one_folder_for_a_time() {
    let ours = token(&SECRET, &PASS).unwrap();
    assert!(ours.len() < TOKEN_CHARS_MAX / 2, "{}", ours.len());
    let other = token(&[8; SECRET_BYTES], &PASS).unwrap();
    let longest = "A".repeat(TOKEN_CHARS_MAX + 1);
    for (token, path, now_s, expected) in [
        (Some(&*ours), "/media/0f/a.mp4", 1000, Ok(())),
        (Some(&*ours), "/media/0f/a.mp4", 1999, Ok(())),
        (Some(&*ours), "/media/0f/a.mp4", 2000, Err(Denied::Expired)),
        (Some(&*ours), "/media/0f/a.mp4", 999, Err(Denied::TooEarly)),
        (Some(&*ours), "/media/10/a.mp4", 1500, Err(Denied::OtherPath)),
        (Some(&*ours), "/media/0f", 1500, Err(Denied::OtherPath)),
        (Some(&*other), "/media/0f/a.mp4", 1500, Err(Denied::Forged)),
        (Some(&*longest), "/media/0f/a.mp4", 1500, Err(Denied::Malformed)),
        (Some("!"), "/media/0f/a.mp4", 1500, Err(Denied::Malformed)),
        (Some(""), "/media/0f/a.mp4", 1500, Err(Denied::Malformed)),
        (None, "/media/0f/a.mp4", 1500, Err(Denied::Missing)),
    ] {
        assert_eq!(check(&SECRET, token, path, now_s), expected, "{path} at {now_s}");
    }
}

/// A token of another program: node-cat 0.16.4 (`generateFromJson`, HS256) under the same secret and for the same pass.
#[test]
fn a_token_made_elsewhere_opens() {
    let theirs = "2D3RhEOhAQWhBEFrWCilAWdtYXRpbmVlBBkH0AUZA-gZATihA6EBai9tZWRpYS8wZi8ZATYBWCDLeviJ3pop5DLuAU1-ljH72\
                  E2KprJbeD1hTAQXpNLmGA";
    for (path, now_s, expected) in [
        ("/media/0f/a.mp4", 1500, Ok(())),
        ("/media/10/a.mp4", 1500, Err(Denied::OtherPath)),
        ("/media/0f/a.mp4", 2000, Err(Denied::Expired)),
    ] {
        assert_eq!(check(&SECRET, Some(theirs), path, now_s), expected, "{path} at {now_s}");
    }
}

#[test]
fn what_is_not_known_closes() {
    let prefix = || uri(uri_components::PATH, catu::prefix_match("/a/"));
    let path = |condition| uri(uri_components::PATH, condition);
    for (token, expected) in [
        (odd(|b| b.custom_cbor(cat_keys::CATU, prefix())), Ok(())),
        (odd(|b| b.custom_cbor(cat_keys::CATU, path(catu::exact_match("/a/b")))), Ok(())),
        (odd(|b| b.custom_cbor(cat_keys::CATU, path(catu::exact_match("/a/")))), Err(Denied::OtherPath)),
        (odd(|b| b), Err(Denied::OtherPath)),
        (odd(|b| b.custom_cbor(cat_keys::CATU, path(BTreeMap::new()))), Err(Denied::Unknown)),
        (odd(|b| b.custom_cbor(cat_keys::CATU, path(catu::regex_match(".*", vec![])))), Err(Denied::Unknown)),
        (
            odd(|b| b.custom_cbor(cat_keys::CATU, prefix()).custom_int(cat_keys::CATV, 2)),
            Err(Denied::Unknown),
        ),
        (
            odd(|b| b.custom_cbor(cat_keys::CATU, uri(uri_components::HOST, catu::exact_match("x")))),
            Err(Denied::Unknown),
        ),
        (
            odd(|b| b.custom_cbor(cat_keys::CATU, prefix()).custom_string(cat_keys::CATNIP, "10.0.0.1")),
            Err(Denied::Unknown),
        ),
        (
            odd(|b| {
                let claims = RegisteredClaims::new().with_expiration(2000).with_audience("elsewhere");
                b.custom_cbor(cat_keys::CATU, prefix()).registered_claims(claims)
            }),
            Err(Denied::Unknown),
        ),
        (
            odd(|b| b.custom_cbor(cat_keys::CATU, prefix()).registered_claims(RegisteredClaims::new())),
            Err(Denied::Expired),
        ),
    ] {
        assert_eq!(check(&SECRET, Some(&token), "/a/b", 1500), expected, "{token}");
    }
}

#[test]
fn every_flipped_bit_closes() {
    let bytes = URL_SAFE_NO_PAD.decode(token(&SECRET, &PASS).unwrap()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let found = check(&SECRET, Some(&URL_SAFE_NO_PAD.encode(&flipped)), "/media/0f/a.mp4", 1500);
        // The two tags in front (61 and 17) say what a token is, and are under no signature (RFC 8392, 7.1).
        assert!(found.is_err() || bit < 24, "bit {bit}");
    }
}
