//! Progress reports: ffmpeg's `-progress` lines to values.
//!
//! Format: `key=value` lines, each report closed by `progress=continue` or `progress=end`
//! (ffmpeg documentation, "-progress url").

/// How far a child is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Progress {
    /// Frames put out so far.
    pub frames: u64,
    /// Time put out so far, in seconds.
    pub time_s: f64,
    /// Seconds of output made in one second; `None` before the first measure.
    pub speed: Option<f64>,
}

/// Called with each report; ffmpeg makes about two a second.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// Bytes kept of an unfinished line: the longest true line is under 100.
const LINE_BYTES_MAX: usize = 4096;

/// Takes bytes as they come and gives a [`Progress`] for each closed report.
#[derive(Debug, Default)]
pub(super) struct Reports {
    open: Vec<u8>,
    current: Progress,
}

impl Reports {
    pub(super) fn push(&mut self, bytes: &[u8], mut report: impl FnMut(Progress)) {
        for &byte in bytes {
            if byte != b'\n' {
                if self.open.len() < LINE_BYTES_MAX {
                    self.open.push(byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.open);
            if self.line(&String::from_utf8_lossy(&line)) {
                report(self.current);
            }
        }
    }

    /// Takes one line in; whether it closed a report.
    fn line(&mut self, line: &str) -> bool {
        let Some((key, value)) = line.split_once('=') else { return false };
        let value = value.trim();
        match key {
            "frame" => self.current.frames = value.parse().unwrap_or(self.current.frames),
            "out_time_us" => {
                let time_us: f64 = value.parse().unwrap_or(0.0);
                self.current.time_s = (time_us / 1e6).max(self.current.time_s);
            }
            "speed" => self.current.speed = value.trim_end_matches('x').parse().ok(),
            _ => {}
        }
        key == "progress"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        let text = "frame=0\nout_time_us=N/A\nspeed=N/A\nprogress=continue\n\
                    frame=48\nfps=31\nout_time_us=2000000\nspeed=1.29x\nprogress=end\n";
        let mut seen = Vec::new();
        let mut reports = Reports::default();
        for piece in text.as_bytes().chunks(7) {
            reports.push(piece, |progress| seen.push(progress));
        }
        assert_eq!(seen, [Progress::default(), Progress { frames: 48, time_s: 2.0, speed: Some(1.29) }]);
    }
}
