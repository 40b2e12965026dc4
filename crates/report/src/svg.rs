//! Small pieces of SVG and HTML text. Owns escaping: whatever comes from outside passes [`escape`].

use std::fmt::Write as _;

/// `text` with the characters that mean something in HTML and XML replaced, in content and attributes alike.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Control characters are not allowed in XML; a file name may hold them.
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A drawing under construction. Colours and strokes are classes of the page's style sheet.
pub(crate) struct Drawing {
    body: String,
    width: f64,
    height: f64,
}

/// Where a text stands from its point.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Drawing {
    /// An empty drawing of that size, in its own units.
    pub(crate) fn new(width: f64, height: f64) -> Drawing {
        Drawing { body: String::new(), width, height }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.push(format_args!(
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" class="{class}"/>"#
        ));
    }

    /// A line through points.
    pub(crate) fn polyline(&mut self, points: &[(f64, f64)], class: &str) {
        let mut path = String::new();
        for (x, y) in points {
            let _ = write!(path, "{x:.1},{y:.1} "); // writing to a String cannot fail
        }
        self.push(format_args!(r#"<polyline points="{}" class="{class}"/>"#, path.trim_end()));
    }

    /// A rectangle with a tool tip.
    pub(crate) fn bar(&mut self, at: (f64, f64), size: (f64, f64), class: &str, tip: &str) {
        let ((x, y), (width, height), tip) = (at, size, escape(tip));
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" class="{class}"><title>{tip}</title></rect>"#
        ));
    }

    /// A disc with a tool tip.
    pub(crate) fn dot(&mut self, at: (f64, f64), radius: f64, class: &str, tip: &str) {
        let ((x, y), tip) = (at, escape(tip));
        self.push(format_args!(
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" class="{class}"><title>{tip}</title></circle>"#
        ));
    }

    /// A square on its corner with a tool tip; `radius` is from its middle to a corner.
    pub(crate) fn diamond(&mut self, at: (f64, f64), radius: f64, class: &str, tip: &str) {
        let ((x, y), tip) = (at, escape(tip));
        let (left, right, top, bottom) = (x - radius, x + radius, y - radius, y + radius);
        self.push(format_args!(
            r#"<polygon points="{x:.1},{top:.1} {right:.1},{y:.1} {x:.1},{bottom:.1} {left:.1},{y:.1}" class="{class}"><title>{tip}</title></polygon>"#
        ));
    }

    /// A text on one line.
    pub(crate) fn text(&mut self, at: (f64, f64), anchor: Anchor, class: &str, text: &str) {
        let ((x, y), text) = (at, escape(text));
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{class}">{text}</text>"#
        ));
    }

    /// The drawing as an SVG element, which `label` describes to those who do not see it.
    pub(crate) fn finish(self, label: &str) -> String {
        let Drawing { body, width, height } = self;
        let label = escape(label);
        format!(r#"<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{body}</svg>"#)
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(element); // writing to a String cannot fail
        self.body.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_stays_text() {
        assert_eq!(escape(r#"<b onclick='x("y")'>&"#), "&lt;b onclick=&#39;x(&quot;y&quot;)&#39;&gt;&amp;");
        assert_eq!(escape("a\u{0}\u{1b}[31mé\n"), "a\u{fffd}\u{fffd}[31mé\n");
        let mut drawing = Drawing::new(10.0, 5.0);
        drawing.text((1.0, 2.0), Anchor::Start, "note", "</text><script>");
        let svg = drawing.finish("a \"b\"");
        assert!(!svg.contains("<script") && svg.contains(r#"aria-label="a &quot;b&quot;""#), "{svg}");
    }
}
