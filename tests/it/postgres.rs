//! The catalogue on PostgreSQL: what is told of addresses, and that it reads as the file does.

use crate::both::Catalogue;
use crate::cluster::{Database, PASSWORD, certificate, port};
use crate::env::Env;
use crate::graded::{Build as _, Grow as _, Judge as _, raw_tool, server, tool};
use jiff::Timestamp;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use toolgrade::circumstances::Circumstances;
use toolgrade::failure::{Failure, Stage};
use toolgrade::listing::{Source, Unlisted};
use toolgrade::store::Store;
use toolgrade::verdict::Class;

const LIST: &str = r#"{"result": {"serverInfo": {"name": "shop"}, "tools": [{"name": "refund"}]}}"#;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Fills a catalogue with what is hard to keep: odd characters, long texts, versions, failures, lists that were cut.
fn fill(typed: &str) {
    let mut store = Store::open(typed).unwrap();
    let shop = |tools: &[&str]| {
        let refund = raw_tool(json!({ "name": "refund", "description": "Refunds\u{0}\u{1} a \u{202e}charge.", "x": 1.0 }));
        let refund = refund.class(Class::Financial).because("refunds", "description", "Refunds");
        tools.iter().fold(server("shop").tool(refund), |server, name| server.tool(tool(name)))
    };
    store.record(&shop(&["b", "a"]), at(0)).unwrap();
    store.record(&shop(&["a", "c"]), at(1)).unwrap();
    store.record(&shop(&["a"]).with(|server| server.server.complete = false), at(2)).unwrap();
    for (second, name) in (3..).zip(["Zebra", "apple", "äpfel", "_under", "zebra", "nul\u{0}led", "one\u{1}two"]) {
        let odd = server(name).tool(tool(name)).with(|server| {
            server.server.instructions = Some(format!("{name}\u{0}\u{1}1\u{1}0 '\"\\ $1 ?1"));
            server.server.source = Source::File { path: format!("{name}{}", "x".repeat(10_000)) };
        });
        store.record(&odd, at(second)).unwrap();
    }
    let failure =
        Failure { target: "shop".to_owned(), stage: Stage::Spawn, reason: "exited".to_owned(), message: "gone".to_owned() };
    for name in [Some("shop"), Some("nobody"), None] {
        let source = Source::File { path: "shop.json".to_owned() };
        let (name, failure, circumstances) = (name.map(str::to_owned), failure.clone(), Circumstances::default());
        store.record_failure(&Unlisted { name, source, failure, circumstances }, at(20)).unwrap();
    }
}

#[test]
fn what_is_read_of_a_database_is_what_is_read_of_a_file() {
    let env = Env::new();
    let read = |catalogue: Catalogue| {
        let typed = catalogue.typed();
        fill(&typed);
        let said = [
            &["history", "--catalogue", &typed, "shop"][..],
            &["history", "--catalogue", &typed, "shop", "--at", "2027-01-15T08:00:01Z"],
            &["policy", "--catalogue", &typed, "shop", "zebra", "--explain", "why.md"],
            &["policy", "diff", &typed, &typed, "--as-of", "2027-01-15T08:00:00Z", "--server", "shop"],
        ]
        .map(|args| env.run(args));
        assert!(said.iter().all(|said| said.starts_with("exit 0\n")), "{}", said.join("\n"));
        let shown = match catalogue {
            Catalogue::File(_) => typed.clone(),
            Catalogue::Database(_) => toolgrade::store::Location::from(&typed).to_string(),
        };
        let site = env.run(&["site", "--catalogue", &typed, "-o", "out", "--quiet"]);
        assert_eq!(site, "exit 0\n");
        let files = crate::site::files(&env.path().join("out"));
        assert!(files.contains_key("servers/shop/refund.html") && files.contains_key(".toolgrade-site"));
        // So that neither finds the work of the other one done.
        std::fs::remove_dir_all(env.path().join("out")).unwrap();
        (said.join("\n").replace(&shown, "@@CATALOGUE@@"), env.read("why.md"), files)
    };
    let [file, database] = Catalogue::both().into_iter().map(read).collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(file.0, database.0);
    assert!(file == database, "every byte of the site");
}

#[test]
fn both_schemas_have_the_same_columns() {
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let [file, database] = Catalogue::both().try_into().ok().unwrap();
    drop([&file, &database].map(|catalogue| Store::open(&catalogue.typed()).unwrap()));
    let connection = rusqlite::Connection::open(file.typed()).unwrap();
    let columns =
        "SELECT tables.name || '.' || columns.name FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table'";
    let mut statement = connection.prepare(columns).unwrap();
    let of_file = sorted(statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect());
    let Catalogue::Database(database) = database else { panic!("the second one is a database") };
    let columns = "SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'toolgrade_catalogue'";
    let of_database = sorted(database.query(columns).lines().map(str::to_owned).collect());
    assert_eq!(of_database, of_file);
}

#[test]
fn a_scan_records_in_a_database() {
    let env = Env::new().file("a.json", LIST);
    let database = Database::new();
    let typed = database.address();
    for _ in 0..2 {
        assert!(env.run(&["scan", "a.json", "--catalogue", &typed]).starts_with("exit 0\n"));
    }
    assert_eq!(env.run(&["history", "--catalogue", &typed, "shop"]).matches("  1 tool\n").count(), 2);
    assert_eq!(database.number("SELECT count(*) FROM definitions"), 1);
}

#[test]
fn addresses_that_lead_nowhere_are_told_without_their_secrets() {
    let env = Env::new().file("a.json", LIST);
    let database = Database::new();
    let scan = |typed: &str| database.masked(&env.run(&["scan", "a.json", "--quiet", "--format", "csv", "--catalogue", typed]));
    let foreign = Database::new();
    foreign.query("CREATE TABLE photos (id BIGINT)");
    let newer = Database::new();
    scan(&newer.address());
    newer.query("UPDATE toolgrade_catalogue SET version = 99");
    let latin = Database::with("ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
    let mut said = String::new();
    for typed in [
        "mysql://u:geheim@localhost/x",
        "postgres://u:ge/heim@localhost/x",
        "postgres://u:geheim@localhost:99999/x",
        "postgres://u:geheim@localhost/x?colour=geheim",
        "postgres://u:geheim@localhost/x?sslmode=perhaps",
        "postgres://u:geheim@127.0.0.1:1/x",
        &database.over_tcp(":geheim", ""),
        &database.over_tcp("", ""),
        &format!("{}none", database.address()),
        &format!("{}?options=-csearch_path%3Dnowhere", database.address()),
    ] {
        said.push_str(&scan(typed));
    }
    for other in [&foreign, &newer, &latin] {
        said.push_str(&other.masked(&scan(&other.address())));
    }
    let out = ["site", "-o", "out", "--catalogue", &database.address()];
    said.push_str(&database.masked(&env.run(&out)));
    assert!(!said.contains("heim"), "{said}");
    insta::assert_snapshot!(said);
    assert_eq!(foreign.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"), "photos\n");
}

#[test]
fn passwords_come_from_the_address_or_the_environment() {
    let env = Env::new().file("a.json", LIST);
    let database = Database::new();
    let written = PASSWORD.replace(' ', "%20").replace('@', "%40");
    let typed = database.over_tcp(&format!(":{written}"), "");
    let said = env.run(&["crawl", "a.json", "--log", "json", "--catalogue", &typed]);
    assert!(said.starts_with("exit 0\n") && !said.contains("hunter2"), "{said}");
    let said = env.run(&["history", "--catalogue", &typed, "nobody"]);
    assert!(said.starts_with("exit 1\n") && !said.contains("hunter2"), "{said}");
    let env = env.var("PGPASSWORD", PASSWORD);
    let said = env.run(&["history", "--catalogue", &database.over_tcp("", ""), "shop"]);
    assert!(said.contains("  1 tool\n"), "{said}");
    // All of it may come from there.
    let env = env.var("PGHOST", "localhost").var("PGUSER", "toolgrade").var("PGPORT", &port());
    let said = env.var("PGDATABASE", &database.name).run(&["history", "--catalogue", "postgres://", "shop"]);
    assert!(said.contains("  1 tool\n"), "{said}");
}

#[test]
fn tls_is_what_the_address_asks_for() {
    let env = Env::new().file("a.json", LIST).var("PGPASSWORD", PASSWORD);
    let database = Database::new();
    let roots = certificate();
    let roots = roots.to_str().unwrap();
    let run = |options: &str| {
        env.run(&["scan", "a.json", "--quiet", "--format", "csv", "--catalogue", &database.over_tcp("", options)])
    };
    for options in ["", "?sslmode=require", "?sslmode=disable", &format!("?sslmode=verify-full&sslrootcert={roots}")] {
        let said = run(options);
        assert!(said.starts_with("exit 0\n"), "{options}: {said}");
    }
    let said = run("?sslmode=verify-full");
    assert!(said.starts_with("exit 1\n") && said.contains("certificate"), "{said}");
    let said = run("?sslmode=verify-full&sslrootcert=none.pem");
    assert!(said.starts_with("exit 1\n") && said.contains("`none.pem`"), "{said}");
    let elsewhere = database.over_tcp("", &format!("?sslmode=verify-full&sslrootcert={roots}")).replace("localhost", "127.0.0.1");
    let said = env.run(&["history", "shop", "--catalogue", &elsewhere]);
    assert!(said.starts_with("exit 1\n") && said.contains("certificate"), "{said}");
}

/// What happens to the next commit on its way.
const NOTHING: usize = 0;
const QUESTION_LOST: usize = 1;
const ANSWER_LOST: usize = 2;

/// A way to the server on which a commit, or the answer to it, is lost when it is told so; its port.
fn unreliable(next: &Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    let next = Arc::clone(next);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(format!("127.0.0.1:{}", port())).unwrap();
            let mute = Arc::new(AtomicBool::new(false));
            let (next, muted) = (Arc::clone(&next), Arc::clone(&mute));
            let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || {
                pass(from, to, |bytes| {
                    if !bytes.windows(6).any(|window| window == b"COMMIT") {
                        return true;
                    }
                    let fate = next.swap(NOTHING, Ordering::SeqCst);
                    muted.store(fate == ANSWER_LOST, Ordering::SeqCst);
                    fate != QUESTION_LOST
                });
            });
            std::thread::spawn(move || pass(server, client, |_| !mute.load(Ordering::SeqCst)));
        }
    });
    own
}

/// Passes on what comes, as long as it may; then the connection is over in both directions.
fn pass(mut from: TcpStream, mut to: TcpStream, may: impl Fn(&[u8]) -> bool) {
    let mut bytes = [0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        if !may(&bytes[..length]) || to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

#[test]
fn what_is_lost_on_the_way_is_recorded_once() {
    let database = Database::new();
    let next = Arc::new(AtomicUsize::new(NOTHING));
    let way = unreliable(&next);
    let written = PASSWORD.replace(' ', "%20").replace('@', "%40");
    let typed =
        database.over_tcp(&format!(":{written}"), "?sslmode=disable").replace(&format!(":{}/", port()), &format!(":{way}/"));
    let mut store = Store::open(&typed).unwrap();
    for (visit, fate) in (1..).zip([QUESTION_LOST, ANSWER_LOST, NOTHING, ANSWER_LOST, QUESTION_LOST]) {
        next.store(fate, Ordering::SeqCst);
        assert_eq!(store.record(&server("shop").tool(tool("refund")), at(0)).unwrap(), "shop");
        assert_eq!(next.load(Ordering::SeqCst), NOTHING, "it was lost");
        assert_eq!(database.number("SELECT count(*) FROM observations"), visit, "{fate}");
    }
}
