//! How near each part of the network comes to what arithmetic and memory give at most, in the
//! browser.

use super::report::{Ceiling, CeilingKind, LayerRow, Layers};
use super::roof::{self, Part, Roof};

/// Layers read and write some megabytes, so a copy that fits into a first cache is no ceiling of
/// theirs, and one that fits into none is too low. Bytes read and written.
const COPY_OF_A_LAYER: f64 = (2 << 22) as f64;

/// Prints the ceilings, and every part and every kind of layer with its share of the one that binds
/// it. A graphics card's ceilings are not known.
pub fn print(ceilings: &[Ceiling], layers: &[Layers]) {
    if !ceilings.is_empty() {
        println!("\n{:<44} {:>10}", "ceiling, one thread", "best");
    }
    for ceiling in ceilings {
        let (what, unit) = match ceiling.kind {
            CeilingKind::Product => ("product", "GFLOP/s"),
            CeilingKind::Copy => ("copy", "GB/s, read and written"),
        };
        println!(
            "{:<44} {:>10.2} {unit}",
            format!("{what}, {}", ceiling.name),
            rate(ceiling) / 1e6
        );
    }
    for Layers { device, width, batch, side, rows, kinds } in layers {
        let roof = roof(ceilings).filter(|_| device == "CPU");
        let title = format!("{device}, width {width}, {batch} × {side} px");
        print_rows(&title, rows, roof);
        if !kinds.is_empty() {
            print_rows(&format!("{title}, by kinds"), kinds, roof);
            println!(
                "BatchNorm, ReLU6, shortcut: part of the layers above; adding a shortcut's gradient is in no row"
            );
        }
    }
}

fn print_rows(title: &str, rows: &[LayerRow], roof: Option<Roof>) {
    println!("\n{}", roof::heading(title));
    let parts: Vec<Part> = rows.iter().map(part).collect();
    roof::sums(&parts, roof).iter().for_each(|sum| println!("{sum}"));
}

fn part(row: &LayerRow) -> Part<'_> {
    let LayerRow { kind, milliseconds, operations, bytes } = row;
    Part { kind, milliseconds: *milliseconds, operations: *operations, bytes: *bytes }
}

fn rate(ceiling: &Ceiling) -> f64 {
    ceiling.amount / ceiling.milliseconds
}

fn of(ceilings: &[Ceiling], kind: CeilingKind) -> impl Iterator<Item = &Ceiling> {
    ceilings.iter().filter(move |ceiling| ceiling.kind == kind)
}

/// Floating point operations a millisecond of the best product.
pub fn best_product(ceilings: &[Ceiling]) -> Option<f64> {
    of(ceilings, CeilingKind::Product).map(rate).max_by(f64::total_cmp)
}

/// The best product, and the copy of the size of a layer. `None` when either is missing.
fn roof(ceilings: &[Ceiling]) -> Option<Roof> {
    let operations = best_product(ceilings)?;
    let distance = |ceiling: &&Ceiling| (ceiling.amount / COPY_OF_A_LAYER).ln().abs();
    let copy = of(ceilings, CeilingKind::Copy)
        .min_by(|left, right| distance(left).total_cmp(&distance(right)))?;
    Some(Roof { operations, bytes: rate(copy) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ceiling(kind: CeilingKind, amount: f64, milliseconds: f64) -> Ceiling {
        Ceiling { kind, name: String::new(), milliseconds, amount }
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
