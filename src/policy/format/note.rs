//! Notes on what a document does not hold: sentences with the names of the first tools they are about.

use super::naming::Tools;
use super::{Format, quote};
use crate::policy::overrides::Choice;
use crate::policy::plan::{Plan, Standing, ToolPlan};

/// Something that a format may have to say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    /// Said of the tools it is true of.
    Tools(&'static str, fn(&ToolPlan) -> bool),
    /// Said when it is true of any tool.
    Any(&'static str, fn(&ToolPlan) -> bool),
    /// How names are spelled, and which are not.
    Names,
    /// Always said.
    Always(&'static str),
}

/// What there is to say of names, each as it is shown.
#[derive(Default)]
pub(super) struct NameNotes {
    /// Servers that cannot be named.
    pub(super) left_out: Vec<String>,
    /// Keys that a config must have.
    pub(super) keys: Vec<String>,
    /// Tools that cannot be named.
    pub(super) missing: Vec<String>,
    /// Tools that are spelled in another way.
    pub(super) respelled: Vec<String>,
    /// Tools that get the name of another.
    pub(super) shared: Vec<String>,
}

/// What still keeps calls out.
pub(super) const UNFILLED: Note =
    Note::Tools("closed until somebody fills in directories, hosts, currencies or a cap (`--overrides`)", |tool| {
        tool.unfilled && tool.rules().is_some()
    });

/// What a client loses that asks.
pub(super) const ASKING: &[Note] = &[
    Note::Tools("asked about, because calls are not counted and arguments not looked at here", |tool| {
        matches!(tool.standing(), Standing::Limited | Standing::Checked)
    }),
    Note::Tools("asked about, as a person is to let each call through", |tool| tool.standing() == Standing::Approval),
    BARE,
];

/// What a client loses that cannot ask.
pub(super) const SILENT: &[Note] = &[
    Note::Tools("not counted here, so their limits are lost", |tool| tool.standing() == Standing::Limited),
    Note::Tools("off, because arguments are not looked at and nobody is asked here", |tool| {
        matches!(tool.standing(), Standing::Checked | Standing::Approval)
    }),
    BARE,
];

/// Tools that were opened by name and go without their rules.
const BARE: Note = Note::Tools("allowed by name, without their limits and conditions", |tool| {
    let rules =
        tool.rules().is_some_and(|rules| !(rules.require.is_empty() && rules.deny_if.is_empty() && rules.limits.is_empty()));
    tool.chosen == Some(Choice::Allow) && rules
});

const MISSING: &str = "left out, because this format cannot name them";
const RESPELLED: &str = "written as this client spells them";
const SHARED: &str = "known to this client by the name of another tool, so the stricter of the two holds";

impl Note {
    /// What is said of these tools.
    pub(super) fn of(&self, tools: &Tools<'_>, names: &NameNotes) -> Vec<String> {
        match self {
            Self::Tools(says, which) => {
                let those: Vec<&str> = tools.iter().filter(|tool| which(tool)).map(|tool| tool.name.as_str()).collect();
                about(says, those.len(), || those.iter().take(NAMED).map(|name| shown(name)).collect()).into_iter().collect()
            }
            Self::Any(says, which) => tools.iter().any(which).then(|| (*says).to_owned()).into_iter().collect(),
            Self::Names => names.say(),
            Self::Always(says) => vec![(*says).to_owned()],
        }
    }
}

impl NameNotes {
    fn say(&self) -> Vec<String> {
        let left_out = self.left_out.iter().map(|name| format!("server {name} is left out: this format cannot name it"));
        let keys = (!self.keys.is_empty()).then(|| format!("{} must be what your config calls the server", some(&self.keys)));
        let tools = [(MISSING, &self.missing), (RESPELLED, &self.respelled), (SHARED, &self.shared)];
        let tools = tools.into_iter().filter_map(|(says, names)| about(says, names.len(), || names.clone()));
        left_out.chain(keys).chain(tools).collect()
    }
}

/// The head of a document that has comments: what it is, where it goes, what it does not hold.
pub(super) fn head(format: &Format, plan: &Plan, notes: &[String]) -> String {
    let sign = format.sign;
    let servers: Vec<String> = plan.servers.iter().map(|server| shown(&server.name)).collect();
    let mut head =
        format!("{sign} Starter policy for {}, profile {}.\n{sign} {}\n", some(&servers), plan.profile.name(), format.place);
    for note in notes {
        head.push_str(&format!("{sign} Note: {note}.\n"));
    }
    head
}

/// How many names a note has: the sidecar has them all.
const NAMED: usize = 3;

/// Says something of tools, unless there are none.
fn about(says: &str, count: usize, names: impl FnOnce() -> Vec<String>) -> Option<String> {
    let are = if count == 1 { "1 tool is".to_owned() } else { format!("{count} tools are") };
    (count > 0).then(|| format!("{are} {says}: {}", first(&names(), count)))
}

fn some(names: &[String]) -> String {
    first(names, names.len())
}

/// The first of these names, and how many there are more.
fn first(names: &[String], count: usize) -> String {
    let named = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// A name as a note has room for it.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", quote::line(&name[..end])),
        None => format!("`{}`", quote::line(name)),
    }
}
