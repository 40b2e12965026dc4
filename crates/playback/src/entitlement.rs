//! Entitlement: what a viewer may have of a title, as whoever sells it says.

use media::protection::TrackClass;

/// What an entitled viewer may have. Who has no entitlement gets nothing: [`Reason::NotEntitled`](crate::Reason).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitlement {
    /// The best class of tracks that was paid for.
    pub class_max: TrackClass,
    /// When it ends, in milliseconds since 1970 (UTC); `None` where it does not.
    pub until_ms: Option<i64>,
}

impl Entitlement {
    /// To everything, for ever.
    pub const ALL: Entitlement = Entitlement { class_max: TrackClass::Uhd, until_ms: None };

    /// Whether it has ended by `now_ms`.
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.until_ms.is_some_and(|until_ms| until_ms <= now_ms)
    }

    /// The earlier of `at_ms` and its end.
    pub fn bounded_ms(&self, at_ms: i64) -> i64 {
        self.until_ms.map_or(at_ms, |until_ms| at_ms.min(until_ms))
    }
}
