//! Servers of a kind side by side: those that share a word of their names, what each can do, and the tools that several have.

use super::layout::Layout;
use super::search::words;
use super::survey::{Row, ServerCard, Survey};
use super::{List, filters};
use askama::Template;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// A word of more servers than this says nothing of their kind.
const MOST: usize = 60;

/// How many servers have a column in the table of tools, and how many tools a line.
const COLUMNS: usize = 6;
const LINES: usize = 40;

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage<'a> {
    layout: Layout,
    word: &'a str,
    servers: Vec<&'a ServerCard>,
    /// Those that have a column.
    columns: Vec<&'a ServerCard>,
    /// Tools that several of them have: the name, and the tool of each column.
    lines: Vec<(&'a str, Vec<Option<Row<'a>>>)>,
}

#[derive(Template)]
#[template(path = "compares.html")]
struct ComparesPage<'a> {
    layout: Layout,
    kinds: Vec<(&'a str, usize)>,
}

/// A page for each kind, and one that lists them.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    let kinds = kinds(survey);
    let listed: Vec<(String, usize)> = kinds.iter().map(|(word, servers)| (word.clone(), servers.len())).collect();
    for (word, numbers) in kinds {
        lists.push(Box::new(move |writer| {
            let mut servers: Vec<&ServerCard> = numbers.iter().map(|number| &survey.servers[*number]).collect();
            servers.sort_by_key(|server| Reverse(server.tools.len()));
            let columns: Vec<&ServerCard> = servers.iter().take(COLUMNS).copied().collect();
            let about = format!(
                "{} MCP servers with “{word}” in their names, side by side: grades, classes, tokens, tools.",
                servers.len()
            );
            let layout = writer.layout(&format!("compare/{word}.html"), &format!("Compare: {word}"), &about);
            let lines = shared(survey, &columns);
            writer.page(&layout.clone(), &ComparePage { layout, word: &word, servers, columns, lines })
        }));
    }
    lists.push(Box::new(move |writer| {
        let layout = writer.layout("compare/index.html", "Compare servers", "MCP servers of a kind, side by side.");
        let kinds = listed.iter().map(|(word, count)| (word.as_str(), *count)).collect();
        writer.page(&layout.clone(), &ComparesPage { layout, kinds })
    }));
}

/// Words that are in the names of several servers, with the servers' numbers; one page for each set of servers.
fn kinds(survey: &Survey) -> Vec<(String, Vec<usize>)> {
    let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, server) in survey.servers.iter().enumerate().filter(|(_, server)| !server.tools.is_empty()) {
        let is_plain = |word: &String| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let mut own: Vec<String> = words(own_name(&server.name)).into_iter().filter(is_plain).collect();
        own.sort_unstable();
        own.dedup();
        for word in own {
            by_word.entry(word).or_default().push(number);
        }
    }
    let is_kind = |servers: &Vec<usize>| (2..=MOST).contains(&servers.len());
    let mut words: Vec<(String, Vec<usize>)> = by_word.into_iter().filter(|(_, servers)| is_kind(servers)).collect();
    words.sort_unstable();
    let mut sets: BTreeMap<Vec<usize>, String> = BTreeMap::new();
    for (word, servers) in words {
        sets.entry(servers).or_insert(word);
    }
    let mut kinds: Vec<(String, Vec<usize>)> = sets
        .into_iter()
        .map(|(servers, word)| (super::digest::portable(if word == "index" { "x--index".to_owned() } else { word }), servers))
        .collect();
    kinds.sort_unstable();
    kinds
}

/// A name without whose it is: `io.github.someone/files` is called `files`.
fn own_name(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, own)| own)
}

/// Tools that at least two of the servers have: those most of them have first.
fn shared<'s>(survey: &'s Survey, columns: &[&'s ServerCard]) -> Vec<(&'s str, Vec<Option<Row<'s>>>)> {
    let mut by_kin: BTreeMap<u32, Vec<Option<Row<'s>>>> = BTreeMap::new();
    for (column, server) in columns.iter().enumerate() {
        for row in survey.of_server(server) {
            by_kin.entry(row.kin()).or_insert_with(|| vec![None; columns.len()])[column].get_or_insert(row);
        }
    }
    let name = |tools: Vec<Option<Row<'s>>>| (tools.iter().flatten().next().map_or("", Row::name), tools);
    let mut lines: Vec<_> = by_kin.into_values().filter(|tools| tools.iter().flatten().count() > 1).map(name).collect();
    lines.sort_by_key(|(name, tools)| (Reverse(tools.iter().flatten().count()), *name));
    lines.truncate(LINES);
    lines
}
