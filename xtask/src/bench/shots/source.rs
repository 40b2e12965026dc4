//! Where the truth set's pictures come from: parts of real clips that lie inside one shot each.
//!
//! Owns the two lists of clips and the decoding. The lists share no clip: what a detector was tuned on says little
//! about what it does on others.

use super::compose::{CANVAS_HEIGHT, CANVAS_WIDTH, Picture};
use crate::root::{root, tools};
use crate::shell::{Result, command};
use std::process::Stdio;

/// A clip and the spans inside its shots.
#[derive(Debug)]
pub(super) struct Clip {
    /// Its file below `../shared/data`, the test data beside the repository.
    pub(super) file: &'static str,
    /// Filter before the scaling: takes black bars away, or every other frame.
    pub(super) filter: &'static str,
    /// Frames a second after that filter.
    pub(super) fps: f64,
    /// From and to, in seconds. People looked at them: there is no transition in one.
    pub(super) spans: &'static [(f64, f64)],
}

/// Clips to tune on.
pub(super) const TUNE: &[Clip] = &[
    Clip {
        file: "video/sintel_trailer_720p24.mp4",
        filter: "crop=1280:544,",
        fps: 24.0,
        spans: &[
            (3.0, 4.9),
            (5.7, 8.0),
            (12.7, 13.8),
            (18.9, 21.0),
            (22.4, 23.7),
            (23.95, 25.8),
            (26.0, 27.35),
            (28.9, 31.3),
            (32.7, 34.3),
            (36.2, 40.2),
        ],
    },
    Clip {
        file: "video/bbb_1080p24_30s_51.mp4",
        filter: "",
        fps: 24.0,
        spans: &[(2.2, 11.8), (11.95, 15.6), (15.9, 20.0)],
    },
    Clip {
        file: "video/highway_traffic_540p60.mp4",
        filter: "select='not(mod(n,2))',",
        fps: 29.97,
        spans: &[(0.1, 29.0)],
    },
    Clip { file: "video/handheld_crystal_480p30.mp4", filter: "", fps: 30.0, spans: &[(0.2, 11.5)] },
    Clip { file: "video/city_night_cc0_405p25.mpg", filter: "", fps: 25.0, spans: &[(0.1, 4.5), (4.8, 7.4)] },
    Clip {
        file: "video/popeye_sinbad_p1_1074p_pgs.mkv",
        filter: "",
        fps: 24.0,
        spans: &[(0.3, 12.2), (12.6, 27.2), (27.6, 39.8), (40.3, 45.0), (45.5, 61.8)],
    },
    Clip {
        file: "formats/concert_60s.mp4",
        filter: "crop=176:96:0:24,",
        fps: 24.0,
        spans: &[
            (7.7, 10.1),
            (10.2, 15.15),
            (16.5, 20.1),
            (20.3, 22.9),
            (23.1, 29.3),
            (30.95, 35.9),
            (36.1, 38.4),
            (40.05, 42.6),
            (42.75, 46.6),
            (49.6, 54.1),
            (54.2, 57.0),
            (57.1, 59.6),
        ],
    },
    Clip { file: "hdr/hdr10_pq_av1_720x1280_4s.mp4", filter: "", fps: 29.97, spans: &[(0.1, 4.0)] },
];

/// Clips to measure on, never to tune on.
pub(super) const HELD_OUT: &[Clip] = &[
    Clip {
        file: "video/tears_of_steel_battle_800x332.webm",
        filter: "",
        fps: 24.0,
        spans: &[
            (0.1, 2.0),
            (2.3, 4.9),
            (5.3, 6.4),
            (6.8, 9.0),
            (9.4, 12.7),
            (14.0, 18.8),
            (20.6, 25.5),
            (30.0, 32.6),
            (41.2, 46.7),
            (48.4, 49.9),
            (52.1, 53.3),
            (53.7, 55.9),
            (57.7, 59.4),
        ],
    },
    Clip { file: "video/handheld_rabbit_480p30.mp4", filter: "", fps: 30.0, spans: &[(0.2, 7.4)] },
    Clip { file: "video/parking_cars_topview_432p.mp4", filter: "", fps: 12.5, spans: &[(0.1, 29.5)] },
    Clip { file: "video/bbb_720p25_5s_51.mp4", filter: "", fps: 25.0, spans: &[(0.1, 5.0)] },
    Clip { file: "video/sign_language_book_480p30.mkv", filter: "", fps: 30.0, spans: &[(0.1, 3.5)] },
    Clip {
        file: "video/popeye_sinbad_p2_1074p_pgs.mkv",
        filter: "",
        fps: 24.0,
        spans: &[(0.4, 23.3), (27.8, 41.1), (41.7, 62.5)],
    },
    Clip {
        file: "video/popeye_sinbad_p3_1074p_pgs.mkv",
        filter: "",
        fps: 24.0,
        spans: &[(3.3, 13.6), (14.0, 21.9), (22.3, 30.5), (31.0, 44.4), (44.9, 55.4), (55.9, 63.0)],
    },
];

impl Clip {
    /// Whether it is here.
    pub(super) fn is_here(&self) -> bool {
        root().join(self.path()).exists()
    }

    fn path(&self) -> String {
        format!("../shared/data/{}", self.file)
    }

    /// `frames` pictures from `start_s` on; fewer where the clip ends.
    pub(super) fn pictures(&self, start_s: f64, frames: usize) -> Result<Vec<Picture>> {
        let (width, height) = (CANVAS_WIDTH, CANVAS_HEIGHT);
        let filter = format!(
            "{}scale={width}:{height}:force_original_aspect_ratio=increase:flags=area,crop={width}:{height},\
             format=rgb24",
            self.filter
        );
        let mut ffmpeg = command(tools().join("bin/ffmpeg"));
        ffmpeg.args(["-v", "error", "-nostdin", "-threads", "1", "-ss", &format!("{start_s:.3}"), "-i"]);
        ffmpeg.arg(self.path()).args(["-map", "0:v:0", "-vf", &filter, "-fps_mode", "passthrough"]);
        ffmpeg.args(["-frames:v", &frames.to_string(), "-f", "rawvideo", "-"]).stdin(Stdio::null());
        let output = ffmpeg.output()?;
        if !output.status.success() {
            return Err(format!("{}: {}", self.file, String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(output.stdout.chunks_exact(width * height * 3).map(<[u8]>::to_vec).collect())
    }
}
