//! `momento:host/aws-lambda`: calls of what the `http` binding `lambda` leads to, signed with the function's key. The later crates have nothing like it.

use serde_json::Value;
use wasmtime::component::{ComponentType, Lift, Lower, Resource, WasmList};

use super::aws::{CLIENT, Client, Error, NEW_CLIENT, post, refusal};
use super::bytes::{self, Source};
use super::errors::{Fail, settled};
use super::{Access, Interface, VERSION};

/// Its binding, and what it is called in signatures.
const SERVICE: &str = "lambda";

/// Of an answer: the service gives 6 MB at most.
const ANSWER_BYTES_MAX: usize = 8 << 20;

#[derive(ComponentType, Lift)]
#[component(record)]
struct Request {
    #[component(name = "function-name")]
    function: String,
    qualifier: Option<String>,
    payload: Option<WasmList<u8>>,
    #[component(name = "invocation-type")]
    ty: InvocationType,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum InvocationType {
    #[component(name = "request-response")]
    RequestResponse(Synchronous),
    #[component(name = "event")]
    Event,
    #[component(name = "dry-run")]
    DryRun,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Synchronous {
    #[component(name = "log-type")]
    log: Option<LogType>,
    #[component(name = "client-context")]
    context: Option<String>,
}

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(variant)]
enum LogType {
    #[component(name = "tail")]
    Tail,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Output {
    #[component(name = "status-code")]
    status: i32,
    payload: Option<Vec<u8>>,
    #[component(name = "log-result")]
    log: Option<String>,
    #[component(name = "executed-version")]
    version: Option<String>,
}

pub const LAMBDA: Interface = Interface {
    name: "momento:host/aws-lambda",
    version: VERSION,
    resources: &[CLIENT],
    functions: &[
        NEW_CLIENT,
        ("[method]client.invoke", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (client, request): (Resource<Client>, Request)| {
                    Box::new(async move { settled(invoke(&mut store, &client, request).await) })
                },
            )
        }),
    ],
};

/// A called function's own failure is its payload, with a status of success: the service says so in a header that the interface has no place for.
async fn invoke(store: &mut Access<'_>, client: &Resource<Client>, request: Request) -> Result<Output, Fail<Error>> {
    let path = path(&request.function, request.qualifier.as_deref());
    let body = match request.payload {
        Some(payload) => Source::Bytes(payload),
        None => Source::Buffer(bytes::buffer_of(store.data(), &[]).await?),
    };
    let received = post(store, client, SERVICE, path, headers(request.ty), body).await??;
    let header = |wanted: &str| {
        let mut lines = received.headers.iter();
        let found = lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| (*value).to_owned())
    };
    let (log, version, ty) = (
        header("x-amz-log-result"),
        header("x-amz-executed-version"),
        header("x-amzn-errortype"),
    );
    let (status, index) = (received.status, received.body.rep() as usize);
    let Some(payload) = Source::Buffer(index).bytes(store, ANSWER_BYTES_MAX).await? else {
        return Err(Fail::Told(Error::Other(format!(
            "the answer broke off, or is longer than {ANSWER_BYTES_MAX} bytes"
        ))));
    };
    match (status, ty) {
        (200..300, _) => Ok(Output {
            status: status.into(),
            payload: (!payload.is_empty()).then_some(payload),
            log,
            version,
        }),
        (_, Some(ty)) => Err(Fail::Told(refusal(&ty, &message(&payload)))),
        (_, None) => Err(Fail::Told(Error::Other(format!(
            "status {status} without the type of an error"
        )))),
    }
}

fn headers(ty: InvocationType) -> Vec<(String, String)> {
    let (name, parameters) = match ty {
        InvocationType::RequestResponse(parameters) => ("RequestResponse", Some(parameters)),
        InvocationType::Event => ("Event", None),
        InvocationType::DryRun => ("DryRun", None),
    };
    let mut headers = vec![
        ("content-type".into(), "application/json".into()),
        ("x-amz-invocation-type".into(), name.into()),
    ];
    if let Some(Synchronous { log, context }) = parameters {
        headers.extend(log.map(|LogType::Tail| ("x-amz-log-type".into(), "Tail".into())));
        headers.extend(context.map(|context| ("x-amz-client-context".into(), context)));
    }
    headers
}

fn path(function: &str, qualifier: Option<&str>) -> String {
    let qualifier = qualifier.map(|qualifier| format!("?Qualifier={}", encoded(qualifier)));
    format!(
        "/2015-03-31/functions/{}/invocations{}",
        encoded(function),
        qualifier.unwrap_or_default()
    )
}

/// As a part of a path, or a value in a query.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let bytes = text.bytes().map(|byte| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// What a refusal says beside its type.
fn message(answer: &[u8]) -> String {
    let answer = serde_json::from_slice::<Value>(answer).unwrap_or_default();
    let message = answer.get("Message").or(answer.get("message"));
    message.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_by_its_name_or_its_arn() {
        assert_eq!(path("orders", None), "/2015-03-31/functions/orders/invocations");
        assert_eq!(
            path("arn:aws:lambda:eu-west-1:1:function:orders", Some("$LATEST")),
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aorders/invocations?Qualifier=%24LATEST"
        );
    }

    #[test]
    fn a_refusals_message_is_read_under_either_name() {
        assert_eq!(message(br#"{"Type":"User","Message":"no"}"#), "no");
        assert_eq!(message(br#"{"message":"no"}"#), "no");
        assert_eq!(message(b"<html>"), "");
    }
}
