use std::borrow::Cow;

/// What stands behind `?` in a request's URL. Parameters are decoded when they are asked for.
///
/// Decoding is that of HTML forms (WHATWG URL, `application/x-www-form-urlencoded`): `+` is a space, `%41` is `A`, a
/// `%` that begins no octet stands for itself, and what isn't UTF-8 becomes U+FFFD. It never fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Option<String>);

impl Query {
    /// A query as it stands in a URL, without the `?`; `None` where a URL has none.
    pub fn new(raw: Option<String>) -> Query {
        Query(raw)
    }

    /// As sent, without the `?`; `None` where there was no `?`.
    pub fn raw(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The first value of a parameter; empty where it has no `=`, as in `?gfm`.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Whether a parameter is there, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All parameters as name and value, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.0.as_deref().unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(raw: &str) -> Query {
        Query::new(Some(raw.to_owned()))
    }

    #[test]
    fn decodes_names_and_values() {
        let query = query("full+name=Ada%20Lovelace&na%C3%AFve=%E2%9C%93");
        assert_eq!(query.get("full name").unwrap(), "Ada Lovelace");
        assert_eq!(query.get("naïve").unwrap(), "✓");
    }

    #[test]
    fn gives_the_first_value_and_iterates_over_all() {
        let query = query("tag=a&tag=b");
        assert_eq!(query.get("tag").unwrap(), "a");
        let tags: Vec<_> = query.iter().map(|(_, value)| value).collect();
        assert_eq!(tags, ["a", "b"]);
    }

    #[test]
    fn tells_an_empty_value_from_a_missing_parameter() {
        let query = query("gfm&width=");
        assert!(query.has("gfm"));
        assert_eq!(query.get("width").unwrap(), "");
        assert!(query.get("height").is_none());
    }

    #[test]
    fn keeps_what_is_not_valid_encoding() {
        let query = query("rate=100%&code=%zz&bytes=%FF");
        assert_eq!(query.get("rate").unwrap(), "100%");
        assert_eq!(query.get("code").unwrap(), "%zz");
        assert_eq!(query.get("bytes").unwrap(), "\u{FFFD}");
    }

    #[test]
    fn has_nothing_where_there_is_no_query() {
        let none = Query::new(None);
        assert_eq!(none.raw(), None);
        assert_eq!(none.iter().count(), 0);
        assert_eq!(query("").iter().count(), 0);
    }
}
