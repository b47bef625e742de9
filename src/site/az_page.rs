//! Every tool and every server by name: what one looks things up in without a script.

use super::layout::{Layout, Part};
use super::survey::{Row, ServerCard, Survey};
use super::{List, filters};
use askama::Template;

/// How many names one page lists.
const EACH: usize = 1000;

#[derive(Template)]
#[template(path = "az.html")]
struct AzPage<'a> {
    layout: Layout,
    title: String,
    /// Each letter with its file and how many tools it has.
    letters: &'a [(String, String, usize)],
    servers: Vec<&'a ServerCard>,
    tools: Vec<Row<'a>>,
    all_servers: usize,
    part: Part,
}

/// The tools of each letter and the servers, in parts, and where the letters are.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    let mut numbers: Vec<usize> = (0..survey.len()).collect();
    numbers.sort_by_key(|number| survey.row(*number).slug());
    let letter = |number: &usize| first(survey.row(*number).slug());
    let groups: Vec<Vec<usize>> = numbers.chunk_by(|a, b| letter(a) == letter(b)).map(<[usize]>::to_vec).collect();
    let name = |group: &Vec<usize>| letter(&group[0]);
    let letters: std::sync::Arc<Vec<(String, String, usize)>> = groups
        .iter()
        .map(|group| (name(group).to_uppercase(), format!("{}.html", stem(&name(group))), group.len()))
        .collect::<Vec<_>>()
        .into();
    let all_servers = survey.servers.len();
    for group in &groups {
        for part in Part::all(&stem(&name(group)), group.len(), EACH) {
            let shown = part.of(group, EACH).to_vec();
            let letters = letters.clone();
            let title = format!("Tools: {}", name(group).to_uppercase());
            lists.push(Box::new(move |writer| {
                let about = format!("MCP tools whose names begin with {}.", &title["Tools: ".len()..]);
                let layout = writer.layout(&format!("a-z/{}", part.file()), &part.title(&title), &about);
                let tools = shown.iter().map(|number| survey.row(*number)).collect();
                writer.page(
                    &layout.clone(),
                    &AzPage { layout, title, letters: &letters, servers: Vec::new(), tools, all_servers, part },
                )
            }));
        }
    }
    for part in Part::all("index", all_servers, EACH) {
        let letters = letters.clone();
        lists.push(Box::new(move |writer| {
            let layout =
                writer.layout(&format!("a-z/{}", part.file()), &part.title("A–Z"), "Every MCP server and every tool by name.");
            let every: Vec<&ServerCard> = survey.servers.iter().collect();
            let servers = part.of(&every, EACH).to_vec();
            let page = AzPage {
                layout: layout.clone(),
                title: "A–Z".to_owned(),
                letters: &letters,
                servers,
                tools: Vec::new(),
                all_servers,
                part,
            };
            writer.page(&layout, &page)
        }));
    }
}

/// What a slug is looked up under: its letter, or one sign for all digits and one for the rest.
fn first(slug: &str) -> String {
    match slug.chars().next() {
        Some(letter) if letter.is_ascii_lowercase() => letter.to_string(),
        Some(digit) if digit.is_ascii_digit() => "0–9".to_owned(),
        _ => "…".to_owned(),
    }
}

fn stem(letter: &str) -> String {
    match letter {
        "0–9" => "0-9".to_owned(),
        "…" => "other".to_owned(),
        letter => letter.to_owned(),
    }
}
