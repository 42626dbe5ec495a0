//! The roofline (Williams, Waterman and Patterson, 2009): how near each part of the network comes
//! to what arithmetic and memory give at most, whichever of the two binds it.

use super::report::{Ceiling, CeilingKind, LayerRow, Layers};

/// Layers read and write some megabytes, so a copy that fits into a first cache is no ceiling of
/// theirs, and one that fits into none is too low. Bytes read and written.
const COPY_OF_A_LAYER: f64 = (2 << 22) as f64;

/// The two ceilings, in amounts a millisecond.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Roof {
    operations: f64,
    bytes: f64,
}

/// How near a part comes to its ceiling.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Share {
    of: CeilingKind,
    share: f64,
}

/// Prints the ceilings, and every part with its share of the one that binds it. A graphics card's
/// ceilings are not known.
pub fn print(ceilings: &[Ceiling], layers: &[Layers]) {
    if !ceilings.is_empty() {
        println!("\n{:<34} {:>10}", "ceiling, one thread", "best");
    }
    for ceiling in ceilings {
        let (what, unit) = match ceiling.kind {
            CeilingKind::Product => ("product", "GFLOP/s"),
            CeilingKind::Copy => ("copy", "GB/s, read and written"),
        };
        println!(
            "{:<34} {:>10.2} {unit}",
            format!("{what}, {}", ceiling.name),
            rate(ceiling) / 1e6
        );
    }
    let roof = roof(ceilings);
    for Layers { device, width, batch, side, rows } in layers {
        println!(
            "\n{:<44} {:>9} {:>9} {:>9} {:>16}",
            format!("{device}, width {width}, {batch} × {side} px"),
            "ms",
            "GFLOP/s",
            "GB/s",
            "share of ceiling"
        );
        for row in rows {
            let share = roof.filter(|_| device == "CPU").map_or_else(String::new, |roof| {
                let Share { of, share } = share(row, roof);
                let binds = match of {
                    CeilingKind::Product => "arithmetic",
                    CeilingKind::Copy => "memory",
                };
                format!("{:>5.1} % {binds}", share * 100.0)
            });
            println!(
                "{:<44} {:>9.2} {:>9.2} {:>9.2} {share}",
                row.kind,
                row.milliseconds,
                row.operations / row.milliseconds / 1e6,
                row.bytes / row.milliseconds / 1e6,
            );
        }
    }
}

fn rate(ceiling: &Ceiling) -> f64 {
    ceiling.amount / ceiling.milliseconds
}

/// The best product, and the copy of the size of a layer. `None` when either is missing.
fn roof(ceilings: &[Ceiling]) -> Option<Roof> {
    let of = |kind| ceilings.iter().filter(move |ceiling| ceiling.kind == kind);
    let operations = of(CeilingKind::Product).map(rate).max_by(f64::total_cmp)?;
    let distance = |ceiling: &&Ceiling| (ceiling.amount / COPY_OF_A_LAYER).ln().abs();
    let copy =
        of(CeilingKind::Copy).min_by(|left, right| distance(left).total_cmp(&distance(right)))?;
    Some(Roof { operations, bytes: rate(copy) })
}

/// The least time that either ceiling allows, over the time it took.
fn share(row: &LayerRow, roof: Roof) -> Share {
    let arithmetic = row.operations / roof.operations;
    let memory = row.bytes / roof.bytes;
    if arithmetic >= memory {
        Share { of: CeilingKind::Product, share: arithmetic / row.milliseconds }
    } else {
        Share { of: CeilingKind::Copy, share: memory / row.milliseconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOF: Roof = Roof { operations: 10.0, bytes: 2.0 };

    fn row(operations: f64, bytes: f64, milliseconds: f64) -> LayerRow {
        LayerRow { kind: "stem".to_owned(), milliseconds, operations, bytes }
    }

    fn ceiling(kind: CeilingKind, amount: f64, milliseconds: f64) -> Ceiling {
        Ceiling { kind, name: String::new(), milliseconds, amount }
    }

    #[test]
    fn whatever_takes_longer_at_full_speed_binds() {
        // 100 operations take 10 ms at best, 10 bytes 5 ms.
        let dense = share(&row(100.0, 10.0, 20.0), ROOF);
        assert_eq!(dense, Share { of: CeilingKind::Product, share: 0.5 });
        // 40 bytes take 20 ms at best.
        let sparse = share(&row(100.0, 40.0, 80.0), ROOF);
        assert_eq!(sparse, Share { of: CeilingKind::Copy, share: 0.25 });
    }

    #[test]
    fn the_roof_is_the_best_product_and_the_copy_of_a_layers_size() {
        let ceilings = [
            ceiling(CeilingKind::Product, 50.0, 10.0),
            ceiling(CeilingKind::Product, 80.0, 10.0),
            ceiling(CeilingKind::Copy, 2.0 * 262_144.0, 1.0),
            ceiling(CeilingKind::Copy, COPY_OF_A_LAYER, 4.0),
        ];
        let expected = Roof { operations: 8.0, bytes: COPY_OF_A_LAYER / 4.0 };
        assert_eq!(roof(&ceilings), Some(expected));
        assert_eq!(roof(&ceilings[..2]), None);
    }
}
