//! Headers of track files.

use super::{check, entries, maybe, one_of, protection};
use crate::cenc::{ProtectedEntry, Protection};
use crate::read::Handler;
use crate::read::fragmented::track_header;
use crate::track::{Description, Edit, header};
use media::protection::Scheme;
use std::io::Cursor;
use stdx::random::Random;

/// Ticks are read as signed numbers.
const TICKS_MAX: u64 = i64::MAX as u64;

/// A track of an entry that can be read.
fn description(random: &mut Random) -> Description {
    Description {
        entry: entries::entry(random),
        timescale: random.between(1, u32::MAX as usize) as u32,
        language: maybe(random, |random| one_of(random, &["en", "deu", "pt-BR", "zh-Hant-TW"]).to_owned()),
        edit: maybe(random, |random| Edit {
            media_time: random.bits() & TICKS_MAX,
            duration: random.bits() & TICKS_MAX,
        }),
        roll_samples: if random.chance(0.3) { random.between(1, i16::MAX as usize) as u16 } else { 0 },
    }
}

/// What a header says of its protection: the first key.
fn told(protection: &Protection, entry: ProtectedEntry, handler: Handler) {
    let (parameters, first) = (entry.parameters, &protection.periods[0]);
    let (pattern, iv_bytes, constant_iv) = match (protection.scheme, handler) {
        (Scheme::Cenc, _) => ((0, 0), 8, None),
        (Scheme::Cbcs, Handler::Video) => ((1, 9), 0, Some(first.iv)),
        (Scheme::Cbcs, _) => ((0, 0), 0, Some(first.iv)),
    };
    assert_eq!(entry.scheme, protection.scheme);
    assert_eq!((parameters.protected, parameters.key_id), (true, first.key_id));
    assert_eq!(
        (parameters.pattern, parameters.iv_bytes, parameters.constant_iv),
        (pattern, iv_bytes, constant_iv)
    );
}

#[test]
fn headers_survive_their_bytes() {
    check(|random| {
        let (description, duration) = (description(random), random.bits());
        let protection = maybe(random, protection);
        let bytes = header::write(&description, duration, protection.as_ref());
        let read = track_header(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!((&read.description, read.duration), (&description, duration));
        assert_eq!(read.pssh, protection.as_ref().map_or(Vec::new(), |protection| protection.pssh.clone()));
        assert_eq!(read.protection.is_some(), protection.is_some());
        if let (Some(protection), Some(entry)) = (&protection, read.protection) {
            told(protection, entry, description.entry.handler());
        }
        let again = header::write(&read.description, read.duration, protection.as_ref());
        assert!(again == bytes);
    });
}

#[test]
fn headers_cut_short_are_refused() {
    check(|random| {
        let protection = maybe(random, protection);
        let bytes = header::write(&description(random), 1, protection.as_ref());
        let end = random.between(0, bytes.len() - 1);
        assert!(track_header(&mut Cursor::new(&bytes[..end])).is_err());
    });
}
