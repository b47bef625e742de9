//! Values: what goes into a query and comes out of it, whichever database answers.

use anyhow::{Context as _, bail};
use std::borrow::Cow;

/// A value of a column or a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    Flag(bool),
    Number(i64),
    Text(Cow<'a, str>),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_deref().into()
    }
}

/// The parameters of a query, in their order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::value::Value::from($value)),*] };
}
pub(super) use values;

/// A row of a result.
#[derive(Clone, Debug)]
pub(super) struct Row(Vec<Value<'static>>);

impl Row {
    pub(super) fn new(values: Vec<Value<'static>>) -> Self {
        Self(values)
    }

    /// The value of a column, counted from 0.
    pub(super) fn get<T: Read>(&self, column: usize) -> anyhow::Result<T> {
        let value = self.0.get(column).with_context(|| format!("the catalogue gave no column {column}"))?;
        T::read(value).with_context(|| format!("column {column} of a row in the catalogue"))
    }

    pub(super) fn values(&self) -> &[Value<'static>] {
        &self.0
    }
}

/// What a value can be read as.
pub(super) trait Read: Sized {
    fn read(value: &Value<'_>) -> anyhow::Result<Self>;
}

impl Read for String {
    fn read(value: &Value<'_>) -> anyhow::Result<Self> {
        match value {
            Value::Text(text) => Ok(text.clone().into_owned()),
            other => bail!("expected a text, found {other:?}"),
        }
    }
}

impl Read for i64 {
    fn read(value: &Value<'_>) -> anyhow::Result<Self> {
        match value {
            Value::Number(number) => Ok(*number),
            other => bail!("expected a number, found {other:?}"),
        }
    }
}

impl Read for u32 {
    fn read(value: &Value<'_>) -> anyhow::Result<Self> {
        Ok(i64::read(value)?.try_into()?)
    }
}

impl Read for usize {
    fn read(value: &Value<'_>) -> anyhow::Result<Self> {
        Ok(i64::read(value)?.try_into()?)
    }
}

impl Read for bool {
    fn read(value: &Value<'_>) -> anyhow::Result<Self> {
        match value {
            Value::Flag(flag) => Ok(*flag),
            Value::Number(number) => Ok(*number != 0),
            other => bail!("expected yes or no, found {other:?}"),
        }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &Value<'_>) -> anyhow::Result<Self> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}
