//! Sets of small numbers, a bit for each.

/// A set of numbers below 64 times `WORDS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numbers<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> Default for Numbers<WORDS> {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl<const WORDS: usize> Numbers<WORDS> {
    /// How many numbers there are.
    pub const MOST: usize = WORDS * 64;

    /// Adds a number.
    pub fn add(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Adds all numbers of another set.
    pub fn add_all(&mut self, others: &Self) {
        for (own, other) in self.0.iter_mut().zip(&others.0) {
            *own |= other;
        }
    }

    /// The numbers that are in another set too.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|index| self.0[index] & other.0[index]))
    }

    /// Whether a number is in the set.
    #[must_use]
    pub fn has(&self, number: usize) -> bool {
        self.0[number / 64] & 1 << (number % 64) != 0
    }

    /// Every number, from the least on.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let next = (left != 0).then(|| index * 64 + left.trailing_zeros() as usize);
                left &= left.wrapping_sub(1);
                next
            })
        })
    }
}

impl<const WORDS: usize> FromIterator<usize> for Numbers<WORDS> {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut set = Self::default();
        numbers.into_iter().for_each(|number| set.add(number));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn numbers_come_back_in_order() {
        let mut set: Numbers<2> = [127, 0, 64, 63].into_iter().collect();
        set.add_all(&[7].into_iter().collect());
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 7, 63, 64, 127]);
        assert!(set.has(7) && !set.has(8));
        assert_eq!(set.and(&[8, 64, 127].into_iter().collect()).iter().collect::<Vec<_>>(), [64, 127]);
    }
}
