//! What templates may do to a value: make strangers' text visible on one line or many, and write numbers and dates.

#![allow(unreachable_pub, reason = "askama writes what stands behind a filter as `pub`")]

use super::text;
use super::trusted::{self, Trusted};
use crate::report::tally;
use crate::sanitize;
use crate::verdict::Class;
use askama::{FastWritable, Values};
use std::borrow::Cow;
use std::fmt::{self, Display};

/// A value behind any number of references: loops and macros of templates add some.
pub(super) trait Behind<T> {
    fn behind(&self) -> T;
}

impl Behind<Self> for usize {
    fn behind(&self) -> Self {
        *self
    }
}

impl Behind<Self> for Class {
    fn behind(&self) -> Self {
        *self
    }
}

impl<T, B: Behind<T>> Behind<T> for &B {
    fn behind(&self) -> T {
        (*self).behind()
    }
}

/// A stranger's text as it is shown.
pub(super) struct Shown<T>(T, fn(&str) -> Cow<'_, str>);

impl<T: AsRef<str>> FastWritable for Shown<T> {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(to.write_str(&(self.1)(self.0.as_ref()))?)
    }
}

impl<T: AsRef<str>> Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.1)(self.0.as_ref()))
    }
}

/// A stranger's text on one line, hostile characters spelled out.
#[askama::filter_fn]
pub(super) fn line<T: AsRef<str>>(text: T, _: &dyn Values) -> askama::Result<Shown<T>> {
    Ok(Shown(text, sanitize::shown_line))
}

/// A stranger's text with its line breaks, hostile characters spelled out.
#[askama::filter_fn]
pub(super) fn block<T: AsRef<str>>(text: T, _: &dyn Values) -> askama::Result<Shown<T>> {
    Ok(Shown(text, sanitize::shown_block))
}

/// A sentence of ours in Markdown.
#[askama::filter_fn]
pub(super) fn inline(text: impl AsRef<str>, _: &dyn Values) -> askama::Result<Trusted> {
    Ok(trusted::inline(text.as_ref()))
}

/// The start of a stranger's text on one line, for lists.
#[askama::filter_fn]
pub(super) fn brief(text: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(text::brief(&text.to_string()))
}

/// A number with its thousands apart: `18,321`.
#[askama::filter_fn]
pub(super) fn number(value: impl Behind<usize>, _: &dyn Values) -> askama::Result<String> {
    Ok(tally::thousands(value.behind()))
}

/// A part of a whole in percent, to a tenth: `12.3 %`.
#[askama::filter_fn]
pub(super) fn share(value: impl Behind<usize>, _: &dyn Values, of: usize) -> askama::Result<String> {
    let (value, of) = (value.behind(), of.max(1));
    let tenths = (value * 1000 + of / 2) / of;
    Ok(if value > 0 && tenths == 0 { "< 0.1 %".to_owned() } else { format!("{}.{} %", tenths / 10, tenths % 10) })
}

/// A number of things: `1 tool`, `2 tools`.
#[askama::filter_fn]
pub(super) fn of(value: impl Behind<usize>, _: &dyn Values, noun: &str) -> askama::Result<String> {
    Ok(tally::count(value.behind(), noun))
}

/// What one call of a class can do.
#[askama::filter_fn]
pub(super) fn can(class: impl Behind<Class>, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(text::can(class.behind()))
}

/// What to do about a class, as a sentence.
#[askama::filter_fn]
pub(super) fn advice(class: impl Behind<Class>, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(text::stance(class.behind()).1)
}

/// The day of a time.
#[askama::filter_fn]
pub(super) fn day(time: &jiff::Timestamp, _: &dyn Values) -> askama::Result<String> {
    Ok(format!("{time:.0}").chars().take("2026-01-31".len()).collect())
}

/// A time to the second, as HTML takes it.
#[askama::filter_fn]
pub(super) fn second(time: &jiff::Timestamp, _: &dyn Values) -> askama::Result<String> {
    Ok(format!("{time:.0}"))
}

/// How many tools a bar is of.
#[askama::filter_fn]
pub(super) fn total(counts: &[(Class, usize)], _: &dyn Values) -> askama::Result<usize> {
    Ok(counts.iter().map(|(_, count)| count).sum())
}

/// The parts of a bar: where each starts, whose it is, how long it is.
#[askama::filter_fn]
pub(super) fn segments(counts: &[(Class, usize)], _: &dyn Values) -> askama::Result<Vec<(usize, Class, usize)>> {
    let mut start = 0;
    let mut segments = Vec::new();
    for &(class, count) in counts.iter().filter(|(_, count)| *count > 0) {
        segments.push((start, class, count));
        start += count;
    }
    Ok(segments)
}

/// The end of a sentence as a sentence: a capital in front, a full stop behind.
#[askama::filter_fn]
pub(super) fn sentence(text: &str, _: &dyn Values) -> askama::Result<String> {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    Ok(format!("{first}{}.", letters.as_str()))
}
