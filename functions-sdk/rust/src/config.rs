//! What the operator set for this function at deploy (`[config]` in `mayfly.toml`). Nothing secret belongs there.

use crate::bindings::mayfly::config::config;

/// The value under `name`, or `None`. Names are case-sensitive; one longer than 256 bytes has no value.
pub fn get(name: &str) -> Option<String> {
    config::get(name)
}
