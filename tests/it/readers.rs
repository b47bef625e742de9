//! Generated policies of whole servers, each read by something that did not write it: its consumer where that can be had, a reader of
//! its syntax elsewhere.

use crate::env::Env;
use crate::formats::{jsonc, odd, strings};
use crate::generated::{FORMATS, printed, shop};
use crate::installed::{installed, node};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// A server, and the policies that were generated for it.
struct Server {
    /// What clients call it.
    name: &'static str,
    /// Its tools.
    tools: Vec<String>,
    /// By format.
    documents: BTreeMap<&'static str, String>,
}

impl Server {
    /// The policies for the one server that `target` leads to.
    fn new(name: &'static str, env: &Env, target: &[&str], listed: &Value) -> Self {
        let tools = listed.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
        let document = |format| (format, printed(env, &[&["policy", "-q", "--format", format], target].concat()));
        Self { name, tools, documents: FORMATS.into_iter().map(document).collect() }
    }

    fn recorded(name: &'static str, env: &Env) -> Self {
        let file = format!("{name}.json");
        let listed: Value = serde_json::from_str(&env.read(&file).unwrap()).unwrap();
        Self::new(name, env, &[&file], &listed["tools"])
    }

    /// Its tools by what a client is to do with them, as the policy.json of the same plan has it.
    fn by_prompt(&self) -> BTreeMap<&str, &'static str> {
        let policy: Value = serde_json::from_str(&self.documents["policylayer"]).unwrap();
        let hidden = policy["hide"].as_array().map(|list| strings_of(list)).unwrap_or_default();
        let prompt = |name: &str| {
            let rules = &policy["tools"][name];
            let refusals: Vec<&Value> =
                rules["deny_if"].as_array().into_iter().flatten().filter(|entry| entry["conditions"] == json!([])).collect();
            match refusals.as_slice() {
                _ if hidden.contains(&name) || rules.is_null() => "deny",
                [] if rules.as_object().unwrap().is_empty() => "allow",
                [] => "ask",
                [one] if one["on_deny"] == json!("Requires human approval.") => "ask",
                _ => "deny",
            }
        };
        self.tools.iter().map(|name| (name.as_str(), prompt(name))).collect()
    }
}

fn strings_of(list: &[Value]) -> Vec<&str> {
    list.iter().filter_map(Value::as_str).collect()
}

/// Sapo as recorded, Stripe and the everything server as they answer, and two made by hand.
static SERVERS: LazyLock<Vec<Server>> = LazyLock::new(|| {
    let sapo = Env::new().file("sapo-mcp.json", include_str!("../data/recorded/sapo-mcp.json"));
    let entry = |command: Vec<String>, more: &[&str]| json!({ "command": command[0], "args": command[1..].iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>() });
    let config = json!({ "mcpServers": {
        "stripe": entry(node("@stripe/mcp"), &["--tools=all", "--api-key=sk_test_xxxxxxxxxxxxxxxxxxxxxxxx"]),
        "everything": entry(node("@modelcontextprotocol/server-everything"), &["stdio"]),
    } });
    let live = Env::new().var("PATH", &std::env::var("PATH").unwrap()).file("mcp.json", &config.to_string());
    let report: Value =
        serde_json::from_str(&printed(&live, &["scan", "mcp.json", "--format", "json", "--catalogue", "seen.db"])).unwrap();
    let listed = |name: &str| {
        report["servers"].as_array().unwrap().iter().find(|server| server["server"] == name).unwrap()["tools"].clone()
    };
    let seen = |name: &'static str| Server::new(name, &live, &["--catalogue", "seen.db", name], &listed(name));
    vec![
        Server::recorded("shop", &shop()),
        Server::recorded("odd", &odd()),
        Server::recorded("sapo-mcp", &sapo),
        seen("stripe"),
        seen("everything"),
    ]
});

#[test]
fn documents_for_five_servers_are_there() {
    let counts: Vec<(&str, usize)> = SERVERS.iter().map(|server| (server.name, server.tools.len())).collect();
    assert_eq!(counts, [("shop", 11), ("odd", 18), ("sapo-mcp", 109), ("stripe", 22), ("everything", 13)]);
    assert!(SERVERS.iter().all(|server| server.documents.len() == 13));
}

/// YAML, TOML and JSON with comments, by the readers that most programs use, and Cedar by its own crate.
#[test]
fn every_document_is_of_its_syntax_and_names_every_tool_once() {
    for server in SERVERS.iter().filter(|server| server.name != "odd") {
        let document = |format: &str| server.documents[format].as_str();
        let prompts = server.by_prompt();
        let sorted = |wanted: &[&str]| -> Vec<&str> {
            prompts.iter().filter(|(_, prompt)| wanted.contains(prompt)).map(|(name, _)| *name).collect()
        };
        let has = |what: &str, mut names: Vec<&str>, wanted: &[&str]| {
            names.sort_unstable();
            assert_eq!(names, sorted(wanted), "{} {what}", server.name);
        };
        let yaml: Value = serde_saphyr::from_str(document("intercept")).unwrap();
        let listed = yaml["tools"].as_object().unwrap().keys().map(String::as_str);
        has(
            "intercept",
            listed.chain(yaml["hide"].as_array().into_iter().flatten().filter_map(Value::as_str)).collect(),
            &["allow", "ask", "deny"],
        );

        let own = |name: &str| format!("/mcpServers/{}/{name}", server.name);
        let kiro = jsonc(document("kiro"));
        has("kiro", strings(kiro.pointer(&own("autoApprove")).unwrap()), &["allow"]);
        has("kiro", strings(kiro.pointer(&own("disabledTools")).unwrap()), &["deny"]);
        let copilot = jsonc(document("copilot"));
        let on = strings(copilot.pointer(&own("tools")).unwrap());
        assert!(
            sorted(&["allow"]).iter().all(|name| on.contains(name)) && !sorted(&["deny"]).iter().any(|name| on.contains(name))
        );

        let prefix = format!("{}:", server.name);
        let cursor = jsonc(document("cursor"));
        has(
            "cursor",
            strings(&cursor["mcpAllowlist"]).into_iter().map(|name| name.strip_prefix(&prefix).unwrap()).collect(),
            &["allow"],
        );
        let vscode = jsonc(document("vscode"));
        has(
            "vscode",
            vscode["chat.tools.eligibleForAutoApproval"].as_object().unwrap().keys().map(String::as_str).collect(),
            &["ask", "deny"],
        );
        assert!(policies_of(document("cedar")).iter().all(|permitted| !sorted(&["deny"]).contains(&permitted.as_str())));
    }
}

/// The tools that Cedar policies permit.
fn policies_of(text: &str) -> Vec<String> {
    let set: cedar_policy::PolicySet = text.parse().unwrap();
    let resource = |policy: &cedar_policy::Policy| match policy.resource_constraint() {
        cedar_policy::ResourceConstraint::Eq(tool) => tool.id().unescaped().to_owned(),
        other => panic!("not one tool: {other:?}"),
    };
    set.policies().map(resource).collect()
}

/// The types that OpenAI, Anthropic and opencode publish for these documents, and those made of the schema of Claude Code's settings,
/// asked by the TypeScript compiler; a document with a slip shows that it looks.
#[test]
fn documents_are_of_the_published_types() {
    let types = [
        ("anthropic", "{ tools: BetaMCPToolset[] }"),
        ("openai", "{ tools: OpenAI.Responses.Tool.Mcp[] }"),
        ("opencode", "Config"),
        ("claude-code", "ClaudeCodeSettings & { $schema: string }"),
    ];
    let mut source = "import type { BetaMCPToolset } from '@anthropic-ai/sdk/resources/beta/messages/messages';\n\
                      import type OpenAI from 'openai';\n\
                      import type { Config } from '@opencode-ai/sdk/v2';\n\
                      import type { ClaudeCodeSettings } from '@schemastore/claude-code-settings';\n"
        .to_owned();
    for server in &*SERVERS {
        for (format, kind) in types {
            let name = format!("{}_{format}", server.name).replace('-', "_");
            source.push_str(&format!("export const {name}: {kind} = {};\n", server.documents[format]));
        }
    }
    let modules = installed("npm/node_modules");
    // Modules are looked for beside the file.
    let folder = tempfile::tempdir_in(modules.parent().unwrap()).unwrap();
    let errors = |source: &str| {
        let file = folder.path().join("documents.ts");
        std::fs::write(&file, source).unwrap();
        let options = "--noEmit --strict --skipLibCheck --module nodenext --moduleResolution nodenext --target es2022";
        let mut node = Command::new("node");
        node.arg(modules.join("typescript/bin/tsc")).args(options.split(' ')).args(["--types", ""]).arg(&file);
        String::from_utf8(node.output().unwrap().stdout).unwrap()
    };
    assert_eq!(errors(&source), "");
    let slips = [
        ("\"mcp_server_name\"", "\"mcp_server\""),
        ("\"never\"", "\"nevr\""),
        ("\"ask\",", "\"asks\","),
        ("\"deny\": [", "\"denies\": ["),
    ];
    for (right, wrong) in slips {
        assert!(source.contains(right) && errors(&source.replacen(right, wrong, 1)).contains("error TS"), "{wrong} passes");
    }
}

/// Codex itself, which has the last word on its config: what it says that each server may do.
#[test]
fn codex_reads_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let program = installed("npm/node_modules/@openai/codex/bin/codex.js");
    let read = |name: &str, text: &str| {
        // The transport stands in the server's own entry.
        let config = text.replacen("]\n", "]\ncommand = \"server\"\n", 1);
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let mut node = Command::new("node");
        node.arg(&program).args(["mcp", "get", name, "--json"]).env("CODEX_HOME", folder.path()).env("HOME", folder.path());
        let output = node.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for server in &*SERVERS {
        let document = &server.documents["codex"];
        let (answer, said) = read(server.name, document);
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{}: {answer}{said}", server.name));
        let table: toml::Table = toml::from_str(document).unwrap();
        let written = serde_json::to_value(&table["mcp_servers"][server.name]).unwrap();
        for list in ["enabled_tools", "disabled_tools"] {
            assert_eq!(answer[list], written[list], "{}", server.name);
        }
        let mut approved: Vec<&str> = written["tools"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        approved.sort_unstable();
        let prompts = server.by_prompt().into_iter();
        // In the order of their names.
        let free: Vec<&str> = prompts.filter(|(name, prompt)| *prompt == "allow" && *name != "*").map(|(name, _)| name).collect();
        assert_eq!(approved, free, "{}", server.name);
    }
    for (right, wrong) in [("\"prompt\"", "\"asked\""), ("\"approve\"", "\"yes\""), ("enabled_tools = [", "enabled_tools = [1, ")]
    {
        let (answer, said) = read("shop", &SERVERS[0].documents["codex"].replacen(right, wrong, 1));
        assert!(answer.is_empty() && said.contains("Error"), "{wrong} passes: {answer}");
    }
}

/// Gemini CLI's own loader and engine: what it decides of every tool.
#[test]
fn the_policy_engine_of_gemini_decides_as_planned() {
    let core = installed("npm/node_modules/@google/gemini-cli-core/dist/src");
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
        const [core, file, server, tools] = process.argv.slice(2);
        const { loadPoliciesFromToml } = await import(core + '/policy/toml-loader.js');
        const { PolicyEngine } = await import(core + '/policy/policy-engine.js');
        const { generateValidName } = await import(core + '/tools/mcp-tool.js');
        const loaded = await loadPoliciesFromToml([file], () => 4);
        const engine = new PolicyEngine({ rules: loaded.rules });
        const out = { errors: loaded.errors.filter((error) => error.severity !== 'warning'), decisions: {} };
        for (const name of [...JSON.parse(tools), 'listed_later']) {
            const call = { name: generateValidName(`mcp_${server}_${name}`), args: {} };
            out.decisions[name] = (await engine.check(call, server)).decision;
        }
        process.stdout.write('\n' + JSON.stringify(out));
    "#;
    std::fs::write(folder.path().join("ask.mjs"), script).unwrap();
    for server in &*SERVERS {
        let answer = gemini(&core, folder.path(), server);
        assert_eq!(answer["errors"], json!([]));
        let prompts = server.by_prompt();
        for (name, prompt) in &prompts {
            // A name that is too long to be named falls to the rule for the rest; so does one with a name that another has.
            let too_long = name.len() > 63;
            let shared = ["a b", "a_b", "*"].contains(name);
            let wanted = match *prompt {
                _ if too_long => "deny",
                "ask" => "ask_user",
                prompt => prompt,
            };
            assert!(
                shared || answer["decisions"][*name] == json!(wanted),
                "{}: {name} is {}",
                server.name,
                answer["decisions"][*name]
            );
        }
        assert_eq!(answer["decisions"]["listed_later"], json!("deny"));
    }
}

fn gemini(core: &Path, folder: &Path, server: &Server) -> Value {
    let file = folder.join(format!("{}.toml", server.name));
    std::fs::write(&file, &server.documents["gemini"]).unwrap();
    let mut node = Command::new("node");
    node.arg(folder.join("ask.mjs"))
        .args([core, &file])
        .args([server.name, &json!(server.tools).to_string()])
        .env("HOME", folder);
    let output = node.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(said.lines().last().unwrap_or_default())
        .unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}
