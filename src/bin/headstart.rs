//! The command line: `headstart compare` and `headstart draw`.

use std::process::ExitCode;

fn main() -> ExitCode {
    headstart::command::run()
}
