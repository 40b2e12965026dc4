//! SubStation Alpha, v4.00 and v4.00+ (ASS): events with their text; of styles, what can be kept.

use crate::cue::{Cue, Place, Style};
use crate::markup::{Dialect, marked};
use crate::read::Cues;
use crate::time::clock;
use std::collections::BTreeMap;

/// The columns of an event where no `Format:` line names them.
const COLUMNS: &str = "layer,start,end,style,name,marginl,marginr,marginv,effect,text";

/// What a style gives a cue.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    style: Style,
    place: Place,
}

/// Reads the cues of a file.
pub(crate) fn read(text: &str) -> Cues {
    let mut cues = Cues::default();
    let mut looks: BTreeMap<String, Look> = BTreeMap::new();
    let mut section = String::new();
    let (mut style_columns, mut event_columns) = (Vec::new(), columns(COLUMNS));
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line.to_ascii_lowercase();
            continue;
        }
        let Some((kind, value)) = line.split_once(':') else { continue };
        match (kind.trim().to_ascii_lowercase().as_str(), section.as_str()) {
            ("format", "[events]") => event_columns = columns(value),
            ("format", _) => style_columns = columns(value),
            ("style", _) => {
                let row = Row::new(&style_columns, value);
                let is_old = section == "[v4 styles]";
                looks.insert(
                    row.get("name").unwrap_or_default().trim_matches('*').to_owned(),
                    look(&row, is_old),
                );
            }
            ("dialogue", "[events]") => cues.take(cue(&Row::new(&event_columns, value), &looks)),
            _ => {}
        }
    }
    cues
}

fn columns(format: &str) -> Vec<String> {
    format.split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// One line of values; the last column takes what is left, commas too.
struct Row<'a> {
    values: BTreeMap<&'a str, &'a str>,
}

impl<'a> Row<'a> {
    fn new(columns: &'a [String], line: &'a str) -> Row<'a> {
        let values = line.splitn(columns.len().max(1), ',');
        Row { values: columns.iter().map(String::as_str).zip(values).collect() }
    }

    fn get(&self, column: &str) -> Option<&'a str> {
        self.values.get(column).map(|value| value.trim())
    }
}

fn look(row: &Row<'_>, is_old: bool) -> Look {
    let on = |column| row.get(column).is_some_and(|value| value == "-1" || value == "1");
    let alignment = row.get("alignment").and_then(|value| value.parse().ok()).unwrap_or(2);
    let style = Style { italic: on("italic"), bold: on("bold"), underline: on("underline") };
    Look { style, place: if is_old { old_place(alignment) } else { Place::keypad(alignment) } }
}

/// Before v4.00+, 4 was added for the top and 8 for the middle.
fn old_place(alignment: u32) -> Place {
    match alignment {
        5..=7 => Place::Top,
        9..=11 => Place::Middle,
        _ => Place::Bottom,
    }
}

fn cue(row: &Row<'_>, looks: &BTreeMap<String, Look>) -> Option<Cue> {
    let (start_us, end_us) = (time(row.get("start")?)?, time(row.get("end")?)?);
    let look = looks.get(row.get("style").unwrap_or_default().trim_matches('*')).copied().unwrap_or_default();
    let marked = marked(row.get("text")?, Dialect::Ssa, look.style);
    Some(Cue { start_us, end_us, spans: marked.spans, place: marked.place.unwrap_or(look.place) })
}

/// `h:mm:ss.cc`; some write the last dot as a colon.
fn time(text: &str) -> Option<i64> {
    let colons = text.matches(':').count();
    match text.rsplit_once(':') {
        Some((whole, hundredths)) if colons == 3 => clock(&format!("{whole}.{hundredths}"), &['.'], 2),
        _ => clock(text, &['.', ','], 2),
    }
}
