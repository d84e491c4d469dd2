//! Begin, resume, cancel: a function's call as a future that is polled on the caller's thread.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use wasmtime::component::{Instance, Resource};
use wasmtime::{ResourceLimiter, Result, Store};

use crate::front::momento::Momento;
use crate::front::random::Random;
use crate::front::wasi_blobstore::Blobs;
use crate::front::wasi_http::{self, Http};
use crate::front::wasi_io::Wasi;
use crate::front::wasi_keyvalue::Held;
use crate::front::wasi_messaging::Messages;
use crate::front::{clocks, command, event, head, response, wasi_cli, web};
use crate::layout::{Answer, Buffer, ENTRY_BEFORE_SNAPSHOT, ENTRY_EVENT, Frame, Given, MESSAGE_BYTES_MAX, Told};
use crate::lazily::Lazily;
use crate::outcome::{self, BadFrame, DONE, Exit, OPERATION, YIELD};
use crate::prelink::Linked;
use crate::replicas::Prelinked;
use crate::reset::WindowedStore;
use crate::snapshot::rehearsal::Rehearsal;

/// `Operation.OK`
pub const OK: i32 = 0;
/// `Operation.LIMIT_EXCEEDED`
pub const LIMIT_EXCEEDED: i32 = 2;

/// Live component-model handles a function may hold: its own resources' included.
const HANDLE_COUNT_MAX: usize = 10_000;

/// The frame of one invocation.
///
/// The host promises (in `mf_begin`) that it is valid until the invocation ended, that nobody else touches it while the engine runs, and that the
/// engine doesn't run on two threads at once. So each accessor may hand out a reference that lives for a moment.
#[derive(Clone, Copy)]
pub struct FramePtr(*mut Frame);

// SAFETY: see above; the host hands an invocation from thread to thread with the ordering that its own scheduler gives.
unsafe impl Send for FramePtr {}
// SAFETY: likewise.
unsafe impl Sync for FramePtr {}

#[expect(
    clippy::mut_from_ref,
    reason = "a pointer's copy: the type's documentation says why no two references meet"
)]
impl FramePtr {
    /// # Safety
    /// `frame` is as the type's documentation says.
    pub unsafe fn new(frame: *mut Frame) -> FramePtr {
        FramePtr(frame)
    }

    pub fn told(&self) -> &mut Told {
        // SAFETY: valid and not shared, by the type's promise.
        unsafe { &mut (*self.0).told }
    }

    pub fn given(&self) -> &Given {
        // SAFETY: as above.
        unsafe { &(*self.0).given }
    }

    pub fn answer(&self) -> &Answer {
        // SAFETY: as above.
        unsafe { &(*self.0).answer }
    }

    pub fn buffer(&self, index: usize) -> &mut Buffer {
        // SAFETY: as above; the index is checked.
        unsafe { &mut (*self.0).buffers[index] }
    }

    /// Puts text into the message area, cut at a character boundary.
    pub fn set_message(&self, text: &str) {
        let text = &text[..text.floor_char_boundary(MESSAGE_BYTES_MAX)];
        // SAFETY: as above.
        unsafe { (&mut (*self.0).message)[..text.len()].copy_from_slice(text.as_bytes()) };
        self.told().message_bytes = text.len() as u32;
    }
}

/// What a store holds: one invocation's state on this side of the seam.
pub struct Call {
    pub frame: FramePtr,
    /// A read that spans slabs is put together here.
    pub scratch: Vec<u8>,
    /// The current operation's bytes: Java reads them where they are.
    pub argument: Vec<u8>,
    pub random: Option<Box<Random>>,
    /// In a warm-up: what stands for randomness and time.
    pub rehearsal: Option<Box<Rehearsal>>,
    pub log_bytes: u64,
    /// The function is a command: a request is its standard input, and its standard output is the response.
    pub is_command: bool,
    /// The function is one for Momento, and reads more of its environment than others.
    pub is_momento: bool,
    pub keyvalue: Lazily<Held>,
    pub messaging: Lazily<Messages>,
    pub blobs: Lazily<Blobs>,
    pub wasi: Lazily<Wasi>,
    http: Lazily<Http>,
    pub momento: Lazily<Momento>,
}

impl Call {
    pub fn new(frame: FramePtr) -> Call {
        Call {
            frame,
            scratch: Vec::new(),
            argument: Vec::new(),
            random: None,
            rehearsal: None,
            log_bytes: 0,
            is_command: false,
            is_momento: false,
            keyvalue: Lazily::new(),
            messaging: Lazily::new(),
            blobs: Lazily::new(),
            wasi: Lazily::new(),
            http: Lazily::new(),
            momento: Lazily::new(),
        }
    }

    pub fn http(&mut self) -> &mut Http {
        &mut self.http
    }

    /// A handle of `wasi:http`'s that is still open.
    pub fn http_kept(&mut self) -> Option<&'static str> {
        self.http.made().and_then(|http| http.kept())
    }

    /// Hands an operation to the host; the future is ready once the host resumed.
    pub fn operation(&self, number: i32, argument: u64) -> HostOperation<'static> {
        HostOperation {
            frame: self.frame,
            number,
            argument,
            bytes: (0, 0),
            submitted: false,
            argument_bytes: PhantomData,
        }
    }

    /// The same with bytes, which stay in [`Call::argument`] until the host has answered.
    pub fn operation_about(&self, number: i32, argument: u64) -> HostOperation<'_> {
        HostOperation {
            frame: self.frame,
            number,
            argument,
            bytes: (self.argument.as_ptr() as u64, self.argument.len() as u64),
            submitted: false,
            argument_bytes: PhantomData,
        }
    }
}

impl ResourceLimiter for Call {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        if desired as u64 > self.frame.given().memory_bytes_max {
            return Ok(false);
        }
        let told = self.frame.told();
        told.memory_bytes = told.memory_bytes.max(desired as u64);
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        Ok(desired as u64 <= self.frame.given().table_elements_max)
    }
}

/// A host function that Java answers: pending once, with the operation in the frame.
pub struct HostOperation<'a> {
    frame: FramePtr,
    number: i32,
    argument: u64,
    bytes: (u64, u64),
    submitted: bool,
    argument_bytes: PhantomData<&'a [u8]>,
}

impl Future for HostOperation<'_> {
    /// `ANSWER_STATUS`
    type Output = i32;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<i32> {
        if self.submitted {
            return Poll::Ready(self.frame.answer().status);
        }
        self.submitted = true;
        let told = self.frame.told();
        told.status = OPERATION;
        told.operation = self.number;
        told.argument_0 = self.argument;
        (told.argument_address, told.argument_bytes) = self.bytes;
        Poll::Pending
    }
}

/// An open invocation: owned by the host as a number between `mf_begin` and its end.
pub struct Invocation {
    run: Pin<Box<dyn Future<Output = i32> + Send>>,
}

impl Invocation {
    /// # Safety
    /// `prelinked` outlives the invocation, `frame` is as [`FramePtr`] says.
    pub unsafe fn new(prelinked: *const Prelinked, frame: FramePtr) -> Box<Invocation> {
        // SAFETY: the caller's promise.
        let prelinked: &'static Prelinked = unsafe { &*prelinked };
        Box::new(Invocation::of(run(prelinked, frame)))
    }

    /// An invocation that does what `run` does and ends with the status it gives.
    pub fn of(run: impl Future<Output = i32> + Send + 'static) -> Invocation {
        Invocation { run: Box::pin(run) }
    }

    /// Runs until it is over or has to wait. The frame's status says which; `true` when it is over.
    pub fn advance(&mut self, frame: FramePtr) -> bool {
        // An operation overwrites this; what else makes the future wait is an epoch tick.
        frame.told().status = YIELD;
        match self.run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => false,
            Poll::Ready(status) => {
                frame.told().status = status;
                true
            }
        }
    }
}

async fn run(prelinked: &'static Prelinked, frame: FramePtr) -> i32 {
    let mut instantiated = false;
    let ended = match &prelinked.kept {
        Some(kept) => kept.call(prelinked, frame, &mut instantiated).await,
        None => call(prelinked, frame, &mut instantiated).await,
    };
    match ended {
        Ok(()) => DONE,
        Err(error) => outcome::report(&error, instantiated, frame),
    }
}

async fn call(prelinked: &'static Prelinked, frame: FramePtr, instantiated: &mut bool) -> Result<()> {
    // Its room is there until the store is dropped, and it is watched until then.
    let (linked, room) = prelinked.place()?;
    let _watch = room.enter(&linked.footprint);
    check(frame)?;
    let mut store = WindowedStore::new(store(linked, frame), &linked.windows);
    store.data_mut().is_command = linked.is_command() && frame.given().entry != ENTRY_EVENT;
    let ended = enter(linked, &mut store, instantiated).await;
    match ended.as_ref().map_err(|error| error.downcast_ref::<Exit>()) {
        Err(Some(exit)) => exited(store.data_mut(), exit),
        _ => ended,
    }
}

/// Whether the host wrote into a frame what makes sense.
pub fn check(frame: FramePtr) -> Result<()> {
    if frame.given().buffer_count_max as usize > crate::layout::BUFFERS {
        return Err(BadFrame("bufferCountMax is larger than the frame's room for buffers").into());
    }
    head::check_request_head(frame)
}

/// A store for one instance of a component.
pub fn store(linked: &Linked, frame: FramePtr) -> Store<Call> {
    let mut store = Store::new(&linked.engine, Call::new(frame));
    store.limiter(|call| call);
    store.set_max_component_handles(HANDLE_COUNT_MAX);
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    store.data_mut().is_momento = linked.momento.is_some();
    store
}

async fn enter(linked: &'static Linked, store: &mut WindowedStore<'_, Call>, instantiated: &mut bool) -> Result<()> {
    let instance = store.instantiate(&linked.instance).await?;
    *instantiated = true;
    store.data().frame.told().instance_at_ns = clocks::java_ns();
    if store.data().frame.given().restored != 0 {
        linked.hooks.after_restore(store, &instance).await?;
    }
    answer(linked, store, &instance).await
}

/// Has an instance answer the request, handle the event or run the hook that the frame holds.
pub async fn answer(linked: &Linked, store: &mut Store<Call>, instance: &Instance) -> Result<()> {
    let frame = store.data().frame;
    if frame.given().entry == ENTRY_BEFORE_SNAPSHOT {
        return linked.hooks.before_snapshot(store, instance).await;
    }
    if linked.momento.is_some() {
        return linked.momento.call(instance, store).await;
    }
    if frame.given().entry == ENTRY_EVENT {
        let Some(handle) = linked.event(instance, store) else {
            return Err(BadFrame("the component handles no events").into());
        };
        let (answer,) = handle.call_async(&mut *store, (Resource::new_own(0),)).await?;
        event::finish(frame, &answer);
        return Ok(());
    }
    if let Some(handle) = linked.http(instance, store) {
        let parameters = (Resource::new_own(0), Resource::new_own(0));
        handle.call_async(&mut *store, parameters).await?;
        return wasi_http::finish(store.data_mut());
    }
    if let Some(run) = linked.command(instance, store) {
        let (ended,) = run.call_async(&mut *store, ()).await?;
        return command::finish(store.data_mut(), ended.map_or(1, |()| 0));
    }
    let Some(handle) = linked.web(instance, store) else {
        return Err(BadFrame("the component answers no requests").into());
    };
    let (answer,) = handle.call_async(&mut *store, (Resource::new_own(0),)).await?;
    match answer {
        // It was started before: what is returned is the end of it.
        Ok(_) if response::has_begun(frame) => {
            if response::is_open(frame) {
                response::end(frame);
            }
            Ok(())
        }
        Ok(response) => web::finish(store.data_mut(), response).await,
        Err(error) => {
            web::finish_with_error(frame, &error);
            Ok(())
        }
    }
}

/// A function that ended itself has answered only if it is a command.
fn exited(call: &mut Call, exit: &Exit) -> Result<()> {
    if call.is_command {
        return command::finish(call, exit.0);
    }
    if response::is_finished(call.frame) {
        return Ok(());
    }
    let text = format!("{exit} before it answered: return a response instead");
    if call.frame.given().entry == ENTRY_EVENT {
        event::finish(call.frame, &Err(event::Error::Retry(text)));
    } else {
        web::finish_with_error(call.frame, &web::Error::Internal(text));
    }
    Ok(())
}

/// However the invocation ends, what it wrote last is logged.
impl Drop for Call {
    fn drop(&mut self) {
        wasi_cli::end(self);
    }
}
