//! `policy diff` of catalogues: what would change in the starter policy of what they hold, then and now.

use crate::env::Env;
use crate::generated::printed;
use crate::graded::{Grow as _, Judge as _, server, tool};
use jiff::Timestamp;
use toolgrade::store::Store;
use toolgrade::verdict::{Class, GradedServer};

fn mail(tools: &[(&str, Class)]) -> GradedServer {
    tools.iter().fold(server("mail"), |server, (name, class)| server.tool(tool(name).class(*class)))
}

/// A server that wrote letters on the first of January, and from the second of February on burns them as well; another that
/// came in March.
fn seen() -> Env {
    let env = Env::new();
    let mut store = Store::open(&env.path().join("seen.db")).unwrap();
    let mut record = |server: &GradedServer, day: &str| {
        store.record(server, format!("{day}T12:00:00Z").parse::<Timestamp>().unwrap()).unwrap();
    };
    record(&mail(&[("list", Class::Read), ("send", Class::Write)]), "2026-01-01");
    record(&mail(&[("list", Class::Destructive), ("burn", Class::Destructive), ("find", Class::Read)]), "2026-02-02");
    record(&server("shop").tool(tool("pay").class(Class::Financial)), "2026-03-03");
    env
}

#[test]
fn a_catalogue_beside_itself_as_it_was() {
    let env = seen();
    insta::assert_snapshot!(env.run(&["policy", "diff", "seen.db", "seen.db", "--as-of", "2026-02-01"]));
    let nothing = "no call became possible or impossible\n";
    for day in ["2026-03-04", "2026-03-03T12:00:00Z", "9999-01-01"] {
        assert_eq!(printed(&env, &["policy", "diff", "seen.db", "seen.db", "--as-of", day]), nothing, "{day}");
    }
    let before = printed(&env, &["policy", "diff", "seen.db", "seen.db", "--as-of", "2026-03-03T11:59:59Z", "--profile", "open"]);
    assert!(before.contains("pay") && !before.contains("burn"), "{before}");
}

#[test]
fn a_policy_beside_what_would_be_written_today() {
    let env = seen();
    let args = ["policy", "diff", "written.json", "seen.db", "--server", "mail"];
    std::fs::write(env.path().join("written.json"), printed(&env, &["policy", "--catalogue", "seen.db", "mail"])).unwrap();
    assert_eq!(printed(&env, &args), "no call became possible or impossible\n");
    insta::assert_snapshot!(env.run(&[&args[..], &["--allow", "burn", "--limit", "fnd=1/day"]].concat()));
    let json: serde_json::Value = serde_json::from_str(&printed(
        &env,
        &["policy", "diff", "seen.db", "written.json", "--as-of", "2026-01-31", "--format", "json"],
    ))
    .unwrap();
    assert_eq!((&json["before"], &json["after"]), (&"seen.db as of 2026-01-31T00:00:00Z".into(), &"written.json".into()));
}

#[test]
fn what_a_catalogue_cannot_answer_is_said() {
    let env = seen().file("policy.json", r#"{"version":"1","default":"deny"}"#);
    let said = |args: &[&str]| env.run(&[&["policy", "diff"], args].concat());
    let all = [
        said(&["policy.json", "policy.json", "--as-of", "2026-01-01"]),
        said(&["policy.json", "policy.json", "--server", "mail"]),
        said(&["policy.json", "policy.json", "--hide", "x"]),
        said(&["seen.db", "policy.json", "--server", "male"]),
        said(&["seen.db", "absent.db"]),
    ];
    insta::assert_snapshot!(all.join("\n"));
    assert!(said(&["seen.db", "seen.db", "--as-of", "yesterday"]).starts_with("exit 2\n"));
}
