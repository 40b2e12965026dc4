//! Pictures beside the film: the poster, and thumbnails for seeking.
//!
//! Owns which frame the poster is and how thumbnails are spaced.

use super::step;
use crate::flow::Context;
use crate::jobs::ladder::Laddered;
use crate::jobs::picture;
use crate::step::{Cost, Output};
use crate::workshop::Made;
use media::Format;
use media::package::Thumbnails;
use media::picture::{Size, Transfer};
use media::shot::ShotList;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Mean luma below which a shot is too dark for a poster, and above which it is a flash or a blank.
const POSTER_BRIGHTNESS: std::ops::RangeInclusive<f64> = 40.0..=210.0;
/// Share of the film that the poster is taken from: the end is not given away.
const POSTER_SHARE: f64 = 0.66;

/// Longer side of a seek thumbnail in pixels: what fits over a seek bar.
const TILE_SIDE: u32 = 240;
/// Tiles in a row of a sheet.
const COLUMNS: u32 = 5;
/// Rows of a sheet: small sheets, so that the first thumbnail comes soon.
const ROWS: u32 = 5;
/// Seconds from one thumbnail to the next.
const TILE_INTERVAL_S: f64 = 2.0;

const POSTER_FILE: &str = "poster.jpg";
const POSTER_SIZE_FILE: &str = "poster.json";
const GRID_FILE: &str = "grid.json";

/// Thumbnail sheets in the store.
#[derive(Debug, Clone)]
pub struct Sheets {
    /// The sheets by file name, which is their order.
    pub outputs: BTreeMap<String, Output>,
    /// How tiles lie on them.
    pub grid: Grid,
}

impl Sheets {
    /// The package's description.
    pub fn describe(&self) -> Thumbnails {
        Thumbnails {
            sheets: self.outputs.keys().cloned().collect(),
            tile: Size { width: self.grid.tile_width, height: self.grid.tile_height },
            columns: COLUMNS,
            rows: ROWS,
            tiles: self.grid.tiles,
            interval_s: self.grid.interval_s,
            sheet_bytes_max: self.outputs.values().map(|sheet| sheet.bytes).max().unwrap_or(0),
        }
    }
}

/// How tiles lie on the sheets; a step output.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Grid {
    tile_width: u32,
    tile_height: u32,
    tiles: u32,
    interval_s: f64,
}

impl Grid {
    fn new(made: &codec::still::Sheets) -> Grid {
        let Size { width, height } = made.tile;
        Grid { tile_width: width, tile_height: height, tiles: made.tiles, interval_s: made.interval_s }
    }
}

/// Makes the poster.
pub(super) async fn poster(ctx: &Context, laddered: &Laddered) -> anyhow::Result<(Output, Size)> {
    let analysed = &laddered.analysed;
    let conform = &analysed.ingested.master.conform;
    let frame = poster_frame(&analysed.shots);
    let params = vec![("frame", frame.to_string()), ("rate", conform.rate.to_string())];
    let work = |folder: PathBuf| async move {
        let mezzanine = analysed.mezzanine_file(ctx, Transfer::Sdr).await?;
        let job = codec::still::PosterJob {
            mezzanine: &mezzanine,
            rate: conform.rate,
            size: conform.size,
            frame,
            folder: &folder,
            file_name: POSTER_FILE,
        };
        let made = codec::still::poster(&ctx.tools, &job).await?;
        let size = [made.size.width, made.size.height];
        tokio::fs::write(folder.join(POSTER_SIZE_FILE), serde_json::to_vec(&size)?).await?;
        let files = [POSTER_FILE, POSTER_SIZE_FILE].map(str::to_owned).to_vec();
        Ok(Made { files, cost: Cost::from(made.usage) })
    };
    let finished = step(
        ctx,
        "poster",
        params,
        analysed.mezzanine(Transfer::Sdr),
        picture::need(conform.size, Format::BASE),
        work,
    )
    .await?;
    let size = ctx.workshop.read(finished.output(POSTER_SIZE_FILE)?).await?;
    let [width, height]: [u32; 2] = serde_json::from_slice(&size)?;
    Ok((finished.output(POSTER_FILE)?.clone(), Size { width, height }))
}

/// Makes the thumbnail sheets.
pub(super) async fn thumbnails(ctx: &Context, laddered: &Laddered) -> anyhow::Result<Sheets> {
    let analysed = &laddered.analysed;
    let conform = &analysed.ingested.master.conform;
    let frames = analysed.shots.frames();
    let params = vec![
        ("frames", frames.to_string()),
        ("rate", conform.rate.to_string()),
        ("grid", format!("{TILE_SIDE} {COLUMNS}x{ROWS} {TILE_INTERVAL_S}")),
    ];
    let work = |folder: PathBuf| async move {
        let mezzanine = analysed.mezzanine_file(ctx, Transfer::Sdr).await?;
        let job = codec::still::SheetsJob {
            mezzanine: &mezzanine,
            rate: conform.rate,
            size: conform.size,
            frames,
            interval_s: TILE_INTERVAL_S,
            tile_side: TILE_SIDE,
            columns: COLUMNS,
            rows: ROWS,
            folder: &folder,
        };
        let made = codec::still::sheets(&ctx.tools, &job, &mut |_| {}).await?;
        let grid = Grid::new(&made);
        tokio::fs::write(folder.join(GRID_FILE), serde_json::to_vec_pretty(&grid)?).await?;
        let files = made.files.into_iter().chain([GRID_FILE.to_owned()]).collect();
        Ok(Made { files, cost: Cost::from(made.usage) })
    };
    let mut finished = step(
        ctx,
        "thumbnails",
        params,
        analysed.mezzanine(Transfer::Sdr),
        picture::need(conform.size, Format::BASE),
        work,
    )
    .await?;
    let grid: Grid = serde_json::from_slice(&ctx.workshop.read(finished.output(GRID_FILE)?).await?)?;
    finished.outputs.remove(GRID_FILE);
    Ok(Sheets { outputs: finished.outputs, grid })
}

/// The frame that stands for the film: the middle of the most detailed shot that is neither dark nor blank, not from
/// the film's end; the film's middle where there is none.
fn poster_frame(shots: &ShotList) -> u64 {
    let last = (shots.frames() as f64 * POSTER_SHARE) as u64;
    let fits = |shot: &&media::shot::Shot| {
        shot.frames.start <= last && POSTER_BRIGHTNESS.contains(&shot.complexity.brightness)
    };
    let detail = |shot: &&media::shot::Shot| shot.complexity.detail;
    let best = shots.shots.iter().filter(fits).max_by(|a, b| detail(a).total_cmp(&detail(b)));
    best.map_or(shots.frames() / 2, |shot| shot.frames.start + shot.frames.len() / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::shot::{Complexity, Shot};
    use media::timebase::FrameRange;

    #[test]
    fn the_poster_is_bright_detailed_and_no_spoiler() {
        let shot = |start, end, brightness, detail| Shot {
            frames: FrameRange { start, end },
            complexity: Complexity { motion: 0.0, detail, brightness, ..Complexity::default() },
            cut_score: 1.0,
        };
        for (shots, expected) in [
            (vec![shot(0, 100, 100.0, 5.0), shot(100, 200, 100.0, 9.0), shot(200, 300, 100.0, 99.0)], 150),
            (vec![shot(0, 100, 100.0, 5.0), shot(100, 200, 3.0, 9.0)], 50),
            (vec![shot(0, 100, 0.0, 0.0)], 50),
            (vec![shot(0, 1, 0.0, 0.0)], 0),
        ] {
            assert_eq!(poster_frame(&ShotList { shots }), expected);
        }
    }
}
