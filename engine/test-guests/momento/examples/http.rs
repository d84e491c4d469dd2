//! Sends the request's body to `?url` by `?verb`, within `?ms`, with the header `?name` of the value `?value`; `?sign` signs it, `?role` takes on a
//! role. Answers with what came, or why nothing did.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::time::Duration;

use momento::query;
use momento_functions_bytes::Data;
use momento_functions_guest_web::{WebResponse, WebResult, invoke};
use momento_functions_http::{Authorization, AwsSigV4Secret, IamRole, Request};

invoke!(answer);
fn answer(payload: Data) -> WebResult<WebResponse> {
    let text = |name| query(name).unwrap_or_default();
    let mut request = Request::new(text("url"), query("verb").unwrap_or("GET")).with_body(payload);
    if let Some(name) = query("name") {
        request = request.with_header(name, text("value"));
    }
    if let Some(ms) = query("ms") {
        request = request.with_request_timeout(Duration::from_millis(ms.parse()?));
    }
    if let Some(service) = query("sign") {
        request = request.with_authorization(Authorization::AwsSigV4Secret(AwsSigV4Secret {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
            service: service.into(),
        }));
    }
    if let Some(role) = query("role") {
        request = request.with_authorization(Authorization::Federated(IamRole {
            role_arn: role.into(),
            service: "s3".into(),
        }));
    }
    Ok(match momento_functions_http::invoke(request) {
        Ok(answer) => WebResponse::new()
            .with_status(answer.status)
            .with_headers(answer.headers)
            .with_body(answer.body)?,
        Err(error) => WebResponse::new().with_status(502).with_body(error.to_string())?,
    })
}
