//! Fragments of track files.

use super::{array, check, maybe, one_of, protection};
use crate::cenc::Subsample;
use crate::cenc::boxes::{Encryption, FragmentInfo};
use crate::cenc::{Parameters, SampleInfo};
use crate::entry::{SampleEntry, avc};
use crate::read::Handler;
use crate::read::fragmented::{self, track_header};
use crate::track::{Description, Sample, fragment, header};
use media::protection::{KeyId, Scheme};
use std::io::Cursor;
use stdx::random::Random;

/// Samples of a fragment.
const SAMPLES_MAX: usize = 40;

/// Samples that lie one after the other, the first at the start of its file.
fn samples(random: &mut Random) -> Vec<Sample> {
    let count = random.between(1, SAMPLES_MAX);
    // Some fields are alike in most fragments, and then written once.
    let (duration, composed, sync) = (random.chance(0.5), random.chance(0.5), random.chance(0.3));
    let (mut offset, mut dts) = (0, random.bits() >> 8);
    let mut sample = |_| {
        let sample = Sample {
            source: 0,
            offset,
            size: random.between(0, 50) as u32,
            dts,
            composition_offset: if composed { random.bits() as i32 } else { 0 },
            duration: if duration { 1000 } else { random.bits() as u32 },
            sync: sync || random.chance(0.2),
        };
        (offset, dts) = (offset + u64::from(sample.size), dts + u64::from(sample.duration));
        sample
    };
    (0..count).map(&mut sample).collect()
}

/// How a fragment's samples are protected, and what must be read of it.
struct Told {
    info: FragmentInfo,
    infos: Vec<SampleInfo>,
    /// Of its own group.
    own: Option<Parameters>,
}

impl Told {
    fn of_lead() -> Told {
        let clear = Parameters {
            protected: false,
            pattern: (0, 0),
            iv_bytes: 0,
            key_id: KeyId([0; 16]),
            constant_iv: None,
        };
        Told { info: FragmentInfo::of_lead(), infos: Vec::new(), own: Some(clear) }
    }
}

fn told(random: &mut Random, scheme: Scheme, samples: usize) -> Told {
    let own = maybe(random, |random| (KeyId(array(random)), array(random)));
    let group = own.map(|(id, iv)| Encryption { scheme, handler: Handler::Video, id, iv });
    let parameters = |(key_id, iv)| match scheme {
        Scheme::Cenc => {
            Parameters { protected: true, pattern: (0, 0), iv_bytes: 8, key_id, constant_iv: None }
        }
        Scheme::Cbcs => {
            Parameters { protected: true, pattern: (1, 9), iv_bytes: 0, key_id, constant_iv: Some(iv) }
        }
    };
    let mapped = random.chance(0.7);
    let mut info = FragmentInfo::new(group, mapped);
    let mut infos = Vec::new();
    for _ in 0..samples {
        let iv = if scheme == Scheme::Cenc { random.bytes(8) } else { Vec::new() };
        let subsamples = if mapped { random.between(0, 5) } else { 0 };
        let subsample = |_| Subsample { clear: random.bits() as u16, protected: random.bits() as u32 };
        let map: Vec<_> = (0..subsamples).map(subsample).collect();
        info.push(&iv, &map);
        infos.push(SampleInfo { iv, map });
    }
    if scheme == Scheme::Cbcs && !mapped {
        infos.clear(); // nothing is said of any sample
    }
    Told { info, infos, own: own.map(parameters) }
}

#[test]
fn fragments_survive_their_bytes() {
    check(|random| {
        let entry = SampleEntry::Avc(avc::tests::entry());
        let roll_samples = one_of(random, &[0, 2]);
        let description = Description { entry, timescale: 1000, language: None, edit: None, roll_samples };
        let protection = maybe(random, protection);
        let samples = samples(random);
        let told = protection.as_ref().map(|protection| match protection.clear_segments {
            2 if random.chance(0.5) => Told::of_lead(),
            _ => told(random, protection.scheme, samples.len()),
        });

        let header = header::write(&description, 0, protection.as_ref());
        let info = told.as_ref().map(|told| &told.info);
        let (head, length) = fragment::write(7, &samples, roll_samples > 0, info);
        let payload: u32 = samples.iter().map(|sample| sample.size).sum();
        assert_eq!(length, head.len() as u64 + u64::from(payload));
        let file = [&header[..], &head, &vec![0; payload as usize]].concat();

        let mut file = Cursor::new(&file);
        let read = track_header(&mut file).unwrap();
        let [range] = read.fragments[..] else { panic!("{:?}", read.fragments) };
        let fragment = fragmented::fragment(&mut file, &read, range).unwrap();
        let start = (header.len() + head.len()) as u64;
        let placed = samples.iter().map(|sample| Sample { offset: start + sample.offset, ..*sample });
        assert_eq!(fragment.samples, placed.collect::<Vec<_>>());
        let default = read.protection.map(|protection| protection.parameters);
        assert_eq!(fragment.parameters, told.as_ref().and_then(|told| told.own).or(default));
        assert_eq!(fragment.infos, told.map_or(Vec::new(), |told| told.infos));
    });
}
