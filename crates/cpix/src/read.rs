//! Reading a document. What Matinee has no use for (update history, signatures, output protection) is passed over.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use media::protection::{KeyId, Scheme};
use zeroize::Zeroizing;

use crate::error::wrong;
use crate::xml::Element;
use crate::{ContentKey, Delivery, Document, Encrypted, Error, Filter, Period, Rule, Secret, System};

/// Largest document that is read, in bytes: a thousand keys with signalling have half of it.
pub const BYTES_MAX: usize = 8 << 20;

/// `http://www.w3.org/2001/04/xmlenc#`, of XML Encryption.
pub(crate) const AES_256_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
/// RSA-OAEP with MGF1 and SHA-1 (XML Encryption 1.1, 5.5.2).
pub(crate) const RSA_OAEP: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
/// HMAC-SHA512 (RFC 6931, 2.2.2).
pub(crate) const HMAC_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512";

/// Reads a document.
///
/// # Errors
/// Where it is no CPIX document, or one that says something that Matinee cannot take at its word.
pub fn read(bytes: &[u8]) -> Result<Document, Error> {
    if bytes.len() > BYTES_MAX {
        return Err(Error::TooLarge { bytes: bytes.len(), max: BYTES_MAX });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Error::Xml {
        at: error.valid_up_to() as u64,
        reason: "it is not UTF-8".to_owned(),
    })?;
    let root = Element::parse(text.trim_start_matches('\u{feff}'))?;
    if root.name != "CPIX" {
        return Err(Error::NotCpix(root.name));
    }
    Ok(Document {
        content_id: root.get("contentId").map(str::to_owned),
        deliveries: list(&root, "DeliveryDataList", "DeliveryData", delivery)?,
        keys: list(&root, "ContentKeyList", "ContentKey", content_key)?,
        systems: list(&root, "DRMSystemList", "DRMSystem", system)?,
        periods: list(&root, "ContentKeyPeriodList", "ContentKeyPeriod", period)?,
        rules: list(&root, "ContentKeyUsageRuleList", "ContentKeyUsageRule", rule)?,
    })
}

fn list<T>(
    root: &Element,
    list: &str,
    item: &str,
    read: fn(&Element) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    root.all(list).flat_map(|list| list.all(item)).map(read).collect()
}

fn delivery(element: &Element) -> Result<Delivery, Error> {
    const NAME: &str = "DeliveryData";
    let certificate = element.at(&["DeliveryKey", "X509Data", "X509Certificate"]);
    let certificate = certificate.ok_or_else(|| wrong(NAME, "it has no X509Certificate"))?;
    let value = |path: &[&str]| {
        element
            .at(path)
            .map(|value| cipher_value(NAME, value, RSA_OAEP))
            .transpose()
            .map(Option::unwrap_or_default)
    };
    let method = element.at(&["MACMethod"]);
    if let Some(algorithm) = method.and_then(|method| method.get("Algorithm"))
        && algorithm != HMAC_SHA512
    {
        return Err(wrong("MACMethod", format!("its algorithm {algorithm} is not HMAC-SHA512")));
    }
    // RFC 6030 has `MACKey`; some services write `Key` with the encrypted value one level deeper.
    let mut mac_key = value(&["MACMethod", "MACKey"])?;
    if mac_key.is_empty() {
        mac_key = value(&["MACMethod", "Key", "EncryptedValue"])?;
    }
    Ok(Delivery {
        certificate: base64("X509Certificate", &certificate.text)?,
        document_key: value(&["DocumentKey", "Data", "Secret", "EncryptedValue"])?,
        mac_key,
    })
}

fn content_key(element: &Element) -> Result<ContentKey, Error> {
    const NAME: &str = "ContentKey";
    let id = key_id(NAME, element, "kid")?;
    if element.get("dependsOnKey").is_some() {
        return Err(wrong(
            NAME,
            format!("key {id} depends on a root key; key hierarchies are not supported"),
        ));
    }
    let scheme = element.get("commonEncryptionScheme").map(|name| {
        let known = Scheme::ALL.into_iter().find(|scheme| scheme.name() == name);
        known.ok_or_else(|| wrong(NAME, format!("key {id} is for {name}, which is neither cenc nor cbcs")))
    });
    let secret = match element.at(&["Data", "Secret"]) {
        None => None,
        Some(secret) => read_secret(NAME, secret)?,
    };
    Ok(ContentKey { id, scheme: scheme.transpose()?, secret })
}

fn read_secret(name: &'static str, element: &Element) -> Result<Option<Secret>, Error> {
    if let Some(plain) = element.at(&["PlainValue"]) {
        return Ok(Some(Secret::Plain(Zeroizing::new(base64("PlainValue", &plain.text)?))));
    }
    let Some(encrypted) = element.at(&["EncryptedValue"]) else { return Ok(None) };
    let mac = element.at(&["ValueMAC"]).map(|mac| base64("ValueMAC", &mac.text)).transpose()?;
    let value = cipher_value(name, encrypted, AES_256_CBC)?;
    Ok(Some(Secret::Encrypted(Encrypted { value, mac: mac.unwrap_or_default() })))
}

/// The value of an encrypted element, whose algorithm has to be `expected`.
fn cipher_value(name: &'static str, element: &Element, expected: &str) -> Result<Vec<u8>, Error> {
    let algorithm = element.at(&["EncryptionMethod"]).and_then(|method| method.get("Algorithm"));
    if let Some(other) = algorithm.filter(|algorithm| *algorithm != expected) {
        return Err(wrong(name, format!("its algorithm {other} is not {expected}")));
    }
    let value = element.at(&["CipherData", "CipherValue"]);
    base64("CipherValue", &value.ok_or_else(|| wrong(name, "it has no CipherValue"))?.text)
}

fn system(element: &Element) -> Result<System, Error> {
    const NAME: &str = "DRMSystem";
    let bytes = |found: Option<&Element>| {
        found.map(|found| base64(NAME, &found.text)).transpose().map(Option::unwrap_or_default)
    };
    let text = |found: Option<&Element>| {
        String::from_utf8(bytes(found)?).map_err(|_| wrong(NAME, "its signalling is not UTF-8"))
    };
    let hls = |playlist| {
        let is = move |data: &&Element| data.get("playlist").unwrap_or("media") == playlist;
        text(element.all("HLSSignalingData").find(is))
    };
    Ok(System {
        id: key_id(NAME, element, "systemId")?,
        key_id: key_id(NAME, element, "kid")?,
        pssh: bytes(element.at(&["PSSH"]))?,
        content_protection: text(element.at(&["ContentProtectionData"]))?,
        hls_media: hls("media")?,
        hls_master: hls("master")?,
    })
}

fn period(element: &Element) -> Result<Period, Error> {
    const NAME: &str = "ContentKeyPeriod";
    let id = element.get("id").ok_or_else(|| wrong(NAME, "it has no id"))?;
    let index = element.get("index").ok_or_else(|| {
        wrong(NAME, format!("{id} has no index; key periods by time are not supported, number them"))
    })?;
    let index = index.parse().map_err(|_| wrong(NAME, format!("{id} has the index {index}")))?;
    Ok(Period { id: id.to_owned(), index })
}

fn rule(element: &Element) -> Result<Rule, Error> {
    const NAME: &str = "ContentKeyUsageRule";
    let mut rule = Rule {
        key_id: key_id(NAME, element, "kid")?,
        track_type: element.get("intendedTrackType").map(str::to_owned),
        periods: Vec::new(),
        filters: Vec::new(),
    };
    for child in &element.children {
        if child.name == "KeyPeriodFilter" {
            let id = child.get("periodId").ok_or_else(|| wrong("KeyPeriodFilter", "it has no periodId"))?;
            rule.periods.push(id.to_owned());
        } else {
            rule.filters.push(filter(child)?);
        }
    }
    Ok(rule)
}

fn filter(element: &Element) -> Result<Filter, Error> {
    let known: &[&str] = match element.name.as_str() {
        "AudioFilter" => &[],
        "VideoFilter" => &["minPixels", "maxPixels"],
        other => return Ok(Filter::Unusable(other.to_owned())),
    };
    if let Some(other) = element.attribute_names().find(|name| !known.contains(name)) {
        return Ok(Filter::Unusable(format!("{}@{other}", element.name)));
    }
    if known.is_empty() {
        return Ok(Filter::Audio);
    }
    let pixels = |name| {
        let number = element.get(name).map(str::parse::<u64>).transpose();
        number.map_err(|_| wrong("VideoFilter", format!("its {name} is no number")))
    };
    Ok(Filter::Video { pixels_min: pixels("minPixels")?.unwrap_or(0), pixels_max: pixels("maxPixels")? })
}

fn key_id(name: &'static str, element: &Element, attribute: &str) -> Result<KeyId, Error> {
    let text = element.get(attribute).ok_or_else(|| wrong(name, format!("it has no {attribute}")))?;
    text.parse().map_err(|_| wrong(name, format!("its {attribute} `{text}` is no UUID")))
}

/// Bytes in base64, which may have line breaks within (XML Schema 1.1 part 2, 3.3.16).
fn base64(name: &'static str, text: &str) -> Result<Vec<u8>, Error> {
    let packed: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
    BASE64.decode(packed.as_bytes()).map_err(|_| wrong(name, "its value is no base64"))
}
