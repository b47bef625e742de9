//! The catalogue: what is recorded stays recorded, whatever happens to the process.

use crate::both::Catalogue;
use crate::graded::{Build as _, Grow as _, Judge as _, raw_tool, server, tool};
use jiff::Timestamp;
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use toolgrade::circumstances::Circumstances;
use toolgrade::failure::{Failure, Stage};
use toolgrade::listing::{Source, Unlisted};
use toolgrade::report::json::server as as_json;
use toolgrade::store::Store;
use toolgrade::verdict::{Class, GradedServer};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalogue.db");
    (directory, path)
}

/// The current state as data: what the site and the JSON files are made of.
fn state(store: &Store) -> Vec<serde_json::Value> {
    store.servers().unwrap().iter().map(as_json).collect()
}

fn shop() -> GradedServer {
    let refund =
        json!({ "name": "refund", "description": "Refunds a charge.", "x-odd": 1.0, "inputSchema": { "z": 1, "a": [] } });
    server("shop")
        .tool(raw_tool(refund).class(Class::Financial).because("refunds", "description", "Refunds").attack("confused-deputy"))
        .tool(tool("list_orders").signal("pages", "Reads \u{202e}pages"))
}

/// A visit to the shop that failed.
fn failed(message: &str) -> Unlisted {
    let stage = Stage::Spawn;
    let failure = Failure { target: "shop".to_owned(), stage, reason: "exited".to_owned(), message: message.to_owned() };
    let circumstances = Circumstances::default();
    Unlisted { name: Some("shop".to_owned()), source: shop().server.source, failure, circumstances }
}

#[test]
fn what_is_recorded_is_read_back_after_reopening() {
    for catalogue in Catalogue::both() {
        let path = catalogue.typed();
        Store::open(&path).unwrap().record(&shop(), at(0)).unwrap();
        let store = Store::open(&path).unwrap();
        assert_eq!(state(&store), [as_json(&shop())]);
        let read = &store.servers().unwrap()[0];
        assert_eq!(read.server, shop().server);
        // The definition comes back to the byte: key order and number spelling too.
        let sent = serde_json::to_string(shop().tools[0].tool.raw()).unwrap();
        assert_eq!(serde_json::to_string(read.tools[0].tool.raw()).unwrap(), sent);
    }
}

#[test]
fn migrating_twice_changes_nothing() {
    let (_directory, path) = scratch();
    let schema = |path: &Path| -> Vec<String> {
        drop(Store::open(path).unwrap());
        let connection = rusqlite::Connection::open(path).unwrap();
        let mut statement = connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name").unwrap();
        statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(schema(&path), schema(&path));
}

#[test]
fn a_partial_list_erases_nothing() {
    for catalogue in Catalogue::both() {
        let path = catalogue.typed();
        let mut store = Store::open(&path).unwrap();
        let partial = |names: &[&str]| {
            names
                .iter()
                .fold(server("shop"), |server, name| server.tool(tool(name)))
                .with(|server| server.server.complete = false)
        };
        store.record(&partial(&["a"]), at(0)).unwrap();
        store.record(&partial(&["a", "b"]), at(1)).unwrap();
        assert_eq!(state(&store), [as_json(&partial(&["a", "b"]))], "the newest, while none is complete");
        store.record(&shop(), at(2)).unwrap();
        store.record(&partial(&["refund"]), at(3)).unwrap();
        store.record_failure(&failed("gone"), at(4)).unwrap();
        assert_eq!(state(&store), [as_json(&shop())], "the complete one stays");
        store.record(&server("shop").tool(tool("other")), at(5)).unwrap();
        assert_eq!(store.servers().unwrap()[0].tools.len(), 1, "a newer complete one replaces it");
        store.record(&server("shop"), at(6)).unwrap();
        assert_eq!(store.servers().unwrap()[0].tools.len(), 1, "an empty list, as without credentials, is no complete one");
    }
}

#[test]
fn visits_are_counted_and_dated() {
    for catalogue in Catalogue::both() {
        let path = catalogue.typed();
        let mut store = Store::open(&path).unwrap();
        store.record_failure(&failed("not yet"), at(0)).unwrap();
        assert_eq!(store.observed("shop").unwrap(), None);
        assert!(store.servers().unwrap().is_empty());
        store.record(&shop(), at(1)).unwrap();
        store.record(&shop(), at(1) + jiff::SignedDuration::from_nanos(1)).unwrap();
        let seen = store.observed("shop").unwrap().unwrap();
        assert_eq!((seen.first, seen.observations, seen.failed), (at(1), 2, None));
        assert_eq!(seen.last, at(1) + jiff::SignedDuration::from_nanos(1));
        store.record_failure(&failed("gone"), at(2)).unwrap();
        let failed = store.observed("shop").unwrap().unwrap().failed.unwrap();
        assert_eq!((failed.at, failed.failure.message.as_str()), (at(2), "gone"));
    }
}

#[test]
fn definitions_and_verdicts_are_kept_once() {
    for catalogue in Catalogue::both() {
        let path = catalogue.typed();
        let mut store = Store::open(&path).unwrap();
        for second in 0..5 {
            store.record(&shop(), at(second)).unwrap();
        }
        let count = |table: &str| catalogue.number(&format!("SELECT count(*) FROM {table}"));
        assert_eq!((count("definitions"), count("verdicts"), count("observations")), (2, 2, 5));
    }
}

#[test]
fn two_sources_never_share_a_slug() {
    for catalogue in Catalogue::both() {
        let path = catalogue.typed();
        let mut store = Store::open(&path).unwrap();
        let other = shop().with(|server| server.server.source = Source::File { path: "elsewhere.json".to_owned() });
        assert_eq!(store.record(&shop(), at(0)).unwrap(), "shop");
        assert_eq!(store.record(&other, at(0)).unwrap(), "shop-2");
        assert_eq!(store.record(&other, at(1)).unwrap(), "shop-2");
        assert_eq!(store.record(&shop(), at(1)).unwrap(), "shop");
        let slugs: Vec<String> = store.servers().unwrap().into_iter().map(|server| server.slug).collect();
        assert_eq!(slugs, ["shop", "shop-2"]);
    }
}

#[track_caller]
fn refuses(path: &Path, reason: &str) {
    let before = std::fs::read(path).ok();
    let error = format!("{:#}", Store::open(path).unwrap_err());
    assert!(error.contains(reason) && error.contains(&path.display().to_string()), "{error}");
    assert_eq!(std::fs::read(path).ok(), before, "a refused file is left as it was");
}

#[test]
fn other_files_are_refused_by_name() {
    let (directory, path) = scratch();
    std::fs::write(&path, "{\"tools\": []} and then some more text, longer than a header of SQLite, so that it is read as one")
        .unwrap();
    refuses(&path, "no SQLite file");
    let foreign = directory.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE photos (id)").unwrap();
    refuses(&foreign, "another program");
    let newer = directory.path().join("newer.db");
    drop(Store::open(&newer).unwrap());
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    refuses(&newer, "newer toolgrade");
}

#[test]
fn several_writers_lose_nothing() {
    let (_directory, path) = scratch();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut store = Store::open(path).unwrap();
                for second in 0..10 {
                    store.record(&shop(), at(second)).unwrap();
                    store.record(&server(&format!("own-{writer}")).tool(tool("x")), at(second)).unwrap();
                }
            });
        }
    });
    let store = Store::open(&path).unwrap();
    assert_eq!(store.observed("shop").unwrap().unwrap().observations, 40);
    assert_eq!(store.servers().unwrap().len(), 5);
}

/// Which file the child of [`a_killed_writer_keeps_its_word`] records in.
const CHILD: &str = "TOOLGRADE_TEST_RECORD_IN";

/// Not a test by itself: the process that gets killed. It says which visits are recorded, and never ends.
#[test]
fn record_until_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let mut store = Store::open(Path::new(&path)).unwrap();
    for visit in 0.. {
        let many = (0..30).fold(server("busy"), |server, number| server.tool(tool(&format!("tool_{visit}_{number}"))));
        store.record(&many, at(visit)).unwrap();
        println!("recorded {visit}");
    }
}

#[test]
fn a_killed_writer_keeps_its_word() {
    let (_directory, path) = scratch();
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::record_until_killed", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let is_recorded = |line: &String| line.contains("recorded ");
        assert_eq!(said.by_ref().filter(is_recorded).take(10 * round).count(), 10 * round);
        child.kill().unwrap();
        child.wait().unwrap();
        // What it still said before it was killed counts too.
        let acknowledged = 10 * round + said.filter(is_recorded).count();

        let connection = rusqlite::Connection::open(&path).unwrap();
        let integrity: String = connection.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
        assert_eq!(integrity, "ok");
        let whole: i64 = connection
            .query_row("SELECT count(*) FROM (SELECT 1 FROM listed GROUP BY observation HAVING count(*) = 30)", (), |row| {
                row.get(0)
            })
            .unwrap();
        let seen = Store::open(&path).unwrap().observed("busy").unwrap().unwrap();
        assert!(seen.observations >= acknowledged, "{} of {acknowledged} acknowledged visits", seen.observations);
        assert_eq!(whole, i64::try_from(seen.observations).unwrap(), "every visit is whole");
        drop(connection);
        std::fs::remove_file(&path).unwrap();
    }
}
