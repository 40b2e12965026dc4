//! Configuration: defaults, then the file, then the environment, then flags; the later one wins.
//!
//! Owns one table of all settings; the reference page, the environment's names and `matinee settings` come from it.

mod values;

pub(crate) use values::{Access, Secret};

use crate::cli::Shared;
use anyhow::{Context as _, anyhow, bail};
use pipeline::Settings;
use playback::{OFFLINE_DAYS, Policy};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use values::{put, put_list, put_or_none, put_or_none_within, put_seconds, put_software_class, put_within};

/// Name of the configuration file that is read from the current folder when no other is named.
const FILE_DEFAULT: &str = "matinee.toml";

/// Environment variable that names the configuration file.
const FILE_VARIABLE: &str = "MATINEE_CONFIG";

/// What every command works from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub data_dir: PathBuf,
    pub tools_dir: Option<PathBuf>,
    pub listen: SocketAddr,
    pub media_url: String,
    pub log: String,
    pub tls_roots: Vec<PathBuf>,
    pub keys_file: Option<PathBuf>,
    pub keys_master: Secret,
    pub licence: Policy,
    pub access: Access,
    pub access_token_s: u64,
    pub prepare: Settings,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data_dir: PathBuf::from("data"),
            tools_dir: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            media_url: "/media/".to_owned(),
            log: "warn".to_owned(),
            tls_roots: Vec::new(),
            keys_file: None,
            keys_master: Secret::default(),
            licence: Policy::default(),
            access: Access::Open,
            access_token_s: 6 * 3600,
            prepare: Settings::default(),
        }
    }
}

/// One setting.
pub(crate) struct Setting {
    /// Its name in the file (`table.key`) and after `--set`.
    pub key: &'static str,
    /// What it means, its unit and its range.
    pub help: &'static str,
    get: fn(&Config) -> String,
    set: fn(&mut Config, &str) -> anyhow::Result<()>,
}

impl Setting {
    /// Its environment variable: `data.dir` is `MATINEE_DATA_DIR`.
    pub(crate) fn variable(&self) -> String {
        format!("MATINEE_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// Its default, as it would be written.
    pub(crate) fn default(&self) -> String {
        (self.get)(&Config::default())
    }
}

/// All settings, in the order of the reference page.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        key: "data.dir",
        help: "Folder with everything that Matinee keeps: masters, steps, packages, the database.",
        get: |c| c.data_dir.display().to_string(),
        set: |c, v| put(&mut c.data_dir, v),
    },
    Setting {
        key: "tools.dir",
        help: "Folder with ffmpeg and ffprobe. Empty: looked for beside the program, then in PATH.",
        get: |c| c.tools_dir.as_ref().map(|dir| dir.display().to_string()).unwrap_or_default(),
        set: |c, v| put_or_none(&mut c.tools_dir, v),
    },
    Setting {
        key: "serve.listen",
        help: "Address and port to serve on; port 0 takes a free one.",
        get: |c| c.listen.to_string(),
        set: |c, v| put(&mut c.listen, v),
    },
    Setting {
        key: "serve.media_url",
        help: "Where viewers fetch the films: a path on this server, or the address of another edge. Ends in a slash.",
        get: |c| c.media_url.clone(),
        set: |c, v| put(&mut c.media_url, v),
    },
    Setting {
        key: "log.level",
        help: "What is logged on standard error: error, warn, info, debug or trace, also by room (`edge=debug`).",
        get: |c| c.log.clone(),
        set: |c, v| put(&mut c.log, v),
    },
    Setting {
        key: "tls.roots",
        help: "Files with root certificates (PEM) that are trusted beside the public ones, with commas between, when other servers are asked: to check films, and by licence services.",
        get: |c| c.tls_roots.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(","),
        set: |c, v| put_list(&mut c.tls_roots, v),
    },
    Setting {
        key: "keys.file",
        help: "File with the master key that opens all content keys; made at the first need, for its owner alone. Empty: beside the data folder, `DATA.master-key`, so that a copy of the folder does not hold it.",
        get: |c| c.keys_file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        set: |c, v| put_or_none(&mut c.keys_file, v),
    },
    Setting {
        key: "keys.master",
        help: "The master key itself instead of a file, best given in the environment: 64 hexadecimal digits; older ones after it, with commas between.",
        get: |c| c.keys_master.0.clone(),
        set: |c, v| {
            v.clone_into(&mut c.keys_master.0);
            Ok(())
        },
    },
    Setting {
        key: "licence.token_s",
        help: "Seconds for which the play token of a grant waits for its licence, 10 to 3600.",
        get: |c| (c.licence.token_ms / 1000).to_string(),
        set: |c, v| put_seconds(&mut c.licence.token_ms, v, 10, 3600),
    },
    Setting {
        key: "licence.duration_s",
        help: "Seconds that a licence lasts, 60 to 86400; players that go on renew it at half time. A stream that stopped without a word takes its place that long.",
        get: |c| (c.licence.licence_ms / 1000).to_string(),
        set: |c, v| put_seconds(&mut c.licence.licence_ms, v, 60, 86_400),
    },
    Setting {
        key: "licence.session_s",
        help: "Seconds for which a session may renew its licence, 600 to 604800.",
        get: |c| (c.licence.session_ms_max / 1000).to_string(),
        set: |c, v| put_seconds(&mut c.licence.session_ms_max, v, 600, 604_800),
    },
    Setting {
        key: "licence.streams",
        help: "Protected streams that one device may play at a time, 1 to 1000.",
        get: |c| c.licence.streams_max.to_string(),
        set: |c, v| put_within(&mut c.licence.streams_max, v, 1, 1000),
    },
    Setting {
        key: "licence.token_uses",
        help: "Licences that one play token buys, 1 to 16. More than 1 only for players that ask for each key apart and cannot carry the next token.",
        get: |c| c.licence.token_uses_max.to_string(),
        set: |c, v| put_within(&mut c.licence.token_uses_max, v, 1, 16),
    },
    Setting {
        key: "licence.software_class_max",
        help: "The best pictures for devices that keep keys in software, Clear Key among them: sd, hd (720p) or fhd (1080p). Who can read such a device's memory can copy what it gets.",
        get: |c| c.licence.software_class_max.name().to_owned(),
        set: |c, v| put_software_class(&mut c.licence.software_class_max, v),
    },
    Setting {
        key: "licence.offline_days",
        help: "Days that a licence to keep lasts, 7 to 30. Empty: none is given.",
        get: |c| c.licence.offline_days.map(|days| days.to_string()).unwrap_or_default(),
        set: |c, v| {
            put_or_none_within(&mut c.licence.offline_days, v, *OFFLINE_DAYS.start(), *OFFLINE_DAYS.end())
        },
    },
    Setting {
        key: "edge.access",
        help: "Who may fetch media: `open`, everybody; `token`, who has the Common Access Token (CTA-5007) of a play grant. Posters are open.",
        get: |c| c.access.to_string(),
        set: |c, v| put(&mut c.access, v),
    },
    Setting {
        key: "edge.token_s",
        help: "Seconds for which such a token opens its title, 60 to 604800: a viewer who takes longer asks for a new grant.",
        get: |c| c.access_token_s.to_string(),
        set: |c, v| put_within(&mut c.access_token_s, v, 60, 604_800),
    },
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
        help: "Seconds of a protected title after which another key is used, 0 to 86400. 0: one key for the whole title.",
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

impl Config {
    /// Reads all sources. `variable` looks up the environment.
    pub(crate) fn load(flags: &Shared, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Config> {
        let mut config = Config::default();
        if let Some(path) = file_to_read(flags, &variable) {
            config.read_file(&path)?;
        }
        for setting in SETTINGS {
            let name = setting.variable();
            if let Some(value) = variable(&name) {
                (setting.set)(&mut config, &value).with_context(|| format!("in the environment, {name}"))?;
            }
        }
        for pair in &flags.set {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| anyhow!("--set {pair}: write it as KEY=VALUE"))?;
            config.set(key.trim(), value.trim()).with_context(|| format!("in --set {pair}"))?;
        }
        if let Some(dir) = &flags.data {
            config.data_dir.clone_from(dir);
        }
        Ok(config)
    }

    fn set(&mut self, key: &str, value: &str) -> anyhow::Result<()> {
        let setting = SETTINGS.iter().find(|setting| setting.key == key);
        let setting =
            setting.ok_or_else(|| anyhow!("there is no setting {key}; `matinee settings` lists them"))?;
        (setting.set)(self, value).with_context(|| key.to_owned())
    }

    fn read_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let doing = || format!("reading the configuration file {}", path.display());
        let text = std::fs::read_to_string(path).with_context(doing)?;
        let tables: toml::Table = text.parse().with_context(doing)?;
        for (table, entries) in &tables {
            let Some(entries) = entries.as_table() else {
                bail!(
                    "{}: `{table}` stands outside a table; write it as [table] and key = value",
                    path.display()
                );
            };
            for (name, value) in entries {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.set(&format!("{table}.{name}"), &value).with_context(doing)?;
            }
        }
        Ok(())
    }
}

fn file_to_read(flags: &Shared, variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = flags.config.clone().or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
    named.or_else(|| Some(PathBuf::from(FILE_DEFAULT)).filter(|path| path.exists()))
}

/// The reference page of all settings, as Markdown.
pub(crate) fn reference() -> String {
    let mut page = String::from(
        "# Configuration\n\nThe same settings in a file (`matinee.toml`), in the environment and as flags; each beats \
         the one before.\nA file holds tables: `data.dir` is `dir` under `[data]`. As a flag: `--set data.dir=/srv/matinee`.\n\
         `--data` and `--listen` are short forms of `data.dir` and `serve.listen`.\nThis page is written by \
         `matinee settings`.\n\n| setting | environment | default | meaning |\n| --- | --- | --- | --- |\n",
    );
    for setting in SETTINGS {
        let default = setting.default();
        let default = if default.is_empty() { "(empty)".to_owned() } else { format!("`{default}`") };
        page += &format!("| `{}` | `{}` | {default} | {} |\n", setting.key, setting.variable(), setting.help);
    }
    page
}

#[cfg(test)]
mod tests;
