//! Arguments in front of every input: what ffmpeg may open, whatever the bytes claim to be.
//!
//! The demuxer list is closed. Left out on purpose: everything that names other files or addresses (`hls`, `dash`,
//! `concat`, `sdp`, `rtsp`, `imf`, `image2`, `tty`, DVD and Blu-ray folders), still pictures, and raw streams without
//! timestamps (`h264`, `hevc`, `m4v`), which cannot be conformed without guessing their frame rate.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::Path;

/// Demuxers, in ffmpeg's names. `mov` covers MP4 and QuickTime, `matroska` WebM, `asf` WMV; `mxf` and `dv` are what
/// broadcasters and cameras hand in, `yuv4mpegpipe` what encoders exchange; `wav`, `flac` and `mp3` are here only so
/// that ingest can say "no video" and not "unreadable".
const DEMUXERS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,mxf,dv,yuv4mpegpipe,\
                        wav,flac,mp3";

/// Bytes read to find out what streams there are; transport streams announce late (ffmpeg's default is 5 MB).
const PROBE_BYTES: &str = "20000000";
/// Microseconds of media read for the same end (ffmpeg's default is 5 s).
const ANALYSE_US: &str = "10000000";

/// Global arguments of every run.
pub(crate) const QUIET: [&str; 3] = ["-hide_banner", "-nostdin", "-y"];

/// What a file handed in may be opened as.
pub(crate) fn master_options() -> [&'static str; 8] {
    [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        DEMUXERS,
        "-probesize",
        PROBE_BYTES,
        "-analyzeduration",
        ANALYSE_US,
    ]
}

/// What a file made by this house may be opened as.
pub(crate) fn own_options() -> [&'static str; 4] {
    ["-protocol_whitelist", "file", "-format_whitelist", "mov,mp4"]
}

/// A path as ffmpeg's `file:` address, so that no character in it can name a protocol or an option.
pub(crate) fn file_address(path: &Path) -> OsString {
    let mut address = OsString::from("file:");
    address.push(path);
    address
}
