//! Browser interfaces, one a file.
