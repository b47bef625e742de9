//! What search engines read of a page: schema.org, as JSON-LD.

use super::layout::address;
use super::questions::Question;
use serde::Serialize;

/// Everything said of one page.
#[derive(Serialize)]
pub(super) struct Graph<'g> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@graph")]
    nodes: Vec<Node<'g>>,
}

impl<'g> Graph<'g> {
    pub(super) fn new(nodes: Vec<Node<'g>>) -> Self {
        Self { context: "https://schema.org", nodes }
    }
}

/// One thing.
#[derive(Serialize)]
#[serde(tag = "@type")]
pub(super) enum Node<'g> {
    BreadcrumbList {
        #[serde(rename = "itemListElement")]
        items: Vec<Item<'g>>,
    },
    #[serde(rename = "FAQPage")]
    Questions {
        #[serde(rename = "mainEntity")]
        questions: Vec<Asked<'g>>,
    },
    SoftwareApplication {
        name: &'g str,
        description: &'g str,
        #[serde(rename = "applicationCategory")]
        category: &'static str,
        #[serde(rename = "softwareVersion", skip_serializing_if = "Option::is_none")]
        version: Option<&'g str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
}

/// A question.
#[derive(Serialize)]
#[serde(tag = "@type", rename = "Question")]
pub(super) struct Asked<'g> {
    name: &'g str,
    #[serde(rename = "acceptedAnswer")]
    answer: Answer<'g>,
}

#[derive(Serialize)]
#[serde(tag = "@type")]
struct Answer<'g> {
    text: &'g str,
}

/// A step of the way to a page.
#[derive(Serialize)]
#[serde(tag = "@type", rename = "ListItem")]
pub(super) struct Item<'g> {
    position: usize,
    name: &'g str,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
}

impl<'g> Node<'g> {
    /// The way to a page: each step by its name and path.
    pub(super) fn crumbs(base: Option<&str>, steps: &'g [(&'g str, String)]) -> Self {
        let item = |(position, (name, path)): (usize, &'g (&'g str, String))| Item {
            position,
            name,
            item: base.map(|base| address(base, path)),
        };
        Self::BreadcrumbList { items: (1..).zip(steps).map(item).collect() }
    }

    /// Questions with their answers.
    pub(super) fn questions(questions: &'g [Question]) -> Self {
        let asked = |Question { ask, answer }: &'g Question| Asked { name: ask, answer: Answer { text: answer } };
        Self::Questions { questions: questions.iter().map(asked).collect() }
    }

    /// A server, as software.
    pub(super) fn application(base: Option<&str>, name: &'g str, about: &'g str, version: Option<&'g str>, path: &str) -> Self {
        Self::SoftwareApplication {
            name,
            description: about,
            category: "DeveloperApplication",
            version,
            url: base.map(|base| address(base, path)),
        }
    }
}
