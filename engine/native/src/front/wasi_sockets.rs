//! `wasi:sockets` without a network: making a socket and looking up a name are refused with `access-denied`, so that no function ever has a socket.
//! What a function may reach, it reaches through `mayfly:http` and the bindings it was granted.

#![expect(
    dead_code,
    reason = "types of the interface that no value is ever made or looked at of"
)]

use wasmtime::component::{
    ComponentNamedList, ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType, WasmStr,
};
use wasmtime::{Result, StoreContextMut};

use super::wasi_io::{Input, IoError, Output, Pollable};
use super::{Interface, never};
use crate::invocation::Call;

/// Leads nowhere.
struct Network;
/// A socket, which there is none of.
struct TcpSocket;
/// Likewise.
struct UdpSocket;
/// Likewise.
struct IncomingDatagramStream;
/// Likewise.
struct OutgoingDatagramStream;
/// The answer to a look-up, likewise.
struct ResolveAddressStream;

type Net = Resource<Network>;
type Tcp = Resource<TcpSocket>;
type Udp = Resource<UdpSocket>;
type Incoming = Resource<IncomingDatagramStream>;
type Outgoing = Resource<OutgoingDatagramStream>;
type Addresses = Resource<ResolveAddressStream>;
type In = Resource<Input>;
type Out = Resource<Output>;
type Polled = Resource<Pollable>;
type Answer<T> = std::result::Result<T, ErrorCode>;

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum ErrorCode {
    #[component(name = "unknown")]
    Unknown,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "not-supported")]
    NotSupported,
    #[component(name = "invalid-argument")]
    InvalidArgument,
    #[component(name = "out-of-memory")]
    OutOfMemory,
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "concurrency-conflict")]
    ConcurrencyConflict,
    #[component(name = "not-in-progress")]
    NotInProgress,
    #[component(name = "would-block")]
    WouldBlock,
    #[component(name = "invalid-state")]
    InvalidState,
    #[component(name = "new-socket-limit")]
    NewSocketLimit,
    #[component(name = "address-not-bindable")]
    AddressNotBindable,
    #[component(name = "address-in-use")]
    AddressInUse,
    #[component(name = "remote-unreachable")]
    RemoteUnreachable,
    #[component(name = "connection-refused")]
    ConnectionRefused,
    #[component(name = "connection-reset")]
    ConnectionReset,
    #[component(name = "connection-aborted")]
    ConnectionAborted,
    #[component(name = "datagram-too-large")]
    DatagramTooLarge,
    #[component(name = "name-unresolvable")]
    NameUnresolvable,
    #[component(name = "temporary-resolver-failure")]
    TemporaryResolverFailure,
    #[component(name = "permanent-resolver-failure")]
    PermanentResolverFailure,
}

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum IpAddressFamily {
    #[component(name = "ipv4")]
    Ipv4,
    #[component(name = "ipv6")]
    Ipv6,
}

type Ipv4Address = (u8, u8, u8, u8);
type Ipv6Address = (u16, u16, u16, u16, u16, u16, u16, u16);

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum IpAddress {
    #[component(name = "ipv4")]
    Ipv4(Ipv4Address),
    #[component(name = "ipv6")]
    Ipv6(Ipv6Address),
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Ipv4SocketAddress {
    port: u16,
    address: Ipv4Address,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Ipv6SocketAddress {
    port: u16,
    #[component(name = "flow-info")]
    flow_info: u32,
    address: Ipv6Address,
    #[component(name = "scope-id")]
    scope_id: u32,
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum IpSocketAddress {
    #[component(name = "ipv4")]
    Ipv4(Ipv4SocketAddress),
    #[component(name = "ipv6")]
    Ipv6(Ipv6SocketAddress),
}

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum ShutdownType {
    #[component(name = "receive")]
    Receive,
    #[component(name = "send")]
    Send,
    #[component(name = "both")]
    Both,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct IncomingDatagram {
    data: Vec<u8>,
    #[component(name = "remote-address")]
    remote_address: IpSocketAddress,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct OutgoingDatagram {
    data: Vec<u8>,
    #[component(name = "remote-address")]
    remote_address: Option<IpSocketAddress>,
}

pub const NETWORK: Interface = Interface {
    name: "wasi:sockets/network",
    version: "0.2.0",
    resources: &[("network", resource::<Network>)],
    functions: &[("network-error-code", |linker, name| {
        linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (_,): (Resource<IoError>,)| {
            Ok((None::<ErrorCode>,))
        })
    })],
};

pub const INSTANCE_NETWORK: Interface = Interface {
    name: "wasi:sockets/instance-network",
    version: "0.2.0",
    resources: &[],
    functions: &[("instance-network", |linker, name| {
        linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (): ()| Ok((Net::new_own(0),)))
    })],
};

pub const IP_NAME_LOOKUP: Interface = Interface {
    name: "wasi:sockets/ip-name-lookup",
    version: "0.2.0",
    resources: &[("resolve-address-stream", resource::<ResolveAddressStream>)],
    functions: &[
        ("[method]resolve-address-stream.resolve-next-address", |l, n| {
            never::<(Addresses,), (Answer<Option<IpAddress>>,)>(l, n)
        }),
        ("[method]resolve-address-stream.subscribe", |l, n| {
            never::<(Addresses,), (Polled,)>(l, n)
        }),
        ("resolve-addresses", |l, n| denied::<(Net, WasmStr), Addresses>(l, n)),
    ],
};

pub const TCP: Interface = Interface {
    name: "wasi:sockets/tcp",
    version: "0.2.0",
    resources: &[("tcp-socket", resource::<TcpSocket>)],
    functions: &[
        ("[method]tcp-socket.start-bind", |l, n| {
            never::<(Tcp, Net, IpSocketAddress), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.finish-bind", |l, n| {
            never::<(Tcp,), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.start-connect", |l, n| {
            never::<(Tcp, Net, IpSocketAddress), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.finish-connect", |l, n| {
            never::<(Tcp,), (Answer<(In, Out)>,)>(l, n)
        }),
        ("[method]tcp-socket.start-listen", |l, n| {
            never::<(Tcp,), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.finish-listen", |l, n| {
            never::<(Tcp,), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.accept", |l, n| {
            never::<(Tcp,), (Answer<(Tcp, In, Out)>,)>(l, n)
        }),
        ("[method]tcp-socket.local-address", |l, n| {
            never::<(Tcp,), (Answer<IpSocketAddress>,)>(l, n)
        }),
        ("[method]tcp-socket.remote-address", |l, n| {
            never::<(Tcp,), (Answer<IpSocketAddress>,)>(l, n)
        }),
        ("[method]tcp-socket.is-listening", |l, n| never::<(Tcp,), (bool,)>(l, n)),
        ("[method]tcp-socket.address-family", |l, n| {
            never::<(Tcp,), (IpAddressFamily,)>(l, n)
        }),
        ("[method]tcp-socket.set-listen-backlog-size", |l, n| {
            never::<(Tcp, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.keep-alive-enabled", |l, n| {
            never::<(Tcp,), (Answer<bool>,)>(l, n)
        }),
        ("[method]tcp-socket.set-keep-alive-enabled", |l, n| {
            never::<(Tcp, bool), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.keep-alive-idle-time", |l, n| {
            never::<(Tcp,), (Answer<u64>,)>(l, n)
        }),
        ("[method]tcp-socket.set-keep-alive-idle-time", |l, n| {
            never::<(Tcp, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.keep-alive-interval", |l, n| {
            never::<(Tcp,), (Answer<u64>,)>(l, n)
        }),
        ("[method]tcp-socket.set-keep-alive-interval", |l, n| {
            never::<(Tcp, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.keep-alive-count", |l, n| {
            never::<(Tcp,), (Answer<u32>,)>(l, n)
        }),
        ("[method]tcp-socket.set-keep-alive-count", |l, n| {
            never::<(Tcp, u32), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.hop-limit", |l, n| {
            never::<(Tcp,), (Answer<u8>,)>(l, n)
        }),
        ("[method]tcp-socket.set-hop-limit", |l, n| {
            never::<(Tcp, u8), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.receive-buffer-size", |l, n| {
            never::<(Tcp,), (Answer<u64>,)>(l, n)
        }),
        ("[method]tcp-socket.set-receive-buffer-size", |l, n| {
            never::<(Tcp, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.send-buffer-size", |l, n| {
            never::<(Tcp,), (Answer<u64>,)>(l, n)
        }),
        ("[method]tcp-socket.set-send-buffer-size", |l, n| {
            never::<(Tcp, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]tcp-socket.subscribe", |l, n| never::<(Tcp,), (Polled,)>(l, n)),
        ("[method]tcp-socket.shutdown", |l, n| {
            never::<(Tcp, ShutdownType), (Answer<()>,)>(l, n)
        }),
    ],
};

pub const TCP_CREATE_SOCKET: Interface = Interface {
    name: "wasi:sockets/tcp-create-socket",
    version: "0.2.0",
    resources: &[],
    functions: &[("create-tcp-socket", |l, n| denied::<(IpAddressFamily,), Tcp>(l, n))],
};

pub const UDP: Interface = Interface {
    name: "wasi:sockets/udp",
    version: "0.2.0",
    resources: &[
        ("udp-socket", resource::<UdpSocket>),
        ("incoming-datagram-stream", resource::<IncomingDatagramStream>),
        ("outgoing-datagram-stream", resource::<OutgoingDatagramStream>),
    ],
    functions: &[
        ("[method]udp-socket.start-bind", |l, n| {
            never::<(Udp, Net, IpSocketAddress), (Answer<()>,)>(l, n)
        }),
        ("[method]udp-socket.finish-bind", |l, n| {
            never::<(Udp,), (Answer<()>,)>(l, n)
        }),
        ("[method]udp-socket.stream", |l, n| {
            never::<(Udp, Option<IpSocketAddress>), (Answer<(Incoming, Outgoing)>,)>(l, n)
        }),
        ("[method]udp-socket.local-address", |l, n| {
            never::<(Udp,), (Answer<IpSocketAddress>,)>(l, n)
        }),
        ("[method]udp-socket.remote-address", |l, n| {
            never::<(Udp,), (Answer<IpSocketAddress>,)>(l, n)
        }),
        ("[method]udp-socket.address-family", |l, n| {
            never::<(Udp,), (IpAddressFamily,)>(l, n)
        }),
        ("[method]udp-socket.unicast-hop-limit", |l, n| {
            never::<(Udp,), (Answer<u8>,)>(l, n)
        }),
        ("[method]udp-socket.set-unicast-hop-limit", |l, n| {
            never::<(Udp, u8), (Answer<()>,)>(l, n)
        }),
        ("[method]udp-socket.receive-buffer-size", |l, n| {
            never::<(Udp,), (Answer<u64>,)>(l, n)
        }),
        ("[method]udp-socket.set-receive-buffer-size", |l, n| {
            never::<(Udp, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]udp-socket.send-buffer-size", |l, n| {
            never::<(Udp,), (Answer<u64>,)>(l, n)
        }),
        ("[method]udp-socket.set-send-buffer-size", |l, n| {
            never::<(Udp, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]udp-socket.subscribe", |l, n| never::<(Udp,), (Polled,)>(l, n)),
        ("[method]incoming-datagram-stream.receive", |l, n| {
            never::<(Incoming, u64), (Answer<Vec<IncomingDatagram>>,)>(l, n)
        }),
        ("[method]incoming-datagram-stream.subscribe", |l, n| {
            never::<(Incoming,), (Polled,)>(l, n)
        }),
        ("[method]outgoing-datagram-stream.check-send", |l, n| {
            never::<(Outgoing,), (Answer<u64>,)>(l, n)
        }),
        ("[method]outgoing-datagram-stream.send", |l, n| {
            never::<(Outgoing, Vec<OutgoingDatagram>), (Answer<u64>,)>(l, n)
        }),
        ("[method]outgoing-datagram-stream.subscribe", |l, n| {
            never::<(Outgoing,), (Polled,)>(l, n)
        }),
    ],
};

pub const UDP_CREATE_SOCKET: Interface = Interface {
    name: "wasi:sockets/udp-create-socket",
    version: "0.2.0",
    resources: &[],
    functions: &[("create-udp-socket", |l, n| denied::<(IpAddressFamily,), Udp>(l, n))],
};

fn resource<T: 'static>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<T>(), |_, _| Ok(()))
}

fn denied<P, T>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()>
where
    P: ComponentNamedList + Lift + 'static,
    T: ComponentType + Lower + 'static,
{
    linker.func_wrap(name, |_: StoreContextMut<'_, Call>, _: P| {
        Ok((Answer::<T>::Err(ErrorCode::AccessDenied),))
    })
}
