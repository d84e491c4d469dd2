//! State that most calls never need.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

/// A value that is made when somebody first looks at it, and takes a call two words until then: every call moves all of its state.
pub struct Lazily<T>(OnceLock<Box<T>>);

impl<T> Lazily<T> {
    pub const fn new() -> Lazily<T> {
        Lazily(OnceLock::new())
    }

    /// The value, if somebody has looked at it.
    pub fn made(&mut self) -> Option<&mut T> {
        self.0.get_mut().map(Box::as_mut)
    }
}

impl<T: Default> Deref for Lazily<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get_or_init(Box::default)
    }
}

impl<T: Default> DerefMut for Lazily<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_init(Box::default);
        self.0.get_mut().expect("just made")
    }
}
