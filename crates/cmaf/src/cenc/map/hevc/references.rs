//! Short-term reference picture sets of HEVC (Rec. ITU-T H.265, 7.3.7 and 7.4.8).

use crate::bits::Bits;

/// Most pictures before, and most after, in a set: `sps_max_dec_pic_buffering_minus1` is at most 15 (A.4.2).
const PICTURES_MAX: u32 = 16;

/// A set: distances in picture order to the pictures before and after, the nearest first, each with whether the current
/// picture may use it.
#[derive(Debug, Clone, Default)]
pub(super) struct PictureSet {
    before: Vec<(i32, bool)>,
    after: Vec<(i32, bool)>,
}

impl PictureSet {
    /// Reads the set that follows `known` in the parameter set.
    pub(super) fn parse_in_sps(bits: &mut Bits<'_>, known: &[PictureSet]) -> Option<PictureSet> {
        match known.last() {
            Some(last) if bits.flag()? => PictureSet::predicted(bits, last),
            _ => PictureSet::told(bits),
        }
    }

    /// Reads a slice's own set; `known` are those of the parameter set.
    pub(super) fn parse_in_slice(bits: &mut Bits<'_>, known: &[PictureSet]) -> Option<PictureSet> {
        if known.is_empty() || !bits.flag()? {
            return PictureSet::told(bits);
        }
        let back = bits.ue()?.checked_add(1)? as usize; // delta_idx_minus1
        PictureSet::predicted(bits, known.get(known.len().checked_sub(back)?)?)
    }

    /// How many pictures the current one may use.
    pub(super) fn used(&self) -> u32 {
        self.before.iter().chain(&self.after).filter(|(_, used)| *used).count() as u32
    }

    fn told(bits: &mut Bits<'_>) -> Option<PictureSet> {
        let (before, after) = (bits.ue()?, bits.ue()?);
        if before > PICTURES_MAX || after > PICTURES_MAX {
            return None;
        }
        let mut side = |count: u32, sign: i32| {
            let mut distance = 0i32;
            let mut picture = || {
                distance = distance.checked_add(i32::try_from(bits.ue()?.checked_add(1)?).ok()?)?;
                Some((sign * distance, bits.flag()?))
            };
            (0..count).map(|_| picture()).collect::<Option<Vec<_>>>()
        };
        Some(PictureSet { before: side(before, -1)?, after: side(after, 1)? })
    }

    /// The pictures of an earlier set, moved (7-61, 7-62).
    fn predicted(bits: &mut Bits<'_>, reference: &PictureSet) -> Option<PictureSet> {
        let negative = bits.flag()?; // delta_rps_sign
        let distance = i32::try_from(bits.ue()?.checked_add(1)?).ok()?;
        let moved = if negative { -distance } else { distance };
        let mut flag = || {
            let used = bits.flag()?;
            Some((used, used || bits.flag()?)) // use_delta_flag is 1 where it is not told
        };
        let old = reference.before.iter().chain(&reference.after).map(|(distance, _)| *distance);
        let mut kept = Vec::new();
        for distance in old.chain([0]) {
            let (used, keep) = flag()?;
            if keep {
                kept.push((distance.checked_add(moved)?, used));
            }
        }
        Some(PictureSet::sorted(kept))
    }

    fn sorted(mut pictures: Vec<(i32, bool)>) -> PictureSet {
        pictures.sort_by_key(|(distance, _)| distance.unsigned_abs());
        let (before, after) = pictures
            .into_iter()
            .filter(|(distance, _)| *distance != 0)
            .partition(|(distance, _)| *distance < 0);
        PictureSet { before, after }
    }
}
