//! What the tests of the binary share: small films made by ffmpeg, and runs of `matinee` on them.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::disallowed_methods, reason = "the tests start the programs that a user would start")]

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A tool that `cargo xtask setup` fetched.
pub(crate) fn tool(name: &str) -> PathBuf {
    let path = root().join(".tools/bin").join(name);
    assert!(path.exists(), "{} is missing: run `cargo xtask setup`", path.display());
    path
}

/// Further test data beside the repository, where there is some.
pub(crate) fn shared_data(folder: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: no {}: these cases were not run", path.display());
    None
}

/// Subtitles of the film.
const SUBTITLES: &str =
    "1\n00:00:00,500 --> 00:00:01,500\nFirst shot\n\n2\n00:00:02,000 --> 00:00:03,000\nSecond shot\n";

/// A film of three shots (4 s, 320x180, 24 frames a second) with stereo sound and English subtitles, written to
/// `folder`.
pub(crate) fn film(folder: &Path) -> PathBuf {
    let (path, subtitles) = (folder.join("film.mp4"), folder.join("film.srt"));
    std::fs::write(&subtitles, SUBTITLES).unwrap();
    let shots = "testsrc2=s=320x180:r=24:d=1.5[a];mandelbrot=s=320x180:r=24,trim=duration=1.5,setpts=PTS-STARTPTS[b];\
                 smptebars=s=320x180:r=24:d=1,noise=alls=12:allf=t:all_seed=7[c];\
                 [a][b][c]concat=n=3:v=1:a=0,format=yuv420p[film]";
    let status = Command::new(tool("ffmpeg"))
        .args(["-v", "error", "-filter_complex", shots])
        .args(["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000:duration=4", "-i"])
        .arg(&subtitles)
        .args([
            "-map", "[film]", "-map", "0:a", "-map", "1:s", "-c:v", "libx264", "-crf", "12", "-threads", "1",
        ])
        .args(["-c:a", "aac", "-ac", "2", "-c:s", "mov_text", "-metadata:s:a:0", "language=eng"])
        .args(["-metadata:s:s:0", "language=eng", "-fflags", "+bitexact"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    path
}

/// `matinee` with arguments, on the data folder `data`. Titles stay clear: content keys are drawn for each folder, and the
/// witnesses have none.
pub(crate) fn matinee(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matinee"));
    command.env_clear().env("MATINEE_TOOLS_DIR", root().join(".tools/bin"));
    command.env("MATINEE_PREPARE_PROTECTION", "none").arg("--data").arg(data);
    command.stdin(Stdio::null()).current_dir(data.parent().unwrap());
    command
}

/// Runs `matinee prepare --json` to its end.
pub(crate) fn prepare(data: &Path, film: &Path) -> Output {
    matinee(data).arg("prepare").arg(film).args(["--title", "Test Film", "--json"]).output().unwrap()
}

/// What a run printed as JSON; shows what it said where it failed.
pub(crate) fn json(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"))
}

/// All published files with their content, by path.
pub(crate) fn published(data: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let folder = data.join("objects/packages");
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// A certificate of tests, or its key, for `first.test` or `second.test`; `root.pem` has signed it.
pub(crate) fn certificate(name: &str) -> PathBuf {
    root().join("crates/listen/tests/certificates").join(name)
}

/// A running `matinee serve` on free ports; killed when dropped.
pub(crate) struct Server {
    pub child: Child,
    /// `127.0.0.1:port`.
    pub address: String,
    /// The same for HTTPS.
    pub secure: Option<String>,
}

impl Server {
    /// Starts it and waits for the line with its address.
    pub(crate) fn start(data: &Path) -> Server {
        Server::start_with(data, &[])
    }

    /// Starts it under `settings`, each `key=value`.
    pub(crate) fn start_with(data: &Path, settings: &[&str]) -> Server {
        Server::try_start(data, settings).unwrap()
    }

    /// The same; `None` where it ends without a word of where it serves.
    pub(crate) fn try_start(data: &Path, settings: &[&str]) -> Option<Server> {
        let mut command = matinee(data);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.args(settings.iter().flat_map(|setting| ["--set", setting]));
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut server = Server { child, address: String::new(), secure: None };
        let mut lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
        let mut next = |scheme: &str| {
            let line = lines.next()?.unwrap();
            Some(line.trim_end_matches('/').rsplit_once(scheme).unwrap().1.to_owned())
        };
        server.address = next("at http://")?;
        if settings.iter().any(|setting| setting.starts_with("serve.tls_listen=")) {
            server.secure = Some(next("at https://")?);
        }
        Some(server)
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(kill.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
