//! The only two texts that reach a page without askama's escaping: Markdown of our own, and JSON for search engines. And how a text
//! between tags is escaped, whose quotes may stay.

use askama::FastWritable;
use askama::filters::{Escaper, HtmlSafe};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// Text that is HTML already. Made by the functions of this module, by nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trusted(String);

impl fmt::Display for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FastWritable for Trusted {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.0)?)
    }
}

impl HtmlSafe for Trusted {}

/// Escapes what stands between tags: `{{ text|e("text") }}`. Policies are full of quotes, which end nothing there.
#[derive(Clone, Copy)]
pub(super) struct Between;

impl Escaper for Between {
    fn write_escaped_str<W: fmt::Write>(&self, mut to: W, text: &str) -> fmt::Result {
        let mut written = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                _ => continue,
            };
            to.write_str(&text[written..at])?;
            to.write_str(escaped)?;
            written = at + 1;
        }
        to.write_str(&text[written..])
    }
}

/// Whether a name stands as it is in every syntax, and in HTML.
pub(super) fn is_ordinary(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// What askama has written before, with the places in it filled by a name that needs no escaping.
#[derive(Default)]
pub(super) struct Filled<'a> {
    pieces: Cow<'a, [String]>,
    name: &'a str,
}

impl<'a> Filled<'a> {
    /// What a template has written.
    pub(super) fn of_askama(text: String) -> Self {
        Self { pieces: vec![text].into(), name: "" }
    }

    /// What a template has written, cut where the name belongs: an ordinary one, or it is left out.
    pub(super) fn with_ordinary(pieces: &'a [String], name: &'a str) -> Self {
        Self { pieces: pieces.into(), name: if is_ordinary(name) { name } else { "" } }
    }
}

impl fmt::Display for Filled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, piece) in self.pieces.iter().enumerate() {
            if number > 0 {
                f.write_str(self.name)?;
            }
            f.write_str(piece)?;
        }
        Ok(())
    }
}

impl FastWritable for Filled<'_> {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(to, "{self}")?)
    }
}

impl HtmlSafe for Filled<'_> {}

/// JSON for a `<script type="application/ld+json">`: what could end the element is spelled as JSON escapes.
pub(super) fn json(value: &impl Serialize) -> Trusted {
    let text = serde_json::to_string(value).unwrap_or_default();
    // One look at all of it is quick, and most have none.
    if !text.bytes().fold(false, |found, byte| found | (byte == b'<') | (byte == b'>') | (byte == b'&')) {
        return Trusted(text);
    }
    let mut safe = String::with_capacity(text.len() + 64);
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'<' | b'>' | b'&')) {
        safe.push_str(&text[written..at]);
        safe.push_str(match byte {
            b'<' => "\\u003c",
            b'>' => "\\u003e",
            _ => "\\u0026",
        });
        written = at + 1;
    }
    safe.push_str(&text[written..]);
    Trusted(safe)
}

/// Renders Markdown of ours. HTML in it is shown, not obeyed; « » in JSON examples become marks; a rule's id in code becomes
/// a link to its page when `link` knows it.
pub(super) fn markdown(text: &str, link: impl Fn(&str) -> Option<String>) -> Trusted {
    let mut in_json = false;
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
            in_json = &*language == "json";
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
        }
        Event::End(TagEnd::CodeBlock) => {
            in_json = false;
            Event::End(TagEnd::CodeBlock)
        }
        Event::Text(words) if in_json => Event::Html(marked(&words).into()),
        Event::Code(words) => match link(&words) {
            Some(address) => Event::Html(format!("<a href=\"{}\"><code>{}</code></a>", escape(&address), escape(&words)).into()),
            None => Event::Code(words),
        },
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = match dest_url.strip_suffix(".md") {
                // A document of ours is a page of the site.
                Some(stem) if is_link(&dest_url) => format!("{stem}.html").into(),
                None if is_link(&dest_url) => dest_url,
                _ => CowStr::Borrowed("#"),
            };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    Trusted(rendered)
}

/// The same of a single paragraph, without the paragraph.
pub(super) fn inline(text: &str) -> Trusted {
    let Trusted(rendered) = markdown(text, |_| None);
    let rendered = rendered.trim_end();
    Trusted(rendered.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).unwrap_or(rendered).to_owned())
}

/// Whether a page may link there: the web, or a place on the same page or site.
fn is_link(address: &str) -> bool {
    super::is_web(address) || !address.contains(':')
}

/// JSON with « » turned into marks, where every one is closed before the next.
fn marked(text: &str) -> String {
    let safe = escape(text);
    let marks: String = text.chars().filter(|character| matches!(character, '«' | '»')).collect();
    if marks.replace("«»", "").is_empty() { safe.replace('«', "<mark>").replace('»', "</mark>") } else { safe }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(markdown(text, |id| (id == "deletes").then(|| "deletes.html".to_owned())).0.trim(), expected);
    }

    #[test]
    fn html_is_shown_not_obeyed() {
        check("a <script>x</script>", "<p>a &lt;script&gt;x&lt;/script&gt;</p>");
        check("<img src=x>", "&lt;img src=x&gt;");
        check("[x](javascript:alert(1))", "<p><a href=\"#\">x</a></p>");
    }

    #[test]
    fn examples_are_marked() {
        check(
            "```json\n\"«drop»<b>\"\n```",
            "<pre><code class=\"language-json\">&quot;<mark>drop</mark>&lt;b&gt;&quot;\n</code></pre>",
        );
        check("```json\n\"«drop\"\n```", "<pre><code class=\"language-json\">&quot;«drop&quot;\n</code></pre>");
        check("«a»", "<p>«a»</p>");
    }

    #[test]
    fn ids_of_rules_are_links() {
        check("`deletes` `other`", "<p><a href=\"deletes.html\"><code>deletes</code></a> <code>other</code></p>");
    }

    #[test]
    fn json_cannot_leave_its_element() {
        let value = serde_json::json!({ "name": "</script><script>&" });
        let text = json(&value).0;
        assert!(!text.contains(['<', '>', '&']));
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
    }
}
