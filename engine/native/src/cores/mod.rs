//! Which core a call runs on, and that no two threads with calls take turns on one while another core has none.
//!
//! A kernel leaves two busy threads on one core for turns of some milliseconds when what runs on the others sleeps a moment now and then, as a client
//! on the same machine does or a thread that waits for sockets. A call waits out a whole turn then, a hundred times as long as it runs. So a thread
//! notes with each call which core it is on; one that finds another thread's note there, from just now, goes to a core without. It is not bound to
//! that one: the thread and what it starts may run where they could before, and the kernel may move it again.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod system;

#[cfg(target_os = "linux")]
mod seats;

pub use system::{here, keep_to};
