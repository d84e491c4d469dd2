//! Greets whoever the request names: `/Ada` or `/?name=Ada`. The word for it comes from the configuration.

use mayfly::{Error, Request, Response, config, log};

mayfly::web!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    if request.method() != "GET" {
        return Ok(Response::text("Use GET.\n").status(405).header("allow", "GET"));
    }
    let path = request.path_segments();
    let query = request.query();
    let name = match path.as_slice() {
        [] => query.get("name").unwrap_or("world".into()),
        [name] => name.into(),
        _ => return Err(Error::not_found("greetings are at /{name} or at /?name={name}")),
    };
    let greeting = config::get("greeting").unwrap_or("Hello".into());
    log::info!("greeting {name}");
    Ok(Response::text(format!("{greeting}, {name}!\n")))
}
