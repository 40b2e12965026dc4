//! av-scenechange on a film: rav1e's detector of places where a keyframe pays.

use super::score::Report;
use crate::bench::install::Peer;
use crate::json::Json;
use crate::root::tools;
use crate::shell::{Result, command};
use std::path::Path;
use std::process::Stdio;

/// Without its assembly, which needs nasm to be built and changes no result.
const PEER: Peer = Peer {
    name: "av-scenechange",
    version: "0.25.0",
    options: &["--no-default-features", "--features", "binary"],
};

/// Why it cannot be run here; nothing where it can.
pub(super) fn missing() -> Option<String> {
    PEER.program().err().map(|error| error.to_string())
}

/// The boundaries that it finds in `film` at its defaults.
pub(super) fn boundaries(film: &Path) -> Result<Vec<Report>> {
    let mut decode = command(tools().join("bin/ffmpeg"))
        .args(["-v", "error", "-nostdin", "-threads", "1", "-i"])
        .arg(film)
        .args(["-map", "0:v:0", "-f", "yuv4mpegpipe", "-"])
        .stdout(Stdio::piped())
        .spawn()?;
    let frames = decode.stdout.take().ok_or("ffmpeg has no output")?;
    let output = command(PEER.program()?).arg("-").stdin(frames).output()?;
    if !decode.wait()?.success() || !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} could not read {}: {said}", PEER.name, film.display()).into());
    }
    reports(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| format!("{} printed no list of changes", PEER.name).into())
}

/// The frames of `scene_changes` but the first, where the film begins; all of them cuts.
fn reports(text: &str) -> Option<Vec<Report>> {
    let json = Json::read(text).ok()?;
    let frames = json.at("scene_changes")?.items().iter().skip(1);
    frames.map(|frame| Some(Report { frame: frame.number()? as usize, is_gradual: false })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_without_the_film_s_begin() {
        let text =
            r#"{"scene_changes": [0, 96, 154], "scores": {"1": {"inter_cost": 2.5}}, "frame_count": 200}"#;
        let frames = |text: &str| Some(reports(text)?.iter().map(|report| report.frame).collect::<Vec<_>>());
        assert_eq!(frames(text), Some(vec![96, 154]));
        assert_eq!(frames(r#"{"scene_changes": []}"#), Some(vec![]));
        assert_eq!(frames("{}"), None);
        assert_eq!(frames("error"), None);
    }
}
