//! `momento:aws-ddb/aws-ddb` and `momento:host/aws-ddb`: requests to what the `http` binding `dynamodb` leads to, signed with the function's key.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};
use wasmtime::component::{ComponentType, Lift, Lower, Resource};

use super::aws::{CLIENT, Client, Error, NEW_CLIENT, post, refusal};
use super::bytes::{self, Data, Made, Source};
use super::errors::{Fail, settled};
use super::{Access, Interface, VERSION};
use crate::front::Define;
use crate::front::wire::ARGUMENT_BYTES_MAX;

/// Its binding, and what it is called in signatures.
const SERVICE: &str = "dynamodb";

/// Of an answer: an item has 400 KB at most, and in JSON no more than this.
const ANSWER_BYTES_MAX: usize = 4 << 20;

#[derive(ComponentType, Lift)]
#[component(record)]
struct KeyAttribute {
    name: String,
    value: KeyValue,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum KeyValue {
    #[component(name = "s")]
    Text(String),
    #[component(name = "n")]
    Number(String),
    #[component(name = "b")]
    Bytes(String),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Item<J> {
    #[component(name = "json")]
    Json(J),
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum GivenItem<G> {
    #[component(name = "json")]
    Json(G),
}

/// How an interface passes the JSON of an item.
trait Json: Lift + Send + Sync + 'static {
    type Given: Lower + Send + Sync + 'static;

    /// Nothing when it is more than an operation takes.
    fn bytes(self, store: &mut Access<'_>) -> impl Future<Output = wasmtime::Result<Option<Vec<u8>>>> + Send;

    fn given(text: String) -> Self::Given;
}

impl Json for Data {
    type Given = Made;

    async fn bytes(self, store: &mut Access<'_>) -> wasmtime::Result<Option<Vec<u8>>> {
        self.source(store).await?.bytes(store, ARGUMENT_BYTES_MAX).await
    }

    fn given(text: String) -> Made {
        Made::Value(text.into_bytes())
    }
}

impl Json for String {
    type Given = String;

    async fn bytes(self, _: &mut Access<'_>) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok((self.len() <= ARGUMENT_BYTES_MAX).then(|| self.into_bytes()))
    }

    fn given(text: String) -> String {
        text
    }
}

type Names = Vec<(String, String)>;

#[derive(ComponentType, Lift)]
#[component(record)]
struct Conditional<J> {
    expression: String,
    #[component(name = "expression-attribute-names")]
    names: Option<Names>,
    #[component(name = "expression-attribute-values")]
    values: Option<Item<J>>,
}

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(variant)]
enum Consumed {
    #[component(name = "none")]
    None,
    #[component(name = "total")]
    Total,
    #[component(name = "indexes")]
    Indexes,
}

impl Consumed {
    fn text(self) -> &'static str {
        match self {
            Consumed::None => "NONE",
            Consumed::Total => "TOTAL",
            Consumed::Indexes => "INDEXES",
        }
    }
}

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(variant)]
enum Returned {
    #[component(name = "none")]
    None,
    #[component(name = "all-old")]
    AllOld,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Put<J> {
    #[component(name = "table-name")]
    table: String,
    item: Item<J>,
    #[component(name = "return-values")]
    returned: Returned,
    #[component(name = "return-consumed-capacity")]
    consumed: Consumed,
    condition: Option<Conditional<J>>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Get {
    #[component(name = "table-name")]
    table: String,
    key: Vec<KeyAttribute>,
    #[component(name = "consistent-read")]
    consistent: bool,
    #[component(name = "return-consumed-capacity")]
    consumed: Consumed,
    #[component(name = "projection-expression")]
    projection: Option<String>,
    #[component(name = "expression-attribute-names")]
    names: Option<Names>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Capacity {
    #[component(name = "capacity-units")]
    units: Option<f64>,
    #[component(name = "read-capacity-units")]
    read_units: Option<f64>,
    #[component(name = "write-capacity-units")]
    write_units: Option<f64>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct ConsumedCapacity {
    #[component(name = "table-name")]
    table_name: String,
    #[component(name = "capacity-units")]
    units: Option<f64>,
    #[component(name = "read-capacity-units")]
    read_units: Option<f64>,
    #[component(name = "write-capacity-units")]
    write_units: Option<f64>,
    table: Option<Capacity>,
    #[component(name = "local-secondary-indexes")]
    local: Option<Vec<(String, Capacity)>>,
    #[component(name = "global-secondary-indexes")]
    global: Option<Vec<(String, Capacity)>>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct PutOutput<G> {
    attributes: Option<GivenItem<G>>,
    #[component(name = "consumed-capacity")]
    consumed: Option<ConsumedCapacity>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct GetOutput<G> {
    item: Option<GivenItem<G>>,
    #[component(name = "consumed-capacity")]
    consumed: Option<ConsumedCapacity>,
}

pub const DYNAMO: Interface = Interface {
    name: "momento:aws-ddb/aws-ddb",
    version: VERSION,
    resources: &[CLIENT],
    functions: Functions::<Data>::ALL,
};

/// The same with items as text.
pub const OLDER: Interface = Interface {
    name: "momento:host/aws-ddb",
    version: VERSION,
    resources: &[CLIENT],
    functions: Functions::<String>::ALL,
};

struct Functions<J>(PhantomData<J>);

impl<J: Json> Functions<J> {
    const ALL: &'static [(&'static str, Define)] = &[
        NEW_CLIENT,
        ("[method]client.put-item", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (client, request): (Resource<Client>, Put<J>)| {
                    Box::new(async move { settled(put(&mut store, &client, request).await) })
                },
            )
        }),
        ("[method]client.get-item", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (client, request): (Resource<Client>, Get)| {
                    Box::new(async move { settled(get::<J>(&mut store, &client, request).await) })
                },
            )
        }),
    ];
}

type Answer<T> = Result<T, Fail<Error>>;

async fn put<J: Json>(
    store: &mut Access<'_>,
    client: &Resource<Client>,
    request: Put<J>,
) -> Answer<PutOutput<J::Given>> {
    let mut body = json!({
        "TableName": request.table,
        "Item": parsed(store, request.item).await?,
        "ReturnConsumedCapacity": request.consumed.text(),
        "ReturnValues": match request.returned {
            Returned::None => "NONE",
            Returned::AllOld => "ALL_OLD",
        },
    });
    if let Some(condition) = request.condition {
        body["ConditionExpression"] = condition.expression.into();
        set_names(&mut body, condition.names);
        if let Some(values) = condition.values {
            body["ExpressionAttributeValues"] = parsed(store, values).await?;
        }
    }
    let answer = ask(store, client, "PutItem", &body).await?;
    Ok(PutOutput {
        consumed: consumed(&answer),
        attributes: item::<J>(&answer, "Attributes"),
    })
}

async fn get<J: Json>(store: &mut Access<'_>, client: &Resource<Client>, request: Get) -> Answer<GetOutput<J::Given>> {
    let key = request.key.into_iter().map(|attribute| {
        let value = match attribute.value {
            KeyValue::Text(text) => json!({ "S": text }),
            KeyValue::Number(number) => json!({ "N": number }),
            KeyValue::Bytes(base64) => json!({ "B": base64 }),
        };
        (attribute.name, value)
    });
    let mut body = json!({
        "TableName": request.table,
        "Key": key.collect::<Map<_, _>>(),
        "ConsistentRead": request.consistent,
        "ReturnConsumedCapacity": request.consumed.text(),
    });
    if let Some(projection) = request.projection {
        body["ProjectionExpression"] = projection.into();
    }
    set_names(&mut body, request.names);
    let answer = ask(store, client, "GetItem", &body).await?;
    Ok(GetOutput {
        consumed: consumed(&answer),
        item: item::<J>(&answer, "Item"),
    })
}

fn set_names(body: &mut Value, names: Option<Names>) {
    if let Some(names) = names {
        let names = names.into_iter().map(|(name, value)| (name, value.into()));
        body["ExpressionAttributeNames"] = names.collect::<Map<_, _>>().into();
    }
}

async fn parsed<J: Json>(store: &mut Access<'_>, item: Item<J>) -> Answer<Value> {
    let Item::Json(json) = item;
    let bytes = json.bytes(store).await?;
    let parsed = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    parsed.ok_or_else(|| Fail::Told(Error::Malformed("the item is no JSON".into())))
}

/// Asks the service for something and reads its answer.
async fn ask(store: &mut Access<'_>, client: &Resource<Client>, operation: &str, body: &Value) -> Answer<Value> {
    let body = bytes::buffer_of(store.data(), body.to_string().as_bytes()).await?;
    let headers = vec![
        ("content-type".into(), "application/x-amz-json-1.0".into()),
        ("x-amz-target".into(), format!("DynamoDB_20120810.{operation}")),
    ];
    let received = post(store, client, SERVICE, "/".into(), headers, Source::Buffer(body)).await??;
    let (status, index) = (received.status, received.body.rep() as usize);
    let answer = Source::Buffer(index).bytes(store, ANSWER_BYTES_MAX).await?;
    let answer = answer.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    match answer {
        Some(answer) if status == 200 => Ok(answer),
        Some(answer) => Err(Fail::Told(refused(&answer))),
        None => Err(Fail::Told(Error::Other(format!(
            "status {status} without a JSON answer"
        )))),
    }
}

fn refused(answer: &Value) -> Error {
    let field = |name: &str| answer.get(name).and_then(Value::as_str);
    let message = field("message").or(field("Message")).unwrap_or_default();
    refusal(field("__type").unwrap_or_default(), message)
}

fn item<J: Json>(answer: &Value, name: &str) -> Option<GivenItem<J::Given>> {
    Some(GivenItem::Json(J::given(answer.get(name)?.to_string())))
}

fn consumed(answer: &Value) -> Option<ConsumedCapacity> {
    let consumed = answer.get("ConsumedCapacity")?;
    let indexes = |name: &str| {
        let indexes = consumed.get(name)?.as_object()?.iter();
        Some(indexes.map(|(name, index)| (name.clone(), capacity(index))).collect())
    };
    let Capacity {
        units,
        read_units,
        write_units,
    } = capacity(consumed);
    Some(ConsumedCapacity {
        table_name: consumed
            .get("TableName")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .into(),
        units,
        read_units,
        write_units,
        table: consumed.get("Table").map(capacity),
        local: indexes("LocalSecondaryIndexes"),
        global: indexes("GlobalSecondaryIndexes"),
    })
}

fn capacity(of: &Value) -> Capacity {
    let units = |name: &str| of.get(name).and_then(Value::as_f64);
    Capacity {
        units: units("CapacityUnits"),
        read_units: units("ReadCapacityUnits"),
        write_units: units("WriteCapacityUnits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumed_capacity_is_read_as_far_as_it_is_there() {
        let answer = json!({ "ConsumedCapacity": {
            "TableName": "t", "CapacityUnits": 1.5, "Table": { "ReadCapacityUnits": 1.0 },
            "LocalSecondaryIndexes": { "l": { "CapacityUnits": 0.5 } } } });
        let consumed = consumed(&answer).unwrap();
        assert_eq!((consumed.table_name.as_str(), consumed.units), ("t", Some(1.5)));
        assert_eq!(consumed.table.unwrap().read_units, Some(1.0));
        assert_eq!(consumed.local.unwrap()[0].1.units, Some(0.5));
        assert!(consumed.global.is_none());
    }
}
