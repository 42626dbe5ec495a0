//! Some of many.

/// At most so many of these, evenly spread. Where they stand class by class, as the parts of a
/// split do, every class has its share.
pub fn spread(indices: &[usize], most: usize) -> Vec<usize> {
    let count = indices.len().min(most);
    (0..count).map(|place| indices[place * indices.len() / count]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_no_picture_twice_and_reaches_the_end() {
        let all: Vec<usize> = (100..300).collect();
        let some = spread(&all, 64);
        assert_eq!(some.len(), 64);
        assert!(some.is_sorted_by(|a, b| a < b));
        assert!(some[0] == 100 && some[63] > 295);
        assert_eq!(spread(&all[..3], 64), [100, 101, 102]);
        assert!(spread(&[], 64).is_empty());
    }
}
