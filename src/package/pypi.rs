//! Python packages: wheels only, since building anything else runs the package's code.

use super::{Found, Place, choose, missing};
use crate::mcp::Problem;
use crate::target::PackageTarget;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(super) async fn fetch(target: &PackageTarget, place: &Place) -> Result<Found, Problem> {
    let python = place.program("python3")?;
    let at = |name: &str| place.directory.join(name).to_string_lossy().into_owned();
    let run = async |program: &str, args: &[&str]| place.run(program, args.iter().map(|arg| (*arg).to_owned()).collect()).await;
    run(&python, &["-m", "venv", &at("venv")]).await?;
    let spec = match &target.version {
        Some(range) if range.starts_with(['<', '>', '=', '~', '!']) => format!("{}{range}", target.package),
        Some(version) => format!("{}=={version}", target.package),
        None => target.package.clone(),
    };
    let (report, cache) = (at("report.json"), at(".cache"));
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-compile",
        "--only-binary=:all:",
        "--cache-dir",
        &cache,
        "--report",
        &report,
        "--",
        &spec,
    ];
    run(&at("venv/bin/python"), &install).await.map_err(|problem| explained(problem, target))?;

    let report: Value = std::fs::read(&report).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let wanted = normal(&target.package);
    let installed = report["install"].as_array().into_iter().flatten();
    let own = installed.into_iter().find(|item| normal(item["metadata"]["name"].as_str().unwrap_or_default()) == wanted);
    let own = own.unwrap_or(&Value::Null);
    let version = own["metadata"]["version"].as_str().unwrap_or_default();
    let hash = own["download_info"]["archive_info"]["hashes"]["sha256"].as_str().map(|hash| format!("sha256-{hash}"));
    let scripts = scripts(&place.directory, &wanted);
    let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let (program, args) = match choose(&scripts, &target.package) {
        Some(script) => {
            (at(&format!("venv/bin/{}", Path::new(script).file_name().unwrap_or_default().to_string_lossy())), Vec::new())
        }
        None => (at("venv/bin/python"), vec!["-m".to_owned(), wanted.replace('-', "_")]),
    };
    Ok(Found {
        program,
        args,
        env: vec![("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned())],
        version: version.to_owned(),
        integrity: hash,
    })
}

/// pip's complaint in words where it is a usual one.
fn explained(problem: Problem, target: &PackageTarget) -> Problem {
    if problem.message.contains("No matching distribution found") {
        return missing(target, "the package index has no wheel of it, and building from source would run its code");
    }
    problem
}

/// A name as the package index compares it.
fn normal(name: &str) -> String {
    let mut normal = String::new();
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_ascii_lowercase());
    }
    normal
}

/// The programs that a package itself brings, not those of what it needs.
fn scripts(directory: &Path, wanted: &str) -> Vec<String> {
    let listed = |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let libraries = listed(directory.join("venv/lib")).flat_map(|library| listed(library.join("site-packages")));
    let own = libraries.into_iter().find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_suffix(".dist-info").and_then(|name| name.rsplit_once('-')).is_some_and(|(name, _)| normal(name) == wanted)
    });
    let text = own.and_then(|own| std::fs::read_to_string(own.join("entry_points.txt")).ok()).unwrap_or_default();
    let section = text.split_once("[console_scripts]").map_or("", |(_, rest)| rest.split("\n[").next().unwrap_or_default());
    section.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().to_owned()).collect()
}
