//! AV1 by SVT-AV1: Main profile, 10-bit.

use super::{Hdr, Settings, pixel_format};
use crate::level::av1;
use media::picture::{ContentLight, MasteringDisplay, Transfer};
use media::rung::Effort;

pub(super) fn options(settings: &Settings) -> Vec<(&'static str, String)> {
    let preset = match settings.effort {
        Effort::Probe => "10",
        Effort::Final => "6",
    };
    vec![
        ("-c:v", "libsvtav1".to_owned()),
        ("-preset", preset.into()),
        ("-pix_fmt", pixel_format(settings.format)),
        ("-svtav1-params", params(settings)),
        // The sample entry's header is taken from the stream: the one that SVT-AV1 gives beforehand has other tools.
        ("-flags", "-global_header".into()),
        ("-bsf:v", "extract_extradata".into()),
    ]
}

fn params(settings: &Settings) -> String {
    let level = av1::lowest(settings.size, settings.rate, settings.bitrate_bps_max.unwrap_or(0));
    let mut params: Vec<String> = [
        "lp=1",
        "scd=0",
        // -1 is "never of its own".
        "keyint=-1",
        // Key frames and not forward ones: nothing before them is needed after.
        "irefresh-type=2",
        // For PSNR: also the best of the three by VMAF v1, by 2 to 15 % of the bits.
        "tune=1",
    ]
    .map(str::to_owned)
    .into();
    // Here and not as ffmpeg's option, which takes whole numbers alone.
    params.push(format!("crf={}", settings.crf));
    params.push(format!("level={}", level.number));
    if let Some(cap_bps) = settings.bitrate_bps_max {
        // Caps the mean of the encode, not its peak: two seconds that wanted 9.4 Mb/s came out at 2.2 under a cap of 2.0.
        params.push(format!("mbr={}", cap_bps / 1000));
    }
    if settings.film_grain > 0 {
        params.push(format!("film-grain={}:film-grain-denoise=1", settings.film_grain));
    }
    if settings.format.transfer == Transfer::Pq {
        params.extend(grading(settings.hdr.unwrap_or_default()));
    }
    params.join(":")
}

/// The metadata OBUs of HDR10 (AV1 specification, 5.8.3 and 5.8.4), in SVT-AV1's notation: chromaticities as
/// fractions, luminance in cd/m².
fn grading(hdr: Hdr) -> Vec<String> {
    let display = |display: MasteringDisplay| {
        let [red, green, blue] = display.primaries;
        let point = |(x, y): (u16, u16)| format!("({:.5},{:.5})", f64::from(x) / 50e3, f64::from(y) / 50e3);
        format!(
            "mastering-display=G{}B{}R{}WP{}L({:.4},{:.4})",
            point(green),
            point(blue),
            point(red),
            point(display.white),
            f64::from(display.luminance_max) / 1e4,
            f64::from(display.luminance_min) / 1e4
        )
    };
    let light = |light: ContentLight| format!("content-light={},{}", light.max, light.frame_average_max);
    hdr.mastering.map(display).into_iter().chain(hdr.light.map(light)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grading_is_written_in_fractions_and_candelas() {
        let mastering = MasteringDisplay {
            primaries: [(34000, 16000), (13250, 34500), (7500, 3000)],
            white: (15635, 16450),
            luminance_max: 10_000_000,
            luminance_min: 1,
        };
        let hdr = Hdr { mastering: Some(mastering), light: None };
        assert_eq!(
            grading(hdr),
            ["mastering-display=G(0.26500,0.69000)B(0.15000,0.06000)R(0.68000,0.32000)WP(0.31270,0.32900)\
              L(1000.0000,0.0001)"]
        );
    }
}
