//! Values that the operator keeps from view. Keep them from logs and answers.

use std::time::Duration;

use crate::HostError;
use crate::bindings::mayfly::secrets::secrets as host;
use crate::time::millis;

/// The value of a `secret` binding that the function was granted, as old as the host lets it be.
pub fn get(name: &str) -> Result<String, HostError> {
    Ok(host::get(name, None)?)
}

/// The same, read from where the host keeps it no longer ago than `staleness`: zero for a value that just changed.
pub fn get_within(name: &str, staleness: Duration) -> Result<String, HostError> {
    Ok(host::get(name, Some(millis(staleness)))?)
}
