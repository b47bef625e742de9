//! The stack view: every tool that the agents of this machine can call, by client and class.

pub mod csv;
pub mod json;
pub mod markdown;
pub mod table;

use super::Report;
use crate::clients::Client;
use crate::installed::{Config, Installed, Server, State};
use crate::verdict::{GradedServer, GradedTool};
use std::collections::HashSet;

/// What was found on a machine, and what a scan of it gave.
#[derive(Debug)]
pub struct Stack<'a> {
    /// What was found.
    pub installed: &'a Installed,
    /// What the scan gave.
    pub report: &'a Report,
    /// For each target of `installed`, the index of its server in the report.
    servers: Vec<Option<usize>>,
}

/// The part of the stack that one client has.
#[derive(Debug)]
pub struct Part<'a> {
    /// The client.
    pub client: &'static Client,
    /// Its configs.
    pub configs: Vec<&'a Config>,
    /// What its agent can call, riskiest first.
    pub tools: Vec<Callable<'a>>,
    /// How many tools its configs keep from the agent.
    pub hidden: usize,
}

/// A tool that an agent can call.
#[derive(Clone, Copy, Debug)]
pub struct Callable<'a> {
    /// Whose it is.
    pub server: &'a GradedServer,
    /// The tool.
    pub tool: &'a GradedTool,
    /// Whether the client runs it without asking a person.
    pub is_unasked: bool,
}

impl<'a> Stack<'a> {
    /// Puts together what was found and what was scanned; `origins` has the index of the target of each server of the report.
    #[must_use]
    pub fn new(installed: &'a Installed, report: &'a Report, origins: &[usize]) -> Self {
        let mut servers = vec![None; installed.targets.len()];
        for (server, origin) in origins.iter().enumerate() {
            if let Some(slot) = servers.get_mut(*origin) {
                *slot = Some(server);
            }
        }
        Self { installed, report, servers }
    }

    /// What was scanned of an entry of a config, if it was.
    #[must_use]
    pub fn scanned(&self, server: &Server) -> Option<&'a GradedServer> {
        match server.state {
            State::Ready(target) => self.report.servers.get((*self.servers.get(target)?)?),
            _ => None,
        }
    }

    /// The parts, by client.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'a>> {
        by_client(self.installed).into_iter().map(|configs| self.part(configs)).collect()
    }

    fn part(&self, configs: Vec<&'a Config>) -> Part<'a> {
        let mut part = Part { client: configs[0].client, configs, tools: Vec::new(), hidden: 0 };
        // Two configs may name the same server; what one of them offers can be called.
        let entries: Vec<(&Server, &GradedServer)> = part
            .configs
            .iter()
            .flat_map(|config| &config.servers)
            .filter_map(|entry| Some((entry, self.scanned(entry)?)))
            .collect();
        let mut seen = HashSet::new();
        for (_, server) in entries.iter().filter(|(_, server)| seen.insert(&server.slug)) {
            let of_it: Vec<&Server> =
                entries.iter().filter(|(_, other)| other.slug == server.slug).map(|(entry, _)| *entry).collect();
            for tool in &server.tools {
                let name = tool.tool.name();
                let offering = || of_it.iter().filter(|entry| entry.choice.offers(name));
                if offering().next().is_none() {
                    part.hidden += 1;
                    continue;
                }
                let is_unasked = offering().any(|entry| entry.choice.is_unasked(name));
                part.tools.push(Callable { server, tool, is_unasked });
            }
        }
        part.tools.sort_by(|a, b| a.tool.riskiest_first(b.tool).then_with(|| a.server.slug.cmp(&b.server.slug)));
        part
    }
}

/// The configs in groups, one a client.
pub(super) fn by_client(installed: &Installed) -> Vec<Vec<&Config>> {
    let mut groups: Vec<Vec<&Config>> = Vec::new();
    for config in &installed.configs {
        match groups.last_mut().filter(|group| group[0].client.id == config.client.id) {
            Some(group) => group.push(config),
            None => groups.push(vec![config]),
        }
    }
    groups
}
