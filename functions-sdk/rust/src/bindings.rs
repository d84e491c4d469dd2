//! What wit-bindgen makes of the contract. Not public: the types around it are the interface.

wit_bindgen::generate!({
    path: [
        "../../wit/data",
        "../../wit/log",
        "../../wit/config",
        "../../wit/function",
        "wit/clocks.wit",
        "wit/random.wit",
        "wit/world.wit",
    ],
    world: "mayfly:sdk-rust/sdk",
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_web",
});
