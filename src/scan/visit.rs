//! One visit to one server: shake hands in one era of the protocol or the other, read every page, leave nothing behind.

use super::{Scan, stem};
use crate::circumstances::Circumstances;
use crate::failure::{Failure, Stage};
use crate::listing::{Listing, Server, Source, Unlisted};
use crate::mcp::handshake::{self, Era, Introduction};
use crate::mcp::pages::{self, Pages};
use crate::mcp::{Connection, Problem, within};
use crate::redact::Secrets;
use crate::target::Target;
use std::time::Duration;

/// The longest line of a message, in characters.
const LONGEST_LINE: usize = 500;

/// What is known so far. It outlives the conversation, so that a timeout keeps what was read.
struct Visit<'a> {
    target: &'a Target,
    secrets: Secrets,
    stage: Stage,
    connection: Option<Connection>,
    /// The transport of the last connection that was open.
    transport: &'static str,
    era: Era,
    introduction: Option<Introduction>,
    pages: Pages,
    /// Why the first try failed, while the second one is made.
    first: Option<Problem>,
    problem: Option<Problem>,
    /// The end of standard error of a connection that is closed by now.
    stderr: String,
    skipped: usize,
}

pub(super) async fn visit(target: &Target, limit: Duration, on_page: &(dyn Fn(usize) + Sync)) -> Scan {
    let stage = if matches!(target, Target::Command(_)) { Stage::Spawn } else { Stage::Connect };
    let mut visit = Visit {
        target,
        secrets: target.secrets(),
        stage,
        connection: None,
        transport: "streamable-http",
        era: Era::default(),
        introduction: None,
        pages: Pages::default(),
        first: None,
        problem: None,
        stderr: String::new(),
        skipped: 0,
    };
    let is_late = within(limit, visit.run(limit, on_page)).await.is_none();
    if is_late {
        visit.problem = Some(visit.first.take().unwrap_or_else(|| visit.silence(limit)));
    }
    visit.disconnect().await;
    visit.outcome()
}

impl Visit<'_> {
    async fn run(&mut self, limit: Duration, on_page: &(dyn Fn(usize) + Sync)) {
        if let Err(problem) = self.shake_hands(limit).await {
            self.problem = Some(problem);
            return;
        }
        self.stage = Stage::List;
        if let Some(connection) = &mut self.connection {
            pages::read(connection, self.era, &mut self.pages, on_page).await;
        }
    }

    /// Tries both eras: most servers know `initialize`, and some that do not know what follows it die of being asked.
    async fn shake_hands(&mut self, limit: Duration) -> Result<(), Problem> {
        // The better part of the time is for the first try: a package that is downloaded first starts slowly.
        let first = match within(limit * 3 / 4, self.initialize()).await {
            Some(Ok(introduction)) => {
                self.introduction = Some(introduction);
                return Ok(());
            }
            Some(Err(problem)) => problem,
            None => self.silence(limit),
        };
        if self.connection.is_none() && first.stage == Some(Stage::Spawn) || !first.is_worth_another_try() {
            return Err(first);
        }
        let first = Problem { stage: Some(first.stage.unwrap_or(self.stage)), ..first };
        self.first = Some(first.clone());
        self.disconnect().await;
        match self.second_try(&first).await {
            Ok(introduction) => {
                self.introduction = Some(introduction);
                self.first = None;
                self.stderr.clear();
                Ok(())
            }
            Err(_) => Err(first),
        }
    }

    async fn initialize(&mut self) -> Result<Introduction, Problem> {
        let target = match self.target {
            Target::Url(target) => target,
            Target::Command(target) => {
                self.connection = Some(Connection::start(target)?);
                return self.initialize_here().await;
            }
            Target::Package(_) | Target::Recorded { .. } => return Err(Problem::new("bug", "this is no server to visit")),
        };
        let streamable = async |visit: &mut Self| {
            visit.connection = Some(Connection::http(target)?);
            visit.initialize_here().await
        };
        if target.sse {
            let first = match self.initialize_over_sse().await {
                Err(problem) if problem.reason != "unauthorized" => problem,
                done => return done,
            };
            return streamable(self).await.map_err(|_| first);
        }
        match streamable(self).await {
            Err(problem) if problem.maybe_sse => self.initialize_over_sse().await.map_err(|second| {
                // An endpoint that is reached and asks for credentials says more than a path that takes no POST.
                if second.reason == "unauthorized" { second } else { problem }
            }),
            done => done,
        }
    }

    async fn initialize_over_sse(&mut self) -> Result<Introduction, Problem> {
        let Target::Url(target) = self.target else { return Err(Problem::new("bug", "a command has no URL")) };
        self.connection = Some(Connection::sse(target).await?);
        self.initialize_here().await
    }

    async fn initialize_here(&mut self) -> Result<Introduction, Problem> {
        self.stage = Stage::Initialize;
        self.era = Era::Initialize;
        let Some(connection) = &mut self.connection else { return Err(Problem::new("bug", "there is no connection")) };
        self.transport = connection.transport();
        handshake::initialize(connection).await
    }

    /// The sessionless era, in a fresh process or connection.
    async fn second_try(&mut self, first: &Problem) -> Result<Introduction, Problem> {
        let connection = match self.target {
            Target::Command(target) => Connection::start(target)?,
            Target::Url(target) => Connection::http(target)?,
            Target::Package(_) | Target::Recorded { .. } => return Err(Problem::new("bug", "this is no server to visit")),
        };
        self.era = Era::Sessionless;
        let discovered = handshake::discover(self.connection.insert(connection)).await;
        match discovered {
            Ok(introduction) => Ok(introduction),
            // It only was slow to start, and speaks.
            Err(problem) if first.reason == "timeout" && problem.code.is_some() => self.initialize_here().await,
            // It may list its tools all the same.
            Err(problem) if first.code.is_some() && problem.code.is_some() => match &mut self.connection {
                Some(connection) => handshake::knock(connection).await,
                None => Err(problem),
            },
            Err(problem) => Err(problem),
        }
    }

    fn silence(&self, limit: Duration) -> Problem {
        let limit = limit.as_secs_f64();
        let message = match self.stage {
            Stage::Spawn | Stage::Connect => {
                format!("no connection within {limit} s: check that the server runs, or give it longer (`--timeout`)")
            }
            Stage::List => format!("`tools/list` did not end within {limit} s: give it longer (`--timeout`)"),
            _ => format!(
                "no answer to `initialize` within {limit} s: check its arguments and credentials, or give it longer (`--timeout`)"
            ),
        };
        Problem::new("timeout", message).at(self.stage)
    }

    async fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take() {
            let said = connection.stderr();
            // A second process that says nothing does not hide why the first one failed.
            if self.first.is_none() || self.stderr.is_empty() {
                self.stderr = said;
            }
            self.skipped = connection.skipped();
            connection.close().await;
        }
    }

    fn outcome(mut self) -> Scan {
        let label = self.target.label();
        let mut scan = Scan::default();
        let is_reached = self.introduction.is_some();
        if self.problem.is_none() && is_reached {
            self.pages.finish();
        }
        let problems: Vec<Problem> = std::mem::take(&mut self.pages.problems).into_iter().chain(self.problem.take()).collect();
        for problem in problems {
            scan.challenges.extend(problem.challenge.as_deref().cloned());
            scan.is_passing |= problem.is_passing();
            scan.retry_after = problem.retry_after.or(scan.retry_after);
            scan.failures.push(self.failure(&label, problem));
        }
        if let Some(introduction) = self.introduction.take() {
            self.add_notes(&label, &introduction, &mut scan);
            let server = self.server(introduction);
            scan.listings.push(Listing { server, tools: self.pages.tools });
        } else if let Some(failure) = scan.failures.last().cloned() {
            let (name, _, source) = self.origin();
            scan.unlisted.push(Unlisted { name, source, failure, circumstances: Circumstances::default() });
        }
        scan
    }

    fn failure(&self, label: &str, problem: Problem) -> Failure {
        let mut message = problem.message;
        // What a server complains about explains why it ended or fell silent, not why a tool is malformed.
        let is_about_the_server =
            !matches!(problem.reason, "malformed-tool" | "cursor-loop" | "too-many-pages" | "too-many-tools");
        if is_about_the_server && !self.stderr.is_empty() {
            message = format!("{message}\nthe end of its standard error:\n{}", self.stderr);
        }
        Failure {
            target: label.to_owned(),
            stage: problem.stage.unwrap_or(self.stage),
            reason: problem.reason.to_owned(),
            message: short_lines(&self.secrets.mask(&message)),
        }
    }

    fn add_notes(&self, label: &str, introduction: &Introduction, scan: &mut Scan) {
        match &introduction.protocol {
            Some(version) if handshake::is_known(version) => {}
            Some(version) => {
                let version: String = version.chars().take(40).collect();
                scan.notes.push(format!("{label}: it speaks an unknown revision of the protocol, `{version}`"));
            }
            None => scan.notes.push(format!("{label}: it does not say which revision of the protocol it speaks")),
        }
        if self.skipped > 0 {
            let skipped = self.skipped;
            scan.notes.push(format!(
                "{label}: it wrote {skipped} lines that are no JSON-RPC where only messages belong; they were skipped"
            ));
        }
    }

    fn server(&self, introduction: Introduction) -> Server {
        let (key, fallback, source) = self.origin();
        Server {
            name: key.or(introduction.name).unwrap_or(fallback),
            title: introduction.title,
            version: introduction.version,
            instructions: introduction.instructions,
            source,
            protocol: introduction.protocol,
            complete: self.pages.is_complete,
            isolation: None,
        }
    }

    /// What is known of the server before it says a word: the config's key, else a name to fall back on, and its source.
    fn origin(&self) -> (Option<String>, String, Source) {
        let mut source = self.target.source();
        if let Source::Http { transport, .. } = &mut source {
            self.transport.clone_into(transport);
        }
        let (name, fallback) = match self.target {
            // A package's own name is known: what `serverInfo` says may be anything.
            Target::Command(target) => (target.name.clone(), stem(&target.command, "server")),
            Target::Package(target) => (target.name.clone(), target.package.clone()),
            Target::Url(target) => (target.name.clone(), host(&target.url)),
            Target::Recorded { path, .. } => (None, stem(path, "server")),
        };
        (name, fallback, source)
    }
}

fn short_lines(text: &str) -> String {
    let lines = text.lines().map(|line| match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}
