use std::vec;

use super::{FromValue, Value, host};
use crate::HostError;

/// Few enough to wait little for the first, many enough that the calls don't count. The host sends fewer where they
/// are large.
const ROWS_PER_BATCH: u32 = 256;

/// What a query found, fetched in batches as the iterator goes on. An error is the last item.
///
/// Holds a connection until it is dropped or at its end.
#[derive(Debug)]
pub struct Rows {
    rows: host::Rows,
    batch: vec::IntoIter<Vec<host::Value>>,
    at_end: bool,
}

impl Rows {
    pub(super) fn new(rows: host::Rows) -> Rows {
        Rows {
            rows,
            batch: Vec::new().into_iter(),
            at_end: false,
        }
    }

    /// The names of the columns, in their order.
    pub fn columns(&self) -> Result<Vec<String>, HostError> {
        Ok(self.rows.columns()?)
    }

    pub(super) fn into_first<R: FromRow>(self) -> Result<Option<R>, HostError> {
        let first = self.rows.next(1)?.pop();
        first.map(|values| Row::new(values).decode()).transpose()
    }
}

impl Iterator for Rows {
    type Item = Result<Row, HostError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch.len() == 0 && !self.at_end {
            match self.rows.next(ROWS_PER_BATCH) {
                Ok(batch) => {
                    self.at_end = batch.is_empty();
                    self.batch = batch.into_iter();
                }
                Err(error) => {
                    self.at_end = true;
                    return Some(Err(error.into()));
                }
            }
        }
        self.batch.next().map(|values| Ok(Row::new(values)))
    }
}

/// A value for each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Vec<Value>);

impl Row {
    fn new(values: Vec<host::Value>) -> Row {
        Row(values.into_iter().map(Value::from).collect())
    }

    /// The values in the order of the columns.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// A column's value, the first at 0. [`HostError::Invalid`] where there is no such column or it has another type.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, HostError> {
        let value = self
            .0
            .get(column)
            .ok_or_else(|| HostError::Invalid(format!("no column {column}: the row has {}", self.0.len())))?;
        decode(column, value.clone())
    }

    /// All columns: `let (id, cents): (String, i64) = row.decode()?;`. [`HostError::Invalid`] where their number or
    /// one's type is another.
    pub fn decode<R: FromRow>(self) -> Result<R, HostError> {
        R::from_row(self)
    }
}

fn decode<T: FromValue>(column: usize, value: Value) -> Result<T, HostError> {
    T::from_value(value).map_err(|value| {
        HostError::Invalid(format!(
            "column {column} has {}, which is no {}",
            value.kind(),
            std::any::type_name::<T>()
        ))
    })
}

/// What a row can be decoded as: a tuple of what its columns can be, or the row itself.
pub trait FromRow: Sized {
    /// Takes all columns.
    fn from_row(row: Row) -> Result<Self, HostError>;
}

impl FromRow for Row {
    fn from_row(row: Row) -> Result<Self, HostError> {
        Ok(row)
    }
}

macro_rules! tuples {
    ($($($type:ident $column:literal)+;)+) => {$(
        impl<$($type: FromValue),+> FromRow for ($($type,)+) {
            fn from_row(row: Row) -> Result<Self, HostError> {
                const COLUMNS: usize = [$($column),+].len();
                if row.0.len() != COLUMNS {
                    return Err(HostError::Invalid(format!("{COLUMNS} columns expected: the row has {}", row.0.len())));
                }
                let mut values = row.0.into_iter();
                Ok(($(decode::<$type>($column, values.next().unwrap_or(Value::Null))?,)+))
            }
        }
    )+};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row(vec![Value::Text("o-7".into()), Value::Integer(1200), Value::Null])
    }

    #[test]
    fn columns_come_as_the_types_that_are_asked_for() {
        let (id, cents, paid): (String, u32, Option<i64>) = row().decode().unwrap();
        assert_eq!((&*id, cents, paid), ("o-7", 1200, None));
        assert_eq!(row().get::<Option<String>>(0).unwrap().as_deref(), Some("o-7"));
        assert_eq!(row().get::<f64>(1), Ok(1200.0));
        assert_eq!(row().decode::<Row>(), Ok(row()));
    }

    #[test]
    fn a_wrong_type_names_the_column_and_what_it_has() {
        assert_eq!(
            row().get::<i64>(0),
            Err(HostError::Invalid("column 0 has text, which is no i64".into()))
        );
        assert!(matches!(row().get::<String>(2), Err(HostError::Invalid(why)) if why.contains("null")));
        assert!(row().get::<u8>(1).is_err(), "1200 is no u8");
    }

    #[test]
    fn a_wrong_number_of_columns_is_an_error() {
        assert_eq!(
            row().decode::<(String, i64)>(),
            Err(HostError::Invalid("2 columns expected: the row has 3".into()))
        );
        assert!(row().get::<i64>(3).is_err());
    }
}
