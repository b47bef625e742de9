//! Many texts in one piece of memory: no allocation for each, and none is left behind in small pieces when all of them go.

/// A list of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    all: String,
    /// Where each of them ends, in bytes.
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a text at the end.
    pub fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How long they are together, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.all.len()
    }

    /// The text at a place that is less than [`Texts::len`].
    #[must_use]
    pub fn at(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[place]]
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|place| self.at(place))
    }
}

impl<'a> Extend<&'a str> for Texts {
    fn extend<I: IntoIterator<Item = &'a str>>(&mut self, texts: I) {
        texts.into_iter().for_each(|text| self.push(text));
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn texts_stay_apart() {
        let mut texts = Texts::default();
        assert!(texts.is_empty() && texts.iter().next().is_none());
        texts.extend(["a", "", "ä€"]);
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "", "ä€"]);
        assert_eq!((texts.len(), texts.bytes(), texts.at(2)), (3, 6, "ä€"));
    }
}
