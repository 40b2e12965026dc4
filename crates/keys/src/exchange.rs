//! Exchange: the content keys of a title as a CPIX document, and those of a document as keys of a title.
//!
//! Pure. Owns what the document's rules and periods mean here. Keys are in clear on both sides; see
//! [`delivery`](crate::delivery) for how they travel.

use std::collections::{BTreeMap, BTreeSet};

use cmaf::cenc::Key;
use cpix::{ContentKey, Document, Period, Rule, Secret, System};
use db::KeyPurpose;
use manifest::signalling::{self, Signalling};
use media::protection::{KeyId, Protection, Scheme};
use title::TitleId;
use zeroize::Zeroizing;

use crate::{Error, Result, TitleKey};

/// Most keys that are taken from one document: classes x periods of a title, with room. Rules multiply by periods.
const KEYS_MAX: usize = 8192;

/// `keys`, all of `title`, as a document: each key once, a rule for each of its purposes, periods where there are several.
/// `protections` are those of its tracks: what key systems are told of the keys is added as they tell it.
pub fn document<'a>(
    title: &TitleId,
    keys: &[TitleKey],
    protections: impl Iterator<Item = &'a Protection>,
) -> Document {
    let numbers: BTreeSet<u32> = keys.iter().map(|key| key.purpose.period).collect();
    let rotates = numbers.len() > 1;
    let once: BTreeMap<KeyId, &TitleKey> = keys.iter().map(|key| (key.id, key)).collect();
    let content_key = |key: &TitleKey| ContentKey {
        id: key.id,
        scheme: Some(key.purpose.scheme),
        secret: Some(Secret::Plain(Zeroizing::new(key.key.expose().to_vec()))),
    };
    let period = |number: &u32| Period { id: period_name(*number), index: *number };
    let rule = |key: &TitleKey| {
        Rule::of_class(key.id, key.purpose.class, rotates.then(|| period_name(key.purpose.period)))
    };
    Document {
        content_id: Some(title.0.clone()),
        keys: once.into_values().map(content_key).collect(),
        periods: numbers.iter().filter(|_| rotates).map(period).collect(),
        rules: keys.iter().map(rule).collect(),
        systems: systems(keys, protections),
        ..Document::default()
    }
}

/// What each system is told of each of `keys`, once: tracks of one class say the same.
fn systems<'a>(keys: &[TitleKey], protections: impl Iterator<Item = &'a Protection>) -> Vec<System> {
    let known: BTreeSet<KeyId> = keys.iter().map(|key| key.id).collect();
    let system = |told: Signalling| System {
        id: told.system.id(),
        key_id: told.key_id,
        pssh: told.pssh,
        content_protection: told.content_protection,
        hls_media: told.hls_media,
        hls_master: told.hls_session,
    };
    let told = protections.flat_map(signalling::of).filter(|told| known.contains(&told.key_id));
    let once: BTreeMap<(KeyId, KeyId), System> =
        told.map(|told| ((told.key_id, told.system.id()), system(told))).collect();
    once.into_values().collect()
}

fn period_name(number: u32) -> String {
    format!("period_{number}")
}

/// The keys of `document` as keys of `title`; those that name no scheme are for `scheme`. The lowest period of the
/// document is the first of the title.
///
/// # Errors
/// [`Error::Delivery`] where a key is not in clear or none of AES-128, where nothing says what it is for, or where two are
/// for the same; [`Error::Cpix`] where a rule goes by what is not known here.
pub fn title_keys(document: &Document, title: &TitleId, scheme: Option<Scheme>) -> Result<Vec<TitleKey>> {
    let first = document.periods.iter().map(|period| period.index).min().unwrap_or(0);
    let periods: BTreeMap<&str, u32> =
        document.periods.iter().map(|period| (period.id.as_str(), period.index - first)).collect();
    let mut contents = BTreeMap::new();
    for content in &document.keys {
        if contents.insert(content.id, content).is_some() {
            return Err(unusable(format!("key {} is there twice", content.id)));
        }
    }
    let mut keys: BTreeMap<_, TitleKey> = BTreeMap::new();
    let (mut ruled, mut made) = (BTreeSet::new(), 0);
    for rule in &document.rules {
        let content = contents.get(&rule.key_id);
        let content = content
            .ok_or_else(|| unusable(format!("a rule names key {}, which is not there", rule.key_id)))?;
        ruled.insert(rule.key_id);
        let scheme = scheme_of(content, scheme)?;
        let key = plain(content)?;
        for class in rule.classes()? {
            for period in periods_of(rule, &periods)? {
                let purpose = KeyPurpose { title: title.clone(), class, scheme, period };
                let imported = TitleKey { purpose, id: content.id, key: key.clone() };
                let other = keys.insert((scheme, class, period), imported);
                if other.is_some_and(|other| other.id != content.id) {
                    let name = class.name();
                    return Err(unusable(format!("two keys are for {name} in {scheme}, period {period}")));
                }
                made += 1;
                if made > KEYS_MAX {
                    return Err(unusable(format!("its rules make more than {KEYS_MAX} keys")));
                }
            }
        }
    }
    if let Some(id) = contents.keys().find(|id| !ruled.contains(id)) {
        return Err(unusable(format!("no rule says which tracks key {id} is for")));
    }
    if keys.is_empty() {
        return Err(unusable("it has none for pictures or sound of a title"));
    }
    Ok(keys.into_values().collect())
}

fn scheme_of(content: &ContentKey, default: Option<Scheme>) -> Result<Scheme> {
    content.scheme.or(default).ok_or_else(|| {
        let id = content.id;
        unusable(format!(
            "key {id} does not say its scheme; say it with --set prepare.protection=cbcs, or cenc"
        ))
    })
}

fn plain(content: &ContentKey) -> Result<Key> {
    let id = content.id;
    match &content.secret {
        Some(Secret::Plain(plain)) => {
            let key = plain.as_slice().try_into().map(Key::new);
            key.map_err(|_| unusable(format!("key {id} has {} bytes, not the 16 of AES-128", plain.len())))
        }
        Some(Secret::Encrypted(_)) => {
            Err(unusable(format!("key {id} is encrypted: give the private key to it")))
        }
        None => Err(unusable(format!("key {id} is asked for in it, and not given"))),
    }
}

/// Numbers of the periods that `rule` is for: without a filter all of them.
fn periods_of(rule: &Rule, periods: &BTreeMap<&str, u32>) -> Result<Vec<u32>> {
    if rule.periods.is_empty() {
        let all: Vec<u32> = periods.values().copied().collect();
        return Ok(if all.is_empty() { vec![0] } else { all });
    }
    let number = |id: &String| {
        let number = periods.get(id.as_str()).copied();
        number.ok_or_else(|| unusable(format!("a rule names period {id}, which is not there")))
    };
    rule.periods.iter().map(number).collect()
}

fn unusable(reason: impl Into<String>) -> Error {
    Error::Delivery { reason: reason.into() }
}

#[cfg(test)]
mod tests;
