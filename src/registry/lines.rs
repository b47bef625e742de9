//! JSON Lines of targets: one server a line, with its URL, its package, or the command that runs it.

use super::way::{Input, Package, PackageKind, Remote, Way};
use super::{Entry, Status};
use serde_json::Value;

/// Whether a line names a target: it has an `id`, and is no tool.
#[must_use]
pub fn is_target(line: &Value) -> bool {
    line["id"].is_string() && line["tool"].is_null() && line["inputSchema"].is_null()
}

/// Reads a line; `None` for what is no target. The key tells targets of one list apart that have the same name.
#[must_use]
pub fn read(line: &Value) -> Option<(String, Entry)> {
    if !is_target(line) {
        return None;
    }
    let name = text(&line["id"])?;
    let key = text(&line["source"]).map_or_else(|| name.clone(), |source| format!("{name} ({source})"));
    let environment: Vec<Input> = line["env"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(text)
        .map(|name| Input { required: is_essential(&name).then_some(true), name, ..Input::default() })
        .collect();
    let transport = text(&line["transport"]);
    let is_sse = transport.as_deref() == Some("sse");
    let remote = text(&line["remote_url"]).map(|url| Way::Remote(Remote { url, sse: is_sse, ..Remote::default() }));
    let local = transport.filter(|_| remote.is_none());
    let package = run(&line["run"]).or_else(|| package(&line["package"]));
    let package = package.map(|package| Way::Package(Box::new(Package { environment, transport: local, ..package })));
    let ways = remote.into_iter().chain(package).collect();
    Some((key, Entry { name, version: text(&line["version"]), status: Status::Active, latest: None, ways }))
}

/// Whether a variable of which only the name is known most likely is one that the server does not start without: a credential, or
/// where and as whom to use it.
fn is_essential(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let ends = ["URL", "URI", "HOST", "ENDPOINT", "EMAIL", "USER", "USERNAME", "_ID"].iter().any(|word| upper.ends_with(word));
    ends || crate::redact::names_a_secret(name)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(|text| text.chars().take(2000).collect())
}

fn package(value: &Value) -> Option<Package> {
    let registry = PackageKind::from(text(&value["registryType"]).unwrap_or_default());
    Some(Package { registry, name: text(&value["identifier"])?, version: text(&value["version"]), ..Package::default() })
}

fn run(value: &Value) -> Option<Package> {
    let args: Vec<String> = value["args"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let (package, args) = package_of(value["command"].as_str()?, &args)?;
    let input = |arg: &String| Input { value: Some(arg.clone()), ..Input::default() };
    let arguments = args.iter().map(|arg| super::Argument { flag: None, input: input(arg) }).collect();
    Some(Package { arguments, ..package })
}

/// The package that a command such as `npx -y NAME@VERSION ARG` runs, and the server's own arguments; `None` for other commands.
pub(crate) fn package_of<'a>(command: &str, args: &'a [String]) -> Option<(Package, &'a [String])> {
    let registry = match command {
        "npx" => PackageKind::Npm,
        "uvx" => PackageKind::Pypi,
        _ => return None,
    };
    let at = args.iter().position(|arg| !arg.starts_with('-'))?;
    // `uvx --from PACKAGE COMMAND` and the like are no plain package: the line's own `package` says which one it is.
    if args[..at].iter().any(|flag| !matches!(flag.as_str(), "-y" | "--yes")) {
        return None;
    }
    let (name, version) = split(&registry, &args[at]);
    Some((
        Package { registry, name: name.to_owned(), version: version.map(str::to_owned), ..Package::default() },
        &args[at + 1..],
    ))
}

/// The name of a package and its version, as `npx` and `uvx` take them: one alone, or a range. `None` for the latest.
pub(crate) fn split<'a>(registry: &PackageKind, spec: &'a str) -> (&'a str, Option<&'a str>) {
    // The name of an npm package may begin with the sign.
    let signs: &[char] = if *registry == PackageKind::Npm { &['@'] } else { &['@', '=', '<', '>', '~', '!'] };
    let Some((at, sign)) = spec.char_indices().skip(1).find(|(_, character)| signs.contains(character)) else {
        return (spec, None);
    };
    let rest = &spec[at..];
    let version = if sign == '@' { &rest[1..] } else { rest.strip_prefix("==").unwrap_or(rest) };
    (&spec[..at], Some(version).filter(|version| *version != "latest"))
}
