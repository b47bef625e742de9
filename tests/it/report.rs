//! What each format prints of one report that has a bit of everything, hostile text included.

use crate::graded::{Build as _, Grow as _, Judge as _, raw_tool, server, tool};
use serde_json::{Value, json};
use toolgrade::evidence::{Evidence, Field};
use toolgrade::failure::{Failure, Stage};
use toolgrade::report::table::{self, View};
use toolgrade::report::{Report, csv, json as json_report, markdown, safe_json};
use toolgrade::sanitize::is_hostile;
use toolgrade::verdict::{Class, GradedServer};

const DELETES: &str = "Permanently deletes a customer and all that belongs to it: orders, invoices, notes and files. This cannot be \
undone, so ask first. Deleting a customer also ends subscriptions,\n\n  drops webhooks and revokes every token issued to it.";

fn shop() -> GradedServer {
    server("@acme/shop")
        .tool(raw_tool(json!({ "name": "list_customers", "description": "Lists customers." })).because("reads", "name", "list"))
        .tool(
            raw_tool(json!({
                "name": "delete_customer", "description": DELETES,
                "inputSchema": { "type": "object", "properties": { "id": {}, "force": {} } },
                "annotations": { "destructiveHint": true },
            }))
            .class(Class::Destructive)
            .because("deletes", "name", "delete")
            .because("deletes", "description", "Permanently deletes")
            .because("deletes", "description", "drops")
            .because("claims-destructive", "annotations.destructiveHint", "true")
            .signal("irreversible", "Cannot be undone by its own words")
            .signal("force", "Can skip its own checks (`force`)")
            .signal("bulk", "Reaches everything that belongs to a record")
            .attack("confused-deputy"),
        )
        .tool(
            tool("create_refund_for_an_order_and_notify").class(Class::Financial).because("moves-money", "name", "refund").with(
                |tool| {
                    tool.tokens = 1234;
                    tool.verdict.effects = vec![Class::Financial, Class::Write];
                },
            ),
        )
        .tool(tool("run_sql").class(Class::Execute).because("runs", "parameters.sql", "sql").with(|tool| {
            tool.verdict.confidence = 0.45;
        }))
        .tool(
            raw_tool(
                json!({ "name": "=evil\u{1b}[2J\u{202e}|`<b>", "description": "\u{1b}]0;x\u{7}Creates ![x](https://e.example)" }),
            )
            .class(Class::Write)
            .because("creates", "description", "Creates")
            .signal("hidden", "Hidden text: \u{9b}31m @everyone [x](https://e.example) | <img>"),
        )
}

fn report() -> Report {
    let cut = server("memory").tool(tool("read_graph")).with(|server| {
        server.slug = "memory-2".to_owned();
        server.server.complete = false;
        server.server.protocol = None;
    });
    let failure = Failure {
        target: "https://mcp.example\u{1b}[0m".to_owned(),
        stage: Stage::Connect,
        reason: "unauthorized".to_owned(),
        message: "401 <b>\u{202e}".to_owned(),
    };
    Report { servers: vec![shop(), server("empty"), cut], failures: vec![failure] }
}

fn plain(report: &Report, view: View) -> String {
    let mut out = Vec::new();
    table::write(report, &view, &mut out).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}

/// Nothing but line breaks and printable characters.
#[track_caller]
fn harmless(text: &str) {
    let hostile = text.chars().find(|&character| character != '\n' && is_hostile(character));
    assert_eq!(hostile, None, "{text}");
}

#[test]
fn table_in_a_pipe_has_one_line_a_tool() {
    let text = plain(&report(), View::default());
    harmless(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn table_at_80_columns() {
    let text = plain(&Report { servers: vec![shop()], failures: Vec::new() }, View { width: Some(80), explain: false });
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn table_at_120_columns_explained() {
    let text = plain(&report(), View { width: Some(120), explain: true });
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    harmless(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn table_at_80_columns_explained() {
    let text = plain(&Report { servers: vec![shop()], failures: Vec::new() }, View { width: Some(80), explain: true });
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn names_are_never_cut_however_narrow_the_terminal() {
    let name = "a_very_long_name_".repeat(12);
    let report = Report { servers: vec![server("x").tool(tool(&name).signal("s", "some signal"))], failures: Vec::new() };
    for width in [1, 40, 80, 120, 300] {
        assert!(plain(&report, View { width: Some(width), explain: true }).contains(&name), "{width}");
    }
}

#[test]
fn table_of_nothing() {
    assert_eq!(plain(&Report::default(), View::default()), "No server was read.\n");
}

#[test]
fn classes_have_colours() {
    let mut out = Vec::new();
    table::write(&Report { servers: vec![shop()], failures: Vec::new() }, &View::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for style in ["\u{1b}[35mFinancial", "\u{1b}[31mDestructive", "\u{1b}[33mExecute", "\u{1b}[36mWrite", "\u{1b}[32mRead"] {
        assert!(text.contains(style), "{style:?}");
    }
}

#[test]
fn marks_without_a_place_and_marks_of_a_text_that_changed_are_shown() {
    let stale = Evidence { field: Field::Name, start: 0, end: 6, text: "delete\u{202e}".into() };
    let tool = tool("remove_it").because("deletes", "parameters.mode", "drop").with(|tool| {
        tool.verdict.findings[0].evidence.push(stale);
    });
    let text =
        plain(&Report { servers: vec![server("x").tool(tool)], failures: Vec::new() }, View { width: None, explain: true });
    assert!(text.contains("name             «delete\\u{202e}»") && text.contains("parameters.mode  «drop»"), "{text}");
}

#[test]
fn a_hundred_thousand_marks_in_a_megabyte_are_counted_not_printed() {
    let tool = raw_tool(json!({ "name": "x", "description": "drop table ".repeat(100_000) })).with(|tool| {
        let mark = |at: usize| Evidence { field: Field::Description, start: at * 11, end: at * 11 + 4, text: "drop".into() };
        let evidence = (0..100_000).map(mark).collect();
        tool.verdict.findings =
            vec![toolgrade::verdict::Finding { rule: "deletes".to_owned(), effect: Class::Destructive, evidence }];
    });
    let text =
        plain(&Report { servers: vec![server("x").tool(tool)], failures: Vec::new() }, View { width: Some(120), explain: true });
    assert!(text.len() < 2000 && text.contains(" more\n"), "{text}");
}

#[test]
fn csv_rows() {
    let mut out = Vec::new();
    csv::write(&report(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    harmless(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn csv_cells_never_start_a_formula() {
    for name in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"] {
        let mut out = Vec::new();
        csv::write(&Report { servers: vec![server("x").tool(tool(name))], failures: Vec::new() }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().nth(1).unwrap().starts_with("x,'"), "{name:?}: {text}");
    }
}

#[test]
fn markdown_sections() {
    let mut out = Vec::new();
    markdown::write(&report(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    harmless(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn json_is_the_same_data_and_harmless() {
    let mut out = Vec::new();
    json_report::write(&report(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    harmless(&text);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json_report::document(&report()));
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "@@VERSION@@"));
}

#[test]
fn json_lines_are_one_server_each() {
    let mut out = Vec::new();
    json_report::write_lines(&report(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let servers: Vec<Value> = report().servers.iter().map(json_report::server).collect();
    assert_eq!(lines, servers);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_string_survives_as_json(key in proptest::prelude::any::<String>(), text in proptest::prelude::any::<String>()) {
        let value = json!({ key: [text, {}, [], 1.5, null, true] });
        for write in [safe_json::pretty, safe_json::line] {
            let mut out = Vec::new();
            write(&mut out, &value).unwrap();
            let text = String::from_utf8(out).unwrap();
            harmless(&text);
            proptest::prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &value);
        }
    }

    #[test]
    fn any_text_is_laid_out(name in "\\PC{1,60}", description in proptest::prelude::any::<String>(), at in 0_usize..40, width in 1_usize..140) {
        let tool = raw_tool(json!({ "name": name, "description": description })).with(|tool| {
            let evidence = Evidence::cut(Field::Description, &description, at, at + 5);
            tool.verdict.findings =
                vec![toolgrade::verdict::Finding { rule: "r".to_owned(), effect: Class::Write, evidence: vec![evidence] }];
        });
        let report = Report { servers: vec![server("x").tool(tool.signal("s", &description))], failures: Vec::new() };
        harmless(&plain(&report, View { width: Some(width), explain: true }));
        harmless(&plain(&report, View { width: None, explain: true }));
    }
}
