//! Random requests for objects: ranges of every kind, and conditions.

use stdx::random::Random;

/// An object that both servers have.
pub(crate) struct Object {
    /// Its path.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// What a server tells an object's versions apart by.
pub(crate) struct Validators {
    pub(crate) tag: String,
    pub(crate) date: Option<String>,
}

/// What a `Range` header is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Absent,
    Single,
    Several,
    /// More than the edge serves at once.
    Many,
    /// With empty elements in its list.
    Gaps,
    /// With a number that no integer of a machine holds.
    Huge,
    Malformed,
}

/// What a condition asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// The tag that the object has, as `TEMPLATES` has it for the header.
    Tag(&'static str, &'static str),
    /// The date that the object has where it has one.
    Date(&'static str),
    /// A date long before.
    OldDate(&'static str),
}

/// A request that each server is sent with its own validators.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// Which of the objects; `None` for one that is not there.
    pub(crate) object: Option<usize>,
    pub(crate) kind: Kind,
    range: String,
    pub(crate) conditions: Vec<Condition>,
}

/// Values of conditions; `{}` is the object's tag.
const TEMPLATES: [&str; 6] = ["{}", "W/{}", "\"other\"", "\"other\", {}", "*", "\"other\",W/\"more\""];

/// Headers that may ask about a date.
const DATED: [&str; 3] = ["If-Modified-Since", "If-Unmodified-Since", "If-Range"];

const OLD_DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

const MALFORMED: [&str; 17] = [
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes 0-1",
    "bytes =0-1",
    "0-1",
    "bytes=-",
    "bytes=1",
    "bytes=3-2",
    "bytes=a-b",
    "bytes=+1-2",
    "bytes=1-+2",
    "bytes=--1",
    "bytes=1-2-3",
    "bytes=0x1-2",
    "bytes=0-1,x",
    "items=0-1",
];

/// More digits than 64 bits have.
const HUGE: &str = "99999999999999999999999";

impl Request {
    pub(crate) fn random(random: &mut Random, objects: &[Object], weights: &[usize]) -> Request {
        let object = (!random.chance(0.02)).then(|| weighted(random, weights));
        let (kind, range) = range(random, object.map_or(10, |object| objects[object].bytes.len()));
        let method = if random.chance(0.15) { "HEAD" } else { "GET" };
        Request { method, object, kind, range, conditions: conditions(random) }
    }

    /// Its headers for a server with these validators; `date` stands in where it has none.
    pub(crate) fn headers(&self, validators: Option<&Validators>, date: &str) -> Vec<(&'static str, String)> {
        let tag = validators.map_or("\"absent\"", |validators| &validators.tag);
        let date = validators.and_then(|validators| validators.date.as_deref()).unwrap_or(date);
        let condition = |condition: &Condition| match *condition {
            Condition::Tag(name, template) => (name, template.replace("{}", tag)),
            Condition::Date(name) => (name, date.to_owned()),
            Condition::OldDate(name) => (name, OLD_DATE.to_owned()),
        };
        let range = (self.kind != Kind::Absent).then(|| ("Range", self.range.clone()));
        range.into_iter().chain(self.conditions.iter().map(condition)).collect()
    }

    /// Whether a condition asks about dates.
    pub(crate) fn has_date(&self) -> bool {
        self.conditions.iter().any(|condition| !matches!(condition, Condition::Tag(..)))
    }
}

fn weighted(random: &mut Random, weights: &[usize]) -> usize {
    let mut at = random.between(0, weights.iter().sum::<usize>() - 1);
    weights.iter().position(|&weight| at.checked_sub(weight).map(|less| at = less).is_none()).unwrap()
}

fn range(random: &mut Random, length: usize) -> (Kind, String) {
    let unit = if random.chance(0.05) { "Bytes" } else { "bytes" };
    let list = |random: &mut Random, count: usize, separator: &str| {
        let specs: Vec<String> = (0..count).map(|_| spec(random, length)).collect();
        format!("{unit}={}", specs.join(separator))
    };
    match random.between(0, 99) {
        0..10 => (Kind::Absent, String::new()),
        10..52 => (Kind::Single, list(random, 1, "")),
        52..85 => {
            let count = random.between(2, 5);
            let separator = pick(random, &[",", ", ", " ,"]);
            (Kind::Several, list(random, count, separator))
        }
        85..87 => {
            // Short ones: nginx ignores sets that make up more than the object.
            let first = |random: &mut Random| random.between(0, length);
            let specs: Vec<String> = (0..random.between(17, 40)).map(|_| first(random)).map(short).collect();
            (Kind::Many, format!("{unit}={}", specs.join(",")))
        }
        87..89 => (Kind::Gaps, list(random, 2, ",,")),
        89..91 => {
            let first = random.between(0, length);
            (Kind::Huge, pick(random, &[format!("bytes={first}-{HUGE}"), format!("bytes=-{HUGE}")]))
        }
        _ => (Kind::Malformed, pick(random, &MALFORMED).to_owned()),
    }
}

/// Ten bytes from `first` on.
fn short(first: usize) -> String {
    format!("{first}-{}", first + 9)
}

/// One range of an object of `length`: within it, open-ended, a suffix, or beyond its end; often at an end of it.
fn spec(random: &mut Random, length: usize) -> String {
    let last = length.saturating_sub(1);
    let first = if random.chance(0.1) { pick(random, &[0, last]) } else { random.between(0, last) };
    // Ranges that leave room for others in most cases.
    let count = if random.chance(0.8) { random.between(0, length / 20) } else { random.between(0, length) };
    match random.between(0, 9) {
        0..6 => format!("{first}-{}", first + count),
        6 => format!("{first}-"),
        7 => format!("-{count}"),
        8 => format!("-{}", length + random.between(0, 5)),
        _ => format!("{}-{}", length + random.between(0, 5), length + 10),
    }
}

fn conditions(random: &mut Random) -> Vec<Condition> {
    let mut tag = |name| Condition::Tag(name, pick(random, &TEMPLATES));
    let [if_match, if_none_match, if_range] = ["If-Match", "If-None-Match", "If-Range"].map(&mut tag);
    let dated = pick(random, &DATED);
    match random.between(0, 99) {
        0..40 => vec![],
        40..60 => vec![if_range],
        60..70 => vec![if_match],
        70..80 => vec![if_none_match],
        80..88 => vec![if_match, if_none_match, if_range],
        88..94 => vec![Condition::OldDate(dated)],
        _ => vec![Condition::Date(dated)],
    }
}

fn pick<T: Clone>(random: &mut Random, choices: &[T]) -> T {
    choices[random.between(0, choices.len() - 1)].clone()
}
