//! The roofline (Williams, Waterman and Patterson, 2009): how near a measured part comes to what
//! arithmetic and memory give at most, whichever of the two binds it.
//!
//! Plain arithmetic without a single dependency: `xtask` includes this very file, for what was
//! measured in a browser.

use std::fmt;

/// The two ceilings, in amounts a millisecond.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Roof {
    /// Floating point operations.
    pub operations: f64,
    /// Bytes read and written.
    pub bytes: f64,
}

/// One of the ceilings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ceiling {
    /// Operations take longer than bytes, at full speed.
    Arithmetic,
    /// Bytes take longer than operations.
    Memory,
}

/// What was measured, and what it has to do in that time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part<'a> {
    /// What it is. Parts of the same kind are added up.
    pub kind: &'a str,
    /// How long it took.
    pub milliseconds: f64,
    /// Floating point operations.
    pub operations: f64,
    /// Bytes that have to be read and written at least.
    pub bytes: f64,
}

/// All parts of a kind together.
#[derive(Clone, PartialEq, Debug)]
pub struct Sum {
    /// What they are.
    pub kind: String,
    /// How long they took.
    pub milliseconds: f64,
    /// Floating point operations.
    pub operations: f64,
    /// Bytes that have to be read and written at least.
    pub bytes: f64,
    /// How near they come to the ceilings, where these are known.
    pub share: Option<Share>,
}

/// How near something comes to the ceiling that binds it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Share {
    /// The one that binds most of it.
    pub of: Ceiling,
    /// The least time over the time it took.
    pub share: f64,
}

impl Roof {
    /// The least milliseconds that the ceilings allow for a part, and which one it is.
    fn least(self, part: &Part) -> (Ceiling, f64) {
        let (arithmetic, memory) = (part.operations / self.operations, part.bytes / self.bytes);
        if arithmetic >= memory {
            (Ceiling::Arithmetic, arithmetic)
        } else {
            (Ceiling::Memory, memory)
        }
    }

    /// One part after the other, each as fast as its own ceiling allows.
    fn share(self, parts: &[Part]) -> Share {
        let (mut arithmetic, mut memory, mut taken) = (0.0, 0.0, 0.0);
        for part in parts {
            match self.least(part) {
                (Ceiling::Arithmetic, least) => arithmetic += least,
                (Ceiling::Memory, least) => memory += least,
            }
            taken += part.milliseconds;
        }
        let of = if arithmetic >= memory { Ceiling::Arithmetic } else { Ceiling::Memory };
        Share { of, share: (arithmetic + memory) / taken }
    }
}

/// A sum for each kind, in the order in which kinds first come.
pub fn sums(parts: &[Part], roof: Option<Roof>) -> Vec<Sum> {
    let mut kinds: Vec<&str> = Vec::new();
    for part in parts {
        if !kinds.contains(&part.kind) {
            kinds.push(part.kind);
        }
    }
    let sum = |kind: &str| {
        let parts: Vec<Part> = parts.iter().filter(|part| part.kind == kind).copied().collect();
        let total = |what: fn(&Part) -> f64| parts.iter().map(what).sum();
        Sum {
            kind: kind.to_owned(),
            milliseconds: total(|part| part.milliseconds),
            operations: total(|part| part.operations),
            bytes: total(|part| part.bytes),
            share: roof.map(|roof| roof.share(&parts)),
        }
    };
    kinds.into_iter().map(sum).collect()
}

/// The line over a table of sums.
pub fn heading(title: &str) -> String {
    let [time, rate, traffic] = ["ms", "GFLOP/s", "GB/s"];
    format!("{title:<44} {time:>9} {rate:>9} {traffic:>9} {:>16}", "share of ceiling")
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, milliseconds, operations, bytes, share } = self;
        // A million a millisecond is a thousand million a second.
        let [rate, traffic] = [operations, bytes].map(|amount| amount / milliseconds / 1e6);
        write!(f, "{kind:<44} {milliseconds:>9.3} {rate:>9.2} {traffic:>9.2}")?;
        share.map_or(Ok(()), |share| write!(f, " {share}"))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binds = match self.of {
            Ceiling::Arithmetic => "arithmetic",
            Ceiling::Memory => "memory",
        };
        write!(f, "{:>5.1} % {binds}", self.share * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOF: Roof = Roof { operations: 10.0, bytes: 2.0 };

    fn part(kind: &str, operations: f64, bytes: f64, milliseconds: f64) -> Part<'_> {
        Part { kind, milliseconds, operations, bytes }
    }

    #[test]
    fn whatever_takes_longer_at_full_speed_binds() {
        // 100 operations take 10 ms at best, 10 bytes 5 ms.
        let dense = ROOF.share(&[part("stem", 100.0, 10.0, 20.0)]);
        assert_eq!(dense, Share { of: Ceiling::Arithmetic, share: 0.5 });
        // 40 bytes take 20 ms at best.
        let sparse = ROOF.share(&[part("stem", 100.0, 40.0, 80.0)]);
        assert_eq!(sparse, Share { of: Ceiling::Memory, share: 0.25 });
    }

    #[test]
    fn parts_of_a_kind_are_added_up_each_under_its_own_ceiling() {
        let parts = [
            part("1×1", 100.0, 10.0, 20.0),
            part("stem", 10.0, 0.0, 4.0),
            part("1×1", 100.0, 40.0, 40.0),
        ];
        let [dense, stem] = &sums(&parts, Some(ROOF))[..] else { panic!("there are two kinds") };
        assert_eq!((dense.kind.as_str(), stem.kind.as_str()), ("1×1", "stem"));
        assert_eq!((dense.milliseconds, dense.operations, dense.bytes), (60.0, 200.0, 50.0));
        // 10 ms of arithmetic and 20 ms of memory, in 60 ms.
        assert_eq!(dense.share, Some(Share { of: Ceiling::Memory, share: 0.5 }));
        assert_eq!(stem.share, Some(Share { of: Ceiling::Arithmetic, share: 0.25 }));
    }

    #[test]
    fn a_line_has_no_share_where_no_ceiling_is_known() {
        let line = |roof| sums(&[part("stem", 2e6, 4e6, 2.0)], roof)[0].to_string();
        let words = |line: String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(line(None)), ["stem", "2.000", "1.00", "2.00"]);
        let roof = Roof { operations: 1e7, bytes: 4e6 };
        assert_eq!(words(line(Some(roof)))[4..], ["50.0", "%", "memory"]);
    }
}
