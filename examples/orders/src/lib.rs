//! Orders that are taken once, out of stock, and paid for.
//!
//! ```text
//! PUT /stock/{item}     how many there are, as the body
//! POST /                {"item":"tea","count":2,"cents":1200} with an idempotency-key, which becomes the order's id
//! GET /{id}             the order
//! ```
//!
//! An order is `pending` from the moment it is on disk until the payment service has answered, `paid` or `refused`
//! afterwards. Whatever breaks in between, the client sends the same request again: an order that is still pending is
//! charged again under the same key, which the payment service charges once.

mod payment;
mod schema;

use mayfly::{Error, HostError, Request, Response, sql};
use payment::Charge;
use serde::{Deserialize, Serialize};

mayfly::web!(handle);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    item: String,
    count: u32,
    cents: u32,
}

#[derive(Debug, PartialEq, Serialize)]
struct Order {
    id: String,
    item: String,
    count: u32,
    cents: u32,
    state: String,
}

fn handle(request: Request) -> Result<Response, Error> {
    let shop = sql::database("shop");
    match (&*request.method(), &*request.path_segments()) {
        ("PUT", [stock, item]) if stock == "stock" => restock(shop, item, &request),
        ("POST", []) => order(shop, &request),
        ("GET", [id]) => match find(shop, id)? {
            Some(order) => json(200, &order),
            None => Err(Error::not_found(format_args!("no order {id}"))),
        },
        _ => Err(Error::not_found("POST to /, GET /{id}, or PUT /stock/{item}")),
    }
}

fn restock(shop: sql::Database, item: &str, request: &Request) -> Result<Response, Error> {
    let count: u32 = request.body_text()?.trim().parse().map_err(Error::invalid)?;
    schema::prepare(shop)?;
    shop.execute(
        "insert into stock (item, available) values (?, ?) \
         on conflict (item) do update set available = excluded.available",
        (item, count),
    )?;
    Ok(Response::empty(204))
}

fn order(shop: sql::Database, request: &Request) -> Result<Response, Error> {
    let id = checked_id(request.header("idempotency-key"))?;
    let wish: Wish = serde_json::from_str(&request.body_text()?).map_err(Error::invalid)?;
    schema::prepare(shop)?;
    match take(shop, &id, &wish) {
        Ok(true) => (),
        Ok(false) => {
            return Ok(Response::text(format!("not enough {} in stock\n", wish.item)).status(409));
        }
        // The key was used before: for a request like this one, whose answer may have been lost, or for another.
        Err(HostError::Conflict(_)) => match find(shop, &id)? {
            Some(order) if order.state == PENDING && order.is(&wish) => (),
            Some(order) => return json(409, &order),
            None => return Err(Error::unavailable("the order was in use")),
        },
        Err(error) => return Err(error.into()),
    }
    settle(shop, &id, &wish)
}

const PENDING: &str = "pending";

/// Takes what is ordered out of stock and writes the order down, both or neither. False when there isn't enough.
fn take(shop: sql::Database, id: &str, wish: &Wish) -> Result<bool, HostError> {
    let transaction = shop.begin()?;
    transaction.execute(
        "insert into orders (id, item, amount, cents, state) values (?, ?, ?, ?, ?)",
        (id, &wish.item, wish.count, wish.cents, PENDING),
    )?;
    let taken = transaction.execute(
        "update stock set available = available - ? where item = ? and available >= ?",
        (wish.count, &wish.item, wish.count),
    )?;
    if taken == 0 {
        // Dropped without a commit, the transaction takes the order back.
        return Ok(false);
    }
    transaction.commit()?;
    Ok(true)
}

/// Has the order paid. No transaction is open meanwhile: a slow payment service must not hold the database's connections.
fn settle(shop: sql::Database, id: &str, wish: &Wish) -> Result<Response, Error> {
    match payment::charge(id, wish.cents)? {
        Charge::Accepted => {
            shop.execute(
                "update orders set state = 'paid' where id = ? and state = ?",
                (id, PENDING),
            )?;
            settled(shop, id, 201)
        }
        Charge::Refused => {
            let transaction = shop.begin()?;
            // Another attempt at the same order may have given the stock back already.
            let changed = transaction.execute(
                "update orders set state = 'refused' where id = ? and state = ?",
                (id, PENDING),
            )?;
            if changed == 1 {
                transaction.execute(
                    "update stock set available = available + ? where item = ?",
                    (wish.count, &wish.item),
                )?;
            }
            transaction.commit()?;
            settled(shop, id, 402)
        }
    }
}

fn settled(shop: sql::Database, id: &str, status: u16) -> Result<Response, Error> {
    let order = find(shop, id)?.ok_or_else(|| Error::internal("an order went away"))?;
    Ok(json(status, &order)?.header("location", format!("/{id}")))
}

fn find(shop: sql::Database, id: &str) -> Result<Option<Order>, HostError> {
    let found = shop.query_one("select item, amount, cents, state from orders where id = ?", (id,))?;
    Ok(found.map(|(item, count, cents, state)| Order {
        id: id.into(),
        item,
        count,
        cents,
        state,
    }))
}

impl Order {
    fn is(&self, wish: &Wish) -> bool {
        self.item == wish.item && self.count == wish.count && self.cents == wish.cents
    }
}

fn json(status: u16, order: &Order) -> Result<Response, Error> {
    let text = serde_json::to_string(order).map_err(Error::internal)?;
    Ok(Response::json(text).status(status))
}

/// The key is an id, a part of a path and a header of the charge.
fn checked_id(key: Option<String>) -> Result<String, Error> {
    match key {
        Some(key) if (8..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
            Ok(key)
        }
        _ => Err(Error::invalid("idempotency-key has 8 to 64 letters, digits and dashes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_refused_unless_it_says_what_is_wanted_and_nothing_else() {
        let wish = |text: &str| serde_json::from_str::<Wish>(text).ok();
        assert_eq!(
            wish(r#"{"item":"tea","count":2,"cents":1200}"#),
            Some(Wish {
                item: "tea".into(),
                count: 2,
                cents: 1200
            })
        );
        for wrong in [
            r#"{"item":"tea","count":2}"#,
            r#"{"item":"tea","count":-2,"cents":1200}"#,
            r#"{"item":"tea","count":2,"cents":1200,"state":"paid"}"#,
        ] {
            assert_eq!(wish(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_idempotency_key_is_long_enough_to_be_ones_own_and_fits_a_path() {
        assert_eq!(checked_id(Some("0b9c7a1e-7".into())), Ok("0b9c7a1e-7".into()));
        for wrong in ["", "short", "with space", "with/slash", &"x".repeat(65)] {
            assert!(checked_id(Some(wrong.into())).is_err(), "{wrong}");
        }
        assert!(checked_id(None).is_err());
    }

    #[test]
    fn only_the_same_order_is_taken_up_again() {
        let wish = |cents| Wish {
            item: "tea".into(),
            count: 2,
            cents,
        };
        let order = Order {
            id: "0b9c7a1e-7".into(),
            item: "tea".into(),
            count: 2,
            cents: 1200,
            state: PENDING.into(),
        };
        assert!(order.is(&wish(1200)));
        assert!(!order.is(&wish(1)));
    }
}
