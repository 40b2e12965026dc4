//! `matinee package`: files that were encoded elsewhere, packaged as they are into a folder.
//!
//! Owns the keys of such a package: given by hand, or made and written to a file. What becomes of the files is
//! `pipeline::packager`'s.

use super::keys::{read, write_new};
use crate::cli;
use crate::config::Config;
use anyhow::{Context as _, bail, ensure};
use media::package::{DASH_FILE, HLS_FILE};
use media::protection::{KeyId, TrackClass};
use pipeline::ContentKey;
use pipeline::packager::{self, ClassKeys};
use pipeline::settings::{Choice, Protection};
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

/// Largest file of keys, in bytes: one for each class and remarks.
const KEYS_BYTES_MAX: usize = 64 << 10;

/// A key for some classes of tracks, written `CLASS:KEY_ID:KEY`, where the class may be `all`.
#[derive(Debug, Clone)]
pub(crate) struct GivenKey {
    classes: Vec<TrackClass>,
    key: ContentKey,
}

impl FromStr for GivenKey {
    type Err = String;

    /// No message holds the key.
    fn from_str(text: &str) -> Result<GivenKey, String> {
        let mut parts = text.trim().split(':');
        let (Some(class), Some(id), Some(key), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("a key is written CLASS:KEY_ID:KEY".to_owned());
        };
        let classes = match class {
            "all" => TrackClass::ALL.to_vec(),
            name => vec![TrackClass::named(name).ok_or("a class is audio, sd, hd, fhd, uhd or all")?],
        };
        let id: KeyId = id.parse().map_err(|error| format!("{error}"))?;
        let KeyId(key) = key.parse().map_err(|_| "a key has 32 hexadecimal digits")?;
        Ok(GivenKey { classes, key: ContentKey::new(id, key) })
    }
}

/// Runs the command.
pub(crate) async fn run(config: &Config, args: cli::Package) -> anyhow::Result<()> {
    let settings = config.prepare.protection.clone();
    let work = move || package(settings, &args);
    tokio::task::spawn_blocking(work).await?
}

fn package(settings: Protection, args: &cli::Package) -> anyhow::Result<()> {
    let opened = packager::open(&args.inputs)?;
    // Keys that change with time are preparation's, which keeps them.
    let settings = Protection { scheme: args.protection, key_period_s: 0.0, ..settings };
    let keys = match args.protection {
        Choice::Clear => ClassKeys::new(),
        Choice::Under(_) => keys(&opened.classes(), args)?,
    };
    let package = opened.write(&args.out, &settings, &keys)?;
    let tracks = package.video.len() + package.audio.len() + package.text.len();
    let place = |file| args.out.join(file).display().to_string();
    writeln!(std::io::stdout(), "{tracks} tracks: {}, {}", place(HLS_FILE), place(DASH_FILE))?;
    Ok(())
}

/// A key for each class.
fn keys(classes: &[TrackClass], args: &cli::Package) -> anyhow::Result<ClassKeys> {
    let mut given = args.key.clone();
    args.keys.iter().try_for_each(|path| listed(path, &mut given))?;
    let mut keys = ClassKeys::new();
    for GivenKey { classes, key } in given {
        for class in classes {
            let before = keys.insert(class, key.clone());
            ensure!(before.is_none_or(|before| before == key), "class {} is given two keys", class.name());
        }
    }
    keys.retain(|class, _| classes.contains(class));
    let missing: Vec<TrackClass> =
        classes.iter().copied().filter(|class| !keys.contains_key(class)).collect();
    let Some(path) = &args.make_keys else {
        ensure!(
            missing.is_empty(),
            "no key for {}: give it by --key or --keys, or --make-keys",
            named(&missing)
        );
        return Ok(keys);
    };
    for class in missing {
        keys.insert(class, ContentKey::new(KeyId(keys::random()?), keys::random()?));
    }
    // Written first: a film without its keys is lost, keys without a film are not.
    write_new(path, lines(&keys).as_bytes())?;
    Ok(keys)
}

fn named(classes: &[TrackClass]) -> String {
    classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ")
}

/// Adds the keys of a file: one a line; lines that begin with `#` are remarks.
fn listed(path: &Path, given: &mut Vec<GivenKey>) -> anyhow::Result<()> {
    let text = String::from_utf8(read(path, KEYS_BYTES_MAX)?).context("the keys are no text")?;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match line.parse() {
            Ok(key) => given.push(key),
            Err(reason) => bail!("{}, line {number}: {reason}", path.display()),
        }
    }
    Ok(())
}

/// The keys as [`listed`] reads them.
fn lines(keys: &ClassKeys) -> String {
    let hex = |bytes: &[u8; 16]| KeyId(*bytes).hex();
    let line = |(class, content): (&TrackClass, &ContentKey)| {
        format!("{}:{}:{}\n", class.name(), content.id.hex(), hex(content.key.expose()))
    };
    keys.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00112233445566778899aabbccddeeff";
    const KEY: &str = "0123456789abcdeffedcba9876543210";

    #[test]
    fn keys_survive_their_lines() {
        let mut keys = ClassKeys::new();
        for (class, text) in [(TrackClass::Audio, "audio"), (TrackClass::FullHd, "fhd")] {
            let given: GivenKey = format!("{text}:{ID}:{KEY}").parse().unwrap();
            assert_eq!(given.classes, [class]);
            keys.insert(class, given.key);
        }
        assert_eq!(lines(&keys), format!("audio:{ID}:{KEY}\nfhd:{ID}:{KEY}\n"));
        assert_eq!(format!("all:{ID}:{KEY}").parse::<GivenKey>().unwrap().classes, TrackClass::ALL);
    }

    #[test]
    fn what_is_no_key_is_refused_without_telling_it() {
        for text in
            ["", ID, &format!("8k:{ID}:{KEY}"), &format!("hd:{ID}:{KEY}0"), &format!("hd:{ID}:{KEY}:1")]
        {
            let reason = text.parse::<GivenKey>().unwrap_err();
            assert!(!reason.contains("0123"), "{reason}");
        }
        assert!(!format!("{:?}", format!("hd:{ID}:{KEY}").parse::<GivenKey>()).contains("0123"));
    }
}
