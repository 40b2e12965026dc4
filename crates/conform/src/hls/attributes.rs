//! Attribute lists (section 4.2): read, and their values by type.

use super::tags::Type;

/// The attributes of a tag, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributes(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    value: String,
    quoted: bool,
}

impl Attributes {
    /// Reads a list; beside it, what is wrong with it. What can be read is.
    pub(super) fn parse(text: &str) -> (Attributes, Vec<String>) {
        let mut list = Attributes::default();
        let mut wrong = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let Some((name, after)) = rest.split_once('=') else {
                wrong.push(format!("`{rest}` has no value"));
                break;
            };
            let is_name = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
            if name.is_empty() || !name.bytes().all(is_name) {
                wrong.push(format!("`{name}` is no attribute name"));
            }
            let (value, quoted, after) = match value(after) {
                Ok(parts) => parts,
                Err(reason) => {
                    wrong.push(format!("{name} {reason}"));
                    break;
                }
            };
            if list.get(name).is_some() {
                wrong.push(format!("{name} is there twice"));
            }
            list.0.push(Entry { name: name.to_owned(), value: value.to_owned(), quoted });
            rest = match after.strip_prefix(',') {
                Some("") => {
                    wrong.push("a comma follows the last attribute".to_owned());
                    ""
                }
                Some(rest) => rest,
                None => after,
            };
        }
        (list, wrong)
    }

    /// The value of an attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|entry| entry.name == name).map(|entry| entry.value.as_str())
    }

    /// The value as a whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// The value as a number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Whether the value is YES.
    pub(crate) fn yes(&self, name: &str) -> bool {
        self.get(name) == Some("YES")
    }

    /// The names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| entry.name.as_str())
    }

    /// The names and values, in order, without those of the given names.
    pub(super) fn without<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.0.iter().map(|entry| (entry.name.as_str(), entry.value.as_str()));
        all.filter(|(name, _)| !names.contains(name))
    }

    /// Changes every value.
    pub(super) fn map_values(&mut self, change: impl Fn(&str) -> String) {
        for entry in &mut self.0 {
            entry.value = change(&entry.value);
        }
    }

    /// Whether the value is there and not of the type.
    pub(super) fn misfits(&self, name: &str, kind: Type) -> bool {
        self.0.iter().any(|entry| entry.name == name && !fits(entry, kind))
    }
}

/// The value before the next comma: its text, whether it was quoted, and what follows.
fn value(text: &str) -> Result<(&str, bool, &str), String> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, after) = quoted.split_once('"').ok_or("has no closing quote")?;
        if !after.is_empty() && !after.starts_with(',') {
            return Err("has text after its closing quote".to_owned());
        }
        return Ok((value, true, after));
    }
    let (value, after) = text.split_at(text.find(',').unwrap_or(text.len()));
    if value.is_empty() || value.contains([' ', '"', '\t']) {
        return Err(format!("has the value `{value}`, empty or with blanks or quotes"));
    }
    Ok((value, false, after))
}

fn fits(entry: &Entry, kind: Type) -> bool {
    let Entry { value, quoted, .. } = entry;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let float = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        (digits(whole) || whole.is_empty())
            && (digits(part) || part.is_empty())
            && text.len() > usize::from(text.contains('.'))
    };
    if value.contains("{$") {
        return true; // a variable stands for anything
    }
    if *quoted != (kind == Type::Text) {
        return false;
    }
    match kind {
        Type::Text => true,
        Type::Int => digits(value) && value.parse::<u64>().is_ok(),
        Type::Float => float(value),
        Type::Signed => float(value.strip_prefix('-').unwrap_or(value)),
        Type::Word => !value.is_empty(),
        Type::YesNo => value == "YES" || value == "NO",
        Type::Resolution => value.split_once('x').is_some_and(|(w, h)| digits(w) && digits(h)),
        Type::Hex => {
            let hex = value.strip_prefix("0x").or(value.strip_prefix("0X"));
            hex.is_some_and(|hex| !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_far_as_they_go() {
        for (text, names, wrongs) in [
            (r#"A=1,B="x,y",C=YES"#, &["A", "B", "C"][..], 0),
            (r#"A=1,A=2"#, &["A", "A"], 1),
            (r#"A="x"#, &[], 1),
            (r#"A="x"y,B=1"#, &[], 1),
            ("A=1,", &["A"], 1),
            ("A=1,B", &["A"], 1),
            ("A=1, B=2", &["A", " B"], 1),
            ("A=", &[], 1),
            ("", &[], 0),
        ] {
            let (list, wrong) = Attributes::parse(text);
            assert_eq!(
                (list.names().collect::<Vec<_>>(), wrong.len()),
                (names.to_vec(), wrongs),
                "{text} {wrong:?}"
            );
        }
    }

    /// Section 4.2.
    #[test]
    fn values_have_types() {
        for (text, kind, fitting) in [
            ("A=12", Type::Int, true),
            ("A=-1", Type::Int, false),
            (r#"A="12""#, Type::Int, false),
            ("A=99999999999999999999", Type::Int, false),
            ("A=0xAf", Type::Hex, true),
            ("A=Af", Type::Hex, false),
            ("A=1.5", Type::Float, true),
            ("A=-1.5", Type::Float, false),
            ("A=1e5", Type::Float, false),
            ("A=-1.5", Type::Signed, true),
            (r#"A="""#, Type::Text, true),
            ("A=x", Type::Text, false),
            ("A=yes", Type::YesNo, false),
            ("A=1x2", Type::Resolution, true),
            ("A=1X2", Type::Resolution, false),
            (r#"A="{$v}""#, Type::Int, true),
        ] {
            assert_eq!(Attributes::parse(text).0.misfits("A", kind), !fitting, "{text}");
        }
    }
}
