//! Hands on what it gets.

use momento_functions_bytes::Data;
use momento_functions_guest_web::invoke;

invoke!(echo);
fn echo(payload: Data) -> Data {
    payload
}
