//! What is known of the pictures of a data set before anything is learned: their classes, and which of
//! them belong together.

/// Pictures by their indices.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// One class index a picture, below `classes`.
    pub labels: &'a [usize],
    /// Number of classes.
    pub classes: usize,
    /// One group a picture, for sets in which some belong together: copies, or a burst. A split never
    /// divides a group. Empty where every picture stands for itself.
    pub groups: &'a [usize],
}

/// Pictures that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    /// Indices in ascending order.
    pub members: Vec<usize>,
    /// The class of all of them; `None` where they are of several.
    pub class: Option<usize>,
}

impl<'a> Labelled<'a> {
    /// Pictures of which each stands for itself.
    pub fn singly(labels: &'a [usize], classes: usize) -> Self {
        Self { labels, classes, groups: &[] }
    }

    /// Pictures of a class.
    pub fn count(&self, class: usize) -> usize {
        self.labels.iter().filter(|&&label| label == class).count()
    }

    fn group_of(&self, index: usize) -> usize {
        self.groups.get(index).copied().unwrap_or(self.labels.len() + index)
    }

    /// The groups of some pictures, in the order of their first members.
    pub(super) fn groups_of(&self, pictures: impl Iterator<Item = usize>) -> Vec<Group> {
        let mut places = std::collections::HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for index in pictures {
            let class = self.labels.get(index).copied();
            match places.get(&self.group_of(index)).and_then(|&place: &usize| groups.get_mut(place))
            {
                Some(group) => {
                    group.members.push(index);
                    group.class = group.class.filter(|_| group.class == class);
                }
                None => {
                    places.insert(self.group_of(index), groups.len());
                    groups.push(Group { members: vec![index], class });
                }
            }
        }
        groups
    }
}

/// One group a picture, from which pictures belong together: whoever is linked, however far, is of one
/// group. A group is named by its first picture. Links to pictures that are none are passed over.
pub fn grouped(count: usize, links: impl IntoIterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..count).collect();
    for (one, other) in links {
        if one.max(other) >= count {
            continue;
        }
        let (one, other) = (root(&groups, one), root(&groups, other));
        groups[one.max(other)] = one.min(other);
    }
    // Every picture points at an earlier one, whose name is final by then.
    for index in 0..count {
        groups[index] = groups[groups[index]];
    }
    groups
}

fn root(groups: &[usize], mut index: usize) -> usize {
    while groups[index] != index {
        index = groups[index];
    }
    index
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whoever_is_linked_however_far_is_of_one_group() {
        assert_eq!(grouped(6, [(4, 2), (5, 4), (0, 3), (9, 1)]), [0, 1, 2, 0, 2, 2]);
    }

    #[test]
    fn a_group_over_several_classes_has_none() {
        let set = Labelled { labels: &[0, 0, 1, 1], classes: 2, groups: &[0, 0, 0, 3] };
        let groups = set.groups_of(0..4);
        assert_eq!(groups[0], Group { members: vec![0, 1, 2], class: None });
        assert_eq!(groups[1], Group { members: vec![3], class: Some(1) });
    }

    proptest! {
        #[test]
        fn groups_are_those_that_links_reach(
            links in prop::collection::vec((0usize..12, 0usize..12), 0..14),
        ) {
            let groups = grouped(12, links.iter().copied());
            // Warshall's closure, the plain way.
            let mut reach = [[false; 12]; 12];
            for (index, row) in reach.iter_mut().enumerate() {
                row[index] = true;
            }
            for &(a, b) in &links {
                reach[a][b] = true;
                reach[b][a] = true;
            }
            for via in 0..12 {
                for a in 0..12 {
                    for b in 0..12 {
                        reach[a][b] |= reach[a][via] && reach[via][b];
                    }
                }
            }
            for a in 0..12 {
                for b in 0..12 {
                    prop_assert_eq!(groups[a] == groups[b], reach[a][b]);
                }
                prop_assert_eq!(Some(groups[a]), (0..12).find(|&b| reach[a][b]));
            }
        }
    }
}
