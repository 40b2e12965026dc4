//! HEVC by x265: Main 10, parameter sets in the sample entry alone (`hvc1`).

use super::{Hdr, Settings, VBV_S, pixel_format};
use crate::level::hevc;
use media::picture::{ContentLight, MasteringDisplay, Transfer};
use media::rung::Effort;

pub(super) fn options(settings: &Settings) -> Vec<(&'static str, String)> {
    let preset = match settings.effort {
        Effort::Probe => "ultrafast",
        Effort::Final => "fast",
    };
    vec![
        ("-c:v", "libx265".to_owned()),
        ("-preset", preset.into()),
        ("-profile:v", "main10".into()),
        ("-pix_fmt", pixel_format(settings.format)),
        ("-crf", settings.crf.to_string()),
        ("-forced-idr", "1".into()),
        ("-tag:v", "hvc1".into()),
        ("-x265-params", params(settings)),
    ]
}

fn params(settings: &Settings) -> String {
    let level = hevc::lowest(settings.size, settings.rate, settings.bitrate_bps_max.unwrap_or(0));
    let mut params: Vec<String> = [
        // One thread and no pool: the same bytes whatever the machine.
        "pools=none",
        "frame-threads=1",
        "open-gop=0",
        "scenecut=0",
        // -1 is "never of its own".
        "keyint=-1",
        "repeat-headers=0",
        // No notes of the encoder to itself: they differ from quality to quality.
        "info=0",
        "hrd=0",
        "high-tier=0",
        "log-level=error",
    ]
    .map(str::to_owned)
    .into();
    params.push(format!("level-idc={}", level.number));
    if let Some(cap_bps) = settings.bitrate_bps_max {
        params.push(format!("vbv-maxrate={}", cap_bps / 1000));
        params.push(format!("vbv-bufsize={}", cap_bps * VBV_S / 1000));
    }
    if settings.format.transfer == Transfer::Pq {
        params.push("hdr10-opt=1".into());
        params.extend(grading(settings.hdr.unwrap_or_default()));
    }
    params.join(":")
}

/// The SEI messages of HDR10 (Rec. ITU-T H.265, D.3.28 and D.3.35), in x265's notation and the streams' units.
fn grading(hdr: Hdr) -> Vec<String> {
    let display = |display: MasteringDisplay| format!("master-display={display}");
    let light = |light: ContentLight| format!("max-cll={},{}", light.max, light.frame_average_max);
    hdr.mastering.map(display).into_iter().chain(hdr.light.map(light)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grading_is_written_green_blue_red() {
        // A P3 display of 1000 cd/m², as in x265's own documentation.
        let mastering = MasteringDisplay {
            primaries: [(34000, 16000), (13250, 34500), (7500, 3000)],
            white: (15635, 16450),
            luminance_max: 10_000_000,
            luminance_min: 1,
        };
        let light = ContentLight { max: 1000, frame_average_max: 400 };
        let hdr = Hdr { mastering: Some(mastering), light: Some(light) };
        let display = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)";
        assert_eq!(grading(hdr), [display, "max-cll=1000,400"]);
        assert_eq!(grading(Hdr::default()), [""; 0]);
    }
}
