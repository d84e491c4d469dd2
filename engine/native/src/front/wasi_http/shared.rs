//! Things that more than one handle of a guest's belongs to.

use slab::Slab;

/// Things by number, each there until everybody who holds it let go.
pub struct Shared<T>(Slab<(T, u32)>);

impl<T> Default for Shared<T> {
    fn default() -> Shared<T> {
        Shared(Slab::new())
    }
}

impl<T> Shared<T> {
    /// Held once.
    pub fn insert(&mut self, thing: T) -> usize {
        self.0.insert((thing, 1))
    }

    pub fn of(&mut self, number: usize) -> &mut T {
        &mut self.0[number].0
    }

    pub fn hold(&mut self, number: usize) {
        self.0[number].1 += 1;
    }

    /// The thing itself, if nobody holds it any more.
    pub fn release(&mut self, number: usize) -> Option<T> {
        let holders = &mut self.0[number].1;
        *holders -= 1;
        (*holders == 0).then(|| self.0.remove(number).0)
    }
}
