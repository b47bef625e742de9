//! What the builder on a server's page puts together: for each format the text around its lists, for each tool and each choice the
//! lines it adds to them. So a format is written by what writes it for `toolgrade policy`, and by nothing else.
//!
//! Tools of one class whose schemas ask for nothing add the same lines on every server, but for their names and their server's: those
//! are written once, into a file that all servers share.

use super::catalogue::Entry;
use super::control::PLACE;
use super::policies::Recommended;
use super::trusted::is_ordinary;
use super::{List, Writer};
use crate::policy::format::{Added, Piece, Sheet};
use crate::policy::model::Window;
use crate::policy::overrides::{Choice, Overrides, Rate};
use crate::policy::plan::ToolPlan;
use crate::policy::profile::{Profile, Stance};
use crate::report::safe_json;
use crate::tool::Tool;
use crate::verdict::{Class, GradedTool, Verdict};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::LazyLock;

/// Stand for the number and the window of a limit, for the name of a tool, and for the key of a server.
const MOST: char = '\u{1}';
const WINDOW: char = '\u{2}';
const NAME: char = '\u{3}';
const SERVER: char = '\u{4}';

/// The server that stands for every other one, in every format.
const ANY_SERVER: &str = "name-of-the-server";
static ANY: LazyLock<Vec<Sheet>> = LazyLock::new(|| Sheet::all(ANY_SERVER));

/// What holds for every server.
#[derive(Serialize)]
struct Shared {
    formats: Vec<Shown>,
    added: Vec<Vec<Added>>,
    /// By the name of a class.
    shapes: BTreeMap<&'static str, Shape>,
}

#[derive(Serialize)]
struct Shown {
    name: &'static str,
    file: &'static str,
    pieces: Vec<Piece>,
}

/// What holds for one server.
#[derive(Serialize)]
struct Own<'a> {
    /// By format, the key of the server; none where it has none.
    keys: Vec<Option<&'a str>>,
    /// The pieces of the formats that are not as for every server.
    pieces: BTreeMap<usize, &'a [Piece]>,
    /// The formats in which two tools have one name, so that lines alone do not make the document.
    confused: Vec<usize>,
    /// What a tool adds to a document, each once: its lines.
    added: Vec<Vec<Added>>,
    /// By format and choice, which of these.
    shapes: Vec<Shape>,
    /// Name, class, which of the shapes; none where its class has one on every server.
    tools: Vec<(&'a str, Class, Option<usize>)>,
}

/// What a tool adds, by format and choice; none where it has no name in a format.
type Shape = Vec<Option<[usize; 5]>>;

/// Things by their number, each once.
struct Known<T>(HashMap<T, usize>);

impl<T: Eq + Hash> Known<T> {
    fn number(&mut self, thing: T) -> usize {
        let next = self.0.len();
        *self.0.entry(thing).or_insert(next)
    }

    fn all(self) -> Vec<T> {
        let mut all: Vec<(T, usize)> = self.0.into_iter().collect();
        all.sort_unstable_by_key(|(_, number)| *number);
        all.into_iter().map(|(thing, _)| thing).collect()
    }
}

/// Plans the file that holds for every server.
pub(super) fn plan(lists: &mut Vec<List<'_>>) {
    lists.push(Box::new(|writer| {
        let mut added = Known(HashMap::new());
        let shape = |class: Class| (class.name(), shape(Profile::default(), &ANY, &[&plain(class)], &mut added));
        let shapes = Class::ALL.into_iter().map(shape).collect();
        let spelled = |sheet: &Sheet, piece: &Piece| match piece {
            Piece::Text(text) => Piece::Text(keyless(sheet, text.to_string()).into()),
            Piece::List(list) => Piece::List(*list),
        };
        let formats = ANY.iter().map(|sheet| Shown {
            name: sheet.format.name,
            file: sheet.format.file,
            pieces: sheet.pieces().iter().map(|piece| spelled(sheet, piece)).collect(),
        });
        let shared = Shared { formats: formats.collect(), added: added.all(), shapes };
        writer.file("builder.json", safe_json::line_text(&shared) + "\n")
    }));
}

/// Writes the file that the builder of a server loads when it is opened.
pub(super) fn write(writer: &mut Writer<'_>, entry: &Entry<'_>, recommended: &Recommended) -> anyhow::Result<()> {
    let (sheets, profile) = (&recommended.sheets, recommended.plan.profile);
    let plans = &recommended.plan.servers[0].tools;
    let different: Vec<usize> =
        (0..).zip(sheets).zip(&*ANY).filter(|((_, own), any)| !own.is_like(any, PLACE)).map(|((at, _), _)| at).collect();
    // In a format that cannot name the server no tool adds anything.
    let is_shared = different.iter().all(|at| sheets[*at].key().is_none());
    let (mut added, mut shapes) = (Known(HashMap::new()), Known(HashMap::new()));
    let mut of_class: HashMap<Class, usize> = HashMap::new();
    let mut number = |tools: &[&GradedTool]| shapes.number(shape(profile, sheets, tools, &mut added));
    let mut tools = Vec::with_capacity(plans.len());
    for (place, plan) in plans.iter().enumerate() {
        let own = || -> Vec<&GradedTool> { recommended.of_plan(place).map(|at| &entry.graded.tools[at]).collect() };
        // What the schema of a hidden tool asks for was not looked at yet.
        let asks = || chosen(profile, Choice::Allow, &own()).is_some_and(|opened| opened.is_tailored);
        let shape = match recommended.is_like(place) && !(plan.stance == Stance::Hidden && asks()) {
            true if is_shared => None,
            true => Some(*of_class.entry(plan.class).or_insert_with(|| number(&[&plain(plan.class)]))),
            false => Some(number(&own())),
        };
        tools.push((plan.name.as_str(), plan.class, shape));
    }
    let own = Own {
        keys: sheets.iter().map(Sheet::key).collect(),
        pieces: different.into_iter().map(|at| (at, sheets[at].pieces())).collect(),
        confused: (0..).zip(sheets).filter(|(_, sheet)| sheet.confuses(plans)).map(|(at, _)| at).collect(),
        added: added.all(),
        shapes: shapes.all(),
        tools,
    };
    writer.file(&format!("{}/builder.json", entry.card.directory()), safe_json::line_text(&own) + "\n")
}

/// What holds for tools of one name when somebody chooses.
fn chosen(profile: Profile, choice: Choice, tools: &[&GradedTool]) -> Option<ToolPlan> {
    let mut overrides = Overrides::default();
    // One choice for a tool that has a name: it cannot be wrong.
    let _ = overrides.choose(choice, &[tools.first()?.tool.name().to_owned()]);
    ToolPlan::of(profile, &overrides, tools.iter().copied())
}

/// A tool of a class of which nothing else is known.
fn plain(class: Class) -> GradedTool {
    let verdict = Verdict {
        class,
        severity: class.severity(),
        score: 1,
        confidence: 1.0,
        effects: Vec::new(),
        signals: Vec::new(),
        findings: Vec::new(),
        attacks: Vec::new(),
    };
    let tool = Tool::try_from(json!({ "name": PLACE })).unwrap_or_else(|error| unreachable!("{error}"));
    GradedTool { tool, verdict, tokens: 0 }
}

/// What tools of one name add under each choice, with holes for the name, and for the key of any server, where they can be put back.
fn shape(profile: Profile, sheets: &[Sheet], tools: &[&GradedTool], known: &mut Known<Vec<Added>>) -> Shape {
    let Some(first) = tools.first() else { return Vec::new() };
    let names = [first.tool.name().to_owned()];
    let limited = |calls, window| {
        let mut overrides = Overrides::default();
        // One choice and one limit for a tool that has a name: neither can be wrong.
        let _ = overrides.choose(Choice::Allow, &names);
        let _ = overrides.limit(&names[0], Rate { calls, window });
        ToolPlan::of(profile, &overrides, tools.iter().copied())
    };
    let chosen = |choice| chosen(profile, choice, tools);
    let recommended = ToolPlan::of(profile, &Overrides::default(), tools.iter().copied());
    let plans = [recommended, chosen(Choice::Allow), chosen(Choice::Deny), chosen(Choice::Hide)];
    let limits = [limited(7, Window::Minute), limited(8, Window::Hour)];
    let hole = NAME.to_string();
    let nameless = |text: String| if is_ordinary(&names[0]) { text.replace(&names[0], &hole) } else { text };
    let of_sheet = |sheet: &Sheet| {
        let added = |plan: &Option<ToolPlan>| sheet.added(plan.as_ref()?);
        let [free, allowed, denied, hidden] = &plans;
        let [one, other] = &limits;
        let limited = added(one)?.into_iter().zip(added(other)?).map(|(Added(list, text, tail), Added(_, other, other_tail))| {
            Added(list, holes(&text, &other), holes(&tail, &other_tail))
        });
        let choices = [added(free)?, added(allowed)?, limited.collect(), added(denied)?, added(hidden)?];
        Some(choices.map(|lines: Vec<Added>| {
            let spelled = |text: String| nameless(keyless(sheet, text));
            let lines = lines.into_iter().map(|Added(list, text, tail)| Added(list, spelled(text), spelled(tail)));
            known.number(lines.collect())
        }))
    };
    sheets.iter().map(of_sheet).collect()
}

/// A text with holes where the key of any server stands.
fn keyless(sheet: &Sheet, text: String) -> String {
    if sheet.key() == Some(ANY_SERVER) { text.replace(ANY_SERVER, &SERVER.to_string()) } else { text }
}

/// Two texts that differ in a limit only – 7 a minute, 8 an hour – as one with holes.
fn holes(minute: &str, hour: &str) -> String {
    let (mut text, mut one, mut other) = (String::new(), minute, hour);
    loop {
        let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        text.push_str(&one[..same]);
        (one, other) = (&one[same..], &other[same..]);
        let cut = |word: &str, of: &str| of.starts_with(word).then_some(word.len());
        match (cut("7", one), cut("8", other), cut("minute", one), cut("hour", other)) {
            (Some(a), Some(b), ..) => {
                text.push(MOST);
                (one, other) = (&one[a..], &other[b..]);
            }
            (.., Some(a), Some(b)) => {
                text.push(WINDOW);
                (one, other) = (&one[a..], &other[b..]);
            }
            _ => {
                text.push_str(one);
                return text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_two_limits_differ_in_becomes_holes() {
        assert_eq!(super::holes("minute_per_minute 7/minute 7", "minute_per_hour 8/hour 7"), "minute_per_\u{2} \u{1}/\u{2} 7");
        assert_eq!(super::holes("é", "é"), "é");
    }
}
