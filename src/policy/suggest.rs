//! "Did you mean": the known word nearest to one that is not known.

/// How alike two words must be, 0 to 1.
const ALIKE: f64 = 0.75;
/// The least of a word that its beginning stands for it, in bytes.
const SHORTEST: usize = 3;

/// The known word nearest to a word, if it is near enough for a slip.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // Words as long as a document are no slips, and comparing them takes their product.
    const LONGEST: usize = 100;
    if word.len() > LONGEST {
        return None;
    }
    let plain = word.to_lowercase().replace(['-', ' '], "_");
    let near = known.into_iter().filter(|candidate| candidate.len() <= LONGEST).map(|candidate| {
        let alike = strsim::normalized_damerau_levenshtein(&plain, &candidate.to_lowercase());
        // `denyif` and `notIn` differ in no letter, and `min` is cut short.
        let letters = |text: &str| text.replace('_', "").to_lowercase();
        let cut = plain.len() >= SHORTEST && candidate.starts_with(&plain);
        (candidate, if cut || letters(&plain) == letters(candidate) { 1.0 } else { alike })
    });
    near.filter(|(_, alike)| *alike >= ALIKE).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(candidate, _)| candidate)
}
