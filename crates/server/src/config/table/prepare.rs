//! Settings of preparation.

use super::super::Setting;
use super::super::values::{put, put_list, put_or_none, put_or_none_within, put_within};

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "prepare.vmaf_target",
        help: "VMAF that the top rung aims at, 70 to 99.",
        get: |c| c.prepare.vmaf_target.to_string(),
        set: |c, v| put_within(&mut c.prepare.vmaf_target, v, 70.0, 99.0),
    },
    Setting {
        key: "prepare.vmaf_floor",
        help: "VMAF that the top rung must reach, or the report says why it cannot; 70 to 99.",
        get: |c| c.prepare.vmaf_floor.to_string(),
        set: |c, v| put_within(&mut c.prepare.vmaf_floor, v, 70.0, 99.0),
    },
    Setting {
        key: "prepare.vmaf_model",
        help: "VMAF model built into libvmaf. Empty: v1 for the film's size, `vmaf_v1.0.16_3d0h` or, towards 2160 lines, `vmaf_v1.0.16_1d5h_2160`.",
        get: |c| c.prepare.vmaf_model.clone().unwrap_or_default(),
        set: |c, v| put_or_none(&mut c.prepare.vmaf_model, v),
    },
    Setting {
        key: "prepare.vmaf_subsample_trials",
        help: "Score every n-th frame of trial encodes, 1 to 10; odd is better, as every second frame may be a coarser one.",
        get: |c| c.prepare.vmaf_subsample_trials.to_string(),
        set: |c, v| put_within(&mut c.prepare.vmaf_subsample_trials, v, 1, 10),
    },
    Setting {
        key: "prepare.vmaf_subsample_finals",
        help: "Score every n-th frame of final encodes, 1 to 10.",
        get: |c| c.prepare.vmaf_subsample_finals.to_string(),
        set: |c, v| put_within(&mut c.prepare.vmaf_subsample_finals, v, 1, 10),
    },
    Setting {
        key: "prepare.metrics_subsample",
        help: "Score every n-th frame of finished renditions by VMAF NEG and XPSNR beside VMAF, 1 to 25; 0: not at all.",
        get: |c| c.prepare.metrics_subsample.to_string(),
        set: |c, v| put_within(&mut c.prepare.metrics_subsample, v, 0, 25),
    },
    Setting {
        key: "prepare.codecs",
        help: "Video codecs: `all`; `demand`, by which a codec beside H.264 is added when the traffic it saves pays for its encode; or a list such as `h264,av1`. H.264 is always made.",
        get: |c| c.prepare.codecs.to_string(),
        set: |c, v| put(&mut c.prepare.codecs, v),
    },
    Setting {
        key: "prepare.film_grain",
        help: "Strength of the film grain that AV1 takes out of the picture and the player puts back, 1 to 50; 0: none. Quality is measured without the grain.",
        get: |c| c.prepare.film_grain.to_string(),
        set: |c, v| put_within(&mut c.prepare.film_grain, v, 0, 50),
    },
    Setting {
        key: "prepare.watched_h",
        help: "With `demand`: hours that the title has been watched until now.",
        get: |c| c.prepare.watched_h.to_string(),
        set: |c, v| put_within(&mut c.prepare.watched_h, v, 0.0, 1e12),
    },
    Setting {
        key: "prepare.price_core_hour",
        help: "With `demand`: price of an hour of one core, in any currency.",
        get: |c| c.prepare.prices.core_hour.to_string(),
        set: |c, v| put_within(&mut c.prepare.prices.core_hour, v, 0.0, 1e6),
    },
    Setting {
        key: "prepare.price_gigabyte",
        help: "With `demand`: price of a gigabyte sent to viewers, in the same currency.",
        get: |c| c.prepare.prices.gigabyte.to_string(),
        set: |c, v| put_within(&mut c.prepare.prices.gigabyte, v, 0.0, 1e6),
    },
    Setting {
        key: "prepare.audio_codecs",
        help: "Audio codecs beside AAC stereo, with commas between: `aac` (5.1, where the master has it), `eac3` (5.1), `opus`. Empty: none.",
        get: |c| c.prepare.audio_codecs.iter().map(|codec| codec.name()).collect::<Vec<_>>().join(","),
        set: |c, v| put_list(&mut c.prepare.audio_codecs, v),
    },
    Setting {
        key: "prepare.audio_bitrate_bps",
        help: "Bitrate of a stereo audio track in bits per second, 64000 to 320000.",
        get: |c| c.prepare.audio_bitrate_bps.to_string(),
        set: |c, v| put_within(&mut c.prepare.audio_bitrate_bps, v, 64_000, 320_000),
    },
    Setting {
        key: "prepare.protection",
        help: "How titles are encrypted: none, cenc or cbcs. With none they play without a licence, and everywhere; else over https or on localhost only.",
        get: |c| c.prepare.protection.scheme.to_string(),
        set: |c, v| put(&mut c.prepare.protection.scheme, v),
    },
    Setting {
        key: "prepare.clear_lead_s",
        help: "Seconds at the start of a protected title that stay clear, 0 to 600, so that it begins while the licence is on its way.",
        get: |c| c.prepare.protection.clear_lead_s.to_string(),
        set: |c, v| put_within(&mut c.prepare.protection.clear_lead_s, v, 0.0, 600.0),
    },
    Setting {
        key: "prepare.key_period_s",
        help: "Seconds of a protected title after which another key is used, 0 to 86400. 0: one key for the whole title. At most 25 periods: a Clear Key licence has 128 keys.",
        get: |c| c.prepare.protection.key_period_s.to_string(),
        set: |c, v| put_within(&mut c.prepare.protection.key_period_s, v, 0.0, 86_400.0),
    },
    Setting {
        key: "prepare.key_systems",
        help: "Key systems that protected titles name: common, widevine, playready, fairplay, each with `=URL` where manifests shall say where its licences are.",
        get: |c| c.prepare.protection.systems.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        set: |c, v| put_list(&mut c.prepare.protection.systems, v),
    },
    Setting {
        key: "prepare.keep_mezzanine",
        help: "Whether the lossless mezzanine is kept after publishing (about 15 MB for a second of 1080p): true or false.",
        get: |c| c.prepare.keep_mezzanine.to_string(),
        set: |c, v| put(&mut c.prepare.keep_mezzanine, v),
    },
    Setting {
        key: "prepare.threads",
        help: "Steps that run at once, 1 to 1024. Empty: one for each core.",
        get: |c| c.prepare.threads.map(|n| n.to_string()).unwrap_or_default(),
        set: |c, v| put_or_none_within(&mut c.prepare.threads, v, 1, 1024),
    },
    Setting {
        key: "prepare.memory_bytes",
        help: "Memory that steps may use together, in bytes, from 268435456 on. Empty: three quarters of what is free.",
        get: |c| c.prepare.memory_bytes.map(|n| n.to_string()).unwrap_or_default(),
        set: |c, v| put_or_none_within(&mut c.prepare.memory_bytes, v, 256 << 20, u64::MAX),
    },
];
