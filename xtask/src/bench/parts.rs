//! What can be measured, by name. How each part is measured is in `tests/bench`, under the same
//! name, but for the native one; what has to be built for it is said here.

use anyhow::{Result, ensure};

/// What has to be built before a part can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// The site, whose files are weighed without a browser.
    Sizes,
    /// The site, in a browser.
    Site,
    /// The bench program and the peer.
    Program,
    /// The bench program natively, and a graphics card.
    Card,
}

/// A part of the measurement.
#[derive(Debug)]
pub struct Part {
    /// What it measures.
    pub name: &'static str,
    /// What has to be built for it.
    pub needs: Needs,
}

const fn part(name: &'static str, needs: Needs) -> Part {
    Part { name, needs }
}

/// In the order in which they are measured. The proof comes first: a site that does not work has no
/// speed.
const PARTS: [Part; 23] = [
    part("sizes", Needs::Sizes),
    part("site, proof", Needs::Site),
    part("site, start", Needs::Site),
    part("site, first model", Needs::Site),
    part("site, drop", Needs::Site),
    part("site, photographs", Needs::Site),
    part("site, head", Needs::Site),
    part("site, hundred pictures", Needs::Site),
    part("site, fine-tuning", Needs::Site),
    part("site, ten differences", Needs::Site),
    part("site, workers", Needs::Site),
    part("prediction", Needs::Site),
    part("inference, CPU, width 0.35", Needs::Program),
    part("inference, CPU, width 1.0", Needs::Program),
    part("training, CPU, width 0.35", Needs::Program),
    part("training, CPU, width 1.0", Needs::Program),
    part("inference, WebGPU, width 0.35", Needs::Program),
    part("training, WebGPU, width 0.35", Needs::Program),
    part("steps by blocks", Needs::Program),
    part("roofline, width 0.35", Needs::Program),
    part("roofline, width 1.0", Needs::Program),
    part("layers, WebGPU, width 0.35", Needs::Program),
    part("native, graphics card", Needs::Card),
];

/// Measured only where they are named, since an adapter in software takes minutes a step.
const NAMED: [Part; 2] = [
    part("inference, WebGPU, width 1.0", Needs::Program),
    part("training, WebGPU, width 1.0", Needs::Program),
];

/// The parts whose names contain one of the words, or all if there are no words. Some have to be
/// named in full.
///
/// # Errors
/// When no part has such a name.
pub fn chosen(words: &[String]) -> Result<Vec<&'static Part>> {
    let parts: Vec<&Part> = PARTS
        .iter()
        .filter(|part| words.is_empty() || words.iter().any(|word| part.name.contains(word)))
        .chain(NAMED.iter().filter(|part| words.iter().any(|word| part.name == word)))
        .collect();
    let names: Vec<&str> = PARTS.iter().chain(&NAMED).map(|part| part.name).collect();
    let names = names.join("; ");
    ensure!(!parts.is_empty(), "no part of the bench has such a name; there are {names}");
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Vec<&'static str> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        chosen(&words).map(|parts| parts.iter().map(|part| part.name).collect()).unwrap_or_default()
    }

    #[test]
    fn a_word_chooses_the_parts_that_contain_it_and_no_word_chooses_all() {
        assert_eq!(names(&["WebGPU"]).len(), 3);
        assert_eq!(names(&["sizes", "steps"]), ["sizes", "steps by blocks"]);
        assert_eq!(names(&[]).len(), PARTS.len());
        assert_eq!(names(&["training, WebGPU, width 1.0"]), ["training, WebGPU, width 1.0"]);
    }

    #[test]
    fn a_word_that_no_part_contains_is_refused_with_the_names_there_are() {
        let message = chosen(&["nothing".to_owned()]).unwrap_err().to_string();
        assert!(message.contains("steps by blocks"), "{message}");
    }
}
