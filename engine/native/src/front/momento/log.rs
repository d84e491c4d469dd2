//! `momento:host/logging`: the function's log, and topics that its lines are published to as well.

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lift};

use super::{Access, Interface, Momento, VERSION, perform_on};
use crate::front::functions::PUBLISH;
use crate::front::log::{self, Level};
use crate::layout::LOG_MESSAGE_BYTES_MAX;

/// `Operation.FUNCTION_GRANTED`
const FUNCTION_GRANTED: i32 = 261;

#[derive(ComponentType, Lift, Clone, Copy, PartialEq, PartialOrd)]
#[component(enum)]
#[expect(dead_code, reason = "guests' values are lifted into it")]
#[repr(u8)]
enum LogLevel {
    #[component(name = "off")]
    Off,
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

impl LogLevel {
    fn level(self) -> Option<Level> {
        match self {
            LogLevel::Off => None,
            LogLevel::Debug => Some(Level::Debug),
            LogLevel::Info => Some(Level::Info),
            LogLevel::Warn => Some(Level::Warn),
            LogLevel::Error => Some(Level::Error),
        }
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct ToTopic {
    #[component(name = "topic-name")]
    name: String,
}

#[derive(ComponentType, Lift)]
#[component(record)]
#[expect(dead_code, reason = "guests' values are lifted into it")]
struct ToCloudwatch {
    #[component(name = "iam-role-arn")]
    role: String,
    #[component(name = "log-group-name")]
    group: String,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum To {
    #[component(name = "topic")]
    Topic(ToTopic),
    #[component(name = "cloudwatch")]
    #[expect(dead_code, reason = "it is refused, whatever it says")]
    Cloudwatch(ToCloudwatch),
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Configuration {
    #[component(name = "log-level")]
    level: LogLevel,
    /// What the host itself has to say of a function is not part of the function's log.
    #[component(name = "system-logs-level")]
    #[expect(dead_code, reason = "as it says")]
    system_level: LogLevel,
    destination: To,
}

#[derive(ComponentType, wasmtime::component::Lower)]
#[component(variant)]
enum Error {
    #[component(name = "auth")]
    Auth(String),
}

/// A topic, and the least that is published to it.
pub struct Destination {
    topic: String,
    level: LogLevel,
}

pub const LOGGING: Interface = Interface {
    name: "momento:host/logging",
    version: VERSION,
    resources: &[],
    functions: &[
        ("configure-logging", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (inputs,): (Vec<Configuration>,)| {
                Box::new(async move { Ok((configure(&mut store, inputs).await?,)) })
            })
        }),
        ("log", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (line, level): (String, LogLevel)| {
                Box::new(async move { write(&mut store, &line, level).await })
            })
        }),
    ],
};

async fn configure(store: &mut Access<'_>, inputs: Vec<Configuration>) -> Result<std::result::Result<(), Error>> {
    for input in inputs {
        let To::Topic(ToTopic { name }) = input.destination else {
            let reason =
                "CloudWatch can't be reached by a role here: the function's log is on this host, or goes to a topic";
            return Ok(Err(Error::Auth(reason.into())));
        };
        if let Err(error) = perform_on::<()>(store, FUNCTION_GRANTED, "topic", &name, ()).await? {
            return Ok(Err(Error::Auth(error.text().to_owned())));
        }
        Momento::of(store.data_mut()).destinations.push(Destination {
            topic: name,
            level: input.level,
        });
    }
    Ok(Ok(()))
}

async fn write(store: &mut Access<'_>, line: &str, level: LogLevel) -> Result<()> {
    let Some(shown) = level.level() else {
        return Ok(());
    };
    let kept = &line[..line.floor_char_boundary(LOG_MESSAGE_BYTES_MAX)];
    log::write_line(store.data_mut(), shown, kept).await;
    let destinations = Momento::of(store.data_mut()).destinations.iter();
    let topics: Vec<_> = destinations
        .filter(|to| to.level != LogLevel::Off && level >= to.level)
        .map(|to| to.topic.clone())
        .collect();
    for topic in topics {
        let message = (line.as_bytes().to_vec(), Vec::<(String, String)>::new());
        if let Err(error) = perform_on::<()>(store, PUBLISH, "topic", &topic, message).await? {
            let text = format!("lines are not published to topic {topic} any more: {}", error.text());
            log::write_line(store.data_mut(), Level::Warn, &text).await;
            Momento::of(store.data_mut())
                .destinations
                .retain(|to| to.topic != topic);
        }
    }
    Ok(())
}
