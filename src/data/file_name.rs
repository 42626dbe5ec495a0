//! What the name of a file or a folder says, whoever looks: page, archive and command line.

/// The name of a file or a folder, without those around it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileName<'name>(pub &'name str);

impl FileName<'_> {
    /// Whether it is one that systems leave in folders, not people.
    pub fn is_clutter(self) -> bool {
        self.0.starts_with('.') || ["Thumbs.db", "desktop.ini", "__MACOSX"].contains(&self.0)
    }

    /// Whether it is called like a ZIP archive.
    pub fn is_archive(self) -> bool {
        let start = self.0.len().saturating_sub(4);
        start > 0 && self.0.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(".zip"))
    }
}

#[cfg(test)]
mod tests {
    use super::FileName;

    #[test]
    fn only_what_systems_leave_behind_is_clutter() {
        for name in [".DS_Store", ".git", "Thumbs.db", "desktop.ini", "__MACOSX"] {
            assert!(FileName(name).is_clutter(), "{name}");
        }
        for name in ["notes.txt", "rose.jpg", "a.b", "thumbs"] {
            assert!(!FileName(name).is_clutter(), "{name}");
        }
    }

    #[test]
    fn an_archive_is_told_by_the_end_of_its_name() {
        for name in ["roses.zip", "ROSES.ZIP", "ö.Zip"] {
            assert!(FileName(name).is_archive(), "{name}");
        }
        for name in ["", "zip", ".zip", "roses.zip.png", "aöip", "€€"] {
            assert!(!FileName(name).is_archive(), "{name}");
        }
    }
}
