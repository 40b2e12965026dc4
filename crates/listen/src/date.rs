//! The `Date` of an answer, written once a second.

use stdx::clock::Clock;

/// Days of the week as HTTP writes them; the first day of 1970 was a Thursday.
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The current second, written.
#[derive(Debug, Default)]
pub(crate) struct Date {
    second: Option<i64>,
    text: String,
}

impl Date {
    /// The date as an IMF-fixdate (RFC 9110, 5.6.7).
    pub(crate) fn now(&mut self, clock: &dyn Clock) -> &str {
        let second = clock.now_ms().div_euclid(1000);
        if self.second != Some(second) {
            self.text = written(second);
            self.second = Some(second);
        }
        &self.text
    }
}

/// A second since 1970, written.
fn written(second: i64) -> String {
    let (days, second) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (day_name, month_name) = (DAYS[days.rem_euclid(7) as usize], MONTHS[month - 1]);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{day_name}, {day:02} {month_name} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Year, month from 1 and day from 1 of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, usize, i64) {
    // Years begin in March here, so that the leap day is their last.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as usize, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stdx::clock::ManualClock;

    #[test]
    fn seconds_are_written_as_http_wants() {
        // The second is RFC 9110's own example; the others are what `date -u -d @...` prints.
        let table = [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_795_305_599, "Sat, 21 Nov 2026 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ];
        for (second, expected) in table {
            assert_eq!(written(second), expected, "{second}");
        }
    }

    #[test]
    fn a_second_is_written_once() {
        let (clock, mut date) = (ManualClock::default(), Date::default());
        assert_eq!(date.now(&clock), "Thu, 01 Jan 1970 00:00:00 GMT");
        clock.advance_ms(999);
        assert!(date.now(&clock).ends_with("00:00:00 GMT"));
        clock.advance_ms(1);
        assert!(date.now(&clock).ends_with("00:00:01 GMT"));
    }
}
