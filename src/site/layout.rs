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
            section: path.split_once('/').map_or("index", |(section, _)| section).to_owned(),
        }
    }
}

/// The address of a page; the front page is known by its directory.
pub(super) fn address(base: &str, path: &str) -> String {
    let path = if path == "index.html" { "" } else { path };
    format!("{base}/{path}")
}

/// One part of a long list, and the way to the others.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Counted from 1.
    pub(super) number: usize,
    /// How many there are.
    pub(super) of: usize,
    /// The file name of each, in order.
    pub(super) files: Vec<String>,
}

impl Part {
    /// The parts of a list of `length` at `stem.html`, `stem-2.html`, …; at least one.
    pub(super) fn all(stem: &str, length: usize, each: usize) -> Vec<Self> {
        let of = length.div_ceil(each).max(1);
        let file = |number: usize| if number == 1 { format!("{stem}.html") } else { format!("{stem}-{number}.html") };
        let files: Vec<String> = (1..=of).map(file).collect();
        (1..=of).map(|number| Self { number, of, files: files.clone() }).collect()
    }

    /// The file of this part.
    pub(super) fn file(&self) -> &str {
        &self.files[self.number - 1]
    }

    /// Each part's number, file, and whether it is this one: the first, the last, and those near.
    pub(super) fn near(&self) -> Vec<(usize, &str, bool)> {
        let is_near = |number: usize| number == 1 || number == self.of || number.abs_diff(self.number) <= 2;
        (1..=self.of)
            .filter(|number| is_near(*number))
            .map(|number| (number, self.files[number - 1].as_str(), number == self.number))
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
