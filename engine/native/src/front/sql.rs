//! `mayfly:sql/sql`

use wasmtime::component::{ComponentType, Lift, Lower, Resource, WasmList, WasmStr};
use wasmtime::{Result, StoreContextMut};

use super::Interface;
use super::wire::{Answer, Decode, Encode, Remote, operation, resource};
use crate::invocation::Call;
use crate::outcome::BadFrame;

/// `Operation.SQL_QUERY` and those that follow it
const QUERY: i32 = 304;
const EXECUTE: i32 = 305;
const BEGIN: i32 = 306;
const TRANSACTION_QUERY: i32 = 307;
const TRANSACTION_EXECUTE: i32 = 308;
const TRANSACTION_COMMIT: i32 = 309;
const ROWS_COLUMNS: i32 = 310;
const ROWS_NEXT: i32 = 311;

/// Kinds of resources, told apart by their types alone.
enum RowsKind {}
enum TransactionKind {}

type Rows = Remote<RowsKind>;
type Transaction = Remote<TransactionKind>;

/// A parameter.
#[derive(ComponentType, Lift)]
#[component(variant)]
enum Parameter {
    #[component(name = "null")]
    Null,
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "real")]
    Real(f64),
    #[component(name = "text")]
    Text(WasmStr),
    #[component(name = "bytes")]
    Bytes(WasmList<u8>),
}

/// A value in a row.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum Value {
    #[component(name = "null")]
    Null,
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "real")]
    Real(f64),
    #[component(name = "text")]
    Text(&'static str),
    #[component(name = "bytes")]
    Bytes(&'static [u8]),
}

impl Encode for Parameter {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        let mut case = |case: u8, payload: &dyn Encode| {
            out.push(case);
            payload.encode(store, out)
        };
        match self {
            Parameter::Null => {
                out.push(0);
                Ok(())
            }
            Parameter::Boolean(value) => case(1, value),
            Parameter::Integer(value) => case(2, value),
            Parameter::Real(value) => case(3, value),
            Parameter::Text(value) => case(4, value),
            Parameter::Bytes(value) => case(5, value),
        }
    }
}

impl Decode for Value {
    fn decode(answer: &mut Answer) -> Result<Value> {
        Ok(match u8::decode(answer)? {
            0 => Value::Null,
            1 => Value::Boolean(bool::decode(answer)?),
            2 => Value::Integer(i64::decode(answer)?),
            3 => Value::Real(f64::decode(answer)?),
            4 => Value::Text(<&str>::decode(answer)?),
            5 => Value::Bytes(<&[u8]>::decode(answer)?),
            _ => return Err(BadFrame("the host's answer has a value of no kind").into()),
        })
    }
}

pub const SQL: Interface = Interface {
    name: "mayfly:sql/sql",
    version: "0.1.0",
    resources: &[("rows", resource::<Rows>), ("transaction", resource::<Transaction>)],
    functions: &[
        ("query", |l, n| {
            operation::<(WasmStr, WasmStr, Vec<Parameter>), Resource<Rows>>(l, n, QUERY)
        }),
        ("execute", |l, n| {
            operation::<(WasmStr, WasmStr, Vec<Parameter>), u64>(l, n, EXECUTE)
        }),
        ("[static]transaction.begin", |l, n| {
            operation::<(WasmStr,), Resource<Transaction>>(l, n, BEGIN)
        }),
        ("[method]transaction.query", |l, n| {
            operation::<(Resource<Transaction>, WasmStr, Vec<Parameter>), Resource<Rows>>(l, n, TRANSACTION_QUERY)
        }),
        ("[method]transaction.execute", |l, n| {
            operation::<(Resource<Transaction>, WasmStr, Vec<Parameter>), u64>(l, n, TRANSACTION_EXECUTE)
        }),
        ("[method]transaction.commit", |l, n| {
            operation::<(Resource<Transaction>,), ()>(l, n, TRANSACTION_COMMIT)
        }),
        ("[method]rows.columns", |l, n| {
            operation::<(Resource<Rows>,), Vec<&str>>(l, n, ROWS_COLUMNS)
        }),
        ("[method]rows.next", |l, n| {
            operation::<(Resource<Rows>, u32), Vec<Vec<Value>>>(l, n, ROWS_NEXT)
        }),
    ],
};
