//! The colours of the table: what a class, a grade and the words around them look like.

use crate::verdict::Class;
use anstyle::{AnsiColor, Style};

pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default();

/// The colour of a class.
pub(super) fn class(class: Class) -> Style {
    match class {
        Class::Read => AnsiColor::Green.on_default(),
        Class::Write => AnsiColor::Cyan.on_default(),
        Class::Execute => AnsiColor::Yellow.on_default(),
        Class::Destructive => AnsiColor::Red.on_default(),
        Class::Financial => AnsiColor::Magenta.on_default(),
    }
}

/// The colour of a server's letter.
pub(super) fn grade(letter: char) -> Style {
    match letter {
        'A' | 'B' => AnsiColor::Green.on_default().bold(),
        'C' | 'D' => AnsiColor::Yellow.on_default().bold(),
        _ => AnsiColor::Red.on_default().bold(),
    }
}
