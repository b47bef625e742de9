//! Servers that are in memory already, as the source of a site.

use super::Servers;
use crate::circumstances::Circumstances;
use crate::store::{Listed, Observed, Recorded};
use crate::verdict::GradedServer;
use std::collections::BTreeMap;

/// Graded servers, and when each was seen, by slug.
#[derive(Clone, Debug, Default)]
pub struct Given {
    servers: Vec<GradedServer>,
    observed: BTreeMap<String, Observed>,
}

impl Given {
    /// Takes servers in any order.
    #[must_use]
    pub fn new(mut servers: Vec<GradedServer>, observed: BTreeMap<String, Observed>) -> Self {
        servers.sort_by(|a, b| a.slug.cmp(&b.slug));
        Self { servers, observed }
    }
}

impl Servers for Given {
    fn each(&self, each: &mut dyn FnMut(Listed) -> anyhow::Result<()>) -> anyhow::Result<()> {
        for server in &self.servers {
            let mut tools = Vec::with_capacity(server.tools.len());
            for tool in &server.tools {
                let (verdict, tokens) = (serde_json::to_string(&tool.verdict)?, tool.tokens);
                tools.push(Recorded { tool: serde_json::to_string(&tool.tool)?, verdict, tokens });
            }
            each(Listed {
                slug: server.slug.clone(),
                server: server.server.clone(),
                grade: server.grade,
                observed: self.observed.get(&server.slug).cloned(),
                circumstances: Circumstances::default(),
                tools,
                visits: Vec::new(),
                versions: Vec::new(),
            })?;
        }
        Ok(())
    }

    fn identify(&self, each: &mut dyn FnMut(&[u8])) -> anyhow::Result<()> {
        self.each(&mut |listed| {
            each(format!("{listed:?}").as_bytes());
            Ok(())
        })
    }
}
