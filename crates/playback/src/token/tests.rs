//! Tokens come back as they were, and nothing else passes for one.

use super::*;

fn claims() -> Claims {
    Claims {
        audience: Audience::Licence,
        security: Security::Software,
        nonce: Nonce([1; 16]),
        session: Session([2; 16]),
        session_start_ms: 900,
        device: Fingerprint([3; 32]),
        package: Digest([4; 32]),
        issued_ms: 1000,
        expires_ms: 2000,
        title: "seven-samurai-3f2a9c01".to_owned(),
        profile: "家族".to_owned(),
    }
}

fn signer() -> Signer {
    Signer::new([7; 32])
}

#[test]
fn tokens_come_back_as_they_were() {
    let longest = Claims {
        audience: Audience::Edge,
        security: Security::Hardware,
        title: "t".repeat(TITLE_BYTES_MAX),
        profile: "p".repeat(PROFILE_BYTES_MAX),
        ..claims()
    };
    for claims in [claims(), Claims { profile: String::new(), ..claims() }, longest] {
        let token = signer().sign(&claims).unwrap();
        assert!(token.len() <= TOKEN_CHARS_MAX, "{}", token.len());
        assert_eq!(signer().verify(&token), Ok(claims));
    }
    assert_eq!(signer().sign(&Claims { title: "t".repeat(TITLE_BYTES_MAX + 1), ..claims() }), None);
    assert_eq!(signer().sign(&Claims { profile: "p".repeat(PROFILE_BYTES_MAX + 1), ..claims() }), None);
}

#[test]
fn what_is_no_token_of_ours_is_refused() {
    let token = signer().sign(&claims()).unwrap();
    let other = Signer::new([8; 32]).sign(&claims()).unwrap();
    let unsigned = URL_SAFE_NO_PAD.encode(claims().write().unwrap());
    for (text, expected) in [
        ("", Reason::TokenMalformed),
        ("!", Reason::TokenMalformed),
        (&token[..10], Reason::TokenMalformed),
        (&format!("{token}="), Reason::TokenMalformed),
        (&"A".repeat(TOKEN_CHARS_MAX + 1), Reason::TokenMalformed),
        (&other, Reason::TokenForged),
        (&unsigned, Reason::TokenForged),
        (&token[4..], Reason::TokenForged),
    ] {
        assert_eq!(signer().verify(text), Err(expected), "{text}");
    }
}

#[test]
fn every_flipped_bit_is_seen() {
    let bytes = URL_SAFE_NO_PAD.decode(signer().sign(&claims()).unwrap()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let found = signer().verify(&URL_SAFE_NO_PAD.encode(flipped));
        assert_eq!(found, Err(Reason::TokenForged), "bit {bit}");
    }
}

/// The layout and the signature by hand: the second of two programs that must agree.
#[test]
fn the_layout_is_as_written() {
    let token = URL_SAFE_NO_PAD.decode(signer().sign(&claims()).unwrap()).unwrap();
    let mut expected = vec![1, 1, 1];
    expected.extend([1; 16]);
    expected.extend([2; 16]);
    expected.extend([0, 0, 0, 0, 0, 0, 0x03, 0x84]);
    expected.extend([3; 32]);
    expected.extend([4; 32]);
    expected.extend([0, 0, 0, 0, 0, 0, 0x03, 0xe8, 0, 0, 0, 0, 0, 0, 0x07, 0xd0]);
    expected.extend([0, 22]);
    expected.extend(b"seven-samurai-3f2a9c01");
    expected.push(6);
    expected.extend("家族".bytes());
    let mac = HMAC::mac([DOMAIN, &expected].concat(), [7; 32]);
    assert_eq!(token, [expected, mac.to_vec()].concat());
}

#[test]
fn tokens_serve_one_purpose_for_a_time() {
    for (audience, now_ms, expected) in [
        (Audience::Licence, 1000, Ok(())),
        (Audience::Licence, 1999, Ok(())),
        (Audience::Licence, 2000, Err(Reason::TokenExpired)),
        (Audience::Licence, 999, Err(Reason::TokenTooEarly)),
        (Audience::Edge, 1500, Err(Reason::TokenWrongAudience)),
    ] {
        assert_eq!(claims().check(audience, now_ms), expected, "{audience:?} at {now_ms}");
    }
}

#[test]
fn the_secret_is_not_shown() {
    assert_eq!(format!("{:?}", signer()), "Signer(..)");
}
