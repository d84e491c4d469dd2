//! Stock wasmtime, embedded as a Rust program that wants to be fast would do it: instance pool, pre-linked component, typed functions, host state
//! in the store rather than in a table. No fibers, no epochs, no limiter: less than Mayfly does for a call, on purpose.

use std::task::{Context, Poll, Waker};

use wasmtime::component::{
    Component, ComponentExportIndex, ComponentType, InstancePre, Lift, Linker, Lower, Resource, ResourceType,
};
use wasmtime::error::{Context as _, bail, format_err};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store, StoreContextMut,
    ensure,
};

/// The pool settings of Mayfly's engine, as given by whoever compares.
#[derive(Default)]
pub struct PoolSettings {
    instance_count_max: u32,
    memory_bytes_max: u64,
    table_elements_max: usize,
}

/// What is best for the guests here: with 0 the one that touches little takes 7.3 instead of 2.8 µs.
const KEEP_RESIDENT_BYTES: usize = 16 << 10;

impl PoolSettings {
    /// From `name=value` words, one for each field.
    pub fn parse(words: &[&str]) -> Result<PoolSettings> {
        let value = |name: &str| {
            let found = words
                .iter()
                .filter_map(|word| word.split_once('='))
                .find(|(key, _)| *key == name);
            found
                .map(|(_, value)| value)
                .with_context(|| format!("{name}= is missing"))
        };
        Ok(PoolSettings {
            instance_count_max: value("instance-count-max")?.parse()?,
            memory_bytes_max: value("memory-bytes-max")?.parse()?,
            table_elements_max: value("table-elements-max")?.parse()?,
        })
    }

    fn config(&self) -> Config {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(self.instance_count_max)
            .total_core_instances(self.instance_count_max * 4)
            .total_memories(self.instance_count_max * 2)
            .total_tables(self.instance_count_max * 4)
            .total_stacks(self.instance_count_max)
            .max_memory_size(self.memory_bytes_max as usize)
            .table_elements(self.table_elements_max)
            .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
            .table_keep_resident(4096)
            .max_unused_warm_slots(self.instance_count_max)
            .pagemap_scan(Enabled::No);
        let mut config = Config::new();
        config
            .memory_reservation(self.memory_bytes_max)
            .memory_guard_size(2 << 20)
            .memory_may_move(false)
            .memory_init_cow(true)
            .concurrency_support(false)
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        config
    }
}

/// One component, ready to be instantiated: for calls on the caller's stack, and for calls on a fiber.
pub struct Embedder {
    direct: Prelinked,
    on_fiber: Prelinked,
}

struct Prelinked {
    engine: Engine,
    instance: InstancePre<Call>,
    handle: ComponentExportIndex,
}

/// What a store holds: one call.
struct Call {
    /// What no guest here asks for, and every embedder has to keep until one does.
    _head: Vec<u8>,
    body: Vec<u8>,
}

/// `mayfly:function/web-types.request`. There is one, so its number says nothing.
struct Request;

/// `mayfly:data/buffers.buffer`. The guests here never make one, so there is only the request's body.
struct Buffer;

const REQUEST_BODY_REP: u32 = 0;

#[derive(ComponentType, Lift)]
#[component(record)]
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Body {
    #[component(name = "empty")]
    Empty,
    #[component(name = "bytes")]
    Bytes(Vec<u8>),
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
}

#[derive(ComponentType, Lift, Lower, Debug)]
#[component(variant)]
enum Failure {
    #[component(name = "invalid")]
    Invalid(String),
    #[component(name = "permission-denied")]
    PermissionDenied(String),
    #[component(name = "not-found")]
    NotFound(String),
    #[component(name = "limit-exceeded")]
    LimitExceeded(String),
    #[component(name = "unavailable")]
    Unavailable(String),
    #[component(name = "internal")]
    Internal(String),
}

type Handled = (std::result::Result<Response, Failure>,);

/// The texts of the head that Mayfly's row gives, in one piece.
const REQUEST_HEAD: &[u8] = b"POST/content-typeapplication/octet-streamcontent-length64";
const REQUEST_BODY: [u8; 64] = [b'x'; 64];

impl Embedder {
    pub fn new(component: &[u8], settings: &PoolSettings) -> Result<Embedder> {
        let mut with_fibers = settings.config();
        with_fibers
            .epoch_interruption(true)
            .async_stack_size(256 << 10)
            .max_wasm_stack(128 << 10);
        Ok(Embedder {
            direct: Prelinked::new(component, &settings.config())?,
            on_fiber: Prelinked::new(component, &with_fibers)?,
        })
    }

    /// A fresh instance, one request, its answer.
    pub fn call(&self) -> Result<()> {
        let mut store = self.direct.store();
        let instance = self.direct.instance.instantiate(&mut store)?;
        let handle = instance.get_typed_func::<(Resource<Request>,), Handled>(&mut store, &self.direct.handle)?;
        let answer = handle.call(&mut store, (Resource::new_own(0),))?;
        finish(&store, answer)
    }

    /// The same with what it takes to suspend a function and to end one that loops: an epoch check and a stack of its own.
    pub fn call_on_fiber(&self) -> Result<()> {
        let call = async {
            let mut store = self.on_fiber.store();
            store.set_epoch_deadline(1);
            store.epoch_deadline_async_yield_and_update(1);
            let instance = self.on_fiber.instance.instantiate_async(&mut store).await?;
            let handle = instance.get_typed_func::<(Resource<Request>,), Handled>(&mut store, &self.on_fiber.handle)?;
            let answer = handle.call_async(&mut store, (Resource::new_own(0),)).await?;
            finish(&store, answer)
        };
        match std::pin::pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => bail!("nobody advances the epoch, so nothing should wait"),
        }
    }
}

impl Prelinked {
    fn new(component: &[u8], config: &Config) -> Result<Prelinked> {
        let engine = Engine::new(config)?;
        let component = Component::new(&engine, component)?;
        let mut linker: Linker<Call> = Linker::new(&engine);
        let mut buffers = linker.instance("mayfly:data/buffers@0.1.0")?;
        buffers.resource("buffer", ResourceType::host::<Buffer>(), |_, _| Ok(()))?;
        buffers.func_wrap(
            "[method]buffer.read",
            |store: StoreContextMut<Call>, (_, offset, max_bytes): (Resource<Buffer>, u64, u32)| {
                let body = &store.data().body;
                let from = usize::try_from(offset).map_or(body.len(), |offset| offset.min(body.len()));
                let to = body.len().min(from + max_bytes as usize);
                Ok((body[from..to].to_vec(),))
            },
        )?;
        let mut web = linker.instance("mayfly:function/web-types@0.1.0")?;
        web.resource("request", ResourceType::host::<Request>(), |_, _| Ok(()))?;
        web.func_wrap(
            "[method]request.body",
            |_: StoreContextMut<Call>, (_,): (Resource<Request>,)| Ok((Resource::<Buffer>::new_own(REQUEST_BODY_REP),)),
        )?;
        let interface = component.get_export_index(None, "mayfly:function/web-handler@0.1.0");
        let handle = interface.and_then(|interface| component.get_export_index(Some(&interface), "handle"));
        Ok(Prelinked {
            instance: linker.instantiate_pre(&component)?,
            handle: handle.context("the component is no web function")?,
            engine,
        })
    }

    fn store(&self) -> Store<Call> {
        Store::new(
            &self.engine,
            Call {
                _head: REQUEST_HEAD.to_vec(),
                body: REQUEST_BODY.to_vec(),
            },
        )
    }
}

/// Copies the answer's body out, as a server would.
fn finish(store: &Store<Call>, (answer,): Handled) -> Result<()> {
    let response = answer.map_err(|failure| format_err!("the guest failed: {failure:?}"))?;
    let body = match response.body {
        Body::Empty => Vec::new(),
        Body::Bytes(bytes) => bytes,
        Body::Buffer(buffer) => {
            ensure!(buffer.rep() == REQUEST_BODY_REP, "the guest made a buffer of its own");
            store.data().body.clone()
        }
    };
    ensure!(
        response.status == 200 && response.headers.is_empty() && body == REQUEST_BODY,
        "the guest should echo: status {}, {} headers, {} bytes",
        response.status,
        response.headers.len(),
        body.len()
    );
    Ok(())
}
