//! Resets linear memories between calls: nothing that one call wrote may be there for the next.
//!
//! wasmtime has the kernel throw a memory's pages away (`MADV_DONTNEED`). That is safe, and dear: it is a system call, the next call pays a page
//! fault for each page that it touches, and the kernel interrupts every other core that runs the process, so that two threads are slower than one.
//! But a function touches the same few pages in most calls: the top of its stack and its data. So its memories are reset in a better way:
//!
//! 1. Its first calls show which pages it touches in most calls. These are its *windows* (`windows`). From then on they are overwritten with what
//!    they held at first, and only the rest is thrown away. Its very first calls are reset by windows that another function had, if that goes well.
//! 2. The rest of a reset memory is *sealed* (`seal`): it can't be written. A call that writes to it anyway is interrupted by a fault, breaks the
//!    seal and goes on. If the seal is whole when a call ends, there is nothing to throw away, and no system call at all.
//! 3. A memory that serves another function than before gets that one's image copied (`memory`) instead of mapped, if it lies in a window.
//!
//! Which pages are windows, and whether a memory is sealed, decides how long a reset takes and nothing else: every byte of the memory is
//! overwritten, thrown away, or could not be written. Thrown away means that it is what it was at first: zeros, or the image's.
//!
//! wasmtime has no room for such a thing, so the linker sends its calls of libc's memory functions here (`wrapped`, and `--wrap` in `build.rs`).
//! Elsewhere than on Linux nothing is sent here, and all pages are thrown away.
//!
//! RATIONALE.md has the figures.

mod geometry;
mod memory;
mod pool;
mod seal;
#[cfg(all(test, target_os = "linux"))]
mod switch_tests;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod windows;
#[cfg(target_os = "linux")]
mod wrapped;

use std::cell::Cell;
use std::ffi::c_int;
use std::future::poll_fn;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut, Range};
use std::pin::pin;

use wasmtime::component::{Instance, InstancePre};
use wasmtime::{Result, Store};

use memory::Memory;
use pool::Pool;
pub use pool::PoolLayout;
pub use seal::break_seal;
pub use windows::Windows;

thread_local! {
    /// The windows of the store that this thread is dropping.
    static DROPPING: Cell<Option<*const Windows>> = const { Cell::new(None) };
    /// The windows of the component that this thread is instantiating, if images of it are copied.
    static INSTANTIATING: Cell<Option<*const Windows>> = const { Cell::new(None) };
    /// The mappings of a certain size that this thread makes.
    static SOUGHT: Cell<Sought> = const { Cell::new(Sought::NONE) };
}

/// Mappings of so many bytes: how many there were, and where the last one is.
#[derive(Clone, Copy)]
struct Sought {
    bytes: usize,
    count: usize,
    start: usize,
}

impl Sought {
    const NONE: Sought = Sought {
        bytes: 0,
        count: 0,
        start: 0,
    };
}

/// What the kernel can be asked for about one memory's pages. Each returns 0, or what the system call returned when it failed.
pub trait Pages {
    /// Puts pages back to what they hold before a call, by throwing away what was written.
    fn discard(&self, range: Range<usize>) -> c_int;

    /// Makes pages writable, or not. They can be read.
    fn protect(&self, range: Range<usize>, writable: bool) -> c_int;

    /// Whether so many of a memory's pages may stay written while no call uses it, instead of those that might until now. If not, none may.
    fn keep(&self, page_count: usize) -> bool;

    /// Whether an image was copied there, which the kernel doesn't know.
    fn have_copied_image(&self) -> bool;

    /// Writes what is that image's in a range of zeros.
    fn restore_copied_image(&self, range: Range<usize>) -> c_int;

    /// Makes that image one that the kernel knows.
    fn map_image(&self) -> c_int;
}

/// The linear memories of a shard: wasmtime's pool has them all in one mapping, where nothing else is.
#[derive(Clone, Copy)]
pub struct Memories(Option<&'static Pool>);

impl Memories {
    /// No memory is known, so each is thrown away as a whole.
    pub const NOWHERE: Memories = Memories(None);

    /// Runs `make`, which makes a pool, and remembers where its memories are until they are unmapped.
    pub fn of_pool<T>(layout: PoolLayout, make: impl FnOnce() -> T) -> (T, Memories) {
        SOUGHT.set(Sought {
            bytes: layout.bytes(),
            ..Sought::NONE
        });
        let made = make();
        let Sought { bytes, count, start } = SOUGHT.replace(Sought::NONE);
        // Nothing says which it is if there are two of the size.
        let pool = (count == 1).then(|| Pool::register(start..start + bytes, layout));
        (made, Memories(pool.flatten()))
    }

    pub fn are_known(self) -> bool {
        self.0.is_some()
    }

    fn pool(self) -> Option<&'static Pool> {
        self.0
    }

    /// The memory that starts at an address; None for what is none of these.
    fn memory(self, start: usize, bytes: usize) -> Option<&'static Memory> {
        self.0.and_then(|pool| pool.memory(start, bytes))
    }
}

/// A store whose memory is reset by windows when it is dropped.
pub struct WindowedStore<'a, T: 'static> {
    store: ManuallyDrop<Store<T>>,
    windows: &'a Windows,
}

impl<'a, T> WindowedStore<'a, T> {
    /// `windows` are those of the one component that is instantiated in the store.
    pub fn new(store: Store<T>, windows: &'a Windows) -> Self {
        WindowedStore {
            store: ManuallyDrop::new(store),
            windows,
        }
    }

    /// Instantiates the component.
    pub async fn instantiate(&mut self, component: &InstancePre<T>) -> Result<Instance>
    where
        T: Send,
    {
        let windows = self.windows.copy_images().then_some(self.windows);
        let mut instantiated = pin!(component.instantiate_async(&mut *self.store));
        poll_fn(|context| {
            /// Also when it panics. While it waits, others may be instantiated.
            struct Polled;
            impl Drop for Polled {
                fn drop(&mut self) {
                    INSTANTIATING.set(None);
                }
            }
            INSTANTIATING.set(windows.map(std::ptr::from_ref));
            let _polled = Polled;
            instantiated.as_mut().poll(context)
        })
        .await
    }
}

impl<T> Deref for WindowedStore<'_, T> {
    type Target = Store<T>;

    fn deref(&self) -> &Store<T> {
        &self.store
    }
}

impl<T> DerefMut for WindowedStore<'_, T> {
    fn deref_mut(&mut self) -> &mut Store<T> {
        &mut self.store
    }
}

impl<T> Drop for WindowedStore<'_, T> {
    fn drop(&mut self) {
        /// Also when dropping the store panics.
        struct Dropped;
        impl Drop for Dropped {
            fn drop(&mut self) {
                DROPPING.set(None);
            }
        }
        DROPPING.set(Some(self.windows));
        let _dropped = Dropped;
        // SAFETY: nobody uses it after this.
        unsafe { ManuallyDrop::drop(&mut self.store) };
    }
}
