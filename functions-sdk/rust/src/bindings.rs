//! What wit-bindgen makes of the contract. Not public: the types around it are the interface.

/// The contract's packages, each after those it uses, and ours at the end.
macro_rules! generate {
    ($($options:tt)*) => {
        wit_bindgen::generate!({
            path: [
                "../../wit/data",
                "../../wit/log",
                "../../wit/config",
                "../../wit/secrets",
                "../../wit/kv",
                "../../wit/sql",
                "../../wit/blob",
                "../../wit/http",
                "../../wit/pubsub",
                "../../wit/functions",
                "../../wit/function",
                "../../wit/snapshot",
                "wit/poll.wit",
                "wit/clocks.wit",
                "wit/random.wit",
                "wit/world.wit",
            ],
            generate_all,
            $($options)*
        });
    };
}

generate! {
    world: "mayfly:sdk-rust/sdk",
    // Arguments are passed on from where they are, without a copy for the sake of their type.
    ownership: Borrowing { duplicate_if_necessary: false },
}

/// What `web!` exports: a world of its own, as a component has to export all of a world that it names.
pub mod web {
    generate! {
        world: "mayfly:sdk-rust/web",
        with: {
            "mayfly:data/buffers@0.1.0": crate::bindings::mayfly::data::buffers,
            "mayfly:function/web-types@0.1.0": crate::bindings::mayfly::function::web_types,
        },
        pub_export_macro: true,
        export_macro_name: "export_web",
    }
}

/// What `event!` exports.
pub mod event {
    generate! {
        world: "mayfly:sdk-rust/event",
        with: {
            "mayfly:data/buffers@0.1.0": crate::bindings::mayfly::data::buffers,
            "mayfly:function/event-types@0.1.0": crate::bindings::mayfly::function::event_types,
        },
        pub_export_macro: true,
        export_macro_name: "export_event",
    }
}

/// What `before_snapshot!` exports.
pub mod captured {
    generate! {
        world: "mayfly:sdk-rust/captured",
        pub_export_macro: true,
        export_macro_name: "export_captured",
    }
}

/// What `after_restore!` exports.
pub mod restored {
    generate! {
        world: "mayfly:sdk-rust/restored",
        pub_export_macro: true,
        export_macro_name: "export_restored",
    }
}
