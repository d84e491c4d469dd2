//! An instance that outlives its calls: what warm-up requests run on, and what is captured after them.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use wasmtime::component::types::{ComponentItem, Type};
use wasmtime::component::{Component, ComponentExportIndex, Instance, Lift, WasmList};
use wasmtime::{Error, Result, Store, Trap, bail};

use super::rehearsal::{Beginnings, Rehearsal};
use super::state;
use crate::buffers::REQUEST_BODY;
use crate::invocation::{self, Call, FramePtr};
use crate::layout::{BUFFER_FREE, ENTRY_BEFORE_SNAPSHOT, Frame};
use crate::outcome::HostExhausted;
use crate::prelink::{Linked, PrelinkError};
use crate::replicas::Prelinked;
use crate::shard::Room;

/// The instance that the instrumentation exports.
const ACCESS: &str = "wasmtime:wizer/access";

/// Where a component's one instance is kept between calls.
pub struct Kept {
    instance: Mutex<Kind>,
    beginnings: Mutex<Beginnings>,
    /// What the store's data points to between calls.
    parked: Parked,
}

enum Kind {
    /// The first call makes it.
    Unborn,
    Resting(Box<Housed>),
    /// A call has it. When that ends otherwise than in peace, it stays so.
    Taken,
}

/// The instance in its shard.
struct Housed {
    resting: Resting,
    linked: &'static Linked,
    _room: Room<'static>,
}

pub(super) struct Resting {
    pub(super) store: Store<Call>,
    pub(super) instance: Instance,
    /// Why its state must not be captured, in the order in which it was seen.
    pub(super) refused: Vec<String>,
    pub(super) requests: u32,
    /// None while a call has it.
    pub(super) rehearsal: Option<Box<Rehearsal>>,
}

pub(super) struct Parked(*mut Frame);

// SAFETY: nobody but the engine looks at it, and only while it captures, under the lock.
unsafe impl Send for Parked {}
// SAFETY: likewise.
unsafe impl Sync for Parked {}

impl Parked {
    pub(super) fn new() -> Parked {
        // SAFETY: a frame is numbers only.
        let mut frame: Box<Frame> = unsafe { Box::new_zeroed().assume_init() };
        // Capturing a memory takes one page more than its function may have.
        frame.given.memory_bytes_max = u64::MAX;
        Parked(Box::into_raw(frame))
    }

    pub(super) fn call(&self) -> Call {
        // SAFETY: it is freed after the store that refers to it.
        Call::new(unsafe { FramePtr::new(self.0) })
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        // SAFETY: `new` made it of a box.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // Before the frame that its store refers to.
        *self.instance.get_mut().unwrap_or_else(PoisonError::into_inner) = Kind::Taken;
    }
}

impl Kept {
    pub fn new() -> Result<Kept> {
        Ok(Kept {
            instance: Mutex::new(Kind::Unborn),
            beginnings: Mutex::new(Beginnings::new()?),
            parked: Parked::new(),
        })
    }

    fn exchange(&self, kind: Kind) -> Kind {
        let mut place = self.instance.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut place, kind)
    }

    /// One call of the instance, which the first one makes.
    pub async fn call(&self, prelinked: &'static Prelinked, frame: FramePtr, instantiated: &mut bool) -> Result<()> {
        invocation::check(frame)?;
        let mut housed = match self.exchange(Kind::Taken) {
            Kind::Unborn => {
                let (linked, room) = prelinked.place()?;
                let mut store = invocation::store(linked, frame);
                let mut rehearsal = self.beginnings.lock().unwrap_or_else(PoisonError::into_inner).next();
                rehearsal.during = request(frame, 0);
                store.data_mut().rehearsal = Some(rehearsal);
                let instance = linked.instance.instantiate_async(&mut store).await?;
                Box::new(Housed {
                    resting: Resting {
                        store,
                        instance,
                        refused: Vec::new(),
                        requests: 0,
                        rehearsal: None,
                    },
                    linked,
                    _room: room,
                })
            }
            Kind::Resting(mut housed) => {
                let mut rehearsal = housed.resting.rehearsal.take();
                if let Some(rehearsal) = &mut rehearsal {
                    rehearsal.during = request(frame, housed.resting.requests);
                }
                *housed.resting.store.data_mut() = Call::new(frame);
                housed.resting.store.data_mut().rehearsal = rehearsal;
                housed.resting.store.data_mut().is_momento = housed.linked.momento.is_some();
                housed
            }
            Kind::Taken => return Err(HostExhausted("the instance that is warmed up is in use, or has ended").into()),
        };
        *instantiated = true;
        let Housed { resting, linked, .. } = &mut *housed;
        let Resting { store, instance, .. } = resting;
        // The last call in this frame may have left some: nobody else looks at them.
        frame.buffer(REQUEST_BODY).handles = 0;
        let answered = invocation::answer(linked, store, instance).await;
        let what = request(frame, resting.requests);
        resting.requests += 1;
        if answered.is_ok() {
            let kept = kept_handle(resting.store.data_mut());
            resting.refused.extend(kept.map(|did| format!("{what} {did}")));
        }
        resting.rehearsal = resting.store.data_mut().rehearsal.take();
        // Whatever refers to the caller's frame ends with the call.
        *resting.store.data_mut() = self.parked.call();
        answered?;
        self.exchange(Kind::Resting(housed));
        Ok(())
    }

    /// Writes what the instance holds to a file. The next call has another one, with other randomness or another time.
    pub fn capture(&self, file: &Path) -> std::result::Result<(), PrelinkError> {
        let Kind::Resting(mut housed) = self.exchange(Kind::Taken) else {
            return Err(PrelinkError::Invalid(
                "no warm-up request was answered, so there is nothing to capture".into(),
            ));
        };
        let Housed { resting, linked, .. } = &mut *housed;
        if !resting.refused.is_empty() {
            return Err(PrelinkError::Invalid(resting.refused.join("\n")));
        }
        let mut captured = pin!(write_state(resting, linked.instance.component(), file));
        loop {
            // It waits for epoch ticks only.
            if let Poll::Ready(result) = captured.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                self.exchange(Kind::Unborn);
                return result.map_err(|error| describe(&error));
            }
        }
    }
}

/// How a report calls what a frame holds.
fn request(frame: FramePtr, answered: u32) -> String {
    match frame.given().entry {
        ENTRY_BEFORE_SNAPSHOT => "before-snapshot".into(),
        _ => format!("warm-up request {}", answered + 1),
    }
}

fn describe(error: &Error) -> PrelinkError {
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => PrelinkError::Invalid(
            "a memory has grown to its limit, and capturing it takes one more page (limit memory-bytes)".into(),
        ),
        // A full disk, mostly: no fault of the function's.
        None if error.is::<std::io::Error>() => {
            PrelinkError::Internal(format!("the state can't be written: {error:#}"))
        }
        _ => PrelinkError::Invalid(format!("the warmed instance can't be read: {error:#}")),
    }
}

pub(super) async fn write_state(resting: &mut Resting, component: &Component, file: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let Some(access) = component.get_export_index(None, ACCESS) else {
        bail!("the component isn't instrumented");
    };
    let engine = component.engine();
    let ty = component.component_type();
    let Some(exports) = ty.exports(engine).find(|(name, _)| *name == ACCESS) else {
        bail!("the component isn't instrumented");
    };
    let ComponentItem::ComponentInstance(exports) = exports.1.ty else {
        bail!("the component isn't instrumented");
    };
    for (name, item) in exports.exports(engine) {
        let ComponentItem::ComponentFunc(function) = item.ty else {
            continue;
        };
        let Some(index) = component.get_export_index(Some(&access), name) else {
            continue;
        };
        let value = match function.results().next() {
            Some(Type::S32) => read::<i32>(resting, index).await?.to_le_bytes().to_vec(),
            Some(Type::S64) => read::<i64>(resting, index).await?.to_le_bytes().to_vec(),
            Some(Type::Float32) => read::<f32>(resting, index).await?.to_bits().to_le_bytes().to_vec(),
            Some(Type::Float64) => read::<f64>(resting, index).await?.to_bits().to_le_bytes().to_vec(),
            _ => {
                let memory = read::<WasmList<u8>>(resting, index).await?;
                state::write(&mut out, name, memory.as_le_slice(&resting.store))?;
                continue;
            }
        };
        state::write(&mut out, name, &value)?;
    }
    if let Some(rehearsal) = &resting.rehearsal {
        state::write(&mut out, state::ASKED, rehearsal.asked().as_bytes())?;
    }
    out.flush()?;
    Ok(())
}

async fn read<R: Lift + Send + Sync + 'static>(resting: &mut Resting, index: ComponentExportIndex) -> Result<R> {
    let Resting { store, instance, .. } = resting;
    let function = instance.get_typed_func::<(), (R,)>(&mut *store, index)?;
    Ok(function.call_async(&mut *store, ()).await?.0)
}

/// A handle of the host's that the request did not give back: a restored instance would have the number and not the thing.
fn kept_handle(call: &mut Call) -> Option<String> {
    let answered = call.frame.told().response_body;
    // Entries behind those that were made say nothing.
    let buffer = (0..=call.frame.told().buffers_made as usize).any(|index| {
        let buffer = call.frame.buffer(index);
        buffer.state != BUFFER_FREE && buffer.handles > 0 && index as i32 != answered
    });
    let kept = buffer
        .then_some("mayfly:data/buffers buffer")
        .or_else(|| call.wasi.made().and_then(|wasi| wasi.kept()))
        .or_else(|| call.messaging.made().and_then(|messaging| messaging.kept()))
        .or_else(|| call.blobs.made().and_then(|blobs| blobs.kept()))
        .or_else(|| call.http_kept());
    kept.map(|resource| format!("keeps a handle across its end: {resource}; drop it before the response"))
}
