//! A Linux kernel that has TLS, and the programs of BusyBox to go with it: the distribution's own, taken out of its packages.
//! Only `cargo xtask test ktls` asks for them.

use super::{apt, fetch_folder};
use crate::root::tools;
use crate::shell::{Result, command, present, quiet};
use std::path::{Path, PathBuf};

/// Depends on the newest kernel for machines in clouds, which has what a virtual machine needs built in.
const PACKAGE: &str = "linux-image-cloud-amd64";

/// Modules that TLS needs, with those that they need.
const MODULES: [&str; 4] = ["net/tls", "crypto", "lib", "arch/x86/crypto"];

/// Where they are.
pub(crate) struct Kernel {
    /// The kernel, as a boot loader wants it.
    pub(crate) image: PathBuf,
    /// Beginnings of a file system: `bin/busybox` and `lib/modules`.
    pub(crate) root: PathBuf,
}

/// Gets them where they are not here yet.
///
/// # Errors
/// Where this machine has no apt-get or is of another kind.
pub(crate) fn ensure() -> Result<Kernel> {
    let folder = tools().join("kernel");
    let kernel = Kernel { image: folder.join("vmlinuz"), root: folder.join("root") };
    if !folder.is_dir() {
        fetch(&folder).map_err(|error| format!("fetching a kernel: {error}"))?;
        println!("setup: a kernel with TLS ready");
    }
    Ok(kernel)
}

fn fetch(to: &Path) -> Result {
    if std::env::consts::ARCH != "x86_64" || !present("apt-get") {
        return Err("it is one for x86_64, out of Debian's packages".into());
    }
    let _turn = apt::turn();
    let depends = || quiet(command("apt-cache").args(["depends", PACKAGE]));
    let mut said = depends()?;
    if !said.contains("Depends:") {
        apt::update()?;
        said = depends()?;
    }
    let package = said.lines().find_map(|line| line.trim().strip_prefix("Depends: "));
    let package = package.ok_or(format!("{PACKAGE} depends on nothing"))?;
    let version = package.strip_prefix("linux-image-").ok_or(format!("{package} is no kernel"))?;
    let folder = fetch_folder("kernel")?;
    let (unpacked, kernel) = (folder.join("unpacked"), folder.join("kernel"));
    apt::unpack(package, &unpacked)?;
    apt::unpack("busybox-static", &unpacked)?;
    let modules = format!("lib/modules/{version}");
    for module in MODULES {
        take(&unpacked, &format!("{modules}/kernel/{module}"), &kernel.join("root"))?;
    }
    for list in ["modules.order", "modules.builtin"] {
        take(&unpacked, &format!("{modules}/{list}"), &kernel.join("root"))?;
    }
    take(&unpacked, "bin/busybox", &kernel.join("root"))?;
    std::fs::rename(unpacked.join(format!("boot/vmlinuz-{version}")), kernel.join("vmlinuz"))?;
    std::fs::rename(&kernel, to)?;
    Ok(std::fs::remove_dir_all(folder)?)
}

/// Moves `path` from one folder to the same place in another.
fn take(from: &Path, path: &str, to: &Path) -> Result {
    let place = to.join(path);
    std::fs::create_dir_all(place.parent().unwrap_or(to))?;
    std::fs::rename(from.join(path), place).map_err(|error| format!("{path} of the package: {error}").into())
}
