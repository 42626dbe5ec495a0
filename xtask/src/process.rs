//! Other programs: running them, and saying in one line what to do when one is missing or fails.

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// A program to run, shown as a person would type it.
fn shown(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// Runs a program to its end, its output going where ours goes.
///
/// # Errors
/// When the program is missing or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Runs a program to its end and returns what it wrote to its standard output.
///
/// # Errors
/// When the program is missing or fails; then with the last line of its standard error.
pub fn read(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output = command.output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let last = complaint.trim().lines().last().unwrap_or("it gave no reason").to_owned();
        bail!("`{line}` failed ({}): {last}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// How a program ended whose output was passed on and kept.
pub struct Kept {
    /// Whether it succeeded.
    pub succeeded: bool,
    /// What it wrote to its standard output.
    pub output: String,
}

/// Runs a program to its end, passes its standard output on line by line, and keeps it.
///
/// # Errors
/// When the program is missing or its output cannot be read; not when it fails.
pub fn run_and_keep(command: &mut Command) -> Result<Kept> {
    let line = shown(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{line}`"))?;
    let mut output = String::new();
    if let Some(pipe) = child.stdout.take() {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).with_context(|| format!("reading `{line}`"))? > 0
        {
            let text = String::from_utf8_lossy(&bytes);
            print!("{text}");
            output.push_str(&text);
            bytes.clear();
        }
    }
    let status = child.wait().with_context(|| format!("waiting for `{line}`"))?;
    Ok(Kept { succeeded: status.success(), output })
}

/// Whether a program can be started at all.
pub fn exists(program: &str) -> bool {
    let answer = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    !matches!(answer, Err(error) if error.kind() == ErrorKind::NotFound)
}

/// Where the program lies that starts under this name.
pub fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_it_lies() {
        let cargo = find("cargo").expect("cargo runs this test");
        assert!(cargo.is_absolute() && cargo.ends_with("cargo"));
        assert_eq!(find("no-such-program-anywhere"), None);
    }
}
