//! Where functions begin and end, by indentation: the code is formatted, so a function's closing brace stands under
//! its first character. No parser.
//!
//! Lines inside a raw string are not counted: expected texts stand beside the test that compares them.

/// A language that is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    /// And JavaScript.
    TypeScript,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// Line of its `fn`, `function` or name, from 1 on.
    pub(super) line: usize,
    /// Lines from there to its closing brace, both counted, those inside raw strings not.
    pub(super) lines: usize,
}

/// The functions of `text`, in order; inner ones also by themselves.
pub(super) fn functions(text: &str, language: Language) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = lines.iter().enumerate().filter_map(|(start, line)| Some((start, name(line, language)?)));
    begins
        .filter_map(|(start, name)| Some(Function { name, line: start + 1, lines: length(&lines[start..])? }))
        .collect()
}

/// Lines from the first one to the function's end; none where it has no body.
fn length(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?;
    if first.ends_with('}') || first.ends_with("};") {
        return Some(1);
    }
    let indent = first.len() - first.trim_start().len();
    let mut counted = 0;
    let mut raw_end = None;
    for (number, line) in lines.iter().enumerate() {
        if let Some(end) = &raw_end {
            if line.contains(end) {
                raw_end = None;
            }
            continue;
        }
        counted += 1;
        raw_end = opened_raw_string(line);
        let (space, rest) = line.split_at_checked(indent).unwrap_or((line, ""));
        if !space.trim().is_empty() {
            continue;
        }
        if rest.starts_with('}') {
            return Some(counted);
        }
        // A signature without a body ends here.
        if (number == 0 || rest.starts_with(')')) && rest.ends_with(';') {
            return None;
        }
    }
    None
}

/// What ends the raw string that begins on `line` and goes on after it.
fn opened_raw_string(line: &str) -> Option<String> {
    let (_, rest) = line.rsplit_once("r#")?;
    let hashes = rest.chars().take_while(|c| *c == '#').count();
    let content = rest[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes + 1));
    if content.contains(&end) { None } else { Some(end) }
}

/// The name of the function that begins on `line`.
fn name(line: &str, language: Language) -> Option<String> {
    let line = line.trim_start();
    let start = match language {
        Language::Rust => rust_start(line)?,
        Language::TypeScript => typescript_start(line)?,
    };
    let name: String =
        start.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '#' | '$')).collect();
    if name.is_empty() { None } else { Some(name) }
}

/// What follows `fn` and its qualifiers.
fn rust_start(mut line: &str) -> Option<&str> {
    loop {
        if let Some(rest) = line.strip_prefix("fn ") {
            return Some(rest);
        }
        let (word, rest) = line.split_once(' ')?;
        let qualifier = matches!(word, "pub" | "async" | "const" | "unsafe" | "extern" | "\"C\"")
            || word.starts_with("pub(");
        if !qualifier {
            return None;
        }
        line = rest;
    }
}

/// What follows `function`, or `const` of an arrow function, or a method's modifiers.
fn typescript_start(mut line: &str) -> Option<&str> {
    const MODIFIERS: [&str; 10] =
        ["export", "default", "async", "static", "private", "public", "protected", "override", "get", "set"];
    const STATEMENTS: [&str; 13] = [
        "if", "for", "while", "switch", "catch", "return", "with", "super", "await", "describe", "test",
        "it", "suite",
    ];
    while let Some((_, rest)) = line.split_once(' ').filter(|(word, _)| MODIFIERS.contains(word)) {
        line = rest;
    }
    if let Some(rest) = line.strip_prefix("function ").or_else(|| line.strip_prefix("function* ")) {
        return Some(rest);
    }
    if let Some(rest) = line.strip_prefix("const ") {
        return Some(rest).filter(|rest| rest.ends_with("=> {"));
    }
    let (before, _) = line.split_once('(')?;
    let word = before.split('<').next().unwrap_or(before);
    let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '#' | '$'));
    // Between the parameters and the body there may be a type.
    let tail = line.rsplit(')').next().unwrap_or_default();
    let body = line.ends_with('{') && (tail == " {" || tail.starts_with(": "));
    Some(line).filter(|_| plain && body && !STATEMENTS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, text: &str, expected: &[(&str, usize, usize)]) {
        let found = functions(text, language);
        let found: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.lines)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn rust_functions_are_measured() {
        check(Language::Rust, "fn one() { 1 }\n", &[("one", 1, 1)]);
        check(
            Language::Rust,
            "pub(crate) async fn two(\n    a: u8,\n) -> u8 {\n    a\n}\n",
            &[("two", 1, 5)],
        );
        check(
            Language::Rust,
            "trait T {\n    fn none(&self);\n    fn long(\n        &self,\n    ) -> u8;\n}\n",
            &[],
        );
        let nested = "impl T {\n    const fn outer() {\n        fn inner() {\n        }\n    }\n}\n";
        check(Language::Rust, nested, &[("outer", 2, 4), ("inner", 3, 2)]);
        let raw = "fn raw() {\n    check(r##\"{\n}\n\"##);\n    check(r#\"{\"#);\n}\n";
        check(Language::Rust, raw, &[("raw", 1, 4)]);
        check(Language::Rust, "let f = fn_like();\n// fn not\n", &[]);
    }

    #[test]
    fn typescript_functions_are_measured() {
        check(
            Language::TypeScript,
            "export async function one(a: number) {\n  if (a) {\n  }\n}\n",
            &[("one", 1, 4)],
        );
        check(Language::TypeScript, "export const two = (): void => {\n};\n", &[("two", 1, 2)]);
        check(
            Language::TypeScript,
            "class A {\n  async #three(a: number): Promise<void> {\n    x();\n  }\n}\n",
            &[("#three", 2, 3)],
        );
        check(
            Language::TypeScript,
            "test(\"name\", () => {\n});\nfor (const a of b) {\n}\ncall(a(), {\n});\n",
            &[],
        );
    }
}
