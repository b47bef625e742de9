//! The whole catalogue in short: what lists, links and counts need of each server and tool, small enough for half a million.

use super::crew::crew;
use super::digest::{self, Digest};
use super::history::{self, Change};
use super::{Servers, policies, text};
use crate::rules::{self, Rule};
use crate::store::{Listed, Observed};
use crate::verdict::{Class, Severity};
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// How many characters of a name a list shows.
const NAMED: usize = 120;

/// Every server and every tool, numbered in slug order and in the order their server lists them.
pub(super) struct Survey {
    pub(super) servers: Vec<ServerCard>,
    pub(super) rules: &'static [Rule],
    /// Whether tools are sections of their server's page.
    pub(super) together: bool,
    tools: Vec<Card>,
    /// The tools of each kin, one kin behind the other, each in order.
    kin: Vec<u32>,
}

/// What is kept of a server.
pub(super) struct ServerCard {
    pub(super) slug: String,
    directory: String,
    /// Its name, as sent.
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) version: Option<String>,
    pub(super) source: crate::listing::Source,
    pub(super) protocol: Option<String>,
    pub(super) complete: bool,
    pub(super) grade: char,
    pub(super) observed: Option<Observed>,
    /// Tools of each class, mildest first.
    pub(super) counts: Vec<(Class, usize)>,
    pub(super) tokens: usize,
    /// What changed, newest first.
    pub(super) changes: Vec<Change>,
    /// The numbers of its tools.
    pub(super) tools: Range<usize>,
}

/// What is kept of a tool.
struct Card {
    /// Name, slug and the start of the description, one after the other.
    text: Box<str>,
    name: u32,
    slug: u32,
    server: u32,
    tokens: u32,
    /// Where its kin stand in the survey's list: tools of one kin do the same on different servers.
    kin: (u32, u32),
    /// A bit for each rule that spoke, in halves: a whole one would have to stand at every sixteenth byte.
    rules: [u64; 2],
    /// A bit for each attack that fits.
    attacks: u32,
    class: Class,
    score: u8,
}

/// A tool in a list.
#[derive(Clone, Copy)]
pub(super) struct Row<'s> {
    number: usize,
    together: bool,
    card: &'s Card,
    server: &'s ServerCard,
}

impl Survey {
    /// Reads all servers once.
    pub(super) fn take(servers: &dyn Servers, together: bool) -> anyhow::Result<Self> {
        let done: Mutex<Vec<(usize, Cards)>> = Mutex::new(Vec::new());
        crew(
            |feed| super::handfuls(servers, feed),
            |handful| {
                for (number, listed) in handful {
                    let cards = cards(number, listed)?;
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((number, cards));
                }
                Ok(())
            },
        )?;
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|(number, ..)| *number);
        let count = done.iter().map(|(_, (_, tools, _))| tools.len()).sum();
        let mut servers = Vec::with_capacity(done.len());
        let mut tools: Vec<Card> = Vec::with_capacity(count);
        let mut kin: Vec<(u64, u32)> = Vec::with_capacity(count);
        for (_, (mut server, cards, hashes)) in done {
            server.tools = tools.len()..tools.len() + cards.len();
            for (number, hash) in server.tools.clone().zip(hashes) {
                kin.push((hash, u32::try_from(number)?));
            }
            servers.push(server);
            tools.extend(cards);
        }
        kin.sort_unstable();
        let mut start = 0;
        for group in kin.chunk_by(|(a, _), (b, _)| a == b) {
            let end = start + u32::try_from(group.len())?;
            for (_, number) in group {
                tools[*number as usize].kin = (start, end);
            }
            start = end;
        }
        let kin = kin.into_iter().map(|(_, number)| number).collect();
        Ok(Self { servers, rules: rules::all(), together, tools, kin })
    }

    /// How many tools there are.
    pub(super) fn len(&self) -> usize {
        self.tools.len()
    }

    /// How many tools each class has, mildest first.
    pub(super) fn counts(&self) -> Vec<(Class, usize)> {
        let of = |class| self.servers.iter().flat_map(|server| &server.counts).filter(move |(other, _)| *other == class);
        Class::ALL.into_iter().map(|class| (class, of(class).map(|(_, count)| count).sum())).collect()
    }

    /// A tool by its number.
    pub(super) fn row(&self, number: usize) -> Row<'_> {
        let card = &self.tools[number];
        Row { number, together: self.together, card, server: &self.servers[card.server as usize] }
    }

    /// A server's tools, in its order.
    pub(super) fn of_server(&self, server: &ServerCard) -> impl Iterator<Item = Row<'_>> {
        server.tools.clone().map(|number| self.row(number))
    }

    /// The files about a server and its tools, in the order they are written.
    pub(super) fn files(&self, server: &ServerCard) -> impl Iterator<Item = String> {
        let directory = server.directory();
        let files = ["index.html", "badge.svg", "server.json", "policy.json", policies::FILE, "builder.json"];
        let own = files.into_iter().map(move |file| format!("{directory}/{file}"));
        own.chain(server.tools.clone().filter(|_| !self.together).map(|number| self.row(number).path()))
    }

    /// A server's tools, riskiest first.
    pub(super) fn riskiest(&self, server: &ServerCard) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = self.of_server(server).collect();
        rows.sort_by(|a, b| (b.risk()).cmp(&a.risk()).then_with(|| a.name().cmp(b.name())));
        rows
    }

    /// Tools of other servers that do the same, at most `limit` of them, and how many there are.
    pub(super) fn elsewhere(&self, number: usize, limit: usize) -> (Vec<Row<'_>>, usize) {
        let (start, end) = self.tools[number].kin;
        let group = &self.kin[start as usize..end as usize];
        // The group is in server order, so this server's own are one stretch of it.
        let here = &self.servers[self.tools[number].server as usize].tools;
        let before = &group[..group.partition_point(|other| (*other as usize) < here.start)];
        let after = &group[group.partition_point(|other| (*other as usize) < here.end)..];
        let shown = before.iter().chain(after).take(limit).map(|other| self.row(*other as usize)).collect();
        (shown, before.len() + after.len())
    }

    /// The riskiest tools that a rule spoke about, at most `limit` of them, and how many there are.
    pub(super) fn of_rule(&self, id: &str, limit: usize) -> (Vec<Row<'_>>, usize) {
        let bit = self.rules.iter().position(|rule| rule.id == id).map_or(0, digest::bit);
        self.worst(limit, |card| card.rules() & bit != 0)
    }

    /// How many tools of each class a rule spoke about.
    pub(super) fn counts_of_rule(&self, id: &str) -> Vec<(Class, usize)> {
        let bit = self.rules.iter().position(|rule| rule.id == id).map_or(0, digest::bit);
        let mut counts = Class::ALL.map(|class| (class, 0));
        for card in self.tools.iter().filter(|card| card.rules() & bit != 0) {
            counts[card.class as usize].1 += 1;
        }
        counts.to_vec()
    }

    /// The riskiest tools of a severity, at most `limit` of them, and how many there are.
    pub(super) fn of_severity(&self, severity: Severity, limit: usize) -> (Vec<Row<'_>>, usize) {
        self.worst(limit, |card| card.class.severity() == severity)
    }

    /// The riskiest tools that an attack fits, at most `limit` of them, and how many there are.
    pub(super) fn of_attack(&self, slug: &str, limit: usize) -> (Vec<Row<'_>>, usize) {
        let bit = digest::attack_bit(slug);
        self.worst(limit, |card| card.attacks & bit != 0)
    }

    fn worst(&self, limit: usize, is_one: impl Fn(&Card) -> bool) -> (Vec<Row<'_>>, usize) {
        let mut found: Vec<u32> = (0_u32..).zip(&self.tools).filter(|(_, card)| is_one(card)).map(|(number, _)| number).collect();
        let count = found.len();
        let key = |number: &u32| (Reverse(self.row(*number as usize).risk()), *number);
        if count > limit {
            found.select_nth_unstable_by_key(limit, key);
            found.truncate(limit);
        }
        found.sort_unstable_by_key(key);
        (found.into_iter().map(|number| self.row(number as usize)).collect(), count)
    }

    /// Whether a rule of this id raises a signal, and so has a page of its own as one.
    pub(super) fn is_signal(&self, id: &str) -> bool {
        self.rule(id).is_some_and(|rule| rule.effect().is_none())
    }

    /// The rule of this id; `None` for one that only an older toolgrade knew.
    pub(super) fn rule(&self, id: &str) -> Option<&'static Rule> {
        self.rules.binary_search_by(|rule| rule.id.as_str().cmp(id)).ok().map(|at| &self.rules[at])
    }
}

impl ServerCard {
    /// Its directory: everything about it is there.
    pub(super) fn directory(&self) -> &str {
        &self.directory
    }

    /// Where its page is.
    pub(super) fn path(&self) -> String {
        format!("{}/index.html", self.directory)
    }

    /// Its grade as people are shown it: `None` where there was nothing to grade.
    pub(super) fn letter(&self) -> Option<char> {
        (!self.tools.is_empty()).then_some(self.grade)
    }
}

impl Card {
    fn rules(&self) -> u128 {
        u128::from(self.rules[1]) << 64 | u128::from(self.rules[0])
    }
}

impl<'s> Row<'s> {
    /// Its name, as sent, cut where it is very long.
    pub(super) fn name(&self) -> &'s str {
        &self.card.text[..self.card.name as usize]
    }

    /// The stem of its page.
    pub(super) fn slug(&self) -> &'s str {
        &self.card.text[self.card.name as usize..self.card.slug as usize]
    }

    /// The start of its description, safe to show.
    pub(super) fn brief(&self) -> &'s str {
        &self.card.text[self.card.slug as usize..]
    }

    /// Its class.
    pub(super) fn class(&self) -> Class {
        self.card.class
    }

    /// What its definition costs.
    pub(super) fn tokens(&self) -> usize {
        self.card.tokens as usize
    }

    /// A bit for each rule that spoke, as [`digest::bit`] has it.
    pub(super) fn rules(&self) -> u128 {
        self.card.rules()
    }

    /// Its server.
    pub(super) fn server(&self) -> &'s ServerCard {
        self.server
    }

    /// What it has in common with tools that do the same elsewhere.
    pub(super) fn kin(&self) -> u32 {
        self.card.kin.0
    }

    /// Where its page is, or its section.
    pub(super) fn path(&self) -> String {
        tool_path(self.server.directory(), self.slug(), self.together)
    }

    /// The end of its address on its server's page.
    pub(super) fn anchor(&self) -> String {
        format!("tool-{}", self.slug())
    }

    /// Its number in the survey.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    fn risk(&self) -> (Class, u8) {
        (self.card.class, self.card.score)
    }
}

/// Where a tool is: a page beside its server's, or a section of that.
pub(super) fn tool_path(directory: &str, slug: &str, together: bool) -> String {
    if together { [directory, "/index.html#tool-", slug].concat() } else { [directory, "/", slug, ".html"].concat() }
}

/// A server, its tools, and for each the hash of what its kin have in common.
type Cards = (ServerCard, Vec<Card>, Vec<u64>);

fn cards(number: usize, listed: Listed) -> anyhow::Result<Cards> {
    let changes = history::changes(&listed)?;
    let digests = listed.tools.iter().map(|tool| Digest::of(tool, &listed.slug)).collect::<anyhow::Result<Vec<_>>>()?;
    let names: Vec<&str> = digests.iter().map(|digest| &*digest.name).collect();
    let slugs = digest::slugs(&names);
    let mut counts = Class::ALL.map(|class| (class, 0));
    let mut tools = Vec::with_capacity(digests.len());
    let mut kin = Vec::with_capacity(digests.len());
    for ((digest, slug), recorded) in digests.iter().zip(slugs).zip(&listed.tools) {
        counts[digest.class as usize].1 += 1;
        let mut text = text::cut(&digest.name, NAMED);
        let name = text.len();
        text.push_str(&slug);
        let with_slug = text.len();
        text.push_str(&text::brief(digest.description.as_deref().unwrap_or_default()));
        let rules = digest.rules();
        kin.push(digest.kin());
        tools.push(Card {
            text: text.into_boxed_str(),
            name: u32::try_from(name)?,
            slug: u32::try_from(with_slug)?,
            server: u32::try_from(number)?,
            tokens: u32::try_from(recorded.tokens)?,
            kin: (0, 0),
            rules: [rules as u64, (rules >> 64) as u64],
            attacks: digest.attacks(),
            class: digest.class,
            score: digest.score,
        });
    }
    let server = ServerCard {
        tokens: listed.tools.iter().map(|tool| tool.tokens).sum(),
        directory: format!("servers/{}", digest::portable(listed.slug.clone())),
        slug: listed.slug,
        name: listed.server.name,
        title: listed.server.title,
        version: listed.server.version,
        source: listed.server.source,
        protocol: listed.server.protocol,
        complete: listed.server.complete,
        grade: listed.grade,
        observed: listed.observed,
        counts: counts.to_vec(),
        changes,
        tools: 0..0,
    };
    Ok((server, tools, kin))
}
