//! Documents there and back, of others, and such as are meant to hurt.

use media::protection::{KeyId, Scheme, TrackClass};
use zeroize::Zeroizing;

use super::*;

fn document() -> Document {
    let key = |id: u8, secret| ContentKey { id: KeyId([id; 16]), scheme: Some(Scheme::Cbcs), secret };
    let encrypted = Encrypted { value: vec![3; 48], mac: vec![4; 64] };
    Document {
        content_id: Some("a \"film\" & <more>".to_owned()),
        deliveries: vec![Delivery {
            certificate: vec![1; 9],
            document_key: vec![2; 256],
            mac_key: vec![5; 256],
        }],
        keys: vec![
            key(1, Some(Secret::Plain(Zeroizing::new(vec![7; 16])))),
            key(2, Some(Secret::Encrypted(encrypted))),
            key(3, None),
        ],
        systems: vec![System {
            id: KeyId([9; 16]),
            key_id: KeyId([1; 16]),
            pssh: vec![0, 1],
            content_protection: "<x/>".to_owned(),
            hls_media: "#EXT-X-KEY".to_owned(),
            hls_master: "#EXT-X-SESSION-KEY".to_owned(),
        }],
        periods: vec![Period { id: "period_0".to_owned(), index: 0 }],
        rules: TrackClass::ALL
            .map(|class| Rule::of_class(KeyId([class as u8; 16]), class, Some("period_0".to_owned())))
            .to_vec(),
    }
}

#[test]
fn what_is_written_is_read() {
    for document in [document(), Document::default()] {
        assert_eq!(read(write(&document).as_bytes()), Ok(document));
    }
    let shown = format!("{:?}", super::tests::document());
    assert!(shown.contains("Plain(..)") && !shown.contains("7, 7"), "{shown}");
}

/// As a key server answers by SPEKE 2.0: prefixes, line breaks in base64, lists in another order.
#[test]
fn documents_of_others_are_read() {
    let text = r#"<?xml version="1.0"?>
<cpix:CPIX contentId="abc123" version="2.3" xmlns:cpix="urn:dashif:org:cpix" xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc">
  <cpix:ContentKeyUsageRuleList>
    <cpix:ContentKeyUsageRule kid="98ee5596-cd3e-a20d-163a-e382420c6eff" intendedTrackType="ALL">
      <cpix:KeyPeriodFilter periodId="p"/><cpix:AudioFilter/><cpix:VideoFilter/>
    </cpix:ContentKeyUsageRule>
  </cpix:ContentKeyUsageRuleList>
  <cpix:ContentKeyList><!-- one -->
    <cpix:ContentKey explicitIV="OFj2IjCsPJFfMAxmQxLGPw==" kid="98ee5596-cd3e-a20d-163a-e382420c6eff" commonEncryptionScheme="cbcs">
      <cpix:Data><pskc:Secret><pskc:PlainValue>5dGAgwGuUYu4
        dHeHtNlxJw==</pskc:PlainValue></pskc:Secret></cpix:Data>
    </cpix:ContentKey>
  </cpix:ContentKeyList>
  <cpix:ContentKeyPeriodList><cpix:ContentKeyPeriod id="p" index="1"/></cpix:ContentKeyPeriodList>
</cpix:CPIX>"#;
    let found = read(text.as_bytes()).unwrap();
    assert_eq!(found.content_id.as_deref(), Some("abc123"));
    assert_eq!(found.periods, [Period { id: "p".to_owned(), index: 1 }]);
    let key = b"\xe5\xd1\x80\x83\x01\xae\x51\x8b\xb8\x74\x77\x87\xb4\xd9\x71\x27";
    assert_eq!(found.keys[0].secret, Some(Secret::Plain(Zeroizing::new(key.to_vec()))));
    assert_eq!(found.rules[0].classes(), Ok(TrackClass::ALL.to_vec()));
}

#[test]
fn what_cannot_be_used_is_told() {
    let key = |attributes: &str| {
        format!("<CPIX><ContentKeyList><ContentKey {attributes}/></ContentKeyList></CPIX>")
    };
    let id = "98ee5596-cd3e-a20d-163a-e382420c6eff";
    let deep = "<a>".repeat(40);
    let many = format!("<CPIX>{}</CPIX>", "<a/>".repeat(200_001));
    let wide = (0..65).map(|n| format!(" a{n}=\"\"")).collect::<String>();
    let wide = format!("<CPIX{wide}/>");
    let large = " ".repeat(BYTES_MAX + 1);
    let entity = "<!DOCTYPE CPIX [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><CPIX contentId=\"&b;\"/>";
    for (text, expected) in [
        ("", "no element"),
        ("<MPD/>", "root is <MPD>"),
        ("<CPIX>", "not closed"),
        ("<CPIX contentId=\"&unknown;\"/>", "cannot be read"),
        (entity, "document type"),
        (&deep, "more than 32 deep"),
        (&many, "more than 200000 elements"),
        (&wide, "<CPIX> has more than 64 attributes"),
        (&large, "more than the 8388608"),
        (&key(""), "<ContentKey>: it has no kid"),
        (&key("kid=\"one\""), "`one` is no UUID"),
        (&key(&format!("kid=\"{id}\" commonEncryptionScheme=\"cens\"")), "neither cenc nor cbcs"),
        (&key(&format!("kid=\"{id}\" dependsOnKey=\"{id}\"")), "hierarchies"),
        (
            "<CPIX><ContentKeyPeriodList><ContentKeyPeriod id=\"p\" start=\"2026-01-01T00:00:00Z\"/></ContentKeyPeriodList></CPIX>",
            "by time are not supported",
        ),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(read(b"<CPIX>\xff</CPIX>").unwrap_err().to_string().contains("not UTF-8"));
}
