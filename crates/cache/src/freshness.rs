//! How long a response may be kept (RFC 9111, RFC 8246): what ours say, and what those of others mean for an edge.

/// What a response holds, as far as its lifetime depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Bytes at a path that never has others.
    Immutable,
    /// Such bytes, for who has a token alone.
    Guarded,
    /// Something that has the same path when it changes: keep it, but ask before each use.
    Changing,
    /// Word that there is nothing: soon there may be, and until then a crowd must not reach the store.
    Absent,
    /// What holds for this moment or this viewer alone.
    Passing,
}

/// The value of `Cache-Control` for a response that holds `content`.
pub fn cache_control(content: Content) -> &'static str {
    match content {
        // A year stands for ever, as in the examples of RFC 8246 section 2.
        Content::Immutable => "public, max-age=31536000, immutable",
        Content::Guarded => "private, max-age=31536000, immutable",
        Content::Changing => "no-cache",
        Content::Absent => "public, max-age=5",
        Content::Passing => "no-store",
    }
}

/// How long an edge may keep what it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Not beyond the request that it answers.
    Never,
    /// It is fresh for so many milliseconds more, and may be used for so many after that while nobody can be asked.
    For {
        /// Fresh for; 0 has it asked for before each use.
        fresh_ms: u64,
        /// Then usable in need for.
        stale_ms: u64,
    },
    /// It never changes.
    Always,
}

/// How long what has neither date nor directive is taken to be fresh: as long as what is absent.
const UNSAID_MS: u64 = 5_000;

/// How long what is no longer fresh may be used in need, where its source does not say (RFC 5861 section 4 lets it): a day
/// without its parents must not take an edge's films away.
const STALE_MS: u64 = 86_400_000;

/// How long an edge may keep a response with this value of `Cache-Control`, which is `age_s` old. `is_guarded` says that
/// whoever asks the edge must show the same right as for the response, so that `private` is no obstacle.
pub fn keep(cache_control: Option<&str>, age_s: u64, is_guarded: bool) -> Keep {
    let Some(text) = cache_control else { return Keep::For { fresh_ms: UNSAID_MS, stale_ms: STALE_MS } };
    let directives = || {
        text.split(',').map(|directive| directive.trim().split_once('=').unwrap_or((directive.trim(), "")))
    };
    let has = |name: &str| directives().any(|(key, _)| key.eq_ignore_ascii_case(name));
    let seconds = |name: &str| {
        let (_, value) = directives().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.trim_matches('"').parse::<u64>().ok()
    };
    if has("no-store") || (has("private") && !is_guarded) {
        return Keep::Never;
    }
    // RFC 8246 speaks of the freshness lifetime alone; who promises that bytes never change means it for good.
    if has("immutable") {
        return Keep::Always;
    }
    let must_ask = has("must-revalidate") || has("proxy-revalidate") || has("s-maxage");
    let stale_s = seconds("stale-if-error");
    let stale_ms = match stale_s {
        Some(stale_s) => stale_s.saturating_mul(1000),
        None if must_ask => 0,
        None => STALE_MS,
    };
    if has("no-cache") {
        return Keep::For { fresh_ms: 0, stale_ms };
    }
    let fresh_s = seconds("s-maxage").or_else(|| seconds("max-age"));
    let fresh_ms = fresh_s.map_or(UNSAID_MS, |fresh_s| fresh_s.saturating_sub(age_s).saturating_mul(1000));
    Keep::For { fresh_ms, stale_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_an_edge_keeps() {
        const DAY: u64 = 86_400_000;
        let kept = |fresh_ms, stale_ms| Keep::For { fresh_ms, stale_ms };
        for (value, age_s, expected) in [
            (None, 0, kept(5_000, DAY)),
            (Some("public, max-age=31536000, immutable"), 9, Keep::Always),
            (Some("no-store"), 0, Keep::Never),
            (Some("private, max-age=9"), 0, Keep::Never),
            (Some("max-age=60"), 20, kept(40_000, DAY)),
            (Some("max-age=60"), 80, kept(0, DAY)),
            (Some("max-age=60, s-maxage=10"), 0, kept(10_000, 0)),
            (Some("MAX-AGE=\"60\", Must-Revalidate"), 0, kept(60_000, 0)),
            (Some("no-cache"), 0, kept(0, DAY)),
            (Some("max-age=1, stale-if-error=30"), 0, kept(1_000, 30_000)),
            (Some("max-age=x"), 0, kept(5_000, DAY)),
            (Some("public"), 0, kept(5_000, DAY)),
        ] {
            assert_eq!(keep(value, age_s, false), expected, "{value:?}");
        }
        assert_eq!(keep(Some("private, max-age=31536000, immutable"), 0, true), Keep::Always);
    }

    #[test]
    fn our_own_words_mean_what_they_say() {
        for (content, expected) in [
            (Content::Immutable, Keep::Always),
            (Content::Guarded, Keep::Never),
            (Content::Changing, Keep::For { fresh_ms: 0, stale_ms: STALE_MS }),
            (Content::Absent, Keep::For { fresh_ms: 5_000, stale_ms: STALE_MS }),
            (Content::Passing, Keep::Never),
        ] {
            assert_eq!(keep(Some(cache_control(content)), 0, false), expected, "{content:?}");
        }
    }
}
