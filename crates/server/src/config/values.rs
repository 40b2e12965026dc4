//! Values of settings: what some are made of, and how texts become them.

use anyhow::{anyhow, bail, ensure};
use media::protection::TrackClass;
use playback::SOFTWARE_CLASS_MAX;
use std::net::SocketAddr;
use std::str::FromStr;

/// Who may fetch media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Open,
    /// Who has a token from a play grant.
    Token,
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Access::Open => "open",
            Access::Token => "token",
        })
    }
}

impl FromStr for Access {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Access, Self::Err> {
        match text {
            "open" => Ok(Access::Open),
            "token" => Ok(Access::Token),
            _ => Err("it is open or token"),
        }
    }
}

/// Fewest characters of a token that gives rights: random letters and digits of 128 bits are fewer.
const TOKEN_CHARS_MIN: usize = 24;

/// A setting that is not shown.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "(secret)" })
    }
}

fn parse<T: FromStr>(value: &str) -> anyhow::Result<T>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error| anyhow!("`{value}` does not fit: {error}"))
}

pub(super) fn put<T: FromStr>(place: &mut T, value: &str) -> anyhow::Result<()>
where
    T::Err: std::fmt::Display,
{
    if value.is_empty() {
        bail!("the value is empty");
    }
    *place = parse(value)?;
    Ok(())
}

pub(super) fn put_or_none<T: FromStr>(place: &mut Option<T>, value: &str) -> anyhow::Result<()>
where
    T::Err: std::fmt::Display,
{
    *place = if value.is_empty() { None } else { Some(parse(value)?) };
    Ok(())
}

/// A list with commas between, which may be empty.
pub(super) fn put_list<T: FromStr>(place: &mut Vec<T>, value: &str) -> anyhow::Result<()>
where
    T::Err: std::fmt::Display,
{
    *place = value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(parse)
        .collect::<Result<_, _>>()?;
    Ok(())
}

/// A list with commas between, of one or more.
pub(super) fn put_some<T: FromStr>(place: &mut Vec<T>, value: &str) -> anyhow::Result<()>
where
    T::Err: std::fmt::Display,
{
    let mut list = Vec::new();
    put_list(&mut list, value)?;
    ensure!(!list.is_empty(), "the value is empty");
    *place = list;
    Ok(())
}

pub(super) fn put_within<T>(place: &mut T, value: &str, min: T, max: T) -> anyhow::Result<()>
where
    T: FromStr + PartialOrd + std::fmt::Display + Copy,
    T::Err: std::fmt::Display,
{
    let number: T = parse(value)?;
    if !(min..=max).contains(&number) {
        bail!("{number} is out of range: from {min} to {max}");
    }
    *place = number;
    Ok(())
}

pub(super) fn put_or_none_within<T>(place: &mut Option<T>, value: &str, min: T, max: T) -> anyhow::Result<()>
where
    T: FromStr + PartialOrd + std::fmt::Display + Copy,
    T::Err: std::fmt::Display,
{
    let mut number = min;
    *place = if value.is_empty() {
        None
    } else {
        Some(put_within(&mut number, value, min, max).map(|()| number)?)
    };
    Ok(())
}

/// Seconds into a place of milliseconds.
pub(super) fn put_seconds(place_ms: &mut i64, value: &str, min_s: i64, max_s: i64) -> anyhow::Result<()> {
    let mut seconds = min_s;
    put_within(&mut seconds, value, min_s, max_s)?;
    *place_ms = seconds * 1000;
    Ok(())
}

/// One of `choices`, which have names.
pub(super) fn put_choice<T: Copy>(place: &mut T, value: &str, choices: &[(&str, T)]) -> anyhow::Result<()> {
    let chosen = choices.iter().find(|(name, _)| *name == value);
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let (last, others) = names.split_last().unwrap_or((&"", &[]));
    let others = others.join(", ");
    let (_, chosen) = chosen.ok_or_else(|| anyhow!("`{value}` does not fit: it is {others} or {last}"))?;
    *place = *chosen;
    Ok(())
}

/// The name of `chosen` among `choices`.
pub(super) fn choice<T: PartialEq>(choices: &[(&str, T)], chosen: T) -> String {
    let known = choices.iter().find(|(_, choice)| *choice == chosen);
    known.map(|(name, _)| (*name).to_owned()).unwrap_or_default()
}

/// A token that people choose: empty, or too long to be found by trying.
pub(super) fn put_token(place: &mut Secret, value: &str) -> anyhow::Result<()> {
    ensure!(
        value.is_empty() || value.len() >= TOKEN_CHARS_MIN,
        "the token is too short: at least {TOKEN_CHARS_MIN} random characters"
    );
    value.clone_into(&mut place.0);
    Ok(())
}

/// A class of pictures that devices can be trusted with that keep keys in software.
pub(super) fn put_software_class(place: &mut TrackClass, value: &str) -> anyhow::Result<()> {
    let can = |class: &TrackClass| (TrackClass::Sd..=SOFTWARE_CLASS_MAX).contains(class);
    let class = TrackClass::named(value).filter(can);
    *place = class.ok_or_else(|| anyhow!("`{value}` does not fit: it is sd, hd or fhd"))?;
    Ok(())
}

/// Addresses to listen on, with commas between; empty for none.
pub(super) fn put_addresses(place: &mut Vec<SocketAddr>, value: &str) -> anyhow::Result<()> {
    put_list(place, value)
}

/// A secret of 64 hexadecimal digits, or none.
pub(super) fn put_secret(place: &mut Secret, value: &str) -> anyhow::Result<()> {
    let is_one = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(value.is_empty() || is_one, "the secret is not 64 hexadecimal digits");
    value.clone_into(&mut place.0);
    Ok(())
}

/// What stands before the URL of an object store.
pub(crate) const STORE: &str = "s3+";

/// Any text.
pub(super) fn put_text(place: &mut String, value: &str) -> anyhow::Result<()> {
    value.clone_into(place);
    Ok(())
}

/// URLs of other servers, with commas between.
pub(super) fn put_urls(place: &mut Vec<String>, value: &str) -> anyhow::Result<()> {
    let mut urls: Vec<String> = Vec::new();
    put_list(&mut urls, value)?;
    for url in &urls {
        let url = url.strip_prefix(STORE).unwrap_or(url);
        let is_one = ["http://", "https://"].iter().any(|scheme| {
            url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        });
        ensure!(is_one, "`{url}` is no http or https URL");
    }
    *place = urls;
    Ok(())
}

/// A name that stands in headers: a token of RFC 8941 without its rarer characters.
pub(super) fn put_token_name(place: &mut String, value: &str) -> anyhow::Result<()> {
    let is_one = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    ensure!(is_one, "`{value}` does not fit: a letter, then letters, digits, `-`, `_` and `.`");
    value.clone_into(place);
    Ok(())
}
