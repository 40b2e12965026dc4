//! Mezzanine: the one decode of the master, to a lossless file in which every frame can be found by its number.
//!
//! Constant rate, square pixels, progressive, 4:2:0 BT.709 limited range, in 8 bits or, where the master has more, in
//! 10; MagicYUV in 8 bits, H.264 (`qp 0`) in 10, in QuickTime. At least every [`KEYFRAME_INTERVAL`]th frame is a keyframe,
//! and none is reordered. A master of high dynamic range gives a second one beside it, not tone-mapped, with what the
//! master says of its grading. In the same run each frame goes, reduced to 160x90 luma, to the analysis.

mod grading;
mod graph;

use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::error::Error;
use crate::{Tools, untrusted};
use media::facts::VideoFacts;
use media::master::Conform;
use media::picture::Transfer;
use media::{FrameRate, Size};
use std::ffi::OsString;
use std::path::Path;

/// Most frames from one keyframe to the next: a seek decodes 11 frames too many at worst.
pub const KEYFRAME_INTERVAL: u64 = 12;
/// Size of the analysis frames, one byte of luma (16 to 235) for each pixel: the upper half is the whole picture,
/// reduced; the lower half is the picture's centre in its own pixels, in which noise can be measured.
pub const ANALYSIS_SIZE: Size = Size { width: 160, height: 180 };
/// Decoder threads: enough for 8K, few enough to bound memory.
const DECODE_THREADS: &str = "4";
/// Filter threads: the filters work on bands of rows, so that their number changes no sample.
const FILTER_THREADS: &str = "4";
/// Encoder threads: fixed, as the bytes depend on their number.
const ENCODE_THREADS: &str = "4";
/// Every encode and every score decodes the mezzanine. MagicYUV takes half as much room again as H.264 without loss and
/// is decoded in a quarter of the time (96 frames of 1080p: 133 MB and 0.5 s, 86 MB and 1.9 s). ffmpeg has no 10-bit 4:2:0
/// in it.
const CODEC_8_BIT: [&str; 4] = ["-c:v", "magicyuv", "-pred", "gradient"];
const CODEC_10_BIT: [&str; 8] = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-bf", "0"];
/// File in the working folder that takes the first frame's time.
const START_FILE: &str = "start.txt";

/// One mezzanine to make.
#[derive(Debug)]
pub struct Job<'a> {
    /// The master.
    pub master: &'a Path,
    /// Its picture stream.
    pub video: &'a VideoFacts,
    /// What it is to become.
    pub conform: &'a Conform,
    /// An existing folder, empty and for this run alone.
    pub folder: &'a Path,
    /// Name of the QuickTime file to write in it.
    pub file_name: &'a str,
    /// Name of the file of high dynamic range to write as well; only for a master that has it.
    pub hdr_file_name: Option<&'a str>,
}

/// Which pictures are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    /// Bits of a sample in standard dynamic range, 8 or 10.
    bit_depth: u8,
    /// Whether the high dynamic range is kept as well.
    hdr: bool,
}

impl Job<'_> {
    fn wanted(&self) -> Wanted {
        let hdr = self.hdr_file_name.is_some() && self.conform.transfer != Transfer::Sdr;
        Wanted { bit_depth: bit_depth(self.video), hdr }
    }
}

/// Bits of a sample of the mezzanine in standard dynamic range: 10 where the master has more than 8.
pub fn bit_depth(video: &VideoFacts) -> u8 {
    if video.bit_depth > 8 { 10 } else { 8 }
}

fn pixel_format(bit_depth: u8) -> &'static str {
    if bit_depth > 8 { "yuv420p10le" } else { "yuv420p" }
}

/// What came of the decode.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Frames written, which is also the number of analysis frames.
    pub frames: u64,
    /// Packets that could not be decoded and frames that were decoded with damage.
    pub decode_errors: u64,
    /// The last of the decoder's complaints, one line each.
    pub complaints: Vec<String>,
    /// Time of the first frame on the master's timeline, in seconds from the start of the file. Sound and text
    /// that begin at this time belong to frame 0.
    pub picture_start_s: f64,
    /// What it used.
    pub usage: Usage,
}

/// Makes the mezzanine; `on_frame` gets each frame of [`ANALYSIS_SIZE`] in order.
///
/// # Errors
/// [`Error::Failed`] where not a single frame could be decoded, or another error of the run. Damage is no error:
/// it is counted.
pub async fn make(
    tools: &Tools,
    job: &Job<'_>,
    on_frame: &mut (dyn FnMut(&[u8]) + Send),
    on_progress: OnProgress<'_>,
) -> Result<Made, Error> {
    let (master, folder) = (absolute(job.master)?, absolute(job.folder)?);
    let mut frames = Frames::new(on_frame);
    let finished = Child::new(&tools.ffmpeg, "decode the master")
        .args(args(job, &master))
        .read(&master)
        .write_dir(&folder)
        .counts(is_decode_error)
        .reports_progress()
        .run(Stdout::Stream(&mut |bytes| frames.push(bytes)), on_progress)
        .await?;
    Ok(Made {
        frames: frames.count,
        decode_errors: finished.counted,
        complaints: finished.stderr,
        picture_start_s: read_start(&folder.join(START_FILE))?,
        usage: finished.usage,
    })
}

/// ffmpeg's arguments. Pure.
fn args(job: &Job<'_>, master: &Path) -> Vec<OsString> {
    let rate = job.conform.rate;
    let mut args: Vec<OsString> = Vec::new();
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&untrusted::QUIET);
    add(&["-v", "repeat+level+warning", "-max_error_rate", "1", "-filter_complex_threads", FILTER_THREADS]);
    add(&untrusted::master_options());
    add(&["-threads", DECODE_THREADS, "-i"]);
    args.push(untrusted::file_address(master));
    let graph = graph::graph(job.video, job.conform, job.wanted(), START_FILE);
    args.extend(["-filter_complex".into(), OsString::from(graph)]);
    args.extend(lossless("[mezzanine]", job.wanted().bit_depth, rate, job.file_name, &[]));
    if let Some(name) = job.hdr_file_name.filter(|_| job.wanted().hdr) {
        args.extend(lossless("[hdr]", 10, rate, name, &grading::x264_options(job.video)));
    }
    let analysis =
        ["-map", "[analysis]", "-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "rawvideo", "pipe:1"];
    args.extend(analysis.map(OsString::from));
    args
}

/// One lossless file, from this output of the graph.
fn lossless(output: &str, bit_depth: u8, rate: FrameRate, file_name: &str, more: &[String]) -> Vec<OsString> {
    let mut args: Vec<OsString> = Vec::new();
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&["-map", output, "-fps_mode", "passthrough"]);
    if bit_depth > 8 {
        add(&CODEC_10_BIT);
        add(&["-g", &KEYFRAME_INTERVAL.to_string(), "-sc_threshold", "0"]);
    } else {
        add(&CODEC_8_BIT);
    }
    add(&["-threads", ENCODE_THREADS]);
    add(&["-enc_time_base", &format!("{}/{}", rate.den, rate.num)]);
    add(&["-video_track_timescale", &rate.num.to_string()]);
    add(&crate::encode::BITEXACT);
    args.extend(more.iter().map(OsString::from));
    args.extend(["-f".into(), "mov".into(), OsString::from(format!("file:{file_name}"))]);
    args
}

/// Lines that ffmpeg writes once for each packet or frame that is lost or damaged (fftools/ffmpeg_dec.c).
fn is_decode_error(line: &str) -> bool {
    ["corrupt decoded frame", "Error submitting packet to decoder", "Decoding error"]
        .iter()
        .any(|mark| line.contains(mark))
}

/// Cuts a byte stream into frames.
struct Frames<'a> {
    open: Vec<u8>,
    count: u64,
    on_frame: &'a mut (dyn FnMut(&[u8]) + Send),
}

impl<'a> Frames<'a> {
    const BYTES: usize = (ANALYSIS_SIZE.width * ANALYSIS_SIZE.height) as usize;

    fn new(on_frame: &'a mut (dyn FnMut(&[u8]) + Send)) -> Frames<'a> {
        Frames { open: Vec::with_capacity(Self::BYTES), count: 0, on_frame }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let take = bytes.len().min(Self::BYTES - self.open.len());
            self.open.extend_from_slice(&bytes[..take]);
            bytes = &bytes[take..];
            if self.open.len() == Self::BYTES {
                (self.on_frame)(&self.open);
                self.count += 1;
                self.open.clear();
            }
        }
    }
}

/// The time in `frame:0 pts:512 pts_time:0.04`; 0 where no frame came.
fn read_start(path: &Path) -> Result<f64, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0.0),
        Err(error) => return Err(Error::file(path)(error)),
    };
    let time = text.split_once("pts_time:").and_then(|(_, rest)| rest.split_whitespace().next());
    Ok(time.and_then(|time| time.parse().ok()).unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_whatever_the_pieces() {
        let mut sums = Vec::new();
        let mut on_frame = |frame: &[u8]| sums.push((frame.len(), frame[0]));
        let mut frames = Frames::new(&mut on_frame);
        let bytes: Vec<u8> = (0..3u8).flat_map(|n| vec![n; Frames::BYTES]).collect();
        bytes.chunks(10_007).for_each(|piece| frames.push(piece));
        assert_eq!(frames.count, 3);
        assert_eq!(sums, [(28_800, 0), (28_800, 1), (28_800, 2)]);
    }
}
