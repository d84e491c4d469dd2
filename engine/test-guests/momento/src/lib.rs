//! Functions for Momento, built from the crates that are published for them: each of `examples/` is one. This is what they share.

/// A value of the request's query.
pub fn query(name: &str) -> Option<&'static str> {
    let environment = momento_functions_guest_web::WebEnvironment::load();
    environment.query_parameters().get(name).map(String::as_str)
}

/// The request's path below the function.
pub fn path() -> &'static str {
    momento_functions_guest_web::WebEnvironment::load().http_path()
}
