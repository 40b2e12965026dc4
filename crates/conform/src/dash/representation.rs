//! A representation with all that it inherits, and the way to its segments (clause 5.3.9).

use super::values;
use super::xml::Element;
use crate::library::Resource;
use crate::log::Place;
use crate::uri;
use media::ByteRange;

/// A representation in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Representation<'a> {
    pub(super) file: &'a str,
    pub(super) mpd: &'a Element,
    pub(super) period: &'a Element,
    pub(super) set: &'a Element,
    pub(super) element: &'a Element,
    /// Duration of its period, in seconds, where known.
    pub(super) period_s: Option<f64>,
}

impl<'a> Representation<'a> {
    /// An attribute of its own or of its set.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.element.get(name).or_else(|| self.set.get(name))
    }

    /// Where it is in the manifest.
    pub(super) fn place(&self) -> Place {
        Place::line(self.file, self.element.line)
    }

    /// From the innermost level to the outermost.
    pub(super) fn levels(&self) -> [&'a Element; 4] {
        [self.element, self.set, self.period, self.mpd]
    }

    /// Children of this name at all levels that have segments, the innermost first.
    pub(super) fn inherited(&self, name: &str) -> Vec<&'a Element> {
        self.levels()[..3].iter().filter_map(|level| level.find(name)).collect()
    }

    /// Bits per second.
    pub(super) fn bandwidth(&self) -> Option<u64> {
        self.element.integer("bandwidth")
    }

    /// Its base: the first BaseURL of each level, resolved from the outside in (clause 5.6.4).
    pub(super) fn base(&self) -> String {
        let bases = self.levels().into_iter().rev().filter_map(|level| level.find("BaseURL"));
        bases.fold(self.file.to_owned(), |base, element| uri::resolve(&base, &element.text))
    }

    /// Whether any level has a BaseURL.
    pub(super) fn has_base(&self) -> bool {
        self.levels().iter().any(|level| level.find("BaseURL").is_some())
    }

    /// A file or part that an element of it names.
    pub(super) fn resource(
        &self,
        element: &Element,
        url: Option<&str>,
        range: Option<ByteRange>,
    ) -> Resource {
        let base = self.base();
        let uri = url.map_or(base.clone(), |url| uri::resolve(&base, url));
        Resource { uri, range, named: Place::line(self.file, element.line) }
    }

    /// A template with its identifiers replaced (clause 5.3.9.4.4); the error is what is wrong with it.
    pub(super) fn fill(&self, template: &str, number: u64, time: u64) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('$') {
            out += before;
            let (identifier, after) = after.split_once('$').ok_or("a `$` has no partner")?;
            rest = after;
            let (name, format) =
                identifier.split_once('%').map_or((identifier, None), |(name, f)| (name, Some(f)));
            let width = match format {
                None => 0,
                Some(format) => width(format).ok_or(format!("`%{format}` is no format"))?,
            };
            match name {
                "" => out.push('$'),
                "RepresentationID" if format.is_none() => out += self.element.get("id").unwrap_or_default(),
                "Number" => out += &format!("{number:0width$}"),
                "Time" => out += &format!("{time:0width$}"),
                "Bandwidth" => out += &format!("{:0width$}", self.bandwidth().unwrap_or(0)),
                "SubNumber" => out += &format!("{:0width$}", 1),
                _ => return Err(format!("`${identifier}$` is no identifier")),
            }
        }
        Ok(out + rest)
    }
}

/// `0[width]d`.
fn width(format: &str) -> Option<usize> {
    const WIDTH_MAX: usize = 32;
    let digits = format.strip_prefix('0')?.strip_suffix('d')?;
    digits.parse().ok().filter(|width| *width <= WIDTH_MAX)
}

/// An attribute of the innermost element that has it.
pub(super) fn attribute<'a>(elements: &[&'a Element], name: &str) -> Option<&'a str> {
    elements.iter().find_map(|element| element.get(name))
}

/// An attribute as a whole number.
pub(super) fn integer(elements: &[&Element], name: &str) -> Option<u64> {
    attribute(elements, name)?.trim().parse().ok()
}

/// `range` or the like of an element.
pub(super) fn range(element: &Element, name: &str) -> Option<ByteRange> {
    element.get(name).and_then(values::range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let element = Element {
            attributes: vec![("id".into(), "v1".into()), ("bandwidth".into(), "1000".into())],
            ..Element::default()
        };
        let representation = Representation {
            file: "a/m.mpd",
            mpd: &element,
            period: &element,
            set: &element,
            element: &element,
            period_s: None,
        };
        for (template, expected) in [
            ("$RepresentationID$/$Number%05d$.m4s", Some("v1/00007.m4s")),
            ("$Time$-$Bandwidth$$$", Some("90-1000$")),
            ("plain", Some("plain")),
            ("$Number", None),
            ("$Numb$", None),
            ("$Number%5d$", None),
            ("$Number%099d$", None),
        ] {
            assert_eq!(representation.fill(template, 7, 90).ok().as_deref(), expected, "{template}");
        }
    }
}
