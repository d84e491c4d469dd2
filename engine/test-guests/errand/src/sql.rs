//! Values are written `n:`, `b:true`, `i:7`, `r:0.5`, `t:text` and `x:0aff`, as parameters and in answers.

use mayfly::sql::{self, Database, Row, Rows, Value};
use mayfly::{Query, Request, Response};

use crate::{Outcome, Refusal, text, texts, unknown};

pub fn answer(what: &str, request: &Request, query: &Query) -> Outcome {
    let name = text(query, "database")?;
    let database = sql::database(&name);
    let body = request.body_text()?;
    match what {
        "query" => answer_rows(database.query(&body, parameters(query)?)?),
        "count" => {
            let mut count = 0;
            for row in database.query(&body, parameters(query)?)? {
                row?;
                count += 1;
            }
            Ok(Response::text(count.to_string()))
        }
        "execute" => Ok(Response::text(database.execute(&body, parameters(query)?)?.to_string())),
        "transaction" => transaction(database, &body, query),
        _ => Err(unknown(what)),
    }
}

fn answer_rows(rows: Rows) -> Outcome {
    let columns = rows.columns()?.join(",");
    let mut lines = String::new();
    for row in rows {
        lines += &written_row(&row?);
        lines.push('\n');
    }
    Ok(Response::text(lines).header("columns", columns))
}

fn written_row(row: &Row) -> String {
    let values: Vec<String> = row.values().iter().map(written).collect();
    values.join("\t")
}

fn transaction(database: Database, statements: &str, query: &Query) -> Outcome {
    let transaction = database.begin()?;
    let mut lines = String::new();
    for statement in statements.lines() {
        lines += &format!("{}\n", transaction.execute(statement, ())?);
    }
    if let Some(statement) = query.get("read") {
        for row in transaction.query(&statement, ())? {
            lines += &format!("{}\n", written_row(&row?));
        }
    }
    match query.get("end").as_deref() {
        Some("rollback") => drop(transaction),
        _ => transaction.commit()?,
    }
    Ok(Response::text(lines))
}

pub fn parameters(query: &Query) -> Result<Vec<Value>, Refusal> {
    texts(query, "p").iter().map(|text| value(text)).collect()
}

fn value(text: &str) -> Result<Value, Refusal> {
    match text.split_once(':') {
        Some(("n", "")) => Ok(Value::Null),
        Some(("b", value)) => value.parse().map(Value::Boolean).map_err(Refusal::invalid),
        Some(("i", value)) => value.parse().map(Value::Integer).map_err(Refusal::invalid),
        Some(("r", value)) => value.parse().map(Value::Real).map_err(Refusal::invalid),
        Some(("t", value)) => Ok(Value::Text(value.into())),
        Some(("x", value)) => bytes(value).map(Value::Bytes),
        _ => Err(Refusal::invalid(format_args!("{text} is no value"))),
    }
}

fn bytes(digits: &str) -> Result<Vec<u8>, Refusal> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = str::from_utf8(pair).map_err(Refusal::invalid)?;
            u8::from_str_radix(pair, 16).map_err(Refusal::invalid)
        })
        .collect()
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "n:".into(),
        Value::Boolean(value) => format!("b:{value}"),
        Value::Integer(value) => format!("i:{value}"),
        Value::Real(value) => format!("r:{value}"),
        Value::Text(text) => format!("t:{text}"),
        Value::Bytes(bytes) => bytes.iter().fold("x:".into(), |text, byte| format!("{text}{byte:02x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_they_are_read() {
        for text in ["n:", "b:true", "i:-7", "r:0.5", "t:", "t:a:b", "x:", "x:0aff"] {
            let value = value(text).unwrap_or_else(|refusal| panic!("{refusal}"));
            assert_eq!(written(&value), text);
        }
        for wrong in ["", "7", "i:seven", "x:zz", "n:0"] {
            assert!(value(wrong).is_err(), "{wrong}");
        }
    }
}
