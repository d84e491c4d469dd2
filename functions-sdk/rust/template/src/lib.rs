use mayfly::{Error, Request, Response};

mayfly::web!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    let query = request.query();
    let name = query.get("name").ok_or_else(|| Error::invalid("?name= is missing"))?;
    Ok(Response::text(greet(&name)))
}

fn greet(name: &str) -> String {
    format!("Hello, {name}!\n")
}

#[cfg(test)]
mod tests {
    use super::greet;

    #[test]
    fn greets_by_name() {
        assert_eq!(greet("Ada"), "Hello, Ada!\n");
    }
}
