//! Plugins of Claude Code: which of those in its cache are in use.

use super::read;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is known of a config in the cache, `plugins/cache/MARKETPLACE/PLUGIN/VERSION/…`.
pub(super) struct Plugin {
    /// Its folder: `${CLAUDE_PLUGIN_ROOT}`.
    pub(super) root: PathBuf,
    /// Why its servers are not started, if so.
    pub(super) idle: Option<String>,
}

/// The plugin that a config belongs to.
pub(super) fn of(config: &Path) -> Option<Plugin> {
    let root =
        config.ancestors().find(|folder| folder.ancestors().nth(3).is_some_and(|cache| cache.ends_with("plugins/cache")))?;
    let part = |above: usize| Some(root.ancestors().nth(above)?.file_name()?.to_string_lossy().into_owned());
    let id = format!("{}@{}", part(1)?, part(2)?);
    // …/plugins/cache
    let plugins = root.ancestors().nth(4)?;
    let document = |path: PathBuf| -> Option<Value> { serde_json::from_str(&read(&path, "").ok().flatten()?).ok() };
    let settings = document(plugins.parent()?.join("settings.json")).unwrap_or_default();
    let installed = document(plugins.join("installed_plugins.json"));
    let is_installed = installed.is_none_or(|list| is_at(&list["plugins"][&id], root));
    let idle = match settings["enabledPlugins"][&id].as_bool() {
        _ if !is_installed => Some(format!("this version of the plugin `{id}` is not installed any more")),
        Some(true) => None,
        _ => Some(format!("the plugin `{id}` is disabled")),
    };
    Some(Plugin { root: root.to_path_buf(), idle })
}

/// Whether a record of installations – one, or a list – names the folder.
fn is_at(record: &Value, root: &Path) -> bool {
    let one = |record: &Value| record["installPath"].as_str().is_some_and(|path| Path::new(path) == root);
    record.as_array().map_or_else(|| one(record), |list| list.iter().any(one))
}
