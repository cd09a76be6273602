//! What a run's folder is called when the user does not say: preset and time.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The folder of a run that was given none: `runs/<preset>-YYYYmmdd-HHMMSS`, in UTC; where that exists already, `-2`, `-3`, … is put after it.
/// Of `preset`, characters that a file name might not bear become `-`.
pub fn default_path(preset: &str, now: SystemTime) -> PathBuf {
    free_path(Path::new("runs"), preset, now)
}

fn free_path(root: &Path, preset: &str, now: SystemTime) -> PathBuf {
    let preset: String = preset.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let name = format!("{preset}-{}", time_stamp(now));
    let names = std::iter::once(name.clone()).chain((2u64..).map(|n| format!("{name}-{n}")));
    names.map(|name| root.join(name)).find(|path| !path.exists()).expect("a folder does not hold 2^64 entries")
}

/// `YYYYmmdd-HHMMSS` in UTC. A clock before 1970 counts as 1970.
fn time_stamp(now: SystemTime) -> String {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil_from_days(days);
    format!("{year:04}{month:02}{day:02}-{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `civil_from_days`, for days not before 1970). Years begin in March there, so that a leap day is a year's last.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468; // since 0000-03-01
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;

    #[test]
    fn time_stamps_are_those_of_date_u() {
        // `date -u -d @N +%Y%m%d-%H%M%S`
        for (seconds, stamp) in
            [(0, "19700101-000000"), (951_782_399, "20000228-235959"), (951_782_400, "20000229-000000"), (4_107_542_400, "21000301-000000")]
        {
            assert_eq!(time_stamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), stamp);
        }
        assert_eq!(time_stamp(SystemTime::UNIX_EPOCH - Duration::from_secs(9)), "19700101-000000");
    }

    #[test]
    fn a_default_path_is_never_taken() {
        let root = tempfile::tempdir().unwrap();
        let free = || free_path(root.path(), "../my toml", SystemTime::UNIX_EPOCH);
        assert_eq!(free(), root.path().join("---my-toml-19700101-000000"));
        fs::create_dir(free()).unwrap();
        fs::create_dir(free()).unwrap();
        assert_eq!(free(), root.path().join("---my-toml-19700101-000000-3"));
    }
}
