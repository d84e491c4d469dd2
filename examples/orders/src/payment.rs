//! The payment service: `POST /charges` with the order's id as its idempotency key, signed with a key that the two share.

use std::time::Duration;

use hmac::{Hmac, Mac};
use mayfly::{Error, http, log, secrets};
use sha2::Sha256;

const TIMEOUT: Duration = Duration::from_secs(3);

pub enum Charge {
    Accepted,
    Refused,
}

/// Charges an order. Any error leaves open whether it was charged: the same id has to be charged again.
pub fn charge(id: &str, cents: u32) -> Result<Charge, Error> {
    let body = format!(r#"{{"order":"{id}","cents":{cents}}}"#);
    let key = secrets::get("payments-key")?;
    let response = http::upstream("payments")
        .post("/charges")
        .header("idempotency-key", id)
        .header("signature", signature(key.as_bytes(), body.as_bytes()))
        .json(&body)
        .timeout(TIMEOUT)
        .send()?;
    match response.status {
        200..=299 => Ok(Charge::Accepted),
        402 => Ok(Charge::Refused),
        status => {
            log::warn!("the payment service answered {status} to order {id}");
            Err(Error::unavailable(
                "the payment service is out of order; send the same request again",
            ))
        }
    }
}

/// HMAC-SHA-256 (RFC 2104) of the body: `sha256=` and 64 hexadecimal digits.
fn signature(key: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
    mac.update(body);
    let digits: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256={digits}")
}

#[cfg(test)]
mod tests {
    use super::signature;

    /// RFC 4231, test case 2.
    #[test]
    fn signs_as_the_standard_says() {
        assert_eq!(
            signature(b"Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
