//! Quotes prices from the catalog of the program it runs in: `/find/tea`, or `/quote/green-tea/2`.

use mayfly::{Error, Request, Response};

mod bindings {
    wit_bindgen::generate!({
        path: ["../../wit/data", "wit/catalog.wit"],
        world: "shop:pricing/pricing",
        generate_all,
    });
}

use bindings::mayfly::data::errors::Error as HostError;
use bindings::shop::pricing::catalog::{self, Availability, Basket};

mayfly::web!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    match request.path_segments().iter().map(AsRef::as_ref).collect::<Vec<&str>>()[..] {
        ["find", word] => Ok(Response::text(find(word))),
        ["quote", id, count] => {
            let count = count.parse().map_err(|_| Error::invalid("a count is a number"))?;
            Ok(Response::text(quote(id, count).map_err(told)?))
        }
        _ => Err(Error::not_found("there are /find/{word} and /quote/{id}/{count}")),
    }
}

fn find(word: &str) -> String {
    let lines = catalog::find(word)
        .into_iter()
        .map(|item| format!("{} {} {}\n", item.id, cents(item.price.into()), item.title));
    lines.collect()
}

fn quote(id: &str, count: u32) -> Result<String, HostError> {
    let availability = match catalog::availability_of(id)? {
        Availability::InStock(count) => format!("{count} in stock"),
        Availability::InDays(days) => format!("in {days} days"),
        Availability::Gone => "gone".into(),
    };
    // Dropped at the end: a quote takes nothing.
    let basket = Basket::new("quotes");
    basket.add(id, count)?;
    Ok(format!(
        "{} for {count} of {id}, {availability}\n",
        cents(basket.total())
    ))
}

fn cents(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn told(error: HostError) -> Error {
    match error {
        HostError::NotFound(text) => Error::not_found(text),
        HostError::Conflict(text) => Error::unavailable(text),
        other => Error::internal(format!("{other:?}")),
    }
}
