//! Devices: what proves that a request comes from the same one, and how well it keeps a key.

use hmac_sha256::Hash;
use media::protection::KeySystem;

/// How well a device keeps content keys and decoded pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Security {
    /// In memory that a debugger reads: Clear Key, Widevine L3, PlayReady SL2000.
    Software,
    /// In hardware, up to the screen: Widevine L1, PlayReady SL3000, FairPlay.
    Hardware,
}

impl Security {
    /// Both.
    pub const ALL: [Security; 2] = [Security::Software, Security::Hardware];

    /// `software` or `hardware`.
    pub fn name(self) -> &'static str {
        match self {
            Security::Software => "software",
            Security::Hardware => "hardware",
        }
    }

    /// The level called `name`.
    pub fn named(name: &str) -> Option<Security> {
        Security::ALL.into_iter().find(|security| security.name() == name)
    }

    /// The best that `system` can do.
    pub fn of_system(system: KeySystem) -> Security {
        match system {
            KeySystem::Common => Security::Software,
            KeySystem::Widevine | KeySystem::PlayReady | KeySystem::FairPlay => Security::Hardware,
        }
    }
}

/// Stands for a device in tokens: a digest of the secret name that the device gives itself, so that a token that
/// leaks does not tell the name that has to go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of the device that calls itself `name`.
    pub fn of(name: &str) -> Fingerprint {
        let mut hash = Hash::new();
        hash.update(b"matinee device\0");
        hash.update(name);
        Fingerprint(hash.finalize())
    }

    /// 64 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_devices_apart() {
        assert_eq!(Fingerprint::of("a"), Fingerprint::of("a"));
        assert_ne!(Fingerprint::of("a"), Fingerprint::of("b"));
        assert_ne!(Fingerprint::of(""), Fingerprint::of("\0"));
        assert_eq!(Fingerprint::of("a").hex().len(), 64);
    }

    #[test]
    fn levels_have_names() {
        for security in Security::ALL {
            assert_eq!(Security::named(security.name()), Some(security));
        }
        assert_eq!(Security::named("L1"), None);
    }
}
