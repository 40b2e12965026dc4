//! Stills from the mezzanine: the poster and the sheets of seek thumbnails, as JPEG.

use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::encode::{BITEXACT, SCALE_FLAGS, seek};
use crate::error::Error;
use crate::mezzanine::KEYFRAME_INTERVAL;
use crate::{Tools, untrusted};
use media::{FrameRate, Size};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The poster fits into this.
const POSTER_MAX: Size = Size { width: 1280, height: 720 };
/// JPEG quantiser scales (2 is best, 31 worst).
const POSTER_QUALITY: &str = "3";
const SHEET_QUALITY: &str = "5";
/// Most sheets of one film: 10,000 tiles at 10 x 10.
const SHEETS_MAX: u64 = 100;

/// One poster to make.
#[derive(Debug)]
pub struct PosterJob<'a> {
    /// The mezzanine.
    pub mezzanine: &'a Path,
    /// Its frame rate.
    pub rate: FrameRate,
    /// Its size.
    pub size: Size,
    /// The frame to show.
    pub frame: u64,
    /// An existing folder for this run.
    pub folder: &'a Path,
    /// Name of the JPEG to write in it.
    pub file_name: &'a str,
}

/// A poster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poster {
    /// Its size.
    pub size: Size,
    /// What it used.
    pub usage: Usage,
}

/// Makes the poster.
///
/// # Errors
/// Those of the run.
pub async fn poster(tools: &Tools, job: &PosterJob<'_>) -> Result<Poster, Error> {
    let (mezzanine, folder) = (absolute(job.mezzanine)?, absolute(job.folder)?);
    let size = fit(job.size, POSTER_MAX);
    let mut args = input_args(&seek(job.rate, job.frame), &mezzanine);
    args.extend(["-frames:v".into(), "1".into()]);
    args.extend(jpeg_args(&scale(size), POSTER_QUALITY));
    args.extend(["-update".into(), "1".into(), OsString::from(format!("file:{}", job.file_name))]);
    let child = Child::new(&tools.ffmpeg, "make the poster").args(args).read(&mezzanine).write_dir(&folder);
    let finished = child.run(Stdout::Null, &mut |_| {}).await?;
    Ok(Poster { size, usage: finished.usage })
}

/// Thumbnail sheets to make.
#[derive(Debug)]
pub struct SheetsJob<'a> {
    /// The mezzanine.
    pub mezzanine: &'a Path,
    /// Its frame rate.
    pub rate: FrameRate,
    /// Its size.
    pub size: Size,
    /// Its number of frames.
    pub frames: u64,
    /// Seconds from tile to tile, as wished; [`KEYFRAME_INTERVAL`] rounds it.
    pub interval_s: f64,
    /// Longer side of a tile in pixels: 240.
    pub tile_side: u32,
    /// Tiles in a row.
    pub columns: u32,
    /// Rows of a sheet.
    pub rows: u32,
    /// An existing folder for this run, which gets `sheet-000.jpg` and so on.
    pub folder: &'a Path,
}

/// Thumbnail sheets.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheets {
    /// File names in order.
    pub files: Vec<String>,
    /// Size of a tile.
    pub tile: Size,
    /// Number of tiles over all sheets.
    pub tiles: u32,
    /// Seconds from tile to tile, exactly; the first shows frame 0.
    pub interval_s: f64,
    /// What it used.
    pub usage: Usage,
}

/// Makes the sheets. Every [`KEYFRAME_INTERVAL`]th frame of the mezzanine is decoded, and no other.
///
/// # Errors
/// Those of the run.
pub async fn sheets(
    tools: &Tools,
    job: &SheetsJob<'_>,
    on_progress: OnProgress<'_>,
) -> Result<Sheets, Error> {
    let (mezzanine, folder) = (absolute(job.mezzanine)?, absolute(job.folder)?);
    let plan = plan(job);
    let others = format!(r"noise=drop=mod(n\,{KEYFRAME_INTERVAL})"); // packets that are left out before the decoder
    let mut args = input_args(&["-bsf:v".into(), others.into()], &mezzanine);
    let (columns, rows) = (job.columns.max(1), job.rows.max(1));
    let filters =
        format!("select='not(mod(n,{}))',{},tile={columns}x{rows}", plan.keyframes, scale(plan.tile));
    args.extend(jpeg_args(&filters, SHEET_QUALITY));
    args.extend(["-start_number", "0", "file:sheet-%03d.jpg"].map(OsString::from));
    let child =
        Child::new(&tools.ffmpeg, "make the seek thumbnails").args(args).read(&mezzanine).write_dir(&folder);
    let finished = child.reports_progress().run(Stdout::Null, on_progress).await?;
    let files = (0..plan.sheets).map(|sheet| format!("sheet-{sheet:03}.jpg")).collect();
    check_files(&folder, &files)?;
    let interval_s = job.rate.seconds(plan.keyframes * KEYFRAME_INTERVAL);
    Ok(Sheets { files, tile: plan.tile, tiles: plan.tiles as u32, interval_s, usage: finished.usage })
}

/// How the film is divided into tiles and sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    /// Decoded frames from tile to tile.
    keyframes: u64,
    tiles: u64,
    sheets: u64,
    tile: Size,
}

fn plan(job: &SheetsJob<'_>) -> Plan {
    let per_sheet = u64::from(job.columns.max(1)) * u64::from(job.rows.max(1));
    let wished = (job.interval_s * job.rate.fps() / KEYFRAME_INTERVAL as f64).round() as u64;
    let all = job.frames.div_ceil(KEYFRAME_INTERVAL);
    let keyframes = wished.max(all.div_ceil(SHEETS_MAX * per_sheet)).max(1);
    let tiles = all.div_ceil(keyframes).max(1);
    let side = Size { width: job.tile_side, height: job.tile_side };
    Plan { keyframes, tiles, sheets: tiles.div_ceil(per_sheet), tile: fit(job.size, side) }
}

fn check_files(folder: &Path, files: &Vec<String>) -> Result<(), Error> {
    for file in files {
        let path: PathBuf = folder.join(file);
        path.metadata().map_err(Error::file(&path))?;
    }
    Ok(())
}

/// The largest even size within `limit` that has the aspect of `size`; never larger than `size`.
fn fit(size: Size, limit: Size) -> Size {
    let (width, height) = (f64::from(size.width.max(1)), f64::from(size.height.max(1)));
    let factor = (f64::from(limit.width) / width).min(f64::from(limit.height) / height).min(1.0);
    let even = |side: f64| ((side * factor / 2.0).round() as u32).max(1) * 2;
    Size { width: even(width), height: even(height) }
}

fn scale(Size { width, height }: Size) -> String {
    format!("scale={width}:{height}:flags={SCALE_FLAGS}:in_range=tv:out_range=pc,format=yuvj420p")
}

fn input_args(before: &[OsString], mezzanine: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = untrusted::QUIET.map(OsString::from).into();
    args.extend(["-v", "error", "-filter_threads", "1"].map(OsString::from));
    args.extend(untrusted::own_options().map(OsString::from));
    args.extend_from_slice(before);
    args.extend(["-threads", "1", "-i"].map(OsString::from));
    args.push(untrusted::file_address(mezzanine));
    args
}

fn jpeg_args(filters: &str, quality: &str) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["-map", "0:v:0", "-vf", filters].map(OsString::from).into();
    args.extend(
        ["-fps_mode", "passthrough", "-c:v", "mjpeg", "-threads", "1", "-q:v", quality].map(OsString::from),
    );
    args.extend(BITEXACT.map(OsString::from));
    args.extend(["-f", "image2"].map(OsString::from));
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_fit_without_growing() {
        for (size, limit, expected) in [
            ((1920, 1080), (1280, 720), (1280, 720)),
            ((640, 360), (1280, 720), (640, 360)),
            ((720, 1280), (1280, 720), (406, 720)), // 405 is odd
            ((800, 332), (240, 240), (240, 100)),
            ((2, 2000), (240, 240), (2, 240)),
        ] {
            let size = Size { width: size.0, height: size.1 };
            let fitted = fit(size, Size { width: limit.0, height: limit.1 });
            assert_eq!((fitted.width, fitted.height), expected, "{size}");
        }
    }

    #[test]
    fn films_are_divided_into_sheets() {
        let check = |frames, interval_s, expected: (u64, u64, u64)| {
            let job = SheetsJob {
                mezzanine: Path::new("m"),
                rate: FrameRate { num: 24, den: 1 },
                size: Size { width: 1920, height: 1080 },
                frames,
                interval_s,
                tile_side: 240,
                columns: 10,
                rows: 10,
                folder: Path::new("."),
            };
            let Plan { keyframes, tiles, sheets, tile } = plan(&job);
            assert_eq!((keyframes, tiles, sheets), expected, "{frames} frames, {interval_s} s");
            assert_eq!(tile, Size { width: 240, height: 136 });
        };
        check(720, 5.0, (10, 6, 1));
        check(1, 5.0, (10, 1, 1));
        check(721, 5.0, (10, 7, 1));
        check(24 * 3600, 2.0, (4, 1800, 18));
        check(24 * 3600 * 10, 0.1, (8, 9000, 90)); // more than 100 sheets at each keyframe
    }
}
