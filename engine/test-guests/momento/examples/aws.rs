//! What AWS's services do, as the path says: `/secret?id&stage`, `/put?bucket&key`, `/get?bucket&key`, `/put-item?key`, `/get-item?key`; with
//! `?role` by a role.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::time::Duration;

use momento::query;
use momento_functions_aws_auth::{Authorization, Credentials, IamRole, provider};
use momento_functions_aws_ddb::{AttributeValue, DynamoDBClient};
use momento_functions_aws_s3::{PutObjectRequest, S3Client};
use momento_functions_aws_secrets_manager::{GetSecretValueRequest, SecretsManagerClient};
use momento_functions_bytes::Data;
use momento_functions_guest_web::{WebResponse, WebResult, invoke};

invoke!(answer);
fn answer(payload: Data) -> WebResult<WebResponse> {
    let text = |name| query(name).unwrap_or_default();
    let authorization = match query("role") {
        Some(role) => Authorization::Federated(IamRole { role_arn: role.into() }),
        None => Authorization::Hardcoded(Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
        }),
    };
    let credentials = provider(&authorization, "eu-west-1")?;
    let response = WebResponse::new();
    Ok(match momento::path() {
        "secret" => {
            let mut request = GetSecretValueRequest::new(text("id"));
            if let Some(stage) = query("stage") {
                request = request.version_stage(stage);
            }
            let secrets = SecretsManagerClient::new(&credentials);
            response.with_body(secrets.get_secret_value::<String>(request, Duration::from_secs(60))?)?
        }
        "put" => {
            let request =
                PutObjectRequest::new(text("bucket"), text("key"), payload).with_metadata_entry("colour", "red");
            let stored = S3Client::new(&credentials).put(request)?;
            response.with_body(format!("{}", stored.etag.is_some()))?
        }
        "get" => match S3Client::new(&credentials).get::<Data>(text("bucket"), text("key"))? {
            Some(found) => response.with_headers(found.metadata).with_body(found.body)?,
            None => response.with_status(404),
        },
        "put-item" => {
            let item = [
                ("id", AttributeValue::from(text("key"))),
                ("value", AttributeValue::from(String::from_utf8(payload.into_bytes())?)),
            ];
            DynamoDBClient::new(&credentials).put_item("table", item)?;
            response
        }
        "get-item" => match DynamoDBClient::new(&credentials).get_item_raw("table", ("id", text("key")))? {
            Some(item) => response.with_body(format!("{:?}", item.attributes.get("value")))?,
            None => response.with_status(404),
        },
        _ => response.with_status(404),
    })
}
