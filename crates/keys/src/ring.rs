//! Master keys in memory: the first seals, all open.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use db::Sealed;
use hmac_sha256::HMAC;
use zeroize::Zeroizing;

use crate::{Error, Plain, Result, random};

/// Bytes of a master key (AES-256).
const KEY_BYTES: usize = 32;

/// Bytes of a nonce (SP 800-38D, 8.2.2). They are random: fewer than 2^32 seals with one master key keep them apart.
const NONCE_BYTES: usize = 12;

/// Most master keys in a file: the current one and those of rotations that did not end. Bounds what is read.
const KEYS_MAX: usize = 16;

/// First line of a written file.
const HEADER: &str = "# Matinee's master key opens all content keys. Keep a copy of this file, and never beside a backup of\n\
                      # the data folder. The first line seals; further ones are older and open what is not sealed anew yet.\n";

/// What a key's name is made from.
const NAME_LABEL: &[u8] = b"matinee master key name";

#[derive(Clone)]
struct MasterKey {
    name: String,
    key: Zeroizing<[u8; KEY_BYTES]>,
}

impl MasterKey {
    fn new(key: [u8; KEY_BYTES]) -> MasterKey {
        let mac = HMAC::mac(NAME_LABEL, key);
        MasterKey { name: hex(&mac[..4]), key: Zeroizing::new(key) }
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.key).into())
    }
}

/// Master keys, the current one first; at least one.
#[derive(Clone)]
pub(crate) struct Ring(Vec<MasterKey>);

/// Shows names, not keys.
impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.name)).finish()
    }
}

impl Ring {
    /// A ring of one new key.
    pub(crate) fn generate() -> Result<Ring> {
        Ok(Ring(vec![MasterKey::new(random()?)]))
    }

    /// The keys in `text`, apart by commas, spaces or lines; `#` begins a remark. `what` names the text in errors.
    pub(crate) fn parse(what: &str, text: &str) -> Result<Ring> {
        let unreadable = || Error::Unreadable { what: what.to_owned() };
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let words = lines.flat_map(|line| line.split([',', ' ', '\t'])).filter(|word| !word.is_empty());
        let keys: Option<Vec<MasterKey>> = words
            .take(KEYS_MAX + 1)
            .map(|word| Some(MasterKey::new(unhex(word)?.try_into().ok()?)))
            .collect();
        let keys = keys.filter(|keys| (1..=KEYS_MAX).contains(&keys.len())).ok_or_else(unreadable)?;
        Ok(Ring(keys))
    }

    /// As [`Ring::parse`] reads it.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(HEADER.to_owned());
        for key in &self.0 {
            text.push_str(&Zeroizing::new(hex(&*key.key)));
            text.push('\n');
        }
        text
    }

    /// This ring with a new key as the current one. The oldest goes where there are too many.
    pub(crate) fn with_new(&self) -> Result<Ring> {
        let mut keys = vec![MasterKey::new(random()?)];
        keys.extend(self.0.iter().take(KEYS_MAX - 1).cloned());
        Ok(Ring(keys))
    }

    /// The current key alone.
    pub(crate) fn without_old(&self) -> Ring {
        Ring(self.0[..1].to_vec())
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Name of the current key.
    pub(crate) fn current(&self) -> &str {
        &self.0[0].name
    }

    /// Whether the key called `name` is here.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.0.iter().any(|key| key.name == name)
    }

    /// Seals `secret` as `what` with the current key.
    pub(crate) fn seal(&self, what: &str, secret: &Plain) -> Result<Sealed> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload { msg: secret.expose(), aad: what.as_bytes() };
        let key = &self.0[0];
        let sealed = key.cipher().encrypt(&Nonce::from(nonce), payload).map_err(|_| broken(what))?;
        Ok(Sealed { master_key: key.name.clone(), text: hex(&nonce) + &hex(&sealed) })
    }

    /// Opens what was sealed as `what`.
    pub(crate) fn open(&self, what: &str, sealed: &Sealed) -> Result<Plain> {
        let key = self.0.iter().find(|key| key.name == sealed.master_key);
        let unknown = || Error::UnknownMaster { what: what.to_owned(), name: sealed.master_key.clone() };
        let key = key.ok_or_else(unknown)?;
        let bytes = unhex(&sealed.text).ok_or_else(|| broken(what))?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| broken(what))?;
        let payload = Payload { msg: ciphertext, aad: what.as_bytes() };
        let plain = key.cipher().decrypt(&Nonce::from(*nonce), payload).map_err(|_| broken(what))?;
        Ok(Plain::new(plain))
    }
}

fn broken(what: &str) -> Error {
    Error::Broken { what: what.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn ring(text: &str) -> Ring {
        Ring::parse("a test", text).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_as_itself_alone() {
        let ring = ring(OLD);
        let sealed = ring.seal("key 1", &Plain::new(b"secret".to_vec())).unwrap();
        assert_eq!(ring.open("key 1", &sealed).unwrap().expose(), b"secret");
        assert!(!sealed.text.contains(&hex(b"secret")));
        assert!(matches!(ring.open("key 2", &sealed), Err(Error::Broken { .. })));
        for text in
            ["", "00", "zz", &format!("00{}", &sealed.text[2..]), &sealed.text[..sealed.text.len() - 2]]
        {
            let changed = Sealed { text: text.to_owned(), ..sealed.clone() };
            assert!(matches!(ring.open("key 1", &changed), Err(Error::Broken { .. })), "{text}");
        }
        let other = Ring::generate().unwrap().open("key 1", &sealed);
        assert!(matches!(other, Err(Error::UnknownMaster { .. })));
        let again = ring.seal("key 1", &Plain::new(b"secret".to_vec())).unwrap();
        assert_ne!(again.text, sealed.text, "no two seals share a nonce");
    }

    /// AES-256-GCM from outside: test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega).
    #[test]
    fn the_cipher_is_the_one_of_the_standard() {
        let key: [u8; 32] = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
            .unwrap()
            .try_into()
            .unwrap();
        let nonce: [u8; 12] = unhex("cafebabefacedbaddecaf888").unwrap().try_into().unwrap();
        let msg = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                   1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
        let (msg, aad) = (unhex(msg).unwrap(), unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap());
        let sealed = MasterKey::new(key)
            .cipher()
            .encrypt(&Nonce::from(nonce), Payload { msg: &msg, aad: &aad })
            .unwrap();
        let expected = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                        8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b";
        assert_eq!(hex(&sealed), expected);
    }

    #[test]
    fn rings_are_read_back_and_turned() {
        let first = ring(&format!("# remark\n\n{OLD} # ours\n"));
        assert_eq!(ring(&first.text()).current(), first.current());
        let second = first.with_new().unwrap();
        assert_eq!((second.len(), second.knows(first.current())), (2, true));
        assert_ne!(second.current(), first.current());
        let third = ring(&second.text()).without_old();
        assert_eq!(
            (third.len(), third.current(), third.knows(first.current())),
            (1, second.current(), false)
        );
        assert_eq!(ring(&format!("{OLD},{OLD}")).len(), 2);
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        for text in
            ["", "#", "00", &OLD[2..], &format!("{OLD}0"), &OLD.replace('0', "g"), &format!("{OLD} x")]
        {
            let error = Ring::parse("the file", text).unwrap_err();
            assert!(matches!(&error, Error::Unreadable { what } if what == "the file"), "{text}");
            assert!(!error.to_string().contains("0405"), "{error}");
        }
        let many = vec![OLD; KEYS_MAX + 1].join("\n");
        assert!(Ring::parse("the file", &many).is_err());
        assert!(!format!("{:?}", ring(OLD)).contains("0405"));
    }
}
