//! Marks can be put into any text and taken out again.

use proptest::prelude::*;
use std::time::{Duration, Instant};
use toolgrade::evidence::{Evidence, Field, disjoint, pieces};

#[track_caller]
fn check(text: &str, spans: &[(usize, usize)], expected: &str) {
    let marked: String =
        pieces(text, spans).into_iter().map(|(piece, mark)| if mark { format!("«{piece}»") } else { piece.to_owned() }).collect();
    assert_eq!(marked, expected);
}

#[test]
fn spans_in_any_order_overlapping_or_outside() {
    check("drop_table", &[(0, 4)], "«drop»_table");
    check("drop_table", &[(5, 10), (0, 4)], "«drop»_«table»");
    check("drop_table", &[(0, 4), (2, 6), (6, 7)], "«drop_ta»ble");
    check("drop", &[(0, 99), (200, 300)], "«drop»");
    check("drop", &[(2, 2), (3, 1)], "drop");
    check("löschen 表", &[(8, 9)], "löschen «表»");
    check("", &[(0, 1)], "");
}

#[test]
fn evidence_of_one_field_is_merged_and_that_of_others_left_alone() {
    let text = "permanently drops a table";
    let cut = |field, start, end| Evidence::cut(field, text, start, end);
    let merged = disjoint(vec![
        cut(Field::Description, 12, 17),
        cut(Field::Description, 0, 14),
        cut(Field::Description, 20, 25),
        cut(Field::Title, 3, 5),
        cut(Field::Description, 20, 25),
    ]);
    let shown: Vec<String> =
        merged.iter().map(|found| format!("{} {}..{} {}", found.field, found.start, found.end, found.text)).collect();
    assert_eq!(shown, ["title 3..5 ma", "description 0..17 permanently drops", "description 20..25 table"]);
}

#[test]
fn words_without_a_place_are_all_kept() {
    let value = |text: &str| Evidence { field: Field::Parameter("mode".into()), start: 0, end: 0, text: text.into() };
    assert_eq!(disjoint(vec![value("drop"), value("append"), value("drop")]), [value("append"), value("drop")]);
}

#[test]
fn a_cut_never_claims_more_than_there_is() {
    let cut = Evidence::cut(Field::Name, "drop", 2, 99);
    assert_eq!((cut.start, cut.end, cut.text.as_str()), (2, 4, "op"));
}

#[test]
fn a_megabyte_with_a_hundred_thousand_spans_is_linear() {
    let text = "drop ".repeat(200_000);
    let spans: Vec<(usize, usize)> = (0..100_000).map(|at| (at * 10, at * 10 + 4)).collect();
    let start = Instant::now();
    assert_eq!(pieces(&text, &spans).len(), 200_000);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_are_the_text(text in "\\PC{0,60}", spans in prop::collection::vec((0_usize..80, 0_usize..80), 0..8)) {
        let pieces = pieces(&text, &spans);
        prop_assert_eq!(pieces.iter().map(|(piece, _)| *piece).collect::<String>(), text.as_str());
        prop_assert!(pieces.windows(2).all(|pair| pair[0].1 != pair[1].1));
        let mut at = 0;
        for (piece, marked) in &pieces {
            for _ in piece.chars() {
                prop_assert_eq!(*marked, spans.iter().any(|&(start, end)| (start..end).contains(&at)));
                at += 1;
            }
        }
    }

    #[test]
    fn marks_are_disjoint_and_say_their_text(text in "\\PC{1,60}", spans in prop::collection::vec((0_usize..80, 0_usize..80), 0..8)) {
        let evidence = spans.iter().map(|&(start, end)| Evidence::cut(Field::Description, &text, start, end)).collect();
        let evidence = disjoint(evidence);
        prop_assert!(evidence.windows(2).all(|pair| pair[0].end <= pair[1].start || pair[1].start >= pair[1].end));
        for found in &evidence {
            let words: String = text.chars().skip(found.start).take(found.end.saturating_sub(found.start)).collect();
            prop_assert_eq!(&found.text, &words);
        }
    }
}
