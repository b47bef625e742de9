//! A catalogue of each kind, for what holds of both.

#[cfg(unix)]
use crate::cluster::Database;

/// A catalogue in a file or in a database; empty at first.
pub(crate) enum Catalogue {
    File(tempfile::TempDir),
    #[cfg(unix)]
    Database(Database),
}

impl Catalogue {
    /// One of each kind that can be had here.
    pub(crate) fn both() -> Vec<Self> {
        vec![
            Self::File(tempfile::tempdir().unwrap()),
            #[cfg(unix)]
            Self::Database(Database::new()),
        ]
    }

    /// What is given as `--catalogue`.
    pub(crate) fn typed(&self) -> String {
        match self {
            Self::File(directory) => directory.path().join("catalogue.db").to_str().unwrap().to_owned(),
            #[cfg(unix)]
            Self::Database(database) => database.address(),
        }
    }

    /// The number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> usize {
        match self {
            Self::File(_) => {
                let connection = rusqlite::Connection::open(self.typed()).unwrap();
                let number: i64 = connection.query_row(sql, (), |row| row.get(0)).unwrap();
                number.try_into().unwrap()
            }
            #[cfg(unix)]
            Self::Database(database) => database.number(sql),
        }
    }
}
