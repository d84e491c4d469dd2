use super::host;

/// A value of a row or a parameter. Other types of a database come as text, in its own notation.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it all
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Real(_) => "a real",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
        }
    }
}

/// What stands for the `?` of a statement, in their order: a tuple as in `(7, "ada")`, `()` for none, or as many values
/// as there happen to be.
pub trait Parameters {
    /// The values.
    fn into_values(self) -> Vec<Value>;
}

impl Parameters for () {
    fn into_values(self) -> Vec<Value> {
        Vec::new()
    }
}

impl Parameters for Vec<Value> {
    fn into_values(self) -> Vec<Value> {
        self
    }
}

impl<T: Into<Value>, const N: usize> Parameters for [T; N] {
    fn into_values(self) -> Vec<Value> {
        self.into_iter().map(T::into).collect()
    }
}

macro_rules! tuples {
    ($($($type:ident)+;)+) => {$(
        impl<$($type: Into<Value>),+> Parameters for ($($type,)+) {
            #[allow(non_snake_case)] // a value is named as its type
            fn into_values(self) -> Vec<Value> {
                let ($($type,)+) = self;
                vec![$($type.into()),+]
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::Text(text.clone())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Value::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Bytes(bytes)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Boolean(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Real(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, T::into)
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// The value as this type, or given back where it is of another.
    fn from_value(value: Value) -> Result<Self, Value>;
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, Value> {
        Ok(value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Text(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(other),
        }
    }
}

/// From 0 and 1 too: some databases have no booleans.
impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Boolean(value) => Ok(value),
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            other => Err(other),
        }
    }
}

/// From integers too: some databases keep whole numbers as such.
impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Real(value) => Ok(value),
            Value::Integer(value) => Ok(value as f64),
            other => Err(other),
        }
    }
}

macro_rules! integers {
    ($($type:ty)+) => {$(
        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, Value> {
                match value {
                    Value::Integer(number) => number.try_into().map_err(|_| value),
                    other => Err(other),
                }
            }
        }
    )+};
}

integers! { i8 i16 i32 i64 u8 u16 u32 u64 }

macro_rules! into_integer {
    ($($type:ty)+) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Value::Integer(value.into())
            }
        }
    )+};
}

// Not u64: half of them don't fit.
into_integer! { i8 i16 i32 i64 u8 u16 u32 }

impl From<Value> for host::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => host::Value::Null,
            Value::Boolean(value) => host::Value::Boolean(value),
            Value::Integer(value) => host::Value::Integer(value),
            Value::Real(value) => host::Value::Real(value),
            Value::Text(text) => host::Value::Text(text),
            Value::Bytes(bytes) => host::Value::Bytes(bytes),
        }
    }
}

impl From<host::Value> for Value {
    fn from(value: host::Value) -> Self {
        match value {
            host::Value::Null => Value::Null,
            host::Value::Boolean(value) => Value::Boolean(value),
            host::Value::Integer(value) => Value::Integer(value),
            host::Value::Real(value) => Value::Real(value),
            host::Value::Text(text) => Value::Text(text),
            host::Value::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_their_order_and_types() {
        let none: Option<i64> = None;
        assert_eq!(
            (7, "ada", none, Some(true), 0.5, vec![1u8]).into_values(),
            [
                Value::Integer(7),
                Value::Text("ada".into()),
                Value::Null,
                Value::Boolean(true),
                Value::Real(0.5),
                Value::Bytes(vec![1]),
            ]
        );
        assert!(().into_values().is_empty());
        assert_eq!(["a"; 3].into_values().len(), 3);
    }

    #[test]
    fn booleans_and_reals_are_read_from_integers_where_that_loses_nothing() {
        assert_eq!(bool::from_value(Value::Integer(1)), Ok(true));
        assert_eq!(bool::from_value(Value::Integer(2)), Err(Value::Integer(2)));
        assert_eq!(f64::from_value(Value::Integer(3)), Ok(3.0));
        assert_eq!(i64::from_value(Value::Real(3.0)), Err(Value::Real(3.0)));
    }
}
