//! Reads a registry's API page by page, with manners: one request a second, `Retry-After`, no cursor followed in circles.

use super::document::{self, Page};
use super::{Entry, Status};
use crate::mcp::{Getter, Problem};
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// The least time between two requests.
const INTERVAL: Duration = Duration::from_secs(1);

/// The longest a registry may ask us to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(900);

/// Tries of one request.
const TRIES: u32 = 5;

/// Entries asked for at once: the most that the API allows.
const LIMIT: &str = "100";

/// The most pages of one index.
const MAX_PAGES: usize = 20_000;

/// The generations of the API, the stable one first.
const VERSIONS: [&str; 2] = ["v0.1", "v0"];

/// A registry that answered.
pub(crate) struct Registry {
    getter: Getter,
    version: &'static str,
    next_request: Instant,
    cursors: HashSet<String>,
}

impl Registry {
    /// Asks a URL whether it is the base of a registry; `None` when it is something else.
    pub(crate) async fn find(url: &str) -> Result<Option<Self>, Problem> {
        let base = base(url);
        let mut registry =
            Self { getter: Getter::new(base)?, version: VERSIONS[0], next_request: Instant::now(), cursors: HashSet::new() };
        for version in VERSIONS {
            registry.version = version;
            match registry.get(&["servers"], &[("limit", "1")]).await {
                Ok(found) if document::read(&found).is_some() => return Ok(Some(registry)),
                Ok(_) => {}
                Err(problem)
                    if problem.status.is_some_and(|status| status < 500) || problem.status.is_none() && is_reached(&problem) => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(None)
    }

    /// A page: from the start or from a cursor, of everything or of what changed since a time.
    pub(crate) async fn page(&mut self, cursor: Option<&str>, since: Option<&str>) -> Result<Page, Problem> {
        let mut query = vec![("limit", LIMIT)];
        match since {
            // It tells of deleted versions too.
            Some(since) => query.push(("updated_since", since)),
            None => query.push(("version", "latest")),
        }
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let found = self.get(&["servers"], &query).await?;
        let mut page =
            document::read(&found).ok_or_else(|| Problem::new("not-a-registry", "the reply is no page of a registry"))?;
        if let Some(next) = &page.next
            && (!self.cursors.insert(next.clone()) || self.cursors.len() > MAX_PAGES)
        {
            return Err(Problem::new("cursor-loop", "the registry's pages do not end: its cursor repeats"));
        }
        // A version that is taken down may leave another one standing.
        for entry in &mut page.entries {
            if entry.status == Status::Deleted
                && entry.latest != Some(false)
                && let Some(standing) = self.standing(&entry.name).await?
            {
                *entry = standing;
            }
        }
        Ok(page)
    }

    /// The latest version of a server, if one still stands.
    async fn standing(&mut self, name: &str) -> Result<Option<Entry>, Problem> {
        match self.get(&["servers", name, "versions", "latest"], &[]).await {
            Ok(found) => Ok(Entry::read(&found).filter(|entry| entry.name == name && entry.status != Status::Deleted)),
            Err(problem) if problem.status.is_some_and(|status| status < 500 && status != 429) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    async fn get(&mut self, segments: &[&str], query: &[(&str, &str)]) -> Result<serde_json::Value, Problem> {
        let path: Vec<&str> = std::iter::once(self.version).chain(segments.iter().copied()).collect();
        let mut tries = 0;
        loop {
            sleep_until(self.next_request).await;
            let outcome = self.getter.json(&path, query).await;
            self.next_request = Instant::now() + INTERVAL;
            let problem = match outcome {
                Err(problem) => problem,
                done => return done,
            };
            tries += 1;
            let is_passing = matches!(problem.status, Some(429 | 500..)) || problem.status.is_none() && !is_reached(&problem);
            // A name without an address, or a closed port, is told at once when the first request meets it.
            let is_hopeless = matches!(problem.reason, "dns" | "refused" | "tls" | "bad-url") && self.cursors.is_empty();
            if !is_passing || is_hopeless || tries == TRIES {
                return Err(problem);
            }
            let wait = problem.retry_after.unwrap_or(INTERVAL * 2_u32.pow(tries)).min(LONGEST_WAIT);
            sleep(wait).await;
        }
    }
}

/// Whether somebody answered, though not as a registry would.
fn is_reached(problem: &Problem) -> bool {
    matches!(problem.reason, "malformed-json" | "redirect" | "unauthorized" | "oversize" | "not-a-registry")
}

/// The base of a registry, whatever of its API was typed behind it.
pub(crate) fn base(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let url = url.strip_suffix("/servers").unwrap_or(url);
    let url = VERSIONS.iter().find_map(|version| url.strip_suffix(version)).unwrap_or(url);
    url.trim_end_matches('/')
}
