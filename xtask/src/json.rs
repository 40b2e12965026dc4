//! A JSON reader (RFC 8259) for what `matinee` and node scripts print.
//!
//! Reads only; numbers become `f64`. Refuses text nested deeper than [`DEPTH_MAX`].

use std::iter::Peekable;
use std::str::Chars;

/// Deepest nesting: ours has about five levels, and recursion must end before the stack does.
const DEPTH_MAX: usize = 64;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, its members in their order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads `text`, which must be one value and nothing after it.
    pub(crate) fn read(text: &str) -> Result<Json, String> {
        let mut reader = Reader { text: text.chars().peekable() };
        let value = reader.value(0)?;
        reader.skip_space();
        match reader.text.next() {
            None => Ok(value),
            Some(c) => Err(format!("unexpected `{c}` after the JSON value")),
        }
    }

    /// The value at `path`: member names and array positions between dots, such as `titles.0.id`.
    pub(crate) fn at(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |value, step| match value {
            Json::Object(members) => members.iter().find(|(name, _)| name == step).map(|(_, value)| value),
            Json::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }

    /// The number, where it is one.
    pub(crate) fn number(&self) -> Option<f64> {
        if let Json::Number(number) = self { Some(*number) } else { None }
    }

    /// The items, where it is an array; else none.
    pub(crate) fn items(&self) -> &[Json] {
        if let Json::Array(items) = self { items } else { &[] }
    }
}

struct Reader<'a> {
    text: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > DEPTH_MAX {
            return Err(format!("JSON nested deeper than {DEPTH_MAX}"));
        }
        self.skip_space();
        match self.text.peek() {
            Some('{') => self.list('}', |r| r.member(depth)).map(Json::Object),
            Some('[') => self.list(']', |r| r.value(depth + 1)).map(Json::Array),
            Some('"') => self.string().map(Json::Text),
            Some(_) => self.word(),
            None => Err("JSON ends too early".into()),
        }
    }

    /// Items between brackets: the opening one is next, `close` ends them.
    fn list<T>(
        &mut self,
        close: char,
        item: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.text.next();
        let mut items = Vec::new();
        self.skip_space();
        if self.text.next_if_eq(&close).is_some() {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            self.skip_space();
            match self.text.next() {
                Some(',') => {}
                Some(c) if c == close => return Ok(items),
                other => return Err(format!("expected `,` or `{close}`, found {other:?}")),
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<(String, Json), String> {
        self.skip_space();
        let name = self.string()?;
        self.skip_space();
        match self.text.next() {
            Some(':') => Ok((name, self.value(depth + 1)?)),
            other => Err(format!("expected `:` after {name:?}, found {other:?}")),
        }
    }

    fn string(&mut self) -> Result<String, String> {
        if self.text.next_if_eq(&'"').is_none() {
            return Err(format!("expected a string, found {:?}", self.text.peek()));
        }
        let mut units = Vec::new();
        loop {
            match self.text.next().ok_or("JSON string without end")? {
                '"' => return String::from_utf16(&units).map_err(|_| "half a surrogate pair in JSON".into()),
                '\\' => units.extend(self.escape()?),
                c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self) -> Result<Vec<u16>, String> {
        let c = self.text.next().ok_or("JSON string without end")?;
        let plain = match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let digits: String = self.text.by_ref().take(4).collect();
                return u16::from_str_radix(&digits, 16)
                    .map(|unit| vec![unit])
                    .map_err(|_| format!("not a \\u escape: {digits}"));
            }
            _ => return Err(format!("unknown escape `\\{c}` in JSON")),
        };
        Ok(vec![plain as u16])
    }

    /// `null`, `true`, `false` or a number.
    fn word(&mut self) -> Result<Json, String> {
        let mut word = String::new();
        while let Some(c) = self.text.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')) {
            word.push(c);
        }
        match word.as_str() {
            "null" => Ok(Json::Null),
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            _ => word
                .parse()
                .map(Json::Number)
                .map_err(|_| format!("not JSON: {word:?} at {:?}", self.text.peek())),
        }
    }

    fn skip_space(&mut self) {
        while self.text.next_if(|c| matches!(c, ' ' | '\t' | '\n' | '\r')).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_path() {
        let json = Json::read(
            r#" {"titles": [{"id": "a\u00e9\n", "s": -1.5e1, "ok": true, "none": null}], "empty": []} "#,
        )
        .unwrap();
        assert_eq!(json.at("titles.0.id").and_then(Json::text), Some("aé\n"));
        assert_eq!(json.at("titles.0.s").and_then(Json::number), Some(-15.0));
        assert_eq!(json.at("titles.0.ok"), Some(&Json::Bool(true)));
        assert_eq!(json.at("titles.0.none"), Some(&Json::Null));
        assert_eq!(json.at("empty").map(Json::items), Some(&[][..]));
        assert_eq!(json.at("titles.1.id"), None);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "{", "[1,]", r#"{"a" 1}"#, "1 2", r#""\x""#, r#""\ud800""#, "nul", &"[".repeat(100)]
        {
            assert!(Json::read(text).is_err(), "{text}");
        }
    }
}
