//! Crawls of several workers that share a catalogue: they join, die, stand still and lose their database.

use crate::both::Catalogue;
use crate::cluster::Database;
use crate::crawl::{QUICK, farm, line};
use crate::env::Env;
use crate::graded::{Grow as _, server, tool};
use crate::http::{Web, reply_json, well_behaved};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};
use toolgrade::failure::{Failure, Stage};
use toolgrade::store::{Claim, Enrolled, Store, Visited};

const LEASE: Duration = Duration::from_secs(60);

/// All that a catalogue says of targets, servers, visits and tools; not when, nor in which order.
const CONTENT: &str = "
    SELECT coalesce(key, '-') || '|' || coalesce(state, '-') || '|' || coalesce(slug, '-') || '|' || coalesce(servers.name, '-') || '|'
        || servers.source || '|' || servers.place || '|' || coalesce(title, '-') || '|' || coalesce(observations.version, '-') || '|'
        || coalesce(instructions, '-') || '|' || coalesce(protocol, '-') || '|' || coalesce(grade, '-') || '|'
        || CASE WHEN complete THEN 'complete' ELSE 'cut' END || '|' || coalesce(observations.failure, '-') || '|'
        || coalesce(circumstances, '-') || '|' || coalesce(content, '-') || '|' || coalesce(position, -1) || '|'
        || coalesce(tool, '-') || '|' || coalesce(verdict_text, '-')
    FROM observations JOIN servers ON servers.id = server LEFT JOIN targets ON targets.id = target
        LEFT JOIN (SELECT observation, position, tool, verdicts.verdict AS verdict_text FROM listed
            JOIN verdicts ON verdicts.id = listed.verdict JOIN definitions ON definitions.id = definition) AS tools
        ON observation = observations.id";

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

fn content(database: &Database) -> Vec<String> {
    sorted(database.query(CONTENT).lines().map(str::to_owned).collect())
}

fn content_of_file(env: &Env) -> Vec<String> {
    let connection = rusqlite::Connection::open(env.path().join("c.db")).unwrap();
    let mut statement = connection.prepare(CONTENT).unwrap();
    sorted(statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect())
}

/// A worker: the crawl of `list.jsonl` into a catalogue.
fn worker(env: &Env, typed: &str) -> Child {
    let args = [&["crawl", "--catalogue", typed], &QUICK[..], &["list.jsonl", "--concurrency", "4", "--log", "json"]].concat();
    env.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(worker: &Child, which: Signal) {
    kill(Pid::from_raw(worker.id().try_into().unwrap()), which).unwrap();
}

/// Ends well, and says a summary.
#[track_caller]
fn summary(output: &Output, exit: i32) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{said}");
    serde_json::from_str(said.lines().last().unwrap()).unwrap()
}

/// A farm of these servers that take their time, and a list of them.
fn slow_farm(servers: usize, kinds: &'static [&'static str]) -> (Web, Env) {
    let web = Web::listen("0.0.0.0:0", |request, stream| {
        std::thread::sleep(Duration::from_millis(40));
        farm(request, stream);
    });
    let line = |number: usize| {
        let kind = kinds[number % kinds.len()];
        line(&format!("s{number:03}"), &format!("http://127.0.3.{number}:{}/{kind}", web.port()))
    };
    let list: String = (0..servers).map(line).collect();
    (web, Env::new().file("list.jsonl", &list))
}

#[track_caller]
fn wait_until(mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(5));
    }
}

const DONE: &str = "SELECT count(*) FROM targets WHERE state IN ('seen', 'failed')";

const MOST_VISITS: &str =
    "SELECT coalesce(max(number), 0) FROM (SELECT count(*) AS number FROM observations GROUP BY target) AS visits";

#[test]
fn three_workers_of_which_one_is_killed_come_to_what_one_does() {
    let (web, env) = slow_farm(90, &["good", "401", "500", "garbage", "cursors", "loop"]);
    let (alone, shared) = (Database::new(), Database::new());
    summary(&worker(&env, "c.db").wait_with_output().unwrap(), 3);
    summary(&worker(&env, &alone.address()).wait_with_output().unwrap(), 3);

    let before = web.seen().len();
    let mut workers: Vec<Child> = (0..3).map(|_| worker(&env, &shared.address())).collect();
    wait_until(|| web.seen().len() > before + 40 && shared.number(DONE) > 5);
    // In mid-visit: it is killed while all stand still and each holds leases.
    wait_until(|| {
        workers.iter().for_each(|worker| signal(worker, Signal::SIGSTOP));
        let all_visit = shared.number("SELECT count(DISTINCT worker) FROM targets WHERE state = 'leased'") == 3;
        if all_visit {
            workers[0].kill().unwrap();
        }
        workers.iter().for_each(|worker| signal(worker, Signal::SIGCONT));
        all_visit
    });
    workers.remove(0).wait().unwrap();
    assert!(shared.number(DONE) < 80, "that was too late");
    let visits: Vec<usize> = workers
        .into_iter()
        .map(|worker| summary(&worker.wait_with_output().unwrap(), 3)["visits"].as_u64().unwrap() as usize)
        .collect();
    assert!(visits.iter().all(|visits| *visits > 5), "all work: {visits:?}");
    assert!(shared.number("SELECT count(*) FROM targets WHERE attempt > 1") > 0, "what the lost one had is visited again");
    assert_eq!(shared.number(MOST_VISITS), 1, "each visit is recorded once");
    assert_eq!(content(&shared), content(&alone));
    assert_eq!(content(&alone), content_of_file(&env));
}

#[test]
fn who_stood_still_for_too_long_is_refused() {
    let (_web, env) = slow_farm(60, &["good"]);
    let database = Database::new();
    let still = worker(&env, &database.address());
    wait_until(|| database.number("SELECT count(*) FROM pg_tables WHERE tablename = 'targets'") > 0 && database.number(DONE) > 3);
    signal(&still, Signal::SIGSTOP);
    let other = worker(&env, &database.address());
    // It waits for the leases to end, and makes the visits itself.
    let other = summary(&other.wait_with_output().unwrap(), 0);
    signal(&still, Signal::SIGCONT);
    let still = summary(&still.wait_with_output().unwrap(), 0);
    assert!(still["refused"].as_u64().unwrap() > 0, "{still}");
    assert_eq!(still["visits"].as_u64().unwrap() + other["visits"].as_u64().unwrap(), 60);
    assert_eq!((database.number(DONE), database.number("SELECT count(*) FROM observations")), (60, 60));
}

#[test]
fn a_lost_database_is_found_again() {
    let (_web, env) = slow_farm(60, &["good", "500"]);
    let (undisturbed, disturbed) = (Database::new(), Database::new());
    summary(&worker(&env, &undisturbed.address()).wait_with_output().unwrap(), 3);
    let workers: Vec<Child> = (0..2).map(|_| worker(&env, &disturbed.address())).collect();
    wait_until(|| {
        disturbed.number("SELECT count(*) FROM pg_tables WHERE tablename = 'targets'") > 0 && disturbed.number(DONE) > 3
    });
    for _ in 0..10 {
        disturbed.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'toolgrade' AND datname = current_database()");
        std::thread::sleep(Duration::from_millis(70));
    }
    let summaries = workers.into_iter().map(|worker| summary(&worker.wait_with_output().unwrap(), 3));
    let visits: u64 = summaries.map(|summary| summary["visits"].as_u64().unwrap()).sum();
    assert_eq!(visits, 60, "each worker knows which of its visits were recorded");
    assert_eq!(disturbed.number(MOST_VISITS), 1);
    assert_eq!(content(&disturbed), content(&undisturbed));
}

#[test]
fn who_wants_to_leave_does_not_wait_for_a_lost_database() {
    let (_web, env) = slow_farm(60, &["good"]);
    let database = Database::new();
    let (address, go) = database.until_gone(env.path());
    let worker = worker(&env, &address);
    wait_until(|| database.number("SELECT count(*) FROM pg_tables WHERE tablename = 'targets'") > 0 && database.number(DONE) > 3);
    go();
    // It waits for the database to come back.
    std::thread::sleep(Duration::from_secs(3));
    signal(&worker, Signal::SIGINT);
    let begin = Instant::now();
    let output = worker.wait_with_output().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(20), "took {:?}", begin.elapsed());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("the database was asked for"), "{said}");
    // The same command goes on, once there is a database and the leases are over.
    let summary = summary(&self::worker(&env, &database.address()).wait_with_output().unwrap(), 0);
    assert_eq!(summary["targets"]["seen"], 60);
    assert_eq!(database.number(MOST_VISITS), 1);
}

#[test]
fn two_who_read_one_registry_read_it_after_each_other() {
    let servers = Web::start(well_behaved);
    let address = servers.address.clone();
    let registry = Web::start(move |request, stream| {
        let query = request.path.split_once('?').map_or("", |(_, query)| query);
        let from: usize =
            query.split('&').find_map(|pair| pair.strip_prefix("cursor=")).map_or(0, |cursor| cursor.parse().unwrap());
        if query.contains("updated_since") {
            return reply_json(stream, &json!({ "servers": [], "metadata": { "count": 0 } }));
        }
        let entries: Vec<Value> = (from..from + 2)
            .map(|number| {
                let remote = json!({ "type": "streamable-http", "url": format!("{address}/{number}") });
                json!({ "server": { "name": format!("io.example/s{number}"), "description": "", "version": "1", "remotes": [remote] } })
            })
            .collect();
        let next = (from < 4).then(|| (from + 2).to_string());
        reply_json(stream, &json!({ "servers": entries, "metadata": { "count": 2, "nextCursor": next } }));
    });
    let env = Env::new();
    for catalogue in Catalogue::both() {
        let before = registry.seen().len();
        let typed = catalogue.typed();
        let args = [&["crawl", "--catalogue", &typed], &QUICK[..], &["--log", "json", &registry.address]].concat();
        let run = || env.command(&args).stderr(Stdio::piped()).spawn().unwrap();
        let outputs = [run(), run()].map(|child| child.wait_with_output().unwrap());
        let summaries = outputs.each_ref().map(|output| summary(output, 0));
        assert_eq!(catalogue.number("SELECT count(*) FROM targets WHERE state = 'seen'"), 6, "{summaries:?}");
        assert_eq!(catalogue.number("SELECT count(*) FROM observations"), 6);
        let asked: Vec<String> = registry.seen().drain(before..).map(|request| request.path).collect();
        let whole = asked.iter().filter(|path| path.contains("cursor=") && !path.contains("updated_since")).count();
        assert_eq!(whole, 2, "each further page once: {asked:?}");
        let told = outputs.iter().filter(|output| String::from_utf8_lossy(&output.stderr).contains("\"awaited\"")).count();
        assert_eq!(told, 1);
    }
}

fn enrolled(key: &str) -> Enrolled {
    Enrolled { key: key.to_owned(), name: key.to_owned(), plan: Some("{}".to_owned()), ..Enrolled::default() }
}

#[test]
fn an_enumeration_belongs_to_one_worker_at_a_time() {
    for catalogue in Catalogue::both() {
        let open = || Store::open(&catalogue.typed()).unwrap();
        let (mut one, mut other) = (open(), open());
        let source = one.source("[\"registry\",\"x\"]").unwrap();
        assert_eq!(other.source("[\"registry\",\"x\"]").unwrap(), source);
        let brief = Duration::from_millis(300);
        assert!(one.begin_enumeration(source, false, brief).unwrap().is_some());
        assert!(one.enrol(source, &[enrolled("a"), enrolled("b")], Some("2")).unwrap());
        assert_eq!(other.begin_enumeration(source, false, LEASE).unwrap(), None, "not while the first one reads");
        std::thread::sleep(brief);
        let goes_on = other.begin_enumeration(source, false, LEASE).unwrap().unwrap();
        assert_eq!(goes_on.cursor.as_deref(), Some("2"), "where the first one was");
        assert!(!one.enrol(source, &[enrolled("late")], None).unwrap());
        one.end_enumeration(source).unwrap();
        assert!(other.enrol(source, &[enrolled("c"), enrolled("c")], None).unwrap());
        other.end_enumeration(source).unwrap();
        assert_eq!(catalogue.number("SELECT count(*) FROM targets"), 3);
        // Who leaves keeps nobody waiting; what a whole enumeration does not name is no target any more.
        assert!(one.begin_enumeration(source, true, LEASE).unwrap().is_some());
        drop(one);
        assert!(other.begin_enumeration(source, true, LEASE).unwrap().is_some());
        assert!(other.enrol(source, &[enrolled("a")], None).unwrap());
        other.end_enumeration(source).unwrap();
        assert_eq!(catalogue.number("SELECT count(*) FROM targets"), 1);
    }
}

#[test]
fn a_visit_belongs_to_the_last_who_leased_it() {
    let visited = || Visited { listed: vec![(&server("shop").tool(tool("refund"))).into()], is_seen: true, ..Visited::default() };
    for catalogue in Catalogue::both() {
        let open = || Store::open(&catalogue.typed()).unwrap();
        let (mut one, mut other) = (open(), open());
        let source = one.source("x").unwrap();
        one.begin_enumeration(source, true, LEASE).unwrap();
        one.enrol(source, &[enrolled("a"), enrolled("b")], None).unwrap();
        one.end_enumeration(source).unwrap();
        let claim = |store: &mut Store, name: &str, lease| -> Vec<Claim> { store.claim(name, None, 1, lease).unwrap() };
        let first = claim(&mut one, "one", Duration::ZERO);
        let again = claim(&mut other, "other", LEASE);
        assert_eq!((first[0].key.as_str(), again[0].key.as_str()), ("a", "a"), "its time was over at once");
        let second = claim(&mut one, "one", LEASE);
        assert_eq!(second[0].key, "b", "what another one holds is left alone");
        one.renew("one", Duration::ZERO).unwrap();
        assert!(claim(&mut one, "one", LEASE).is_empty(), "a worker is not given again what it is late with");
        one.renew("one", LEASE).unwrap();
        assert!(claim(&mut one, "one", LEASE).is_empty());
        assert_eq!(one.complete(&[(first[0].clone(), visited())]).unwrap(), [false]);
        assert_eq!(other.complete(&[(again[0].clone(), visited())]).unwrap(), [true]);
        assert_eq!(other.complete(&[(again[0].clone(), visited())]).unwrap(), [false], "once");
        assert_eq!(catalogue.number("SELECT count(*) FROM observations"), 1);
        assert!(one.due(None).unwrap().unwrap() > Duration::from_secs(50));
        let failure = Failure {
            target: "b".to_owned(),
            stage: Stage::List,
            reason: "odd".to_owned(),
            message: "\\\u{0} \\u0000 \u{1}".to_owned(),
        };
        let failed = Visited { failure: Some(failure), ..Visited::default() };
        assert_eq!(one.complete(&[(second[0].clone(), failed)]).unwrap(), [true]);
        let counts = one.counts(Some(&[source])).unwrap();
        assert_eq!((counts.seen, counts.failed, counts.reasons[&("list".to_owned(), "odd".to_owned())]), (1, 1, 1));
        assert_eq!(one.due(None).unwrap(), None);
        other.requeue(None, Duration::ZERO).unwrap();
        assert_eq!(claim(&mut one, "one", LEASE).len(), 1);
        one.release("one").unwrap();
        assert_eq!(other.due(None).unwrap(), Some(Duration::ZERO));
    }
}

#[test]
fn workers_that_meet_the_same_servers_and_tools_lose_nothing() {
    const WORKERS: usize = 4;
    const VISITS: usize = 15;
    for catalogue in Catalogue::both() {
        let typed = &catalogue.typed();
        // At once also the first time, when there is no schema yet.
        std::thread::scope(|scope| {
            for worker in 0..WORKERS {
                scope.spawn(move || {
                    let mut store = Store::open(typed).unwrap();
                    for visit in 0..VISITS {
                        // Everyone lists the same new tools, each begins with another one.
                        let names = (0..6).map(|number| format!("tool-{visit}-{}", (number + worker) % 6));
                        let shop = names.fold(server("shop"), |server, name| server.tool(tool(&name)));
                        store.record(&shop, jiff::Timestamp::from_second(visit as i64).unwrap()).unwrap();
                        let mut own = server("own").tool(tool("x"));
                        own.server.source = toolgrade::listing::Source::File { path: format!("/own/{worker}-{visit}.json") };
                        store.record(&own, jiff::Timestamp::from_second(0).unwrap()).unwrap();
                    }
                });
            }
        });
        let servers = Store::open(typed).unwrap().servers().unwrap();
        assert_eq!(servers.len(), 1 + WORKERS * VISITS, "every place is a server with a slug of its own");
        assert_eq!(catalogue.number("SELECT count(*) FROM observations"), 2 * WORKERS * VISITS);
        assert_eq!(catalogue.number("SELECT count(*) FROM definitions"), 6 * VISITS + 1);
        assert_eq!(catalogue.number("SELECT count(*) FROM verdicts"), 6 * VISITS + 1);
    }
}
