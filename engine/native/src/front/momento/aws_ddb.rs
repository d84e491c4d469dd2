//! `momento:aws-ddb/aws-ddb`: requests to what the `http` binding `dynamodb` leads to, signed with the function's key.

use serde_json::{Map, Value, json};
use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType};

use super::aws_auth::{Credentials, Provider};
use super::bytes::{self, Data, Given, Source};
use super::errors::{Fail, settled};
use super::http::{Fetch, Signing, fetch};
use super::{Access, Interface, Momento, VERSION};
use crate::front::errors::Error as HostError;
use crate::front::wire::ARGUMENT_BYTES_MAX;

/// A guest's handle: the number of its credentials.
struct Client;

const BINDING: &str = "dynamodb";

/// Of an answer: an item has 400 KB at most, and in JSON no more than this.
const ANSWER_BYTES_MAX: usize = 4 << 20;

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "unauthorized")]
    Unauthorized(String),
    #[component(name = "malformed")]
    Malformed(String),
    #[component(name = "other")]
    Other(String),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        let text = error.text().to_owned();
        match error {
            HostError::PermissionDenied(_) => Error::Unauthorized(text),
            HostError::Invalid(_) => Error::Malformed(text),
            error => Error::Other(format!("{}: {text}", error.case())),
        }
    }
}

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
enum Item {
    #[component(name = "json")]
    Json(Data),
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum GivenItem {
    #[component(name = "json")]
    Json(Given),
}

type Names = Vec<(String, String)>;

#[derive(ComponentType, Lift)]
#[component(record)]
struct Conditional {
    expression: String,
    #[component(name = "expression-attribute-names")]
    names: Option<Names>,
    #[component(name = "expression-attribute-values")]
    values: Option<Item>,
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
struct Put {
    #[component(name = "table-name")]
    table: String,
    item: Item,
    #[component(name = "return-values")]
    returned: Returned,
    #[component(name = "return-consumed-capacity")]
    consumed: Consumed,
    condition: Option<Conditional>,
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
struct PutOutput {
    attributes: Option<GivenItem>,
    #[component(name = "consumed-capacity")]
    consumed: Option<ConsumedCapacity>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct GetOutput {
    item: Option<GivenItem>,
    #[component(name = "consumed-capacity")]
    consumed: Option<ConsumedCapacity>,
}

pub const DYNAMO: Interface = Interface {
    name: "momento:aws-ddb/aws-ddb",
    version: VERSION,
    resources: &[("client", |linker, name| {
        linker.resource(name, ResourceType::host::<Client>(), |mut store, number| {
            Momento::of(store.data_mut()).credentials.remove(number as usize);
            Ok(())
        })
    })],
    functions: &[
        ("[constructor]client", |linker, name| {
            linker.func_wrap(name, |mut store: Access<'_>, (provider,): (Resource<Provider>,)| {
                let credentials = &mut Momento::of(store.data_mut()).credentials;
                let own = credentials[provider.rep() as usize].clone();
                Ok((Resource::<Client>::new_own(credentials.insert(own) as u32),))
            })
        }),
        ("[method]client.put-item", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (client, request): (Resource<Client>, Put)| {
                    Box::new(async move { settled(put(&mut store, &client, request).await) })
                },
            )
        }),
        ("[method]client.get-item", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (client, request): (Resource<Client>, Get)| {
                    Box::new(async move { settled(get(&mut store, &client, request).await) })
                },
            )
        }),
    ],
};

type Answer<T> = Result<T, Fail<Error>>;

async fn put(store: &mut Access<'_>, client: &Resource<Client>, request: Put) -> Answer<PutOutput> {
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
        attributes: item(store, &answer, "Attributes"),
    })
}

async fn get(store: &mut Access<'_>, client: &Resource<Client>, request: Get) -> Answer<GetOutput> {
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
        item: item(store, &answer, "Item"),
    })
}

fn set_names(body: &mut Value, names: Option<Names>) {
    if let Some(names) = names {
        let names = names.into_iter().map(|(name, value)| (name, value.into()));
        body["ExpressionAttributeNames"] = names.collect::<Map<_, _>>().into();
    }
}

async fn parsed(store: &mut Access<'_>, item: Item) -> Answer<Value> {
    let Item::Json(data) = item;
    let bytes = data.source(store).await?.bytes(store, ARGUMENT_BYTES_MAX).await?;
    let parsed = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    parsed.ok_or_else(|| Fail::Told(Error::Malformed("the item is no JSON".into())))
}

/// Asks the service for something and reads its answer.
async fn ask(store: &mut Access<'_>, client: &Resource<Client>, operation: &str, body: &Value) -> Answer<Value> {
    let Credentials {
        access_key_id,
        secret_access_key,
        region,
    } = Momento::of(store.data_mut()).credentials[client.rep() as usize].clone();
    let body = bytes::buffer_of(store.data(), body.to_string().as_bytes()).await?;
    let request = Fetch {
        to: BINDING.into(),
        verb: "POST".into(),
        path: "/".into(),
        headers: vec![
            ("content-type".into(), "application/x-amz-json-1.0".into()),
            ("x-amz-target".into(), format!("DynamoDB_20120810.{operation}")),
        ],
        body: Source::Buffer(body),
        timeout_ms: None,
        signing: Some(Signing {
            access_key_id,
            secret_access_key,
            region,
            service: "dynamodb".into(),
        }),
    };
    let received = fetch(store, request).await??;
    let (status, index) = (received.status, received.body.rep() as usize);
    let answer = Source::Buffer(index).bytes(store, ANSWER_BYTES_MAX).await?;
    let answer = answer.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    match answer {
        Some(answer) if status == 200 => Ok(answer),
        Some(answer) => Err(Fail::Told(refusal(&answer))),
        None => Err(Fail::Told(Error::Other(format!(
            "status {status} without a JSON answer"
        )))),
    }
}

/// What the service has against a request. Its type is behind the name of a namespace.
fn refusal(answer: &Value) -> Error {
    let field = |name: &str| answer.get(name).and_then(Value::as_str);
    let ty = field("__type")
        .unwrap_or_default()
        .rsplit('#')
        .next()
        .unwrap_or_default();
    let message = field("message").or(field("Message")).unwrap_or_default();
    let text = format!("{ty}: {message}");
    match ty {
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignatureException"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "UnrecognizedClientException" => Error::Unauthorized(text),
        "SerializationException" | "ValidationException" => Error::Malformed(text),
        _ => Error::Other(text),
    }
}

fn item(store: &mut Access<'_>, answer: &Value, name: &str) -> Option<GivenItem> {
    let text = answer.get(name)?.to_string();
    Some(GivenItem::Json(Given::Value(bytes::kept(
        store.data_mut(),
        text.as_bytes(),
    ))))
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
    fn a_refusal_is_told_by_its_type() {
        let told = |ty: &str| refusal(&json!({ "__type": ty, "message": "so it is" }));
        assert!(matches!(
            told("com.amazon.coral.service#UnrecognizedClientException"),
            Error::Unauthorized(_)
        ));
        assert!(matches!(
            told("com.amazon.coral.validate#ValidationException"),
            Error::Malformed(_)
        ));
        let Error::Other(text) = told("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException") else {
            panic!("it is another");
        };
        assert_eq!(text, "ConditionalCheckFailedException: so it is");
    }

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
