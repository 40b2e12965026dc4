//! Measurements of one clip in one codec, each taken once and kept.
//!
//! Owns the files under the bench's folder: encodes, and beside each its measurement as text. A measurement is named by
//! what was measured and by a hash of all that went into it, so that an interrupted bench goes on where it was, and a
//! changed encoder setting or cut plan is measured anew.

use super::clip::Master;
use super::hull::{ShotScore, mean, percentile_5};
use super::score::{self, Beside};
use crate::bench::cpu::timed;
use crate::shell::Result;
use media::codec::VideoCodec;
use media::picture::Transfer;
use media::{Format, Size};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// One clip in one codec.
#[derive(Debug)]
pub(super) struct Lab {
    pub(super) clip: &'static str,
    pub(super) codec: VideoCodec,
    pub(super) master: Master,
    /// Where its encodes and measurements are kept; its alone.
    pub(super) folder: PathBuf,
}

/// A finished file, measured.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    /// The file.
    pub(super) file: PathBuf,
    /// Its picture.
    pub(super) size: Size,
    /// Frames in order: bytes and VMAF v1.
    pub(super) frames: Vec<(u64, f64)>,
    /// Processor seconds of the encoder; 0 where that was counted elsewhere.
    pub(super) encode_cpu_s: f64,
    /// Processor seconds of VMAF v1.
    pub(super) metric_cpu_s: f64,
    /// Mean bitrate in bits per second.
    pub(super) rate_bps: f64,
}

impl Measured {
    /// Mean VMAF v1.
    pub(super) fn vmaf(&self) -> f64 {
        mean(&self.scores())
    }

    /// 5th percentile of the frames' VMAF v1.
    pub(super) fn p5(&self) -> f64 {
        percentile_5(&self.scores())
    }

    fn scores(&self) -> Vec<f64> {
        self.frames.iter().map(|(_, vmaf)| *vmaf).collect()
    }

    /// Its shots, given where they begin.
    pub(super) fn shots(&self, starts: &[usize]) -> Vec<ShotScore> {
        let ends = starts.iter().skip(1).copied().chain([self.frames.len()]);
        let shot = |(&start, end): (&usize, usize)| {
            let frames = &self.frames[start..end];
            ShotScore {
                bits: frames.iter().map(|(bytes, _)| *bytes as f64 * 8.0).sum(),
                frames: frames.iter().map(|(_, vmaf)| *vmaf).collect(),
            }
        };
        starts.iter().zip(ends).map(shot).collect()
    }
}

impl Lab {
    /// What the codec's pictures have in common.
    pub(super) fn format(&self) -> Format {
        Format { codec: self.codec, transfer: Transfer::Sdr }
    }

    fn bit_depth(&self) -> u8 {
        encode::command::bit_depth(self.format())
    }

    /// Keyframes of all that the product is compared with: the product's own when the clip was first measured. A later
    /// product that places them otherwise is told of, and compared with the same encodes.
    pub(super) fn keyframes(&self, ours: &[u64]) -> Result<Vec<u64>> {
        let path = self.folder.with_file_name("keyframes.txt");
        let listed = || Ok(ours.iter().map(u64::to_string).collect::<Vec<_>>().join(" "));
        let first: Vec<u64> =
            kept(&path, listed)?.split(' ').map(str::parse).collect::<std::result::Result<_, _>>()?;
        if first != ours {
            println!("{}: ours has other keyframes than its rivals: {ours:?}, not {first:?}", self.clip);
        }
        Ok(first)
    }

    /// Measures the file that `make` writes to the path it is given; `inputs` are all that it depends on.
    pub(super) fn encode(
        &self,
        label: &str,
        size: Size,
        inputs: &impl Hash,
        make: impl FnOnce(&Path) -> Result,
    ) -> Result<Measured> {
        let name = self.name(label, inputs);
        let file = self.folder.join(format!("{name}.mp4"));
        self.measure(&name, &file, size, || {
            let part = self.folder.join(format!("{name}.part.mp4"));
            make(&part)?;
            Ok(std::fs::rename(part, &file)?)
        })
    }

    /// Measures a file that is there and whose path tells its content.
    pub(super) fn finished(&self, label: &str, size: Size, file: &Path) -> Result<Measured> {
        self.measure(&self.name(label, &file), file, size, || Ok(()))
    }

    /// The metrics beside VMAF v1.
    pub(super) fn beside(&self, measured: &Measured) -> Result<Beside> {
        let path = self.folder.join(format!("{}.beside.tsv", self.name("beside", &measured.file)));
        let text = kept(&path, || {
            let Beside { neg, xpsnr_db } =
                score::beside(&self.master, &measured.file, self.bit_depth(), &self.folder)?;
            Ok(format!("{neg}\t{xpsnr_db}\n"))
        })?;
        match numbers(&text)[..] {
            [neg, xpsnr_db] => Ok(Beside { neg, xpsnr_db }),
            _ => Err(damaged(&path)),
        }
    }

    fn name(&self, label: &str, inputs: &impl Hash) -> String {
        let mut hasher = DefaultHasher::new();
        inputs.hash(&mut hasher);
        format!("{label}-{:08x}", hasher.finish() as u32)
    }

    fn measure(
        &self,
        name: &str,
        file: &Path,
        size: Size,
        make: impl FnOnce() -> Result,
    ) -> Result<Measured> {
        let path = self.folder.join(format!("{name}.tsv"));
        let text = kept(&path, || {
            println!("{} {}: {name}", self.clip, self.codec);
            let ((), encode_cpu_s) = timed(make)?;
            let (scores, metric_cpu_s) =
                timed(|| score::vmaf(&self.master, file, self.bit_depth(), &self.folder))?;
            let mut text = format!("{encode_cpu_s}\t{metric_cpu_s}\n");
            for ((bytes, _), vmaf) in score::frames(file)?.iter().zip(scores) {
                let _ = writeln!(text, "{bytes}\t{vmaf}"); // writing to a String cannot fail
            }
            Ok(text)
        })?;
        self.read(&text, file, size).ok_or_else(|| damaged(&path))
    }

    fn read(&self, text: &str, file: &Path, size: Size) -> Option<Measured> {
        let pairs: Vec<Vec<f64>> = text.lines().map(numbers).collect();
        let pair = |numbers: &Vec<f64>| Some((*numbers.first()?, *numbers.get(1)?));
        let ((encode_cpu_s, metric_cpu_s), frames) = (pair(pairs.first()?)?, pairs.get(1..)?);
        let frames: Vec<(u64, f64)> = frames
            .iter()
            .map(|frame| pair(frame).map(|(bytes, vmaf)| (bytes as u64, vmaf)))
            .collect::<Option<_>>()?;
        let bytes: u64 = frames.iter().map(|(bytes, _)| bytes).sum();
        let rate_bps = bytes as f64 * 8.0 / self.master.seconds();
        let complete = frames.len() as u64 == self.master.frames;
        complete.then(|| Measured {
            file: file.to_owned(),
            size,
            frames,
            encode_cpu_s,
            metric_cpu_s,
            rate_bps,
        })
    }
}

/// The text at `path`; made and kept where there is none.
fn kept(path: &Path, make: impl FnOnce() -> Result<String>) -> Result<String> {
    if let Ok(text) = std::fs::read_to_string(path) {
        return Ok(text);
    }
    let text = make()?;
    let part = path.with_extension("part");
    std::fs::write(&part, &text)?;
    std::fs::rename(part, path)?;
    Ok(text)
}

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

fn damaged(path: &Path) -> Box<dyn std::error::Error + Send + Sync> {
    format!("{} is no measurement of this clip; delete it", path.display()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::FrameRate;

    #[test]
    fn measurements_are_read_back() {
        let size = Size { width: 640, height: 360 };
        let master = Master { path: "m".into(), size, rate: FrameRate { num: 2, den: 1 }, frames: 3 };
        let lab = Lab { clip: "c", codec: VideoCodec::H264, master, folder: "f".into() };
        let measured = lab.read("1.5\t2\n100\t90\n50\t80\n25\t85.5\n", Path::new("a"), size).unwrap();
        assert_eq!((measured.encode_cpu_s, measured.metric_cpu_s), (1.5, 2.0));
        // 175 bytes in 1.5 s.
        assert!((measured.rate_bps - 933.33).abs() < 0.01 && measured.p5() == 80.0);
        let bits: Vec<f64> = measured.shots(&[0, 2]).iter().map(|shot| shot.bits).collect();
        assert_eq!(bits, [1200.0, 200.0]);
        assert_eq!(lab.read("1.5\t2\n100\t90\n", Path::new("a"), size), None);
    }
}
