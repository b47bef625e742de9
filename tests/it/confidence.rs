//! Confidence: counted, not claimed.

use crate::env::Env;
use std::path::Path;
use toolgrade::confidence::{Basis, expected, fit, of};
use toolgrade::verdict::Class;

#[test]
fn the_table_is_what_fitting_gives() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let env = Env::new();
    env.run(&["eval", root.join("tests/data/labelled.jsonl").to_str().unwrap(), "--fit", "fitted.json"]);
    let (now, kept) = (env.read("fitted.json").unwrap(), std::fs::read_to_string(root.join("data/confidence.json")).unwrap());
    assert_eq!(now, kept, "after a change of rules run `toolgrade eval tests/data/labelled.jsonl --fit data/confidence.json`");
}

#[test]
fn few_tools_say_what_the_whole_basis_says() {
    let often = std::iter::repeat_n((Basis::Agreed, Class::Read, true), 198)
        .chain(std::iter::repeat_n((Basis::Agreed, Class::Read, false), 2));
    let table = fit(often.chain([(Basis::Agreed, Class::Financial, false)]));
    let confidence = |basis, class| expected(&table, basis, class);
    assert_eq!(confidence(Basis::Agreed, Class::Read), 0.99);
    // One wrong beside 198 of 201: (0 + 8 × 199/203) / 9.
    assert_eq!(confidence(Basis::Agreed, Class::Financial), 0.87);
    assert!((confidence(Basis::Agreed, Class::Write) - 199.0 / 203.0).abs() < 1e-9);
    assert_eq!(confidence(Basis::Vague, Class::Read), 0.5);
}

#[test]
fn plainer_words_are_surer() {
    for class in Class::ALL {
        assert!(of(Basis::Agreed, class) > of(Basis::Disputed, class), "{class}");
        assert!(of(Basis::Agreed, class) > of(Basis::Vague, class), "{class}");
    }
}
