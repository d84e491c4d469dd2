#!/usr/bin/env bash
# Builds the Rust examples and the engine's test guests:
#
#   target/guests/<name>.wasm              as a user uploads it: a core module that says which world it implements
#   target/guests/wasi/<name>.wasm         ordinary programs: components for WASI 0.2, and <name>-preview1 core modules
#   target/guests/momento/<name>.wasm      functions for Momento, from the crates that are published for them
#   target/guests/components/<name>.wasm   the component the engine makes of it
#   target/guests/bad/<name>.wasm          what an upload must refuse
#
# A second run takes about a second and leaves files that didn't change alone.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/need.sh
. "$home/tools/need.sh"

RUSTC=$("$home/tools/rust-wasm.sh")
export RUSTC
sources=$home/engine/test-guests
guests=$home/target/guests
# One for all of them: they share most of what they are built from.
export CARGO_TARGET_DIR=$guests/cargo
wasm=wasm32-unknown-unknown
mkdir -p "$guests/components" "$guests/bad" "$guests/wasi" "$guests/momento"

# Not touching equal files keeps their times, and with them everything that is made from them.
place() { # place FILE AS
  cmp -s "$1" "$2" || cp "$1" "$2"
}

for manifest in "$home"/examples/*/Cargo.toml "$sources"/{custom,errand,hooks,probe,standards,warm}/Cargo.toml; do
  crate=${manifest%/Cargo.toml}
  (cd "$crate" && cargo build --quiet --locked --release --target "$wasm")
  name=${crate##*/}
  # Rust's names have no dashes.
  place "$CARGO_TARGET_DIR/$wasm/release/${name//-/_}.wasm" "$guests/$name.wasm"
done

for crate in "$sources"/{ordinary,command}; do
  name=${crate##*/}
  (cd "$crate" && cargo build --quiet --locked --release --target wasm32-wasip1 --target wasm32-wasip2)
  place "$CARGO_TARGET_DIR/wasm32-wasip1/release/$name.wasm" "$guests/wasi/$name-preview1.wasm"
  place "$CARGO_TARGET_DIR/wasm32-wasip2/release/$name.wasm" "$guests/wasi/$name.wasm"
done

for crate in "$sources"/{http,http-wstd}; do
  name=${crate##*/}
  (cd "$crate" && cargo build --quiet --locked --release --target wasm32-wasip2)
  place "$CARGO_TARGET_DIR/wasm32-wasip2/release/${name//-/_}.wasm" "$guests/wasi/$name.wasm"
done

(cd "$sources/http-wasip3" && cargo build --quiet --locked --release --target wasm32-wasip2)
place "$CARGO_TARGET_DIR/wasm32-wasip2/release/http_wasip3.wasm" "$guests/bad/http-wasip3.wasm"

(cd "$sources/momento" && cargo build --quiet --locked --release --target wasm32-wasip2 --examples)
for function in "$sources"/momento/examples/*.rs; do
  name=$(basename "$function" .rs)
  place "$CARGO_TARGET_DIR/wasm32-wasip2/release/examples/${name//-/_}.wasm" "$guests/momento/$name.wasm"
done

(cd "$sources/assemble" && cargo build --quiet --locked)
assemble=$CARGO_TARGET_DIR/debug/assemble
"$assemble" web "$sources"/wat/web/*.wat --into "$guests"
"$assemble" component "$guests"/*.wasm --into "$guests/components"
"$assemble" plain "$sources"/wat/plain/*.wat --into "$guests/bad"
"$assemble" damage "$guests/hello.wasm" --into "$guests/bad"
