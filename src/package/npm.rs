//! npm packages: installed without their scripts.

use super::{Found, Place, choose, missing};
use crate::mcp::Problem;
use crate::target::PackageTarget;
use serde_json::Value;
use std::path::Path;

pub(super) async fn fetch(target: &PackageTarget, place: &Place) -> Result<Found, Problem> {
    let npm = place.program("npm")?;
    let spec = format!("{}@{}", target.package, target.version.as_deref().unwrap_or("latest"));
    let cache = place.directory.join(".cache");
    let mut args: Vec<String> =
        ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--omit=dev", "--loglevel=error"]
            .map(str::to_owned)
            .to_vec();
    // Dependencies come from the package registry, and from nowhere else. Older versions of npm do not know these.
    args.extend(["--allow-git=none", "--allow-remote=none"].map(str::to_owned));
    args.extend([
        format!("--prefix={}", place.directory.display()),
        format!("--cache={}", cache.display()),
        "--".to_owned(),
        spec,
    ]);
    place.run(&npm, args).await.map_err(|problem| explained(problem, target))?;
    let modules = place.directory.join("node_modules");
    let lock = json(&modules.join(".package-lock.json"));
    let about = json(&modules.join(&target.package).join("package.json"));
    let locked = &lock["packages"][format!("node_modules/{}", target.package)];
    let programs: Vec<&str> = match &about["bin"] {
        Value::String(_) => about["name"].as_str().and_then(|name| name.rsplit('/').next()).into_iter().collect(),
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let Some(program) = choose(&programs, &target.package) else {
        return Err(Problem::new("no-program", "the package has no program to start: it is a library"));
    };
    let program = modules.join(".bin").join(Path::new(program).file_name().unwrap_or_default());
    Ok(Found {
        program: program.to_string_lossy().into_owned(),
        args: Vec::new(),
        env: Vec::new(),
        version: locked["version"].as_str().or(about["version"].as_str()).unwrap_or_default().to_owned(),
        integrity: locked["integrity"].as_str().map(str::to_owned),
    })
}

/// npm's complaint without what it repeats, or in words where it is a usual one.
fn explained(problem: Problem, target: &PackageTarget) -> Problem {
    let code = |code: &str| problem.message.contains(&format!("code {code}"));
    if code("E404") {
        return missing(target, "the npm registry has no such package");
    }
    if code("ETARGET") {
        return missing(target, "the npm registry has the package, but not this version");
    }
    let lines = problem
        .message
        .lines()
        .map(|line| ["npm error", "npm ERR!"].iter().find_map(|prefix| line.strip_prefix(prefix)).map_or(line, str::trim_start));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("A complete log of this run"));
    Problem { message: lines.collect::<Vec<_>>().join("\n"), ..problem }
}

/// A JSON file of the package; nothing where there is none.
fn json(path: &Path) -> Value {
    std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}
