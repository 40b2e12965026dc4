//! The table of all settings.

mod edge;
mod general;
mod licence;
mod prepare;
mod proxy;

use super::Setting;

/// All settings, in the order of the reference page.
pub(crate) fn settings() -> impl Iterator<Item = &'static Setting> {
    let parts = [general::SETTINGS, edge::SETTINGS, licence::SETTINGS, proxy::SETTINGS, prepare::SETTINGS];
    parts.into_iter().flatten()
}
