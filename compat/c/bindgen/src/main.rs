//! What a function in C includes and links: `bindgen <folder of WIT> <world> --into <folder>`, as `wit-bindgen c` does it.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [wit, world, "--into", folder] = words[..] else {
        bail!("usage: bindgen <folder of WIT> <world> --into <folder>")
    };
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default()
        .build()
        .generate(&mut resolve, world, &mut files)?;
    for (name, bytes) in files.iter() {
        fs::write(Path::new(folder).join(name), bytes)?;
    }
    Ok(())
}
