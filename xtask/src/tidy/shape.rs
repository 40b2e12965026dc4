//! The shape of source files: what they open with, how long they and their functions are.

use super::functions::{self, Language};
use super::{File, Remark};

/// Lines of a file: from the first number on it should be split, over the second it must.
const FILE_LINES_WARN: usize = 400;
const FILE_LINES_MAX: usize = 800;

/// Lines of a `main.rs`: it starts things and knows nothing.
const MAIN_LINES_MAX: usize = 40;

/// Lines of a function: one screen.
const FUNCTION_LINES_MAX: usize = 70;

/// Remarks on a source file; none on other files.
pub(super) fn check(file: &File) -> Vec<Remark> {
    let (opening, language) = match file.extension() {
        "rs" => ("//!", Some(Language::Rust)),
        "ts" | "mjs" => ("/**", Some(Language::TypeScript)),
        "py" => ("\"\"\"", None),
        _ => return Vec::new(),
    };
    let path = &file.path;
    let mut remarks = Vec::new();
    let first = file.text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
    if !first.starts_with(opening) {
        remarks.push(Remark::Breach(format!(
            "{path}: opens without `{opening}`: say what it owns and what it does not"
        )));
    }
    if path.contains("/src/") && path.ends_with("/mod.rs") {
        remarks
            .push(Remark::Breach(format!("{path}: a module lies beside its folder: `name.rs` with `name/`")));
    }
    let lines = file.text.lines().count();
    if lines > FILE_LINES_MAX {
        remarks.push(Remark::Breach(format!("{path}: {lines} lines, at most {FILE_LINES_MAX} are allowed")));
    } else if lines > FILE_LINES_WARN {
        remarks.push(Remark::Warning(format!(
            "{path}: {lines} lines; over {FILE_LINES_WARN} it may hold two subjects"
        )));
    }
    if path.ends_with("src/main.rs") && lines > MAIN_LINES_MAX {
        remarks.push(Remark::Breach(format!("{path}: {lines} lines, a main has at most {MAIN_LINES_MAX}")));
    }
    let long = language.map(|language| functions::functions(&file.text, language)).unwrap_or_default();
    for function in long.iter().filter(|function| function.lines > FUNCTION_LINES_MAX) {
        let (line, name, lines) = (function.line, &function.name, function.lines);
        remarks.push(Remark::Breach(format!(
            "{path}:{line}: {name} has {lines} lines, at most {FUNCTION_LINES_MAX} fit a screen"
        )));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(path: &str, text: &str) -> usize {
        check(&File { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn budgets_are_kept() {
        assert_eq!(remarks("a.rs", "//! Doc.\n"), 0);
        assert_eq!(remarks("a.rs", "use x;\n"), 1);
        assert_eq!(remarks("a.mjs", "#!/usr/bin/env node\n/** Doc. */\n"), 0);
        assert_eq!(remarks("a.ts", "// no\n"), 1);
        assert_eq!(remarks("a.md", "text"), 0);
        assert_eq!(remarks("a/src/b/mod.rs", "//! Doc.\n"), 1);
        assert_eq!(remarks("a/tests/support/mod.rs", "//! Doc.\n"), 0);
        assert_eq!(remarks("a.rs", &format!("//! Doc.\n{}", "\n".repeat(500))), 1);
        assert_eq!(remarks("x/src/main.rs", &format!("//! Doc.\n{}", "\n".repeat(40))), 1);
        let function = |lines: usize| format!("//! Doc.\nfn f() {{\n{}}}\n", "    x;\n".repeat(lines - 2));
        assert_eq!(remarks("a.rs", &function(70)), 0);
        assert_eq!(remarks("a.rs", &function(71)), 1);
    }
}
