//! Blocks: what SubRip and WebVTT have in common, a line with an arrow and lines of text up to an empty one.

/// What is between the two times of a cue.
const ARROW: &str = "-->";

/// One cue, not read yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// Before the arrow.
    pub(crate) start: &'a str,
    /// After the arrow.
    pub(crate) end: &'a str,
    /// The lines of text.
    pub(crate) lines: Vec<&'a str>,
}

/// The blocks of a file; what belongs to none is left out. A missing empty line between two cues is forgiven, and the
/// second one's counter is then not taken for text of the first.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if let Some((start, end)) = line.split_once(ARROW) {
            if let Some(last) = blocks.last_mut().filter(|_| open) {
                last.lines.pop_if(|line| is_counter(line));
            }
            blocks.push(Block { start: start.trim(), end: end.trim(), lines: Vec::new() });
            open = true;
        } else if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = blocks.last_mut().filter(|_| open) {
            last.lines.push(line);
        }
    }
    blocks
}

fn is_counter(line: &str) -> bool {
    line.trim().bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_found() {
        let text = "WEBVTT\n\nNOTE\nnothing\n\n1\na --> b c\nx\n2\ny\n3\nd --> e\n\nlost\n\nf-->g\nz";
        let told: Vec<_> = blocks(text).into_iter().map(|b| (b.start, b.end, b.lines.join("|"))).collect();
        let expected = [("a", "b c", "x|2|y".into()), ("d", "e", String::new()), ("f", "g", "z".into())];
        assert_eq!(told, expected);
    }
}
