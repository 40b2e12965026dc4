//! The one measure for everything that is compared: the finished file against the master, at the master's size.
//!
//! Owns what is counted (bits of frames, without the container) and how pictures are enlarged. VMAF v1 is apart from
//! the metrics beside it, since only its cost belongs to a search.

use super::clip::Master;
use super::tool::{ffmpeg, probe};
use crate::shell::{Result, quiet};
use media::Size;
use std::path::Path;

/// The model in which everybody is judged, and the product aims.
pub(super) const MODEL: &str = "vmaf_v1.0.16_3d0h";
/// The model beside it that does not reward enhancement.
const MODEL_NEG: &str = "vmaf_v0.6.1neg";
/// Least shorter side that the model judges: under it some of its features fail, and the same loss scores up to 2 better.
const SHORTER_SIDE_MIN: u32 = 360;
/// How smaller pictures are enlarged: as players do.
const ENLARGE: &str = "bicubic+accurate_rnd+full_chroma_int";

/// The metrics beside VMAF v1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Beside {
    /// Mean VMAF v0.6.1 NEG.
    pub(super) neg: f64,
    /// XPSNR in dB over the whole clip, luma six times each chroma plane (as JVET weighs planes in 4:2:0).
    pub(super) xpsnr_db: f64,
}

/// VMAF v1 of every frame.
pub(super) fn vmaf(master: &Master, file: &Path, bit_depth: u8, folder: &Path) -> Result<Vec<f64>> {
    let libvmaf = format!("libvmaf=model=version={MODEL}:n_threads=1:log_fmt=csv:log_path=v1.csv:shortest=1");
    let mut run = compared(master, file);
    run.arg(format!("{};[d][r]{libvmaf}", sides(master, bit_depth))).args(["-f", "null", "-"]);
    quiet(run.current_dir(folder))?;
    let frames = column(&std::fs::read_to_string(folder.join("v1.csv"))?, "vmaf")?;
    if frames.len() as u64 != master.frames {
        return Err(format!("{}: {} frames, not {}", file.display(), frames.len(), master.frames).into());
    }
    Ok(frames)
}

/// The metrics beside it.
pub(super) fn beside(master: &Master, file: &Path, bit_depth: u8, folder: &Path) -> Result<Beside> {
    let libvmaf =
        format!("libvmaf=model=version={MODEL_NEG}:n_threads=1:log_fmt=csv:log_path=neg.csv:shortest=1[a]");
    let mut run = compared(master, file);
    // ffmpeg's XPSNR misreads rows of more than 8 bits that do not end at a multiple of 64.
    let is_misread = bit_depth > 8 && !compared_at(master.size).width.is_multiple_of(64);
    let depth = if is_misread { "format=yuv420p" } else { "null" };
    run.arg(format!(
        "{};[d]split[d1][d2];[r]split[r1][r2];[d1][r1]{libvmaf};\
         [d2]{depth}[d3];[r2]{depth}[r3];[r3][d3]xpsnr=stats_file=xpsnr.txt:shortest=1[b]",
        sides(master, bit_depth)
    ));
    quiet(
        run.args(["-map", "[a]", "-f", "null", "-", "-map", "[b]", "-f", "null", "-"]).current_dir(folder),
    )?;
    let neg = column(&std::fs::read_to_string(folder.join("neg.csv"))?, "vmaf")?;
    let xpsnr_db = xpsnr(&std::fs::read_to_string(folder.join("xpsnr.txt"))?)?;
    Ok(Beside { neg: super::hull::mean(&neg), xpsnr_db })
}

/// Bytes of every frame in the order of presentation, and whether a viewer can start with it.
pub(super) fn frames(file: &Path) -> Result<Vec<(u64, bool)>> {
    packets(&probe(file, &["-show_entries", "packet=pts,size,flags"])?)
}

/// ffmpeg with both files opened, up to the filter graph.
fn compared(master: &Master, file: &Path) -> std::process::Command {
    let mut run = ffmpeg();
    run.args(["-filter_complex_threads", "1", "-threads", "1", "-i"]).arg(file);
    run.args(["-threads", "1", "-i"]).arg(&master.path).args(["-fps_mode", "passthrough", "-filter_complex"]);
    run
}

/// The graph that makes `[d]` of the file and `[r]` of the master: same size, same numbers, and the depth of the encode.
/// (At ten bits VMAF v1 sees bands in an eight-bit picture that is shown as it is, and none in one that is enlarged:
/// smaller sizes would win.)
fn sides(master: &Master, bit_depth: u8) -> String {
    let (size, rate) = (compared_at(master.size), master.rate);
    let pixels = if bit_depth == 8 { "yuv420p" } else { "yuv420p10le" };
    let numbered = format!("format={pixels},settb={}/{},setpts=N", rate.den, rate.num);
    let side = format!("scale={}:{}:flags={ENLARGE},{numbered}", size.width, size.height);
    format!("[0:v]{side}[d];[1:v]{side}[r]")
}

/// The master's size, or enlarged to what the model can judge, as the product does.
fn compared_at(master: Size) -> Size {
    let shorter = master.width.min(master.height);
    if shorter >= SHORTER_SIDE_MIN {
        return master;
    }
    let enlarged = |side: u32| {
        let scaled = f64::from(side) * f64::from(SHORTER_SIDE_MIN) / f64::from(shorter);
        (scaled / 2.0).round() as u32 * 2
    };
    Size { width: enlarged(master.width), height: enlarged(master.height) }
}

/// The column called `name` of libvmaf's log.
fn column(csv: &str, name: &str) -> Result<Vec<f64>> {
    let mut lines = csv.lines();
    let at = lines.next().and_then(|head| head.split(',').position(|column| column == name));
    let at = at.ok_or_else(|| format!("libvmaf's log has no column {name}"))?;
    let value = |line: &str| line.split(',').nth(at)?.parse::<f64>().ok();
    lines
        .map(|line| value(line).ok_or_else(|| format!("not a line of libvmaf's log: {line}").into()))
        .collect()
}

/// The last line of the XPSNR filter's file: `XPSNR average, 240 frames  y: 41.0 u: 44.0 v: 45.0 (minimum: 41.0)`.
fn xpsnr(text: &str) -> Result<f64> {
    let words: Vec<&str> = text.lines().last().unwrap_or_default().split_whitespace().collect();
    let plane = |name: &str| -> Option<f64> {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1)?.parse().ok()
    };
    match (plane("y:"), plane("u:"), plane("v:")) {
        (Some(y), Some(u), Some(v)) => Ok((6.0 * y + u + v) / 8.0),
        _ => Err("the XPSNR filter wrote no average".into()),
    }
}

/// Packets `pts|size|flags`, sorted by time.
fn packets(text: &str) -> Result<Vec<(u64, bool)>> {
    let wrong = |line: &str| format!("not a packet of ffprobe: {line}");
    let mut packets = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [pts, size, flags, ..] = fields[..] else { return Err(wrong(line).into()) };
        packets.push((
            pts.parse::<i64>().map_err(|_| wrong(line))?,
            size.parse::<u64>()?,
            flags.contains('K'),
        ));
    }
    packets.sort_unstable();
    Ok(packets.into_iter().map(|(_, bytes, key)| (bytes, key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_read() {
        let csv = "Frame,integer_motion,vmaf,\n0,1.5,97.25,\n1,2.0,90,\n";
        assert_eq!(column(csv, "vmaf").unwrap(), [97.25, 90.0]);
        assert!(column(csv, "neg").is_err() && column("Frame,vmaf,\n0,x,\n", "vmaf").is_err());
        let text = "n:    1  XPSNR y: inf  XPSNR u: inf  XPSNR v: inf\n\n\
                    XPSNR average, 2 frames  y: 40.0000  u: 44.0000  v: 48.0000  (minimum: 40.0000)\n";
        assert_eq!(xpsnr(text).unwrap(), 41.5);
        assert!(xpsnr("").is_err());
    }

    #[test]
    fn packets_come_in_the_order_of_presentation() {
        assert_eq!(
            packets("0|900|K__\n2|300|___\n1|20|___\n").unwrap(),
            [(900, true), (20, false), (300, false)]
        );
        assert!(packets("N/A|900|K__").is_err());
    }
}
