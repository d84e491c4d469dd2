//! The tables. A function has no moment of its own before its first call, so whatever writes makes sure of them: two
//! statements that change nothing once they are there. With more to migrate than this, migrate at deploy instead.

use mayfly::{HostError, sql};

/// Understood by SQLite and PostgreSQL alike.
const TABLES: [&str; 2] = [
    "create table if not exists stock (item text primary key, available bigint not null)",
    "create table if not exists orders (id text primary key, item text not null, amount bigint not null, \
     cents bigint not null, state text not null)",
];

pub fn prepare(shop: sql::Database) -> Result<(), HostError> {
    for table in TABLES {
        match shop.execute(table, ()) {
            // PostgreSQL says so to all but one of those who make a table at the same moment.
            Ok(_) | Err(HostError::Conflict(_)) => (),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
