//! `toolgrade rules`: lists the rules, or prints one rule's page.

use crate::cli::RulesArgs;
use crate::exit::Exit;
use crate::rules::{self, Says};
use std::io::Write as _;

pub(super) fn run(args: &RulesArgs) -> anyhow::Result<Exit> {
    let mut out = anstream::stdout().lock();
    let Some(id) = &args.id else {
        let width = rules::all().iter().map(|rule| rule.id.len()).max().unwrap_or_default();
        for rule in rules::all() {
            let says = match &rule.says {
                Says::Effect(class) => class.name(),
                Says::Signal(_) => "signal",
            };
            writeln!(out, "{:width$}  {says:<11}  {}", rule.id, rule.title)?;
        }
        return Ok(Exit::Done);
    };
    let Some(rule) = rules::all().iter().find(|rule| rule.id == *id) else {
        anyhow::bail!("no rule `{id}`: `toolgrade rules` lists them all");
    };
    let says = match &rule.says {
        Says::Effect(class) => format!("class {class}, severity {}", class.severity()),
        Says::Signal(text) => format!("signal “{text}”"),
    };
    writeln!(out, "# {}\n\n`{}` · {says} · since {}\n\n{}", rule.title, rule.id, rule.since, rule.body)?;
    Ok(Exit::Done)
}
