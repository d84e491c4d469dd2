//! Databases.
//!
//! ```no_run
//! # fn handle() -> Result<(), mayfly::HostError> {
//! use mayfly::sql;
//!
//! let shop = sql::database("shop");
//! for row in shop.query("select id, cents from orders where customer = ?", ("ada",))? {
//!     let (id, cents): (String, i64) = row?.decode()?;
//! }
//! let count: Option<i64> = shop.query_one("select count(*) from orders", ())?.map(|(count,)| count);
//!
//! let transaction = shop.begin()?;
//! transaction.execute("update stock set count = count - ? where item = ?", (1, "tea"))?;
//! transaction.execute("insert into orders (id, cents) values (?, ?)", ("o-7", 1200))?;
//! transaction.commit()?;
//! # Ok(())
//! # }
//! ```
//!
//! Limits: statements of 64 KiB, 1,000 parameters, batches of rows of 512 KiB.

mod row;
mod value;

pub use row::{FromRow, Row, Rows};
pub use value::{FromValue, Parameters, Value};

use crate::HostError;
use crate::bindings::mayfly::sql::sql as host;

/// The database of an `sql` binding that the function was granted. Asks the host for nothing yet.
pub fn database(name: &str) -> Database<'_> {
    Database { name }
}

/// A database. Each statement is by itself: what belongs together goes through [`begin`](Self::begin).
#[derive(Clone, Copy, Debug)]
pub struct Database<'a> {
    name: &'a str,
}

impl Database<'_> {
    /// Runs a statement that gives rows. `?` stands where a parameter goes.
    pub fn query(&self, statement: &str, parameters: impl Parameters) -> Result<Rows, HostError> {
        let rows = with_values(parameters, |values| host::query(self.name, statement, values))?;
        Ok(Rows::new(rows))
    }

    /// Runs a statement and gives its first row, or `None`.
    pub fn query_one<R: FromRow>(&self, statement: &str, parameters: impl Parameters) -> Result<Option<R>, HostError> {
        self.query(statement, parameters)?.into_first()
    }

    /// Runs a statement and says how many rows it changed.
    pub fn execute(&self, statement: &str, parameters: impl Parameters) -> Result<u64, HostError> {
        with_values(parameters, |values| host::execute(self.name, statement, values))
    }

    /// Begins a transaction.
    pub fn begin(&self) -> Result<Transaction, HostError> {
        Ok(Transaction(host::Transaction::begin(self.name)?))
    }
}

/// Statements that take effect together with [`commit`](Self::commit), or not at all: one that is dropped is rolled
/// back, as is one that is left open by the end of the call in whatever way. Holds a connection.
#[derive(Debug)]
pub struct Transaction(host::Transaction);

impl Transaction {
    /// As [`Database::query`].
    pub fn query(&self, statement: &str, parameters: impl Parameters) -> Result<Rows, HostError> {
        let rows = with_values(parameters, |values| self.0.query(statement, values))?;
        Ok(Rows::new(rows))
    }

    /// As [`Database::query_one`].
    pub fn query_one<R: FromRow>(&self, statement: &str, parameters: impl Parameters) -> Result<Option<R>, HostError> {
        self.query(statement, parameters)?.into_first()
    }

    /// As [`Database::execute`].
    pub fn execute(&self, statement: &str, parameters: impl Parameters) -> Result<u64, HostError> {
        with_values(parameters, |values| self.0.execute(statement, values))
    }

    /// Makes it all take effect.
    pub fn commit(self) -> Result<(), HostError> {
        Ok(self.0.commit()?)
    }
}

fn with_values<T>(
    parameters: impl Parameters,
    run: impl FnOnce(&[&host::Value]) -> Result<T, crate::bindings::mayfly::data::errors::Error>,
) -> Result<T, HostError> {
    let values: Vec<host::Value> = parameters.into_values().into_iter().map(Value::into).collect();
    let values: Vec<&host::Value> = values.iter().collect();
    Ok(run(&values)?)
}
