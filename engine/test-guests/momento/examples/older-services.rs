//! What the crate `momento-functions-host` has for the services of AWS and for Redis, as the path says: `/secret?id&stage`, `/put?bucket&key&type`,
//! `/get?bucket&key`, `/put-item?key`, `/get-item?key`, `/call?function&version`; with `?role` by a role. `/cluster?name` and `/server?at` take
//! commands, one a line, a word an argument. What the crate leaves out is asked for as the interfaces have it: `/plain-put?bucket&key`,
//! `/plain-get?bucket&key`, `/replace-item`, `/call-as?function&kind`.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::fmt::Debug;
use std::time::Duration;

use momento_functions::{WebError, WebResponse, WebResult};
use momento_functions_host::aws::auth::{AwsCredentialsProvider, Credentials};
use momento_functions_host::aws::ddb::{AttributeValue, DynamoDBClient};
use momento_functions_host::aws::lambda::LambdaClient;
use momento_functions_host::aws::s3::{ObjectOptions, S3Client};
use momento_functions_host::aws::secrets_manager::{GetSecretValueRequest, SecretsManagerClient};
use momento_functions_host::redis::{Command, RedisClient, RedisClusterClient, RedisValue};
use momento_functions_host::web_extensions::FunctionEnvironment;
use momento_functions_wit::host::momento::host::{aws_auth, aws_ddb, aws_lambda, aws_s3};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "eu-west-1";

fn told(error: impl Debug) -> WebError {
    WebError::message(format!("{error:?}"))
}

/// As the interface has it.
fn plain_credentials() -> WebResult<aws_auth::CredentialsProvider> {
    let key = aws_auth::Credentials {
        access_key_id: KEY.into(),
        secret_access_key: SECRET.into(),
    };
    aws_auth::provider(&aws_auth::Authorization::Hardcoded(key), REGION).map_err(told)
}

fn command(line: &str) -> Command {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    words
        .fold(Command::builder().any(name), |command, word| command.arg(word))
        .build()
}

fn shown(value: RedisValue) -> String {
    match value {
        RedisValue::Nil => "nil".into(),
        RedisValue::Int(number) => number.to_string(),
        RedisValue::Data(data) => format!("{:?}", String::from_utf8_lossy(&data)),
        RedisValue::Bulk(values) => format!("[{}]", values.map(shown).collect::<Vec<_>>().join(" ")),
        RedisValue::Okay => "okay".into(),
        RedisValue::SimpleString(text) => text,
        RedisValue::SimpleError(text) => format!("error {text}"),
    }
}

momento_functions::post!(answer);
fn answer(payload: Vec<u8>) -> WebResult<WebResponse> {
    let environment = FunctionEnvironment::get_function_environment();
    let asked = |name: &str| environment.query_parameters().get(name).cloned();
    let query = |name: &str| asked(name).unwrap_or_default();
    let credentials = || {
        let credentials = match asked("role") {
            Some(role_arn) => Credentials::Federated { role_arn },
            None => Credentials::Hardcoded {
                access_key_id: KEY.into(),
                secret_access_key: SECRET.into(),
            },
        };
        AwsCredentialsProvider::new(REGION, credentials).map_err(told)
    };
    let response = WebResponse::new();
    Ok(match environment.http_path() {
        "secret" => {
            let mut request = GetSecretValueRequest::new(query("id"));
            if let Some(stage) = asked("stage") {
                request = request.version_stage(stage);
            }
            let secrets = SecretsManagerClient::new(&credentials()?);
            let secret = secrets.get_secret_value::<Vec<u8>>(request, Duration::from_secs(60));
            response.with_body(secret.map_err(told)?)?
        }
        "put" => {
            let options = ObjectOptions {
                content_type: asked("type"),
                content_encoding: Some("identity".into()),
            };
            let s3 = S3Client::new(&credentials()?);
            s3.put_with_options(query("bucket"), query("key"), payload, options)
                .map_err(told)?;
            response
        }
        "get" => {
            let options = ObjectOptions {
                content_type: asked("type"),
                content_encoding: None,
            };
            let s3 = S3Client::new(&credentials()?);
            match s3
                .get_with_options::<Vec<u8>>(query("bucket"), query("key"), options)
                .map_err(told)?
            {
                Some(found) => response
                    .header("x-type", found.content_type.unwrap_or_default())
                    .with_body(found.value)?,
                None => response.with_status(404),
            }
        }
        "plain-put" => {
            let request = aws_s3::PutObjectRequest {
                bucket: query("bucket"),
                key: query("key"),
                body: payload,
            };
            let stored = aws_s3::Client::new(&plain_credentials()?).put(&request).map_err(told)?;
            response.with_body(format!("{} {:?}", stored.etag.is_some(), stored.version_id))?
        }
        "plain-get" => {
            let request = aws_s3::GetObjectRequest {
                bucket: query("bucket"),
                key: query("key"),
            };
            let found = aws_s3::Client::new(&plain_credentials()?).get(&request).map_err(told)?;
            response
                .header("x-etag", found.etag.is_some().to_string())
                .with_body(found.body.unwrap_or_default())?
        }
        "put-item" => {
            let value = String::from_utf8_lossy(&payload).into_owned();
            let item = [
                ("id", AttributeValue::from(query("key"))),
                ("value", AttributeValue::from(value)),
            ];
            DynamoDBClient::new(&credentials()?)
                .put_item("table", item)
                .map_err(told)?;
            response
        }
        "get-item" => {
            let dynamo = DynamoDBClient::new(&credentials()?);
            match dynamo.get_item_raw("table", ("id", query("key"))).map_err(told)? {
                Some(item) => response.with_body(format!("{:?}", item.attributes.get("value")))?,
                None => response.with_status(404),
            }
        }
        "replace-item" => {
            let request = aws_ddb::PutItemRequest {
                table_name: "table".into(),
                item: aws_ddb::Item::Json(String::from_utf8_lossy(&payload).into_owned()),
                return_values: aws_ddb::ReturnValues::AllOld,
                return_consumed_capacity: aws_ddb::ReturnConsumedCapacity::Total,
                condition: Some(aws_ddb::Conditional {
                    expression: "#v <> :v".into(),
                    expression_attribute_names: Some(vec![("#v".into(), "value".into())]),
                    expression_attribute_values: Some(aws_ddb::Item::Json(r#"{":v":{"S":"x"}}"#.into())),
                }),
            };
            let put = aws_ddb::Client::new(&plain_credentials()?)
                .put_item(&request)
                .map_err(told)?;
            let units = put.consumed_capacity.and_then(|consumed| consumed.capacity_units);
            response.with_body(format!("{:?} {units:?}", put.attributes))?
        }
        "call" => {
            let lambda = LambdaClient::new(&credentials()?);
            let mut called = match asked("version") {
                Some(version) => lambda.invoke((query("function"), version), payload),
                None => lambda.invoke(query("function"), payload),
            }
            .map_err(told)?;
            let text = String::from_utf8(called.take_payload().unwrap_or_default()).map_err(told)?;
            response.with_body(format!("{} {text}", called.status_code()))?
        }
        "call-as" => {
            let invocation_type = match query("kind").as_str() {
                "event" => aws_lambda::InvocationType::Event,
                "dry-run" => aws_lambda::InvocationType::DryRun,
                _ => aws_lambda::InvocationType::RequestResponse(aws_lambda::InvokeSynchronousParameters {
                    log_type: Some(aws_lambda::LogType::Tail),
                    client_context: Some("e30=".into()),
                }),
            };
            let request = aws_lambda::InvokeRequest {
                function_name: query("function"),
                qualifier: None,
                payload: None,
                invocation_type,
            };
            let called = aws_lambda::Client::new(&plain_credentials()?)
                .invoke(&request)
                .map_err(told)?;
            response.with_body(format!(
                "{} {:?} {:?} {:?}",
                called.status_code, called.payload, called.log_result, called.executed_version
            ))?
        }
        "cluster" => {
            let cluster = RedisClusterClient::new_momento_managed(query("name"));
            let mut lines = vec![];
            for line in String::from_utf8_lossy(&payload).lines() {
                lines.push(shown(cluster.command(command(line)).map_err(told)?.into()));
            }
            response.with_body(lines.join("\n"))?
        }
        "server" => {
            let commands = String::from_utf8_lossy(&payload).lines().map(command).collect();
            let replies = RedisClient::new(query("at")).pipe(commands).map_err(told)?;
            response.with_body(replies.map(shown).collect::<Vec<_>>().join("\n"))?
        }
        _ => response.with_status(404),
    })
}
