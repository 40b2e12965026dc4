//! nghttp2's clients, `nghttp` and `h2load`, which the tests of the edge ask for files over HTTP/2: taken out of the
//! distribution's packages with the libraries that they need, not installed.

use super::{apt, fetch_folder};
use crate::root::tools;
use crate::shell::{Result, command, present, quiet};
use std::path::Path;

/// The clients, and the libraries that a machine may be without.
const PACKAGES: [&str; 6] =
    ["nghttp2-client", "libnghttp2-14", "libev4", "libjansson4", "libjemalloc2", "libxml2"];

const PROGRAMS: [&str; 2] = ["nghttp", "h2load"];

/// Gets them where there are none. Tells whether they had to be fetched. Without them a test is skipped, aloud.
pub(super) fn ensure() -> Result<bool> {
    let ours = tools().join("nghttp2");
    if ours.is_dir() || PROGRAMS.iter().all(|program| present(program)) {
        return Ok(false);
    }
    match fetch(&ours) {
        Ok(()) => Ok(true),
        Err(error) => {
            println!(
                "NOTE: nghttp2's clients are not here, and a test of the edge will be skipped. \
                 By hand: sudo apt-get install -y nghttp2-client\n{error}"
            );
            Ok(false)
        }
    }
}

fn fetch(to: &Path) -> Result {
    if !present("apt-get") {
        return Err("there is no apt-get".into());
    }
    let folder = fetch_folder("nghttp2")?;
    let unpacked = folder.join("unpacked");
    for package in PACKAGES {
        // One at a time: others wait for apt-get too.
        let _turn = apt::turn();
        apt::unpack(package, &unpacked)?;
    }
    let flat = folder.join("flat");
    std::fs::create_dir(&flat)?;
    for triplet in std::fs::read_dir(unpacked.join("usr/lib"))? {
        copy_libraries(&triplet?.path(), &flat)?;
    }
    for program in PROGRAMS {
        std::fs::copy(unpacked.join("usr/bin").join(program), flat.join(program))?;
        quiet(command(flat.join(program)).env("LD_LIBRARY_PATH", &flat).arg("--version"))?;
    }
    std::fs::rename(&flat, to)?;
    Ok(std::fs::remove_dir_all(folder)?)
}

/// Copies what links to libraries in `from` lead to, under the links' names, which are those that programs ask for.
fn copy_libraries(from: &Path, to: &Path) -> Result {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().contains(".so.") && entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
