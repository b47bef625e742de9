//! Finds what is installed: goes through the places of every client, reads what is there, and keeps each different server once.

use super::{Config, Installed, Server, State, plugins, read};
use crate::clients::{self, Client, Machine, Place, Scope};
use crate::redact::Secrets;
use crate::target::config::{self, Given};
use crate::target::entry::{self, Entry, Setting};
use crate::target::{self, CommandTarget, Target, UrlTarget};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The most files that a pattern finds, and the most folders of projects that are looked into.
const MAX_FOUND: usize = 1000;

/// Looks for the configs of every known client. Nothing is started, and nothing is asked over a network.
///
/// The servers of a project's own files are [`State::Skipped`] unless `start_projects`: a repository can bring them.
#[must_use]
pub fn find(machine: &Machine, start_projects: bool) -> Installed {
    let folders = folders(machine);
    let mut finder =
        Finder { machine, start_projects, installed: Installed::default(), known: HashMap::new(), seen: HashSet::new() };
    for client in clients::clients() {
        finder.seen.clear();
        for place in clients::places(client, machine, &folders) {
            files(&place).iter().for_each(|path| finder.config(client, &place, path));
        }
    }
    finder.installed
}

/// The folders that project files are looked for in: the current one, and those that a client keeps servers for.
fn folders(machine: &Machine) -> Vec<String> {
    let mut folders = vec![machine.folder.to_string_lossy().into_owned()];
    for client in clients::clients() {
        for place in clients::places(client, machine, &[]).iter().filter(|place| !place.is_foreign) {
            let outer = place.config.servers.iter().find_map(|key| Some(key.split_once("/*/")?.0));
            let Some(outer) = outer else { continue };
            for path in files(place) {
                let text = read(&path, "").ok().flatten().unwrap_or_default();
                let document = target::parse_config(&path.to_string_lossy(), &text).unwrap_or_default();
                folders.extend(document[outer].as_object().into_iter().flatten().map(|(folder, _)| folder.clone()));
            }
        }
    }
    let mut seen = HashSet::new();
    folders.retain(|folder| !folder.is_empty() && seen.insert(folder.trim_end_matches(['/', '\\']).to_owned()));
    folders.truncate(MAX_FOUND);
    folders
}

/// The files at a place, which may not be there.
fn files(place: &Place) -> Vec<PathBuf> {
    if !place.is_pattern {
        return vec![PathBuf::from(&place.path)];
    }
    glob::glob(&place.path).into_iter().flatten().take(MAX_FOUND).filter_map(Result::ok).collect()
}

struct Finder<'a> {
    machine: &'a Machine,
    start_projects: bool,
    installed: Installed,
    /// Targets by everything but the name they were found under.
    known: HashMap<String, usize>,
    /// The files of the client that were read.
    seen: HashSet<PathBuf>,
}

/// A config that was read.
struct File<'a> {
    place: &'a Place,
    path: &'a Path,
    config: Config,
    document: Value,
    plugin: Option<plugins::Plugin>,
}

impl Finder<'_> {
    fn config(&mut self, client: &'static Client, place: &Place, path: &Path) {
        // A project's file is the user's own one where the project is the home.
        if !self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_path_buf())) {
            return;
        }
        let shown = self.machine.shown(path);
        let scope = place.config.scope;
        let config = Config { client, scope, path: shown.clone(), folder: None, servers: Vec::new(), failure: None };
        let text = match read(path, &shown) {
            Ok(None) => return,
            Ok(Some(text)) => text,
            Err(failure) => return self.installed.configs.push(Config { failure: Some(failure), ..config }),
        };
        let document = if text.trim().is_empty() { Ok(Value::Null) } else { target::parse_config(&shown, &text) };
        let plugin = (scope == Scope::Plugin).then(|| plugins::of(path)).flatten();
        // A plugin may keep its servers in a file of any name.
        if let (Some(plugin), Ok(document)) = (&plugin, &document)
            && let Some(name) = document["mcpServers"].as_str()
        {
            // `./servers.json` is `servers.json`.
            return self.config(client, place, &plugin.root.join(name).components().collect::<PathBuf>());
        }
        let found = document.and_then(|document| {
            let found = config::entries_under(&document, &place.config.servers);
            Ok((found.map_err(|why| target::failure(&shown, "no-servers", why))?, document))
        });
        match found {
            Ok((Some(found), document)) => {
                self.servers(&File { place, path, config, document, plugin }, found);
            }
            // A file with all settings of a client need not name servers.
            Ok((None, _)) if !path.file_name().is_some_and(|name| name.to_string_lossy().contains("mcp")) => {}
            Ok((None, _)) => self.installed.configs.push(config),
            Err(failure) => self.installed.configs.push(Config { failure: Some(failure), ..config }),
        }
    }

    /// Adds a config with its servers: once for all folders, and once for each folder that has servers of its own.
    fn servers(&mut self, file: &File<'_>, found: Vec<Given>) {
        let mut configs = vec![file.config.clone()];
        for given in found {
            let folder = given.folder.as_deref().map(|folder| self.machine.shown(Path::new(folder)));
            if configs.last().is_none_or(|last| last.folder != folder) {
                configs.push(Config { folder: folder.clone(), scope: Scope::Local, ..file.config.clone() });
            }
            let path = &file.config.path;
            let label = folder.map_or_else(|| path.clone(), |folder| format!("{path} ({folder})"));
            let server = self.server(file, &given, &label);
            if let Some(last) = configs.last_mut() {
                last.servers.push(server);
            }
        }
        let is_only_for_folders = configs.len() > 1 && configs[0].servers.is_empty();
        self.installed.configs.extend(configs.into_iter().skip(usize::from(is_only_for_folders)));
    }

    fn server(&mut self, file: &File<'_>, given: &Given, label: &str) -> Server {
        let machine = self.machine;
        let folder = given.folder.as_ref().or(file.place.folder.as_ref()).map(PathBuf::from);
        let lookup = |name: &str| match (name, &file.plugin) {
            ("CLAUDE_PLUGIN_ROOT", Some(plugin)) => Some(plugin.root.to_string_lossy().into_owned()),
            ("CLAUDE_PROJECT_DIR", _) => Some(folder.as_ref().unwrap_or(&machine.folder).to_string_lossy().into_owned()),
            _ => config::input(&file.document, name).or_else(|| machine.variables.get(name).cloned()),
        };
        let setting = Setting {
            label,
            references: Some(&file.config.client.references),
            lookup: &lookup,
            folder: Some(folder.as_ref().unwrap_or(&machine.folder)),
            base: file.path.parent(),
        };
        let entry = match is_switched_off(&file.document, given) {
            true => Ok(Entry::Disabled),
            false => entry::read(&setting, &given.name, &given.value),
        };
        let mut source = None;
        let state = match entry {
            Ok(Entry::Disabled) => State::Disabled,
            Ok(Entry::NoServer(why)) => State::Skipped(why.to_owned()),
            Err(bad) => State::Failed(bad.failure(&format!("{label}#{}", given.name))),
            Ok(Entry::Target(mut target)) => {
                work_in(&mut target, folder);
                source = Some(target.source());
                match self.reason_to_skip(file, &target) {
                    Some(why) => State::Skipped(why),
                    None => State::Ready(self.index(*target)),
                }
            }
        };
        Server { name: given.name.clone(), state, source, choice: super::Choice::read(&given.value) }
    }

    /// Why a server is left alone although it could be visited.
    fn reason_to_skip(&self, file: &File<'_>, target: &Target) -> Option<String> {
        if file.config.scope == Scope::Project && !self.start_projects {
            return Some("it stands in a project's file, which a repository can bring: `--projects` visits it too".to_owned());
        }
        if file.place.is_foreign && matches!(target, Target::Command(_)) {
            return Some("it is a program of Windows: scan it from there".to_owned());
        }
        file.plugin.as_ref()?.idle.clone()
    }

    /// The index of the target, which is new or was named before, by whatever name.
    fn index(&mut self, target: Target) -> usize {
        let nameless = match &target {
            Target::Command(target) => {
                let known = CommandTarget { name: None, config: None, secrets: Secrets::default(), ..target.clone() };
                Target::Command(known)
            }
            Target::Url(target) => {
                Target::Url(UrlTarget { name: None, config: None, secrets: Secrets::default(), ..target.clone() })
            }
            Target::Package(_) | Target::Recorded { .. } => target.clone(),
        };
        let next = self.installed.targets.len();
        let index = *self.known.entry(format!("{nameless:?}")).or_insert(next);
        if index == next {
            self.installed.targets.push(target);
        }
        index
    }
}

/// Whether a config switches a server off elsewhere than at the server.
fn is_switched_off(document: &Value, given: &Given) -> bool {
    let names = |list: &Value| list.as_array().map(|list| list.iter().any(|name| name == given.name.as_str()));
    let of_folder = given.folder.as_ref().and_then(|folder| names(&document["projects"][folder]["disabledMcpServers"]));
    let (allowed, excluded) = (names(&document["mcp"]["allowed"]), names(&document["mcp"]["excluded"]));
    of_folder == Some(true) || allowed == Some(false) || excluded == Some(true)
}

/// Clients start the servers of a folder in it; what says nothing relative to it is the same server everywhere.
fn work_in(target: &mut Target, folder: Option<PathBuf>) {
    let Target::Command(target) = target else { return };
    let is_relative = std::iter::once(&target.command).chain(&target.args).any(|word| word.starts_with('.'));
    if target.cwd.is_none() && is_relative {
        target.cwd = folder;
    }
}
