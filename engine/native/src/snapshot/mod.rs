//! Warmed functions: an instance that stays alive while it answers warm-up requests, and a component that starts where it stood after them.
//!
//! | step | where | file |
//! |---|---|---|
//! | refuse what can't be captured | compiler process | `constructs` |
//! | instrument: export what an instance holds | compiler process | `rewrite` |
//! | keep one instance alive, capture its memories and globals | the host's engine | `kept`, `state` |
//! | repeat it with other randomness and another time | the host's engine | `rehearsal` |
//! | call the function's hooks before the capture and in restored calls | the host's engine | `hooks` |
//! | rewrite: the state becomes data segments and initial values | compiler process | `rewrite`, `segments` |
//!
//! `wasmtime-wizer` does the instrumenting and the rewriting. It is deterministic, so that the second process gets by on the component and the
//! captured state. Untrusted bytes are parsed in the compiler process only.

mod constructs;
pub(crate) mod hooks;
pub(crate) mod kept;
pub(crate) mod rehearsal;
pub mod rewrite;
mod segments;
mod state;
#[cfg(test)]
pub(crate) mod tests;
