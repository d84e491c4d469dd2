//! `mayfly:snapshot`: what a function does before it is captured and when it is restored.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use wasmtime::component::{Component, ComponentExportIndex, Instance, InstancePre, TypedFunc};
use wasmtime::{Result, Store};

use crate::front::event;
use crate::invocation::Call;
use crate::layout::Settings;
use crate::outcome::{BadFrame, HookFailed, YIELD};
use crate::prelink::{PrelinkError, function, handler};

const SNAPSHOT_HOOK: &str = "mayfly:snapshot/snapshot-hook@0.1.0";
const RESTORE_HOOK: &str = "mayfly:snapshot/restore-hook@0.1.0";

/// How long `after-restore` may run, in all calls. Waiting for the host doesn't count: the call's deadline holds there.
const AFTER_RESTORE_US_MAX: u64 = 10_000;

type Done = (std::result::Result<(), String>,);

/// Where the hooks are in a component.
pub struct Hooks {
    before_snapshot: Option<ComponentExportIndex>,
    after_restore: Option<ComponentExportIndex>,
    after_restore_ticks_max: u64,
}

impl Hooks {
    pub fn of(
        component: &Component,
        instance: &InstancePre<Call>,
        settings: &Settings,
    ) -> std::result::Result<Hooks, PrelinkError> {
        Ok(Hooks {
            before_snapshot: handler::<(), Done>(component, instance, SNAPSHOT_HOOK, "before-snapshot")?,
            after_restore: handler::<(), Done>(component, instance, RESTORE_HOOK, "after-restore")?,
            after_restore_ticks_max: AFTER_RESTORE_US_MAX.div_ceil(settings.tick_us),
        })
    }

    /// Calls the one hook. The host bounds it as it bounds any call.
    pub async fn before_snapshot(&self, store: &mut Store<Call>, instance: &Instance) -> Result<()> {
        let Some(hook) = hook(self.before_snapshot, store, instance) else {
            return Err(BadFrame("the component has nothing to do before a snapshot").into());
        };
        let (done,) = hook.call_async(&mut *store, ()).await?;
        event::finish(store.data().frame, &done.map_err(event::Error::Reject));
        Ok(())
    }

    /// Calls the other one, if there is one.
    pub async fn after_restore(&self, store: &mut Store<Call>, instance: &Instance) -> Result<()> {
        let Some(hook) = hook(self.after_restore, store, instance) else {
            return Ok(());
        };
        let frame = store.data().frame;
        let mut ticks = 0;
        let mut called = pin!(hook.call_async(&mut *store, ()));
        // What waits for the host has written OPERATION: what has not ran into an epoch's end.
        let bounded = poll_fn(|context| match called.as_mut().poll(context) {
            Poll::Pending if frame.told().status == YIELD => {
                ticks += 1;
                if ticks > self.after_restore_ticks_max {
                    let limit = AFTER_RESTORE_US_MAX / 1000;
                    let text = format!("after-restore runs longer than it may (limit after-restore-ms-max={limit})");
                    return Poll::Ready(Err(HookFailed(text).into()));
                }
                Poll::Pending
            }
            polled => polled,
        });
        let (done,) = bounded.await?;
        done.map_err(|text| HookFailed(format!("after-restore failed: {text}")).into())
    }
}

fn hook(
    index: Option<ComponentExportIndex>,
    store: &mut Store<Call>,
    instance: &Instance,
) -> Option<TypedFunc<(), Done>> {
    // SAFETY: `Hooks::of` compared the types.
    index.map(|index| unsafe { TypedFunc::new_unchecked(function(instance, store, index)) })
}
