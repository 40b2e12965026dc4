//! Settings of preparation that an operator may change.
//!
//! Owns their meaning and defaults. Where they come from (file, environment, flags) is the server's business.

mod protection;

pub use protection::{Choice, Protection, System};

use encode::policy::{Policy, Prices};
use media::Size;
use media::codec::AudioCodec;

/// How films are prepared. Changing one redoes only the steps that depend on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// VMAF that the top rung aims at (0 to 100).
    pub vmaf_target: f64,
    /// VMAF that the top rung must reach, or the report says why it cannot.
    pub vmaf_floor: f64,
    /// VMAF model, as libvmaf names its built-in ones; `None`: the one for the picture's size.
    pub vmaf_model: Option<String>,
    /// Score every n-th frame of trials. Odd, so that it does not fall in step with the encoder's B-frames, every second
    /// of which is coded more coarsely.
    pub vmaf_subsample_trials: u32,
    /// Score every n-th frame of the final encodes.
    pub vmaf_subsample_finals: u32,
    /// Score every n-th frame of renditions that passed by VMAF NEG and XPSNR too, so that a gain can be told from a trick
    /// of the metric; 0: none.
    pub metrics_subsample: u32,
    /// Strength of the film grain that AV1 takes out of the picture and has the player put back, 1 to 50; 0: the picture's
    /// own is coded.
    pub film_grain: u8,
    /// Which formats a title gets beside H.264.
    pub codecs: Policy,
    /// Hours that the title has been watched until now, by which a codec on demand pays for itself or not.
    pub watched_h: f64,
    /// What work and traffic cost, for the same question.
    pub prices: Prices,
    /// Codecs of the audio tracks beside AAC stereo, which is always made.
    pub audio_codecs: Vec<AudioCodec>,
    /// Bitrate of a stereo AAC track, in bits per second.
    pub audio_bitrate_bps: u32,
    /// How titles are protected.
    pub protection: Protection,
    /// Whether the mezzanine is kept after a title is published: about 15 MB for each second of 1080p, which save one
    /// decode of the master when something about the title is changed.
    pub keep_mezzanine: bool,
    /// Steps that run at once; `None`: one for each core.
    pub threads: Option<u32>,
    /// Memory that steps may use together, in bytes; `None`: three quarters of what is free.
    pub memory_bytes: Option<u64>,
}

impl Settings {
    /// The VMAF model for pictures compared at `size`.
    pub fn vmaf_model(&self, size: Size) -> &str {
        self.vmaf_model.as_deref().unwrap_or_else(|| codec::vmaf::model(size))
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            vmaf_target: 95.0,
            vmaf_floor: 93.0,
            vmaf_model: None,
            vmaf_subsample_trials: 5,
            vmaf_subsample_finals: 1,
            metrics_subsample: 10,
            film_grain: 0,
            codecs: Policy::Listed(Vec::new()),
            watched_h: 0.0,
            // As large clouds rent a core, and as content networks sell traffic in bulk, in dollars.
            prices: Prices { core_hour: 0.04, gigabyte: 0.01 },
            audio_codecs: ingest::sound::CODECS_DEFAULT.to_vec(),
            audio_bitrate_bps: 160_000,
            protection: Protection::default(),
            keep_mezzanine: false,
            threads: None,
            memory_bytes: None,
        }
    }
}
