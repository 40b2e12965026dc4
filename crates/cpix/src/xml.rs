//! The tree of an XML document, within limits. Names are known without their prefixes.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zeroize::Zeroizing;

use crate::Error;

/// Deepest nesting: CPIX has eleven levels, in certificates and signatures.
const DEPTH_MAX: usize = 32;

/// Most elements: a thousand keys with what five key systems are told of each have 40 000.
const ELEMENTS_MAX: usize = 200_000;

/// Most attributes of an element: a root with the namespaces of all that CPIX names has a dozen. Each is held against those
/// before it, so that a million would take hours.
const ATTRIBUTES_MAX: usize = 64;

/// An element.
#[derive(Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// Its own text. May be a key.
    pub(crate) text: Zeroizing<String>,
}

impl Element {
    /// Reads a document.
    pub(crate) fn parse(text: &str) -> Result<Element, Error> {
        let mut xml = Reader::from_str(text);
        let (mut open, mut root, mut elements) = (Vec::<Element>::new(), None, 0);
        loop {
            let event = xml.read_event();
            let at = xml.buffer_position();
            let broken = |reason: String| Error::Xml { at, reason };
            let event = event.map_err(|error| broken(error.to_string()))?;
            elements += usize::from(matches!(event, Event::Start(_) | Event::Empty(_)));
            if elements > ELEMENTS_MAX {
                return Err(broken(format!("there are more than {ELEMENTS_MAX} elements")));
            }
            match event {
                Event::DocType(_) => return Err(broken("it has a document type; remove <!DOCTYPE>".into())),
                Event::Start(_) | Event::Empty(_) if open.len() == DEPTH_MAX => {
                    return Err(broken(format!("elements are more than {DEPTH_MAX} deep")));
                }
                Event::Start(start) => open.push(element(&start).map_err(broken)?),
                Event::Empty(start) => close(element(&start).map_err(broken)?, &mut open, &mut root),
                Event::End(_) => {
                    if let Some(done) = open.pop() {
                        close(done, &mut open, &mut root);
                    }
                }
                Event::Text(text) => append(&mut open, &text),
                Event::CData(text) => append(&mut open, &text),
                // None of what is read needs a reference in its text: base64 and nothing else.
                Event::GeneralRef(_) => append(&mut open, "&"),
                Event::Eof if open.is_empty() => {
                    return root.ok_or_else(|| broken("there is no element".into()));
                }
                Event::Eof => return Err(broken(format!("<{}> is not closed", open[open.len() - 1].name))),
                _ => {}
            }
        }
    }

    /// An attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Names of all attributes.
    pub(crate) fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    /// The children of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// What lies at the end of this path of names, the first at each step.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.children.iter().find(|child| child.name == *name))
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        *element.text += text.trim();
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: start.local_name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if element.attributes.len() == ATTRIBUTES_MAX {
            return Err(format!("<{}> has more than {ATTRIBUTES_MAX} attributes", element.name));
        }
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        let value = value.map_err(|error| error.to_string())?;
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => *root = root.take().or(Some(done)),
    }
}
