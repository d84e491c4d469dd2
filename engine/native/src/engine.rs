//! wasmtime's configuration, the instance pools of the shards and the epoch ticker.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig, Result};

use crate::abi::{ABI_VERSION, PANICS};
use crate::layout::{Metrics, Settings};
use crate::replicas::ReplicaCount;
use crate::reset::{Memories, PoolLayout};
use crate::shard::{self, Shard};

/// Stack for guest code; the fiber has as much again for host functions that run on it.
const WASM_STACK_BYTES: usize = 128 << 10;
const FIBER_STACK_BYTES: usize = 256 << 10;
/// Beyond the largest memory, so that an access just past it faults instead of needing a comparison for its constant offset.
const MEMORY_GUARD_BYTES: u64 = 2 << 20;
/// So much of a table is cleared after a call, and only what lies beyond is given back to the kernel: a page that it gave anew costs the next call two
/// faults, to read it and to write. Clearing 128 KiB, a table of 16,384 functions, takes 2 µs; those of JavaScript, Python and Go have half of that.
const TABLE_KEEP_RESIDENT_BYTES: usize = 128 << 10;
/// A component that wit-component made of one core module has three core instances (itself, shim, fix-up); a Python one has dozens.
const CORE_INSTANCES_PER_COMPONENT_MAX: u32 = 128;
const MEMORIES_PER_COMPONENT_MAX: u32 = 8;
/// How many the pool has for each instance: few components have more than one.
const MEMORIES_PER_INSTANCE: u64 = 2;
/// A memory that no call uses remembers the function that it last served; for another one it may have to be mapped anew, which takes longer than the
/// call. So there are more than instances: as many again, up to this in all shards together.
const SPARE_MEMORIES_MAX: u64 = 1024;
const TABLES_PER_COMPONENT_MAX: u32 = 64;
/// A core instance's own record (globals, imports, function references).
pub const CORE_INSTANCE_BYTES_MAX: usize = 1 << 20;

/// The part of the configuration that compiled code depends on: the same for the compiler process and for the engine that loads.
pub fn code_config(memory_bytes_max: u64) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(FIBER_STACK_BYTES)
        .memory_reservation(memory_bytes_max)
        .memory_guard_size(MEMORY_GUARD_BYTES)
        .memory_may_move(false)
        .memory_init_cow(true)
        // Images of warmed functions are sparse and as large as their memory; a smaller bound has them copied at every start.
        .memory_guaranteed_dense_image_size(memory_bytes_max)
        // Unwinders of other languages never see guest frames; registering them costs time and a global lock at each load.
        .native_unwind_info(false)
        // One invocation is one task: nothing in a store runs concurrently.
        .concurrency_support(false);
    config
}

/// The engine: its shards and its ticker.
pub struct Engine {
    pub shards: Arc<[Shard]>,
    pub settings: Settings,
    pub prelinked: Arc<AtomicU64>,
    pub replicas: Arc<ReplicaCount>,
    fingerprint: String,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Engine {
    pub fn new(settings: Settings) -> Result<Engine> {
        let count = shard::count(settings.instance_count_max);
        let shards: Result<Arc<[Shard]>> = (0..count)
            .map(|index| {
                shard(
                    &settings,
                    shard::share(settings.instance_count_max, index, count),
                    count,
                )
            })
            .collect();
        let shards = shards?;
        let ticker = start_ticker(shards.clone(), Duration::from_micros(settings.tick_us))?;
        Ok(Engine {
            shards,
            fingerprint: fingerprint(settings.memory_bytes_max)?,
            settings,
            prelinked: Arc::default(),
            replicas: Arc::default(),
            ticker: Some(ticker),
        })
    }

    /// Names everything that an artifact depends on, in a form fit for a file name.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub fn metrics(&self) -> Metrics {
        let mut metrics = Metrics {
            prelinked_components: self.prelinked.load(Ordering::Relaxed),
            panics: PANICS.load(Ordering::Relaxed),
            ..Metrics::default()
        };
        for shard in self.shards.iter() {
            let pool = shard
                .wasmtime
                .pooling_allocator_metrics()
                .expect("a shard is made with a pooling allocator");
            metrics.component_instances += pool.component_instances();
            metrics.memories += pool.memories() as u64;
            metrics.tables += pool.tables() as u64;
            metrics.stacks += pool.stacks() as u64;
            metrics.unused_warm_memories += u64::from(pool.unused_warm_memories());
            metrics.unused_memory_bytes_resident += pool.unused_memory_bytes_resident() as u64;
        }
        metrics
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.ticker.take() {
            drop(stop);
            // A ticker that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// One of so many shards, with room for so many instances.
fn shard(settings: &Settings, instance_count: u64, shard_count: usize) -> Result<Shard> {
    let memory_count = memory_count(instance_count, shard_count);
    let mut config = code_config(settings.memory_bytes_max);
    config
        .enable_compiler(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(
            settings,
            instance_count,
            memory_count,
        )));
    let layout = PoolLayout {
        memory_count: memory_count as usize,
        memory_bytes_max: settings.memory_bytes_max as usize,
        guard_bytes: MEMORY_GUARD_BYTES as usize,
    };
    let (wasmtime, memories) = shard::on_its_cores(shard_count, || {
        Memories::of_pool(layout, || wasmtime::Engine::new(&config))
    });
    Ok(Shard::new(wasmtime?, memories, instance_count))
}

/// wasmtime's own compatibility hash covers its version, the settings that reach into code, the target and the CPU's features. Only an engine with
/// a compiler can give it, so one is made for the purpose: half a millisecond, once.
pub fn fingerprint(memory_bytes_max: u64) -> Result<String> {
    let compiling = wasmtime::Engine::new(&code_config(memory_bytes_max))?;
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(compiling.precompile_compatibility_hash());
    Ok(format!(
        "seam{ABI_VERSION}-{}-{}-{hash:016x}",
        std::env::consts::OS,
        std::env::consts::ARCH
    ))
}

fn memory_count(instance_count: u64, shard_count: usize) -> u64 {
    let needed = MEMORIES_PER_INSTANCE * instance_count;
    needed + needed.min(SPARE_MEMORIES_MAX / shard_count as u64)
}

fn pool(settings: &Settings, instance_count: u64, memory_count: u64) -> PoolingAllocationConfig {
    let count = u32::try_from(instance_count).expect("checked in Java");
    let memories = u32::try_from(memory_count).expect("instances are counted in thousands");
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(count)
        .total_core_instances(count.saturating_mul(CORE_INSTANCES_PER_COMPONENT_MAX))
        .total_memories(memories)
        .total_tables(count.saturating_mul(4))
        .total_stacks(count)
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT_MAX)
        .max_memories_per_component(MEMORIES_PER_COMPONENT_MAX)
        .max_tables_per_component(TABLES_PER_COMPONENT_MAX)
        .max_memories_per_module(MEMORIES_PER_COMPONENT_MAX)
        .max_tables_per_module(TABLES_PER_COMPONENT_MAX)
        .max_core_instance_size(CORE_INSTANCE_BYTES_MAX)
        .max_component_instance_size(CORE_INSTANCE_BYTES_MAX)
        .max_memory_size(settings.memory_bytes_max as usize)
        .table_elements(settings.table_elements_max as usize)
        // What is worth keeping is not at a memory's start: `reset` finds it.
        .linear_memory_keep_resident(0)
        .table_keep_resident(TABLE_KEEP_RESIDENT_BYTES)
        .max_unused_warm_slots(memories)
        // Several would be thrown away by a system call that `reset` doesn't see (`process_madvise`, Linux 6.14).
        .decommit_batch_size(1)
        // Asking the kernel which pages were written is faster for some guests, and wrong: wasmtime 48 looks for pages that are written *and*
        // present, and a page that the kernel is just moving isn't present. The next instance then reads what this one wrote.
        .pagemap_scan(Enabled::No);
    pool
}

/// A thread of its own rather than a Java one: a tick must come while the JVM collects garbage too.
fn start_ticker(shards: Arc<[Shard]>, tick: Duration) -> Result<(Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = channel::<()>();
    let thread = std::thread::Builder::new()
        .name("mayfly-ticker".into())
        .spawn(move || {
            while stopped.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                for shard in shards.iter() {
                    shard.wasmtime.increment_epoch();
                }
            }
        })?;
    Ok((stop, thread))
}

#[cfg(test)]
mod tests {
    use wasmtime::component::{Component, Linker};

    use super::*;

    fn settings(instance_count_max: u64) -> Settings {
        Settings {
            instance_count_max,
            memory_bytes_max: 2 << 20,
            table_elements_max: 1000,
            tick_us: 1000,
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn it_knows_where_its_memories_are() {
        let engine = Engine::new(settings(8)).unwrap();
        assert!(engine.shards.iter().all(|shard| shard.memories.are_known()));
    }

    #[test]
    fn an_engine_for_one_instance_is_one_shard() {
        assert_eq!(Engine::new(settings(1)).unwrap().shards.len(), 1);
    }

    #[test]
    fn a_table_holds_nothing_of_the_call_before() {
        // More than is cleared, so that both ways are gone.
        const ELEMENTS: usize = 5 * TABLE_KEEP_RESIDENT_BYTES / 2 / size_of::<usize>();
        let settings = Settings {
            table_elements_max: ELEMENTS as u64,
            ..settings(1)
        };
        let mut config = code_config(settings.memory_bytes_max);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(&settings, 1, 2)));
        let engine = wasmtime::Engine::new(&config).unwrap();
        let text = format!(
            r#"(component (core module $m (table $t {ELEMENTS} funcref) (func $f) (elem declare func $f)
                (func (export "run") (result i32) (local $at i32) (local $left i32)
                    (loop $next
                        (if (i32.eqz (ref.is_null (table.get $t (local.get $at)))) (then (local.set $left (i32.add (local.get $left) (i32.const 1)))))
                        (table.set $t (local.get $at) (ref.func $f))
                        (local.set $at (i32.add (local.get $at) (i32.const 1)))
                        (br_if $next (i32.lt_u (local.get $at) (i32.const {ELEMENTS}))))
                    (local.get $left)))
                (core instance $i (instantiate $m))
                (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
        );
        let component = Component::new(&engine, wat::parse_str(text).unwrap()).unwrap();
        let linker = Linker::<()>::new(&engine);
        for call in 0..3 {
            let mut store = wasmtime::Store::new(&engine, ());
            store.set_epoch_deadline(1);
            let instance = linker.instantiate(&mut store, &component).unwrap();
            let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run").unwrap();
            assert_eq!(run.call(&mut store, ()).unwrap(), (0,), "call {call}");
        }
    }
}
