//! The sandbox: no other file, no other folder, no network, no more memory than allowed.

use super::bench::Bench;
use codec::child::{Child, Finished, Stdout};
use codec::{Error, Limits, landlock_abi, tools};
use std::net::TcpListener;
use std::path::Path;

async fn ffmpeg(
    bench: &Bench,
    args: &str,
    set_up: impl FnOnce(Child<'_>) -> Child<'_>,
) -> Result<Finished, Error> {
    let child = Child::new(&bench.tools.ffmpeg, "try").args(["-v", "error", "-nostdin", "-y"]);
    set_up(child.args(args.split_whitespace())).run(Stdout::Capture(1 << 20), &mut |_| {}).await
}

fn has_landlock() -> bool {
    if landlock_abi() == 0 {
        eprintln!("SKIPPED: this kernel has no Landlock");
    }
    landlock_abi() > 0
}

#[tokio::test]
async fn only_named_files_are_read() {
    let bench = Bench::new().await;
    bench.ffmpeg("-f lavfi -i testsrc2=s=64x64:d=1 -c:v mpeg2video one.ts").await;
    let file = bench.path("one.ts");
    let args = format!("-i {} -f framemd5 -", file.display());
    assert!(ffmpeg(&bench, &args, |child| child.read(&file)).await.is_ok());
    if has_landlock() {
        let error = ffmpeg(&bench, &args, |child| child).await.unwrap_err().to_string();
        assert!(error.contains("Permission denied"), "{error}");
    }
}

#[tokio::test]
async fn only_the_named_folder_is_written() {
    let bench = Bench::new().await;
    let (folder, other) = (bench.folder("mine"), bench.folder("other"));
    for (target, allowed) in [(&folder, true), (&other, false)] {
        let args = format!("-f lavfi -i testsrc2=s=64x64:d=1 -c:v mpeg2video {}/out.ts", target.display());
        let outcome = ffmpeg(&bench, &args, |child| child.write_dir(&folder)).await;
        if allowed || has_landlock() {
            assert_eq!(outcome.is_ok(), allowed, "{outcome:?}");
        }
    }
}

#[tokio::test]
async fn there_is_no_network() {
    let bench = Bench::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let args = format!("-i tcp://{} -f null -", listener.local_addr().unwrap());
    let report = tools::inspect(Some(bench.tools.ffmpeg.path.parent().unwrap())).await;
    let sandbox = report.sandbox.expect("the tools run");
    if !sandbox.network_namespace && landlock_abi() < 4 {
        eprintln!("SKIPPED: this machine has neither network namespaces nor Landlock's TCP rules");
        return;
    }
    assert!(ffmpeg(&bench, &args, |child| child).await.is_err());
    let error = listener.accept().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "somebody connected");
}

#[tokio::test]
async fn memory_is_capped() {
    let bench = Bench::new().await;
    let limits = Limits { memory_bytes_max: 256 << 20, ..Limits::default() };
    // Sixty frames of 4K that must all be held at once: 750 MB.
    let args = "-f lavfi -i testsrc2=s=3840x2160:d=60:r=1,format=yuv420p,reverse -f null -";
    let outcome = ffmpeg(&bench, args, |child| child.limits(limits)).await;
    assert!(outcome.is_err(), "{outcome:?}");
}

#[tokio::test]
async fn the_doctor_finds_nothing_missing() {
    let bench = Bench::new().await;
    let report = tools::inspect(bench.tools.ffmpeg.path.parent()).await;
    for tool in &report.tools {
        let found = tool.found.as_ref().unwrap();
        assert!(tool.lacks.is_empty() && tool.remedy.is_none(), "{tool:?}");
        assert!(!found.version.is_empty() && found.id().starts_with(tool.name));
    }
    assert_eq!(report.sandbox.map(|sandbox| sandbox.landlock), Some(report.landlock_abi > 0));
    let empty = tools::inspect(Some(Path::new("/nowhere"))).await;
    assert!(empty.tools.iter().all(|tool| tool.found.is_err() && tool.remedy.is_some()));
}
