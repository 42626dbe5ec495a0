//! The command line: `headstart compare` and `headstart draw`.

use std::process::ExitCode;

use headstart::session::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    headstart::command::run()
}
