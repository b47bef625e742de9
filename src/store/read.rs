//! Reading: the current state of every server, and when it was seen.

use super::record::stamp;
use super::value::{Row, Value, values};
use super::{Failed, Observed, Store};
use crate::listing::Server;
use crate::verdict::{GradedServer, GradedTool};
use anyhow::Context as _;
use jiff::Timestamp;

/// A server with its current observation: the newest complete one until a time, else the newest that listed anything. Nothing is no
/// complete list: servers that miss their credentials list no tools, and that must not erase those known before.
pub(super) const CURRENT: &str = "
    SELECT observations.id, slug, name, source, title, version, instructions, protocol, complete, grade, servers.id,
        circumstances
    FROM servers JOIN observations ON withdrawn IS NULL AND observations.id = (
        SELECT id FROM observations
        WHERE server = servers.id AND failure IS NULL AND at <= ?1
        ORDER BY complete AND EXISTS (SELECT 1 FROM listed WHERE observation = observations.id) DESC, at DESC, id DESC LIMIT 1)
    ORDER BY slug";

pub(super) const TOOLS: &str = "
    SELECT definitions.tool, verdicts.verdict, verdicts.tokens
    FROM listed JOIN verdicts ON verdicts.id = listed.verdict JOIN definitions ON definitions.id = verdicts.definition
    WHERE listed.observation = ?1 ORDER BY listed.position";

impl Store {
    /// The current state of every server that was ever listed, in slug order, with the verdicts as they were recorded.
    ///
    /// # Errors
    /// When the file cannot be read, or holds what no toolgrade wrote.
    pub fn servers(&self) -> anyhow::Result<Vec<GradedServer>> {
        // One transaction: a writer in between must not mix two states.
        self.database.begin_reading()?;
        let servers = self.servers_as_of(Timestamp::MAX);
        self.database.end()?;
        servers
    }

    /// Those of the transaction that is open, as they were at a time.
    pub(super) fn servers_as_of(&self, at: Timestamp) -> anyhow::Result<Vec<GradedServer>> {
        self.read_servers(CURRENT, &values![stamp(at)])
    }

    /// The servers that a query finds, in the columns of [`CURRENT`].
    pub(super) fn read_servers(&self, query: &str, parameters: &[Value<'_>]) -> anyhow::Result<Vec<GradedServer>> {
        let mut servers = Vec::new();
        for row in self.database.rows(query, parameters)? {
            let (slug, server, grade) = server(&row)?;
            let tools = self.tools(row.get(0)?).with_context(|| format!("tools of server `{slug}` in the catalogue"))?;
            servers.push(GradedServer { slug, server, tools, grade });
        }
        Ok(servers)
    }

    /// When a server was seen; `None` for one that was never listed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn observed(&self, slug: &str) -> anyhow::Result<Option<Observed>> {
        let listed = self.database.row(
            "SELECT min(at), max(at), count(*) FROM observations JOIN servers ON servers.id = server
             WHERE slug = ?1 AND failure IS NULL HAVING count(*) > 0",
            &values![slug],
        )?;
        let Some(row) = listed else { return Ok(None) };
        let (first, last): (Timestamp, Timestamp) = (row.get::<String>(0)?.parse()?, row.get::<String>(1)?.parse()?);
        let failed = self.failed(slug)?.filter(|failed| failed.at >= last);
        Ok(Some(Observed { first, last, observations: row.get(2)?, failed }))
    }

    pub(super) fn failed(&self, slug: &str) -> anyhow::Result<Option<Failed>> {
        let newest = self.database.row(
            "SELECT at, failure FROM observations JOIN servers ON servers.id = server
             WHERE slug = ?1 AND failure IS NOT NULL ORDER BY at DESC, observations.id DESC LIMIT 1",
            &values![slug],
        )?;
        let failed = |row: Row| -> anyhow::Result<Failed> {
            Ok(Failed { at: row.get::<String>(0)?.parse()?, failure: serde_json::from_str(&row.get::<String>(1)?)? })
        };
        newest.map(failed).transpose()
    }

    fn tools(&self, observation: i64) -> anyhow::Result<Vec<GradedTool>> {
        let tool = |row: &Row| -> anyhow::Result<GradedTool> {
            let (tool, verdict): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(GradedTool { tool: serde_json::from_str(&tool)?, verdict: serde_json::from_str(&verdict)?, tokens: row.get(2)? })
        };
        self.database.rows(TOOLS, &values![observation])?.iter().map(tool).collect()
    }
}

/// A row of [`CURRENT`]: slug, server, grade.
pub(super) fn server(row: &Row) -> anyhow::Result<(String, Server, char)> {
    let slug: String = row.get(1)?;
    let source: String = row.get(3)?;
    let grade: Option<String> = row.get(9)?;
    let server = Server {
        name: row.get(2)?,
        title: row.get(4)?,
        version: row.get(5)?,
        instructions: row.get(6)?,
        source: serde_json::from_str(&source).with_context(|| format!("source of server `{slug}` in the catalogue"))?,
        protocol: row.get(7)?,
        complete: row.get(8)?,
        isolation: None,
    };
    Ok((slug, server, grade.and_then(|grade| grade.chars().next()).unwrap_or('F')))
}
