//! Hostile uploads: each layer of defence refuses them alone.

use super::{file_address, master_options};
use crate::child::{Child, Finished, Stdout};
use crate::error::Error;
use crate::probe::probe;
use crate::tools::Tools;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The two attacks, each with what makes ffmpeg fall for it: its own guards are file extensions, which differ from
/// version to version, and are switched off here so that what is left is ours.
const ATTACKS: [(&str, &[&str]); 2] = [
    ("playlist", &["-f", "hls", "-allowed_extensions", "ALL", "-extension_picky", "0"]),
    ("script", &["-f", "concat", "-safe", "0"]),
];

struct Case {
    tools: Tools,
    dir: TempDir,
}

impl Case {
    /// Another tenant's clip, and two uploads under the name of a film that point at it.
    async fn new() -> Case {
        let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin");
        let tools = Tools::locate(Some(&bin)).await.expect("run `cargo xtask setup`");
        let case = Case { tools, dir: TempDir::new().unwrap() };
        for folder in ["secret", "upload"] {
            std::fs::create_dir(case.dir.path().join(folder)).unwrap();
        }
        let secret = case.secret();
        let args = [
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=64x64:d=1",
            "-c:v",
            "mpeg2video",
            "-f",
            "mpegts",
        ];
        let child = Child::new(&case.tools.ffmpeg, "generate").args(args).args([&secret]);
        child.write_dir(secret.parent().unwrap()).run(Stdout::Null, &mut |_| {}).await.unwrap();
        let secret = secret.display();
        let playlist = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n");
        std::fs::write(case.upload("playlist"), playlist).unwrap();
        std::fs::write(case.upload("script"), format!("ffconcat version 1.0\nfile '{secret}'\n")).unwrap();
        case
    }

    fn secret(&self) -> PathBuf {
        self.dir.path().join("secret/clip.ts")
    }

    fn upload(&self, kind: &str) -> PathBuf {
        self.dir.path().join(format!("upload/{kind}.mp4"))
    }

    /// Decodes an upload with these options in front; what comes out are the secret's pictures, if anything does.
    fn decode(&self, kind: &str, options: &[&str]) -> Child<'_> {
        let upload = self.upload(kind);
        Child::new(&self.tools.ffmpeg, "decode")
            .args(["-v", "error", "-nostdin"])
            .args(options.iter().copied())
            .args(["-i".into(), file_address(&upload)])
            .args(["-map", "0:v", "-f", "framemd5", "-"])
            .read(&upload)
    }
}

async fn run(child: Child<'_>) -> Result<Finished, Error> {
    child.run(Stdout::Capture(1 << 20), &mut |_| {}).await
}

fn pictures(finished: &Finished) -> usize {
    let text = String::from_utf8_lossy(&finished.stdout);
    text.lines().filter(|line| !line.starts_with('#')).count()
}

#[tokio::test]
async fn without_defence_the_other_clip_is_read() {
    let case = Case::new().await;
    for (kind, options) in ATTACKS {
        let finished = run(case.decode(kind, options).without_landlock()).await.unwrap();
        assert_eq!(pictures(&finished), 25, "the attack with a {kind} no longer works, so it proves nothing");
    }
}

#[tokio::test]
async fn the_arguments_alone_refuse() {
    let case = Case::new().await;
    for (kind, options) in ATTACKS {
        let options = [master_options().as_slice(), options].concat();
        let error = run(case.decode(kind, &options).without_landlock()).await.unwrap_err();
        let Error::Failed { stderr, .. } = error else { panic!("{kind}: {error}") };
        assert!(stderr.join(" ").contains("Format not on whitelist"), "{kind}: {stderr:?}");
    }
}

#[tokio::test]
async fn the_sandbox_alone_refuses() {
    let case = Case::new().await;
    if crate::landlock_abi() == 0 {
        eprintln!("SKIPPED: this kernel has no Landlock");
        return;
    }
    for (kind, options) in ATTACKS {
        let came = run(case.decode(kind, options)).await.map_or(0, |finished| pictures(&finished));
        assert_eq!(came, 0, "{kind}");
    }
    // The same upload with the secret allowed is read: so it was Landlock that refused.
    let finished = run(case.decode("playlist", ATTACKS[0].1).read(&case.secret())).await.unwrap();
    assert_eq!(pictures(&finished), 25);
}

#[tokio::test]
async fn the_probe_refuses_with_a_reason() {
    let case = Case::new().await;
    for (kind, _) in ATTACKS {
        let error = probe(&case.tools, &case.upload(kind)).await.unwrap_err();
        assert!(matches!(&error, Error::Failed { stderr, .. } if !stderr.is_empty()), "{kind}: {error}");
    }
}
