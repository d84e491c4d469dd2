//! The function's own log: `log::info!("{count} orders")`, likewise [`trace!`], [`debug!`], [`warn!`] and [`error!`].
//!
//! Writing never fails and never waits for a disk. A line is cut at 8 KiB; past the call's log limit lines are dropped
//! and counted. What the operator doesn't want to see is still formatted: the level is the host's to judge.

use std::panic;

use crate::bindings::mayfly::log::log as host;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every step.
    Trace,
    /// Of use while looking for a mistake.
    Debug,
    /// Of use to the operator.
    Info,
    /// Something is odd, yet the call goes on.
    Warn,
    /// Something failed.
    Error,
}

/// Appends one line to the log.
pub fn write(level: Level, message: &str) {
    host::write(level.into(), message);
}

/// The same with fields, for logs that are searched: `log::write_fields(Level::Info, "paid", &[("order", "o-7")])`.
/// Name and value of each; what is too long is cut with the line.
pub fn write_fields(level: Level, message: &str, fields: &[(&str, &str)]) {
    host::write_fields(level.into(), message, fields);
}

impl From<Level> for host::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Trace => host::Level::Trace,
            Level::Debug => host::Level::Debug,
            Level::Info => host::Level::Info,
            Level::Warn => host::Level::Warn,
            Level::Error => host::Level::Error,
        }
    }
}

/// Lets a panic say what and where before it becomes a trap, which tells neither.
pub(crate) fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        match panic.location() {
            Some(place) => write(Level::Error, &format!("panicked at {place}: {message}")),
            None => write(Level::Error, &format!("panicked: {message}")),
        }
    }));
}

/// Logs a formatted line at trace level.
#[doc(hidden)]
#[macro_export]
macro_rules! __trace {
    ($($arg:tt)+) => { $crate::log::write($crate::log::Level::Trace, &::std::format!($($arg)+)) };
}

/// Logs a formatted line at debug level.
#[doc(hidden)]
#[macro_export]
macro_rules! __debug {
    ($($arg:tt)+) => { $crate::log::write($crate::log::Level::Debug, &::std::format!($($arg)+)) };
}

/// Logs a formatted line at info level.
#[doc(hidden)]
#[macro_export]
macro_rules! __info {
    ($($arg:tt)+) => { $crate::log::write($crate::log::Level::Info, &::std::format!($($arg)+)) };
}

/// Logs a formatted line at warn level.
#[doc(hidden)]
#[macro_export]
macro_rules! __warn {
    ($($arg:tt)+) => { $crate::log::write($crate::log::Level::Warn, &::std::format!($($arg)+)) };
}

/// Logs a formatted line at error level.
#[doc(hidden)]
#[macro_export]
macro_rules! __error {
    ($($arg:tt)+) => { $crate::log::write($crate::log::Level::Error, &::std::format!($($arg)+)) };
}

#[doc(inline)]
pub use crate::{__debug as debug, __error as error, __info as info, __trace as trace, __warn as warn};
