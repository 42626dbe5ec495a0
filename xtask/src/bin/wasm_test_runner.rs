//! The runner that cargo hands compiled wasm tests to. It is the wasm-bindgen command's own, as a
//! library, so that no tool has to be installed and its version cannot disagree with the code's.

use std::process::ExitCode;

fn main() -> ExitCode {
    match wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The wasm tests failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}
