//! Sample entries.

use super::{array, check, maybe, one_of, some_bytes};
use crate::boxes::Children;
use crate::entry::SampleEntry;
use crate::entry::aac::AacEntry;
use crate::entry::av1::{Av1Config, Av1Entry};
use crate::entry::avc::{AvcConfig, AvcEntry};
use crate::entry::eac3::Eac3Entry;
use crate::entry::hevc::{HevcConfig, HevcEntry, NalArray};
use crate::entry::opus::OpusEntry;
use crate::entry::visual::{Colour, PixelAspect, Visual};
use crate::entry::vp9::{Vp9Config, Vp9Entry};
use crate::error::Error;
use crate::write::Writer;
use media::picture::{ContentLight, MasteringDisplay};
use stdx::random::Random;

/// Tries of a configuration that need not be one, before another kind of entry is drawn.
const CONFIGS: usize = 64;

fn written(entry: &SampleEntry) -> Vec<u8> {
    Writer::build(|w| entry.write(w))
}

fn read(bytes: &[u8]) -> Result<SampleEntry, Error> {
    SampleEntry::parse(&Children::new(bytes, 0).next().unwrap()?)
}

/// An entry of any codec that can be read.
pub(super) fn entry(random: &mut Random) -> SampleEntry {
    match random.between(0, 6) {
        0 => SampleEntry::Avc(AvcEntry { visual: visual(random), config: avc(random) }),
        1 => SampleEntry::Hevc(HevcEntry { visual: visual(random), config: hevc(random) }),
        2 => SampleEntry::Vp9(Vp9Entry { visual: visual(random), config: vp9(random) }),
        3 => SampleEntry::Av1(Av1Entry { visual: visual(random), config: av1(random) }),
        4 => SampleEntry::Opus(OpusEntry {
            channels: random.between(1, 255) as u8,
            pre_skip: random.bits() as u16,
            mapping: some_bytes(random, 20),
        }),
        5 => sound(random, |channels, sample_rate_hz, config| {
            let (bitrate_bps_max, bitrate_bps_average, frame_samples) = (128_000, 127_000, 1024);
            let entry = AacEntry {
                channels,
                sample_rate_hz,
                frame_samples,
                bitrate_bps_max,
                bitrate_bps_average,
                config,
            };
            SampleEntry::Aac(entry)
        }),
        _ => sound(random, |channels, sample_rate_hz, config| {
            SampleEntry::Eac3(Eac3Entry { channels, sample_rate_hz, joc_objects: None, config })
        }),
    }
}

/// Of sound, the configuration says what the other fields say too. So configurations are drawn until one can be read, and
/// the entry is what was read of it.
fn sound(random: &mut Random, with: impl Fn(u16, u32, Vec<u8>) -> SampleEntry) -> SampleEntry {
    for _ in 0..CONFIGS {
        let mut config = random.bytes(8);
        // Mostly AAC-LC or one programme of Enhanced AC-3, which chance alone would seldom give.
        config[0] = one_of(random, &[0x10, 0x11, 0x12, config[0]]);
        config[1] = one_of(random, &[0x00, 0x08, 0x10, 0x90, config[1]]);
        if let Ok(entry) = read(&written(&with(random.bits() as u16, 48_000, config))) {
            return entry;
        }
    }
    entry(random)
}

fn visual(random: &mut Random) -> Visual {
    let point = |random: &mut Random| (random.bits() as u16, random.bits() as u16);
    Visual {
        width: random.bits() as u16,
        height: random.bits() as u16,
        colour: maybe(random, |random| colour(random, u16::MAX)),
        pixel_aspect: maybe(random, |random| PixelAspect {
            horizontal: random.between(1, u32::MAX as usize) as u32,
            vertical: random.between(1, 100) as u32,
        }),
        mastering: maybe(random, |random| MasteringDisplay {
            primaries: std::array::from_fn(|_| point(random)),
            white: point(random),
            luminance_max: random.bits() as u32,
            luminance_min: random.bits() as u32,
        }),
        light: maybe(random, |random| ContentLight {
            max: random.bits() as u16,
            frame_average_max: random.bits() as u16,
        }),
    }
}

fn colour(random: &mut Random, most: u16) -> Colour {
    let mut code = || random.between(0, most.into()) as u16;
    let (primaries, transfer, matrix) = (code(), code(), code());
    Colour { primaries, transfer, matrix, full_range: random.chance(0.5) }
}

/// So many units of some bytes.
fn units(random: &mut Random, least: usize, most: usize) -> Vec<Vec<u8>> {
    let count = random.between(least, most);
    (0..count).map(|_| some_bytes(random, 40)).collect()
}

fn avc(random: &mut Random) -> AvcConfig {
    AvcConfig {
        profile: random.bits() as u8,
        compatibility: random.bits() as u8,
        level: random.bits() as u8,
        nal_length_bytes: one_of(random, &[1, 2, 4]),
        sps: units(random, 1, 31),
        pps: units(random, 1, 40),
        extension: some_bytes(random, 9),
    }
}

fn hevc(random: &mut Random) -> HevcConfig {
    let array_of =
        |kind, complete, random: &mut Random| NalArray { complete, kind, units: units(random, 1, 3) };
    let mut arrays: Vec<_> = [32, 33, 34].map(|kind| array_of(kind, true, random)).to_vec();
    // Of notes (39, 40), encoders' signatures are left out, so they are not drawn.
    arrays.extend(maybe(random, |random| array_of(35, random.chance(0.5), random)));
    HevcConfig {
        profile_space: random.between(0, 3) as u8,
        high_tier: random.chance(0.5),
        profile: random.between(0, 31) as u8,
        compatibility: random.bits() as u32,
        constraints: array(random),
        level: random.bits() as u8,
        details: array(random),
        arrays,
    }
}

fn vp9(random: &mut Random) -> Vp9Config {
    Vp9Config {
        profile: random.bits() as u8,
        level: random.between(1, 255) as u8,
        bit_depth: random.between(0, 15) as u8,
        chroma: random.between(0, 7) as u8,
        colour: colour(random, 255),
    }
}

fn av1(random: &mut Random) -> Av1Config {
    Av1Config {
        profile: random.between(0, 7) as u8,
        level: random.between(0, 31) as u8,
        high_tier: random.chance(0.5),
        bit_depth: one_of(random, &[8, 10, 12]),
        monochrome: random.chance(0.5),
        subsampling: (random.chance(0.5), random.chance(0.5)),
        chroma_position: random.between(0, 3) as u8,
        presentation_delay: maybe(random, |random| random.between(0, 15) as u8),
        obus: some_bytes(random, 60),
    }
}

#[test]
fn entries_survive_their_bytes() {
    check(|random| {
        let entry = entry(random);
        let bytes = written(&entry);
        assert_eq!(read(&bytes).unwrap(), entry);
        assert_eq!(written(&read(&bytes).unwrap()), bytes);
    });
}

#[test]
fn entries_cut_short_are_read_or_refused() {
    check(|random| {
        let bytes = written(&entry(random));
        for end in 0..bytes.len() {
            assert!(Children::new(&bytes[..end], 0).next().is_none_or(|view| view.is_err()));
            let mut shorter = bytes[..end.max(8)].to_vec();
            let length = shorter.len() as u32;
            shorter[..4].copy_from_slice(&length.to_be_bytes());
            check_whatever(&shorter);
        }
    });
}

#[test]
fn changed_entries_are_read_or_refused() {
    check(|random| {
        let mut bytes = written(&entry(random));
        for at in 0..bytes.len() {
            let bit = 1 << random.between(0, 7);
            bytes[at] ^= bit;
            if Children::new(&bytes, 0).next().is_some_and(|view| view.is_ok()) {
                check_whatever(&bytes);
            }
            bytes[at] ^= bit;
        }
    });
}

/// Whatever is read can be written and read.
fn check_whatever(bytes: &[u8]) {
    if let Ok(entry) = read(bytes) {
        assert_eq!(read(&written(&entry)).unwrap(), entry);
    }
}
