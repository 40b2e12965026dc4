//! The command line: commands, flags and their help.
//!
//! Owns the words. What a command does is in `commands`; what a setting means is in `config`.

use crate::commands::package::GivenKey;
use clap::{ArgGroup, Args, Parser, Subcommand};
use clap_complete::Shell;
use media::protection::KeyId;
use pipeline::settings::Choice;
use pipeline::{Policy, Sidecar};
use playback::Subject;
use std::net::SocketAddr;
use std::path::PathBuf;

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 master refused (the findings say why).";

/// Prepare films once, play them anywhere: one binary from master to browser.
#[derive(Debug, Parser)]
#[command(name = "matinee", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// Folder with everything that Matinee keeps [setting: data.dir]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Configuration file; without it, MATINEE_CONFIG or ./matinee.toml where there is one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Any setting, as KEY=VALUE; may be given several times (`matinee settings` lists them)
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// What `matinee` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prepare a film and publish it
    #[command(after_help = "Examples:\n  matinee prepare film.mov\n  \
        matinee prepare film.mkv --title \"Seven Samurai\" --data /srv/matinee\n  \
        matinee prepare film.mkv --codecs h264,av1 --subtitles film.en.srt:en --subtitles film.ja.vtt:ja\n  \
        matinee prepare film.mp4 --json > film.json")]
    Prepare(Prepare),
    /// Serve the catalogue, the player and the films
    #[command(after_help = "Examples:\n  matinee serve\n  \
        matinee serve --data /srv/matinee --listen 0.0.0.0:8080\n  matinee serve --config /etc/matinee.toml\n  \
        matinee serve --set serve.tls_listen=0.0.0.0:443 --set serve.certificate=films.pem --set serve.key=films.key")]
    Serve(Serve),
    /// Serve films near viewers: keep what is watched, and fetch the rest from other edges or from the origin
    #[command(
        after_help = "Examples:\n  matinee edge --set edge.parents=https://origin.example/media/ --set edge.listen=0.0.0.0:80\n  \
        matinee edge --set edge.listen=0.0.0.0:8081\n\nSee docs/guide/edge.md"
    )]
    Edge,
    /// Show how a title was prepared: shots, hull, rungs, quality, cost
    #[command(after_help = "Examples:\n  matinee report \"Seven Samurai\"\n  \
        matinee report seven-samurai-3f2a9c01 --html report.html\n  matinee report \"Seven Samurai\" --json")]
    Report(Report),
    /// List the titles
    #[command(after_help = "Examples:\n  matinee list\n  matinee list --json")]
    List(List),
    /// Package files that are encoded already, into a folder: CMAF tracks, HLS and DASH
    #[command(
        after_help = "Examples:\n  matinee package 1080p.mp4 720p.mp4 sound.mp4:en film.srt:en --out film/\n  \
        matinee package video.mp4 sound.mp4 --out film/ --protection cbcs --make-keys film.keys\n  \
        matinee package video.mp4 sound.mp4 --out film/ --protection cenc \\\n    \
        --key hd:00112233445566778899aabbccddeeff:0123456789abcdeffedcba9876543210 --keys audio.keys"
    )]
    Package(Package),
    /// Content keys of protected titles: rotate the master key, list uses, export and import as CPIX
    #[command(after_help = "Examples:\n  matinee keys rotate\n  matinee keys uses --json\n  \
        matinee keys export \"My film\" --certificate service.pem --out film.cpix.xml\n  \
        matinee keys import film.cpix.xml --for film.mov --private-key ours.pem")]
    Keys(Keys),
    /// Play tokens of protected titles: list who plays, revoke a session's or a device's, restore them
    #[command(after_help = "Examples:\n  matinee tokens list\n  \
        matinee tokens revoke 0a6c4a3bd0f94d1e8a33c2b47d5e9f01\n  \
        matinee tokens revoke --device-name living-room --for-days 30")]
    Tokens(Tokens),
    /// Check the tools and the sandbox: what was found where, what it lacks, how to get it
    #[command(after_help = "Examples:\n  matinee doctor\n  matinee doctor --json")]
    Doctor(Doctor),
    /// Check a packaged film, of Matinee or of others, by the rules of HLS, DASH and CMAF; errors make it fail
    #[command(after_help = "Examples:\n  matinee check out/\n  matinee check out/master.m3u8 --json\n  \
        matinee check https://films.example/media/3f2a.../manifest.mpd\n\n\
        Rules: docs/reference/check.md")]
    Check(Check),
    /// List every setting with its default, its environment variable and its meaning
    Settings,
    /// Print a shell's completion script
    #[command(after_help = "Example:\n  matinee completions bash > /etc/bash_completion.d/matinee")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Prepare {
    /// The master
    pub file: PathBuf,
    /// The title's name; without it, the file's name
    #[arg(long, value_name = "NAME")]
    pub title: Option<String>,
    /// Subtitles beside it (SubRip, WebVTT, TTML, SubStation Alpha), with their language; may be given several times
    #[arg(long, value_name = "FILE[:LANGUAGE]", value_parser = sidecar)]
    pub subtitles: Vec<Sidecar>,
    /// Video codecs: all, demand, or a list such as h264,av1 [setting: prepare.codecs]
    #[arg(long, value_name = "LIST")]
    pub codecs: Option<Policy>,
    /// Encryption: none, cenc or cbcs [setting: prepare.protection]
    #[arg(long, value_name = "SCHEME")]
    pub protection: Option<Choice>,
    /// Print the result as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

/// A file with the language after its last colon, where what follows it looks like one.
fn sidecar(text: &str) -> Result<Sidecar, std::convert::Infallible> {
    let is_language = |tag: &str| {
        (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    Ok(match text.rsplit_once(':') {
        Some((file, tag)) if is_language(tag) => {
            Sidecar { file: PathBuf::from(file), language: Some(tag.to_owned()) }
        }
        _ => Sidecar { file: PathBuf::from(text), language: None },
    })
}

#[derive(Debug, Args)]
pub(crate) struct Package {
    /// MP4 files with pictures, sound or both, and subtitles, each with its language; the first sound is the default one
    #[arg(required = true, value_name = "FILE[:LANGUAGE]", value_parser = sidecar)]
    pub inputs: Vec<Sidecar>,
    /// Folder to write to; it is made where it is not there, and must be empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Encryption: none, cenc or cbcs
    #[arg(long, value_name = "SCHEME", default_value_t = Choice::Clear)]
    pub protection: Choice,
    /// The key of a class of tracks (audio, sd, hd, fhd, uhd or all), in hexadecimal; may be given several times. Others on
    /// the machine can read a command line: prefer --keys
    #[arg(long, value_name = "CLASS:KEY_ID:KEY")]
    pub key: Vec<GivenKey>,
    /// A file of such keys, one a line
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// Make the keys that are not given, and write all to this new file, which its owner alone may read
    #[arg(long, value_name = "FILE")]
    pub make_keys: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port for plain HTTP, in place of all that are set; port 0 takes a free one [setting: serve.listen]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The title's id or name
    pub title: String,
    /// Print it as JSON
    #[arg(long, conflicts_with = "html")]
    pub json: bool,
    /// Write it as a page with plots
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub action: KeysAction,
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// Seal all content keys anew with a new master key, and forget the old one
    Rotate,
    /// List the newest uses of content keys, newest first
    Uses {
        /// Of this key alone
        #[arg(long, value_name = "KEY_ID")]
        key: Option<KeyId>,
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a title's keys as CPIX 2.3, for a licence service
    Export(KeysExport),
    /// Take a licence service's keys for a film that is to be prepared
    Import(KeysImport),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("how").required(true).args(["certificate", "plain"]))]
pub(crate) struct KeysExport {
    /// The title's id or name
    pub title: String,
    /// Encrypt the keys for this certificate (X.509 with an RSA key, PEM)
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Write the keys in the clear: who reads the document can decrypt the film
    #[arg(long)]
    pub plain: bool,
    /// Write to a new file that its owner alone may read; without it, to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct KeysImport {
    /// The CPIX document
    pub file: PathBuf,
    /// The film they are for, as `matinee prepare` will be given it
    #[arg(long = "for", value_name = "FILM")]
    pub film: PathBuf,
    /// The title's name, as `matinee prepare` will be given it
    #[arg(long, value_name = "NAME")]
    pub title: Option<String>,
    /// The private key to the certificate that the keys are encrypted for (RSA, PKCS#8, PEM)
    #[arg(long, value_name = "FILE")]
    pub private_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Tokens {
    #[command(subcommand)]
    pub action: TokensAction,
}

/// What can be done with play tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokensAction {
    /// List the sessions that play, with their devices, and what is revoked
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// End a session, or shut a device out: no licence, no renewal; for a device no play grant either
    Revoke(TokensRevoke),
    /// Print the secret that signs tokens for media, for edges on other machines [setting: edge.secret]
    Secret,
    /// Take a revocation back
    Restore {
        /// The session or the device's fingerprint
        #[arg(value_name = "SESSION|DEVICE")]
        subject: Subject,
    },
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true).args(["subject", "device_name"]))]
pub(crate) struct TokensRevoke {
    /// The session (32 hexadecimal digits) or the device's fingerprint (64), as `tokens list` has them
    #[arg(value_name = "SESSION|DEVICE")]
    pub subject: Option<Subject>,
    /// The device that calls itself so
    #[arg(long, value_name = "NAME")]
    pub device_name: Option<String>,
    /// Days that it lasts at least; as long as older tokens could be renewed it lasts in any case
    #[arg(long, value_name = "DAYS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=3660))]
    pub for_days: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A folder, a file, or the http or https URL of a playlist or manifest
    #[arg(value_name = "DIR|URL")]
    pub place: String,
    /// Read the manifests given and nothing that they name
    #[arg(long)]
    pub manifests_only: bool,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
