//! Writing a document, in the order of the schema.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use crate::read::{AES_256_CBC, HMAC_SHA512, RSA_OAEP};
use crate::{ContentKey, Delivery, Document, Filter, Rule, Secret, System};

/// The document as XML. Overwritten when it is dropped, for it may hold plain keys.
pub fn write(document: &Document) -> Zeroizing<String> {
    let mut xml = Xml(Zeroizing::new(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")));
    let mut root = vec![
        ("xmlns", "urn:dashif:org:cpix"),
        ("xmlns:pskc", "urn:ietf:params:xml:ns:keyprov:pskc"),
        ("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#"),
        ("xmlns:enc", "http://www.w3.org/2001/04/xmlenc#"),
        ("version", "2.3"),
    ];
    root.extend(document.content_id.as_deref().map(|id| ("contentId", id)));
    xml.within("CPIX", &root, |xml| {
        xml.list("DeliveryDataList", &document.deliveries, delivery);
        xml.list("ContentKeyList", &document.keys, content_key);
        xml.list("DRMSystemList", &document.systems, system);
        xml.list("ContentKeyPeriodList", &document.periods, |xml, period| {
            xml.empty("ContentKeyPeriod", &[("id", &period.id), ("index", &period.index.to_string())]);
        });
        xml.list("ContentKeyUsageRuleList", &document.rules, rule);
    });
    xml.0
}

fn delivery(xml: &mut Xml, delivery: &Delivery) {
    xml.within("DeliveryData", &[], |xml| {
        xml.within("DeliveryKey", &[], |xml| {
            xml.within("ds:X509Data", &[], |xml| {
                xml.base64("ds:X509Certificate", &[], &delivery.certificate)
            });
        });
        xml.within("DocumentKey", &[("Algorithm", AES_256_CBC)], |xml| {
            xml.within("Data", &[], |xml| {
                xml.within("pskc:Secret", &[], |xml| {
                    xml.encrypted("pskc:EncryptedValue", RSA_OAEP, &delivery.document_key);
                });
            });
        });
        if !delivery.mac_key.is_empty() {
            xml.within("MACMethod", &[("Algorithm", HMAC_SHA512)], |xml| {
                xml.encrypted("pskc:MACKey", RSA_OAEP, &delivery.mac_key);
            });
        }
    });
}

fn content_key(xml: &mut Xml, key: &ContentKey) {
    let id = key.id.to_string();
    let mut attributes = vec![("kid", id.as_str())];
    attributes.extend(key.scheme.map(|scheme| ("commonEncryptionScheme", scheme.name())));
    let Some(secret) = &key.secret else { return xml.empty("ContentKey", &attributes) };
    xml.within("ContentKey", &attributes, |xml| {
        xml.within("Data", &[], |xml| {
            xml.within("pskc:Secret", &[], |xml| match secret {
                Secret::Plain(plain) => xml.base64("pskc:PlainValue", &[], plain),
                Secret::Encrypted(encrypted) => {
                    xml.encrypted("pskc:EncryptedValue", AES_256_CBC, &encrypted.value);
                    if !encrypted.mac.is_empty() {
                        xml.base64("pskc:ValueMAC", &[], &encrypted.mac);
                    }
                }
            });
        });
    });
}

fn system(xml: &mut Xml, system: &System) {
    let (id, key_id) = (system.id.to_string(), system.key_id.to_string());
    xml.within("DRMSystem", &[("systemId", &id), ("kid", &key_id)], |xml| {
        for (name, attributes, value) in [
            ("PSSH", &[][..], system.pssh.as_slice()),
            ("ContentProtectionData", &[], system.content_protection.as_bytes()),
            ("HLSSignalingData", &[("playlist", "media")], system.hls_media.as_bytes()),
            ("HLSSignalingData", &[("playlist", "master")], system.hls_master.as_bytes()),
        ] {
            if !value.is_empty() {
                xml.base64(name, attributes, value);
            }
        }
    });
}

fn rule(xml: &mut Xml, rule: &Rule) {
    let id = rule.key_id.to_string();
    let mut attributes = vec![("kid", id.as_str())];
    attributes.extend(rule.track_type.as_deref().map(|name| ("intendedTrackType", name)));
    xml.within("ContentKeyUsageRule", &attributes, |xml| {
        for period in &rule.periods {
            xml.empty("KeyPeriodFilter", &[("periodId", period)]);
        }
        // The schema has pictures before sound.
        for filter in &rule.filters {
            if let Filter::Video { pixels_min, pixels_max } = filter {
                let min = Some(pixels_min).filter(|min| **min > 0).map(|min| ("minPixels", min.to_string()));
                let max = pixels_max.map(|max| ("maxPixels", max.to_string()));
                let limits: Vec<_> = min.into_iter().chain(max).collect();
                let limits: Vec<_> = limits.iter().map(|(name, value)| (*name, value.as_str())).collect();
                xml.empty("VideoFilter", &limits);
            }
        }
        if rule.filters.contains(&Filter::Audio) {
            xml.empty("AudioFilter", &[]);
        }
    });
}

/// XML as it grows.
struct Xml(Zeroizing<String>);

impl Xml {
    fn list<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Xml, &T)) {
        if !items.is_empty() {
            self.within(name, &[], |xml| items.iter().for_each(|item| write(xml, item)));
        }
    }

    fn within(&mut self, name: &str, attributes: &[(&str, &str)], write: impl FnOnce(&mut Xml)) {
        self.open(name, attributes);
        self.push(">\n");
        write(self);
        self.push(&format!("</{name}>\n"));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.open(name, attributes);
        self.push("/>\n");
    }

    fn base64(&mut self, name: &str, attributes: &[(&str, &str)], bytes: &[u8]) {
        self.open(name, attributes);
        self.push(">");
        let text = Zeroizing::new(BASE64.encode(bytes));
        self.push(&text);
        self.push(&format!("</{name}>\n"));
    }

    fn encrypted(&mut self, name: &str, algorithm: &str, value: &[u8]) {
        self.within(name, &[], |xml| {
            xml.empty("enc:EncryptionMethod", &[("Algorithm", algorithm)]);
            xml.within("enc:CipherData", &[], |xml| xml.base64("enc:CipherValue", &[], value));
        });
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.push("<");
        self.push(name);
        for (name, value) in attributes {
            let value = quick_xml::escape::escape(*value);
            self.push(&format!(" {name}=\"{value}\""));
        }
    }

    /// Appends by a copy into a larger text, so that the smaller one that held keys is overwritten too.
    fn push(&mut self, text: &str) {
        if self.0.capacity() - self.0.len() < text.len() {
            let mut larger = Zeroizing::new(String::with_capacity((self.0.len() + text.len()) * 2));
            larger.push_str(&self.0);
            self.0 = larger;
        }
        self.0.push_str(text);
    }
}
