//! The table of all settings.

mod edge;
mod general;
mod licence;
mod listening;
mod prepare;
mod proxy;
mod serve;

use super::Setting;

/// All settings, in the order of the reference page.
pub(crate) fn settings() -> impl Iterator<Item = &'static Setting> {
    let parts = [
        general::SETTINGS,
        listening::OF_SERVER,
        serve::SETTINGS,
        listening::OF_EDGE,
        edge::SETTINGS,
        licence::SETTINGS,
        proxy::SETTINGS,
        prepare::SETTINGS,
    ];
    parts.into_iter().flatten()
}
