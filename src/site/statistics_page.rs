//! The catalogue in numbers: each a picture and a table in one.

use super::layout::Layout;
use super::survey::{ServerCard, Survey};
use super::{List, filters};
use crate::rules::Says;
use crate::verdict::Class;
use askama::Template;

/// How many lines a chart has at most.
const LINES: usize = 15;

#[derive(Template)]
#[template(path = "statistics.html")]
struct StatisticsPage<'a> {
    layout: Layout,
    tools: usize,
    servers: usize,
    tokens: usize,
    counts: Vec<(Class, usize)>,
    charts: Vec<Chart>,
    heaviest: Vec<&'a ServerCard>,
    /// Tokens of the server in the middle.
    median: usize,
}

/// Counts side by side.
struct Chart {
    title: &'static str,
    says: String,
    what: &'static str,
    lines: Vec<Bar>,
    most: usize,
    of: usize,
}

struct Bar {
    label: String,
    link: Option<String>,
    tone: Option<Class>,
    count: usize,
}

pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    lists.push(Box::new(|writer| {
        let about = "What MCP tools can do, in numbers: classes, grades, tools a server, tokens, signals.";
        let layout = writer.layout("statistics.html", "Statistics", about);
        let mut by_tokens: Vec<&ServerCard> = survey.servers.iter().filter(|server| !server.tools.is_empty()).collect();
        by_tokens.sort_by_key(|server| std::cmp::Reverse(server.tokens));
        let page = StatisticsPage {
            layout: layout.clone(),
            tools: survey.len(),
            servers: survey.servers.len(),
            tokens: survey.servers.iter().map(|server| server.tokens).sum(),
            counts: survey.counts(),
            charts: charts(survey),
            median: by_tokens.get(by_tokens.len() / 2).map_or(0, |server| server.tokens),
            heaviest: by_tokens.into_iter().take(10).collect(),
        };
        writer.page(&layout, &page)
    }));
}

fn charts(survey: &Survey) -> Vec<Chart> {
    let classes = survey.counts().into_iter().map(|(class, count)| Bar {
        label: class.name().to_owned(),
        link: Some(format!("classes/{}.html", class.name().to_lowercase())),
        tone: Some(class),
        count,
    });
    let servers = || survey.servers.iter().filter(|server| !server.tools.is_empty());
    let grade = |letter: char| plain(letter.to_string(), servers().filter(|server| server.grade == letter).count());
    let mut signals: Vec<Bar> = survey
        .rules
        .iter()
        .filter(|rule| matches!(rule.says, Says::Signal(_)))
        .map(|rule| Bar {
            label: rule.title.clone(),
            link: Some(format!("signals/{}.html", rule.id)),
            tone: None,
            count: survey.of_rule(&rule.id, 0).1,
        })
        .collect();
    signals.sort_by_key(|line| std::cmp::Reverse(line.count));
    signals.truncate(LINES);
    let chart = |title, says: &str, what, lines: Vec<Bar>, of| {
        let most = lines.iter().map(|line| line.count).max().unwrap_or_default().max(1);
        Chart { title, says: says.to_owned(), what, lines, most, of }
    };
    let all = servers().count();
    let sizes = survey.servers.iter().map(|server| server.tools.len());
    let tokens = servers().map(|server| server.tokens);
    vec![
        chart("Tools by class", "The worst thing one call can do.", "Tools", classes.collect(), survey.len()),
        chart(
            "Servers by grade",
            "A only reads; F is half destruction or money.",
            "Servers",
            "ABCDEF".chars().map(grade).collect(),
            all,
        ),
        chart(
            "Tools a server",
            "How many tools a server lists.",
            "Servers",
            ranges(sizes, &[0, 1, 5, 10, 20, 50, 100]),
            survey.servers.len(),
        ),
        chart(
            "Tokens a server",
            "What all definitions of a server cost on every request, in tokens of o200k_base.",
            "Servers",
            ranges(tokens, &[500, 1000, 2000, 5000, 10_000, 20_000, 50_000]),
            all,
        ),
        chart("Signals", "What is worth knowing besides the class; the most frequent first.", "Tools", signals, survey.len()),
    ]
}

fn plain(label: String, count: usize) -> Bar {
    Bar { label, link: None, tone: None, count }
}

/// How many numbers are up to each of the ends, and above the last.
fn ranges(numbers: impl Iterator<Item = usize>, ends: &[usize]) -> Vec<Bar> {
    let mut counts = vec![0; ends.len() + 1];
    for number in numbers {
        counts[ends.partition_point(|end| *end < number)] += 1;
    }
    let label = |at: usize| match (at.checked_sub(1).map(|before| ends[before] + 1), ends.get(at)) {
        (None, Some(0)) => "none".to_owned(),
        (None, Some(end)) => format!("up to {}", crate::report::tally::thousands(*end)),
        (Some(start), Some(end)) if start == *end => crate::report::tally::thousands(start),
        (Some(start), Some(end)) => {
            format!("{} to {}", crate::report::tally::thousands(start), crate::report::tally::thousands(*end))
        }
        (Some(start), None) => format!("more than {}", crate::report::tally::thousands(start - 1)),
        (None, None) => "all".to_owned(),
    };
    counts.into_iter().enumerate().map(|(at, count)| plain(label(at), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn every_number_is_in_one_range() {
        let bars = ranges([0, 0, 1, 2, 5, 6, 1000].into_iter(), &[0, 1, 5]);
        let shown: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.count)).collect();
        assert_eq!(shown, ["none: 2", "1: 1", "2 to 5: 2", "more than 5: 2"]);
    }
}
