//! Sets of small numbers, a bit for each.

/// Numbers there may be.
pub const MOST: usize = 512;

/// A set of numbers below [`MOST`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers([u64; MOST / 64]);

impl Numbers {
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

impl FromIterator<usize> for Numbers {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut set = Self::default();
        numbers.into_iter().for_each(|number| set.add(number));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Numbers};

    #[test]
    fn numbers_come_back_in_order() {
        let mut set: Numbers = [MOST - 1, 0, 64, 63].into_iter().collect();
        set.add_all(&[7].into_iter().collect());
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 7, 63, 64, MOST - 1]);
        assert!(set.has(7) && !set.has(8));
    }
}
