//! Sends `?cluster` the command in the request's body, a word an argument, and shows the answer.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use momento::query;
use momento_functions_guest_web::{WebResult, invoke};
use momento_functions_valkey::{Command, Value, get_managed_cluster_client};

fn shown(value: Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::Int(number) => number.to_string(),
        Value::Data(data) => format!("{:?}", String::from_utf8_lossy(&data.into_bytes())),
        Value::Bulk(values) => format!("[{}]", values.map(shown).collect::<Vec<_>>().join(" ")),
        Value::Ok => "ok".into(),
        Value::SimpleString(text) => text,
        Value::SimpleError(text) => format!("error {text}"),
    }
}

invoke!(answer);
fn answer(line: String) -> WebResult<String> {
    let mut words = line.split(' ').map(str::to_owned);
    let mut command = Command::builder(words.next().unwrap_or_default());
    for word in words {
        command.argument(word);
    }
    let client = get_managed_cluster_client(query("cluster").unwrap_or_default());
    Ok(match client.command(command) {
        Ok(value) => shown(value),
        Err(error) => error.to_string(),
    })
}
