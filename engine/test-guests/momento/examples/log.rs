//! Logs the request's body at each level; to the topic `?topic` at `info` and above, or to CloudWatch.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use log::LevelFilter;
use momento::query;
use momento_functions_guest_web::invoke;
use momento_functions_host::logging::{LogConfiguration, LogDestination};
use momento_functions_log::configure_logs;

invoke!(answer);
fn answer(line: String) -> String {
    let to = match query("topic") {
        Some(topic) => LogDestination::topic(topic),
        None => LogDestination::cloudwatch("arn:aws:iam::1:role/logs", "group"),
    };
    let configured = configure_logs([LogConfiguration::new(to).with_log_level(LevelFilter::Info)]);
    log::debug!("{line}");
    log::info!("{line}");
    log::error!("{line}");
    format!("{configured:?}")
}
