use std::iter;

use crate::HostError;

/// The items of all pages. A page is asked for when the one before it is used up: `page` gets where to go on and gives
/// the items from there and the next place, none at the end. An error is the last item.
pub(crate) fn items<T>(
    mut page: impl FnMut(Option<&str>) -> Result<(Vec<T>, Option<String>), HostError>,
) -> impl Iterator<Item = Result<T, HostError>> {
    let mut items = Vec::new().into_iter();
    let mut place = None;
    let mut at_end = false;
    iter::from_fn(move || {
        loop {
            if let Some(item) = items.next() {
                return Some(Ok(item));
            }
            if at_end {
                return None;
            }
            match page(place.as_deref()) {
                Ok((next_items, next_place)) => {
                    items = next_items.into_iter();
                    at_end = next_place.is_none();
                    place = next_place;
                }
                Err(error) => {
                    at_end = true;
                    return Some(Err(error));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_where_the_page_before_ended_even_an_empty_one() {
        let mut places = Vec::new();
        let found: Vec<_> = items(|place| {
            places.push(place.map(str::to_owned));
            Ok(match place {
                None => (vec![1, 2], Some("b".into())),
                Some("b") => (vec![], Some("c".into())),
                Some(_) => (vec![3], None),
            })
        })
        .collect();
        assert_eq!(found, [Ok(1), Ok(2), Ok(3)]);
        assert_eq!(places, [None, Some("b".into()), Some("c".into())]);
    }

    #[test]
    fn an_error_is_the_last_item() {
        let gone = HostError::Unavailable("gone".into());
        let found: Vec<_> = items(|place| match place {
            None => Ok((vec![1], Some("b".into()))),
            Some(_) => Err(gone.clone()),
        })
        .collect();
        assert_eq!(found, [Ok(1), Err(gone.clone())]);
    }
}
