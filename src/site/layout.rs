//! What every page has around its content: title, addresses, the way back to the top.

/// The frame of one page, for `base.html`.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Where the page is written.
    pub(super) path: String,
    /// Its title, without the site's name.
    pub(super) title: String,
    /// It in a sentence, for search engines.
    pub(super) about: String,
    /// What leads from this page to the site's top: empty, `../`, `../../`, …
    pub(super) root: String,
    /// Its address, when the site's is known.
    pub(super) canonical: Option<String>,
    /// Its section: the first part of its path.
    pub(super) section: String,
    /// What it may do.
    pub(super) security: &'static str,
}

impl Layout {
    pub(super) fn new(base: Option<&str>, path: &str, title: &str, about: &str) -> Self {
        let depth = path.matches('/').count();
        Self {
            path: path.to_owned(),
            title: title.to_owned(),
            about: about.to_owned(),
            root: "../".repeat(depth),
            canonical: base.map(|base| address(base, path)),
            security: super::plain_page::SECURITY,
            section: section(path).to_owned(),
        }
    }

    /// The sections the head of every page leads to: name in paths, path, name for people.
    pub(super) fn sections(&self) -> [(&'static str, &'static str, &'static str); 7] {
        [
            ("servers", "index.html", "Servers"),
            ("classes", "classes/index.html", "Classes"),
            ("signals", "signals/index.html", "Signals"),
            ("attacks", "attacks/index.html", "Attacks"),
            ("rules", "rules/index.html", "Rules"),
            ("statistics", "statistics.html", "Statistics"),
            ("search", "search.html", "Search"),
        ]
    }
}

/// The address of a page; one of a directory is known by it.
pub(super) fn address(base: &str, path: &str) -> String {
    match path.strip_suffix("index.html") {
        Some(directory) => [base, "/", directory].concat(),
        None => [base, "/", path].concat(),
    }
}

/// The directory of a path, or the stem of a page at the top; the front page lists servers.
fn section(path: &str) -> &str {
    match path.split_once('/').map_or(path.trim_end_matches(".html"), |(section, _)| section) {
        front if front.starts_with("index") => "servers",
        section => section,
    }
}

/// One part of a long list, and the way to the others.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Counted from 1.
    pub(super) number: usize,
    /// How many there are.
    pub(super) of: usize,
    stem: String,
}

impl Part {
    /// The parts of a list of `length` at `stem.html`, `stem-2.html`, …; at least one.
    pub(super) fn all(stem: &str, length: usize, each: usize) -> Vec<Self> {
        let of = length.div_ceil(each).max(1);
        (1..=of).map(|number| Self { number, of, stem: stem.to_owned() }).collect()
    }

    /// What of the list is in this part.
    pub(super) fn of<'l, T>(&self, list: &'l [T], each: usize) -> &'l [T] {
        &list[((self.number - 1) * each).min(list.len())..(self.number * each).min(list.len())]
    }

    /// A title of its own.
    pub(super) fn title(&self, title: &str) -> String {
        if self.of > 1 { format!("{title}, part {} of {}", self.number, self.of) } else { title.to_owned() }
    }

    /// The file of this part.
    pub(super) fn file(&self) -> String {
        self.file_of(self.number)
    }

    fn file_of(&self, number: usize) -> String {
        let stem = &self.stem;
        if number == 1 { format!("{stem}.html") } else { format!("{stem}-{number}.html") }
    }

    /// Each part's number, file, and whether it is this one: the first, the last, and those near.
    pub(super) fn near(&self) -> Vec<(usize, String, bool)> {
        let is_near = |number: usize| number == 1 || number == self.of || number.abs_diff(self.number) <= 2;
        (1..=self.of)
            .filter(|number| is_near(*number))
            .map(|number| (number, self.file_of(number), number == self.number))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_parted() {
        assert_eq!(Part::all("read", 0, 10).len(), 1);
        let parts = Part::all("read", 25, 10);
        assert_eq!(parts.iter().map(Part::file).collect::<Vec<_>>(), ["read.html", "read-2.html", "read-3.html"]);
    }
}
