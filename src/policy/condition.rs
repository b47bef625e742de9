//! A condition on one argument: the eleven operators, each with an operand of the type it takes, and what they answer.

use super::number::Decimal;
use super::path::{Found, Path};
use super::pattern::Pattern;
use serde_json::{Number, Value};

/// `{"path", "op", "value"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Which argument.
    pub path: Path,
    /// What is asked of it.
    pub test: Test,
}

/// An operator with its operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The same value.
    Eq(Scalar),
    /// Another value of the same type.
    Neq(Scalar),
    /// One of these values.
    In(Vec<Scalar>),
    /// Of the type of one of these, and none of them.
    NotIn(Vec<Scalar>),
    /// A smaller number.
    Lt(Exact),
    /// A number not larger.
    Lte(Exact),
    /// A larger number.
    Gt(Exact),
    /// A number not smaller.
    Gte(Exact),
    /// A text that matches as a whole.
    Regex(Pattern),
    /// A text with this part, or a list with this item.
    Contains(Scalar),
    /// Present and not `null`, or else absent or `null`.
    Exists(bool),
}

/// The names of the operators, in the order of [`Test`].
pub const OPERATORS: [&str; 11] = ["eq", "neq", "in", "not_in", "lt", "lte", "gt", "gte", "regex", "contains", "exists"];

/// An operand that is compared as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Exact),
    /// A text, compared character by character.
    Text(String),
}

/// A number with the digits it was written in. Two of them are equal when the numbers are.
#[derive(Clone, Debug)]
pub struct Exact {
    /// As written.
    pub written: Number,
    /// What it is.
    pub value: Decimal,
}

/// What a condition answers. A type that does not fit is neither yes nor no: it must not let a call through, whichever way the
/// question is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// The argument is of a type that the operator says nothing of.
    Mismatch,
}

impl Condition {
    /// What the condition says of a call's arguments.
    #[must_use]
    pub fn truth(&self, arguments: &Value) -> Truth {
        self.test.truth(self.path.find(arguments))
    }
}

impl Test {
    /// The operator's name.
    #[must_use]
    pub fn operator(&self) -> &'static str {
        OPERATORS[match self {
            Self::Eq(_) => 0,
            Self::Neq(_) => 1,
            Self::In(_) => 2,
            Self::NotIn(_) => 3,
            Self::Lt(_) => 4,
            Self::Lte(_) => 5,
            Self::Gt(_) => 6,
            Self::Gte(_) => 7,
            Self::Regex(_) => 8,
            Self::Contains(_) => 9,
            Self::Exists(_) => 10,
        }]
    }

    /// What the operator says of what was found.
    #[must_use]
    pub fn truth(&self, found: Found<'_>) -> Truth {
        let value = match found {
            Found::Mismatch => return Truth::Mismatch,
            Found::Missing => return Truth::of(*self == Self::Exists(false)),
            Found::Value(value) => value,
        };
        match self {
            Self::Eq(operand) => operand.equals(value),
            Self::Neq(operand) => operand.equals(value).not(),
            Self::In(operands) => any(operands, value),
            Self::NotIn(operands) => any(operands, value).not(),
            Self::Lt(bound) => order(value, |number| *number < bound.value),
            Self::Lte(bound) => order(value, |number| *number <= bound.value),
            Self::Gt(bound) => order(value, |number| *number > bound.value),
            Self::Gte(bound) => order(value, |number| *number >= bound.value),
            Self::Regex(pattern) => value.as_str().map_or(Truth::Mismatch, |text| Truth::of(pattern.matches(text))),
            Self::Contains(operand) => contains(operand, value),
            Self::Exists(wanted) => Truth::of(value.is_null() != *wanted),
        }
    }
}

impl Scalar {
    /// Whether a value is this one; a mismatch when it is of another type.
    #[must_use]
    pub fn equals(&self, value: &Value) -> Truth {
        match (self, value) {
            (Self::Null, Value::Null) => Truth::True,
            (Self::Bool(mine), Value::Bool(other)) => Truth::of(mine == other),
            (Self::Text(mine), Value::String(other)) => Truth::of(mine == other),
            (Self::Number(mine), Value::Number(_)) => order(value, |number| *number == mine.value),
            _ => Truth::Mismatch,
        }
    }
}

/// Whether a value is one of several; a mismatch when none is of its type.
fn any(operands: &[Scalar], value: &Value) -> Truth {
    let mut answer = Truth::Mismatch;
    for operand in operands {
        match operand.equals(value) {
            Truth::True => return Truth::True,
            Truth::False => answer = Truth::False,
            Truth::Mismatch => {}
        }
    }
    answer
}

/// Whether a text has a part or a list an item. A list with items of other types is a mismatch: `[["admin"]]` does not answer
/// whether "admin" is in it.
fn contains(operand: &Scalar, value: &Value) -> Truth {
    match (operand, value) {
        (Scalar::Text(part), Value::String(text)) => Truth::of(text.contains(part.as_str())),
        (_, Value::Array(items)) => {
            let mut answer = Truth::False;
            for item in items {
                match operand.equals(item) {
                    Truth::True => return Truth::True,
                    Truth::False => {}
                    Truth::Mismatch => answer = Truth::Mismatch,
                }
            }
            answer
        }
        _ => Truth::Mismatch,
    }
}

/// What a comparison says of a value that may be no number, or one beyond reason.
fn order(value: &Value, holds: impl Fn(&Decimal) -> bool) -> Truth {
    decimal(value).map_or(Truth::Mismatch, |number| Truth::of(holds(&number)))
}

/// A value as an exact number.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Decimal::parse(number.as_str()),
        _ => None,
    }
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }

    /// Yes and no exchanged; a mismatch stays one.
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Mismatch => Self::Mismatch,
        }
    }
}

impl Exact {
    /// Takes a number that can be compared.
    #[must_use]
    pub fn new(written: Number) -> Option<Self> {
        let value = Decimal::parse(written.as_str())?;
        Some(Self { written, value })
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Exact {}

impl From<&Scalar> for Value {
    fn from(scalar: &Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => (*value).into(),
            Scalar::Number(number) => Self::Number(number.written.clone()),
            Scalar::Text(text) => text.as_str().into(),
        }
    }
}
