//! How many tests passed, failed and were skipped, read from the closing lines of the runners.

use std::ops::AddAssign;

/// Tests that were run, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Ended well.
    pub passed: usize,
    /// Ended badly, or could not be run to their end.
    pub failed: usize,
    /// Left out, as what they need is not there.
    pub skipped: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Count {
    /// Counts a check that has no tests of its own, such as a linter.
    pub fn check(succeeded: bool) -> Self {
        Self { passed: usize::from(succeeded), failed: usize::from(!succeeded), skipped: 0 }
    }

    /// Counts what a test runner says. A runner that fails without naming a failed test, or that
    /// runs no test at all, counts as one failure: silence is not success.
    pub fn suite(output: &str, succeeded: bool) -> Self {
        let mut count = Self::default();
        for line in output.lines() {
            count += of_rust(line).or_else(|| of_node(line)).unwrap_or_default();
        }
        let is_silent = count.passed + count.failed == 0;
        if count.failed == 0 && (!succeeded || is_silent) {
            count.failed = 1;
        }
        count
    }
}

/// `test result: ok. 16 passed; 0 failed; 0 ignored; ...`
fn of_rust(line: &str) -> Option<Count> {
    let (_, numbers) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let number = |name: &str| -> Option<usize> {
        numbers.split(';').find_map(|part| part.trim().strip_suffix(name)?.trim().parse().ok())
    };
    let (passed, failed) = (number("passed")?, number("failed")?);
    Some(Count { passed, failed, skipped: number("ignored").unwrap_or_default() })
}

/// `# pass 12`, `# fail 1`, `# cancelled 0`, with `ℹ` for `#` in the longer report, and
/// `# skipped 2`.
fn of_node(line: &str) -> Option<Count> {
    let text = line.trim();
    let (name, number) =
        text.strip_prefix("# ").or_else(|| text.strip_prefix("ℹ "))?.split_once(' ')?;
    let number = number.parse().ok()?;
    match name {
        "pass" => Some(Count { passed: number, ..Count::default() }),
        "fail" | "cancelled" => Some(Count { failed: number, ..Count::default() }),
        "skipped" => Some(Count { skipped: number, ..Count::default() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: usize, failed: usize, skipped: usize) -> Count {
        Count { passed, failed, skipped }
    }

    #[test]
    fn every_binary_of_cargo_test_counts() {
        let output = "\
running 3 tests
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s
";
        assert_eq!(Count::suite(output, false), count(7, 2, 1));
    }

    #[test]
    fn skipped_tests_of_node_are_counted_apart() {
        let output = "ℹ tests 6\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\n";
        assert_eq!(Count::suite(output, false), count(3, 2, 1));
        assert_eq!(Count::suite("# pass 2\n# fail 0\n", true), count(2, 0, 0));
    }

    #[test]
    fn silence_is_a_failure() {
        assert_eq!(Count::suite("no tests to run!\n", true), count(0, 1, 0));
        assert_eq!(Count::suite("error: could not compile", false), count(0, 1, 0));
    }

    #[test]
    fn a_suite_that_skips_everything_has_tested_nothing() {
        let output = "test result: ok. 0 passed; 0 failed; 4 ignored\n";
        assert_eq!(Count::suite(output, true), count(0, 1, 4));
    }

    #[test]
    fn a_runner_that_breaks_off_after_passed_tests_has_failed() {
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored\n";
        assert_eq!(Count::suite(output, false), count(3, 1, 0));
    }
}
