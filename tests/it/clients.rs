//! The known clients: where their configs are, on every system.

use crate::env::Env;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use toolgrade::clients::{Client, Machine, Place, Scope, System, clients, of_path, places};
use toolgrade::installed::{State, find};

fn machine(system: System, home: &str, variables: &[(&str, &str)]) -> Machine {
    Machine {
        system,
        windows_homes: None,
        home: PathBuf::from(home),
        folder: PathBuf::from(format!("{home}/work")),
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

/// Every place, one a line.
fn table(machine: &Machine) -> String {
    let folder = [machine.folder.to_str().unwrap().to_owned()];
    let mut text = String::new();
    for client in clients() {
        for place in places(client, machine, &folder) {
            let foreign = if place.is_foreign { " (Windows)" } else { "" };
            writeln!(text, "{} {}{foreign}: {}", client.id, place.config.scope.name(), place.path).unwrap();
        }
    }
    text
}

#[test]
fn where_configs_are_on_linux() {
    insta::assert_snapshot!(table(&machine(System::Linux, "/home/me", &[("OPENCODE_CONFIG", "/srv/opencode.json")])));
}

#[test]
fn where_configs_are_on_macos() {
    insta::assert_snapshot!(table(&machine(System::Macos, "/Users/me", &[])));
}

#[test]
fn where_configs_are_on_windows() {
    let variables =
        [("APPDATA", r"C:\Users\me\AppData\Roaming"), ("LOCALAPPDATA", r"D:\Local"), ("ProgramData", r"C:\ProgramData")];
    let windows = Machine { folder: PathBuf::from(r"C:\work"), ..machine(System::Windows, r"C:\Users\me", &variables) };
    insta::assert_snapshot!(table(&windows));
}

#[test]
fn in_wsl_both_sides_are_looked_at() {
    let wsl = Machine {
        windows_homes: Some("/mnt/c/Users/*".to_owned()),
        ..machine(System::Linux, "/home/me", &[("XDG_CONFIG_HOME", "/data/config"), ("CODEX_HOME", "/data/codex/")])
    };
    let text = table(&wsl);
    let linux =
        table(&machine(System::Linux, "/home/me", &[("XDG_CONFIG_HOME", "/data/config"), ("CODEX_HOME", "/data/codex/")]));
    assert!(linux.lines().all(|line| text.contains(line)), "{text}");
    let shown: Vec<&str> = text.lines().filter(|line| line.starts_with("claude-") || line.starts_with("codex ")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    claude-code user: /home/me/.claude.json
    claude-code project: /home/me/work/.mcp.json
    claude-code plugin: /home/me/.claude/plugins/cache/*/*/*/.mcp.json
    claude-code plugin: /home/me/.claude/plugins/cache/*/*/*/.claude-plugin/plugin.json
    claude-code managed: /etc/claude-code/managed-mcp.json
    claude-code user (Windows): /mnt/c/Users/*/.claude.json
    claude-code plugin (Windows): /mnt/c/Users/*/.claude/plugins/cache/*/*/*/.mcp.json
    claude-code plugin (Windows): /mnt/c/Users/*/.claude/plugins/cache/*/*/*/.claude-plugin/plugin.json
    claude-code managed (Windows): /mnt/c/Program Files/ClaudeCode/managed-mcp.json
    claude-desktop user: /data/config/Claude/claude_desktop_config.json
    claude-desktop user (Windows): /mnt/c/Users/*/AppData/Roaming/Claude/claude_desktop_config.json
    claude-desktop user (Windows): /mnt/c/Users/*/AppData/Local/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json
    codex user: /data/codex/config.toml
    codex project: /home/me/work/.codex/config.toml
    codex managed: /etc/codex/config.toml
    codex user (Windows): /mnt/c/Users/*/.codex/config.toml
    ");
}

#[test]
fn a_home_with_brackets_is_no_pattern() {
    let env = Env::new();
    let home = env.path().join("[me]*");
    let config = home.join(".config/Code/User/profiles/one/mcp.json");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(config, r#"{"servers":{"a":{"url":"https://one.example"}}}"#).unwrap();
    let found = find(&machine(System::Linux, home.to_str().unwrap(), &[]), false);
    assert_eq!(found.configs[0].path, "~/.config/Code/User/profiles/one/mcp.json");
}

/// A config with one server, as the client would write it.
fn config(client: &Client, place: &Place, path: &Path, command: &str) -> String {
    let key = place.config.servers[0].replace("/*/", "/folder/");
    let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let entry = match client.id.as_str() {
        "goose" => serde_json::json!({ "type": "stdio", "cmd": command, "enabled": true }),
        "opencode" => serde_json::json!({ "type": "local", "command": [command] }),
        _ => serde_json::json!({ "command": command }),
    };
    if path.extension().is_some_and(|extension| extension == "toml") {
        return format!("[{key}.one]\ncommand = \"{command}\"\n");
    }
    let document = key.rsplit('/').fold(serde_json::json!({ "one": entry }), |inner, key| serde_json::json!({ key: inner }));
    // JSON is YAML.
    if yaml { document.to_string() } else { format!("// by hand\n{document}") }
}

#[test]
fn every_file_of_every_client_is_found() {
    let env = Env::new();
    let home = env.path().join("home");
    let xdg = home.join(".config");
    let own = home.join("opencode.json");
    let linux = machine(
        System::Linux,
        home.to_str().unwrap(),
        &[("XDG_CONFIG_HOME", xdg.to_str().unwrap()), ("OPENCODE_CONFIG", own.to_str().unwrap())],
    );
    let folder = [linux.folder.to_str().unwrap().to_owned()];
    let mut written = BTreeSet::new();
    for client in clients() {
        for place in places(client, &linux, &folder) {
            let path = PathBuf::from(place.path.replace('*', "Code"));
            // What belongs to the machine is not ours to write. Plugins and shared files have tests of their own.
            if place.config.scope == Scope::Managed || place.config.scope == Scope::Plugin || path.exists() {
                continue;
            }
            let command = format!("{}-{}", client.id, written.len());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, config(client, &place, &path, &command)).unwrap();
            written.insert(command);
        }
    }
    let found = find(&linux, true);
    let commands: BTreeSet<String> = found.targets.iter().map(|target| target.source().text()).collect();
    assert_eq!(commands, written);
    assert!(found.failures().is_empty(), "{:?}", found.failures());
    assert!(found.servers().all(|server| matches!(server.state, State::Ready(_))));
    let ids: BTreeSet<&str> = found.configs.iter().map(|config| config.client.id.as_str()).collect();
    let all: BTreeSet<&str> = clients().iter().map(|client| client.id.as_str()).collect();
    assert_eq!(ids, all);
}

#[test]
fn a_path_tells_its_client() {
    for (path, id) in [
        ("/home/me/.cursor/mcp.json", Some("cursor")),
        ("/w/.claude.json", Some("claude-code")),
        ("/w/.codex/config.toml", Some("codex")),
        ("/w/config.toml", None),
        ("/w/mcp.json", None),
        ("/w/.vscode/mcp.json", Some("vscode")),
        ("/x/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", None),
        ("/x/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", Some("cline")),
        // Several clients read it.
        ("/w/.mcp.json", None),
        ("opencode.jsonc", Some("opencode")),
    ] {
        assert_eq!(of_path(Path::new(path)).map(|(client, _)| client.id.as_str()), id, "{path}");
    }
}

/// The table of `docs/clients.md`.
fn documented() -> String {
    let mut text = "| client | configs | servers | fills in |\n|---|---|---|---|\n".to_owned();
    let code = |words: &[String], joint: &str| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(joint);
    for client in clients() {
        let configs = client.configs.iter().map(|config| {
            let system = match config.system {
                None => "",
                Some(System::Linux) => ", Linux",
                Some(System::Macos) => ", macOS",
                Some(System::Windows) => ", Windows",
            };
            format!("{} ({}{system})", code(&config.paths, " "), config.scope.name())
        });
        let configs: Vec<String> = configs.collect();
        let mut keys: Vec<String> = client.configs.iter().flat_map(|config| config.servers.clone()).collect();
        keys.dedup();
        let mut seen = BTreeSet::new();
        keys.retain(|key| seen.insert(key.clone()));
        let file = fs::read_to_string(format!("{}/data/clients/{}.toml", env!("CARGO_MANIFEST_DIR"), client.id)).unwrap();
        let references = file.lines().find_map(|line| line.strip_prefix("references = ")).unwrap_or("[]");
        let references: Vec<String> = serde_json::from_str(references).unwrap();
        let references = if references.is_empty() { "nothing".to_owned() } else { code(&references, " ") };
        writeln!(text, "| [{}]({}) | {} | {} | {references} |", client.name, client.source, configs.join("; "), code(&keys, " "))
            .unwrap();
    }
    text
}

#[test]
fn every_client_is_documented() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/clients.md")).unwrap();
    let table = documented();
    assert!(page.contains(&table), "docs/clients.md: put this table there\n\n{table}");
    for client in clients() {
        assert!(client.source.starts_with("https://"), "{}: {}", client.id, client.source);
        if let Some(note) = &client.note {
            assert!(page.contains(note.as_str()), "docs/clients.md: {}: {note}", client.name);
        }
    }
}
