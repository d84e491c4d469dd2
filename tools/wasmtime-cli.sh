#!/usr/bin/env bash
# Prints the path of wasmtime's command line, of the release that the engine is built on, and builds it if it isn't there:
#
#   $(tools/wasmtime-cli.sh) serve FUNCTION.wasm
#
# Only `bench worlds` needs it, to measure against. It comes from crates.io and goes into target/wasmtime-cli, and nowhere else.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/need.sh
. "$home/tools/need.sh"

folder=$home/target/wasmtime-cli
version=$(sed -n 's/^wasmtime = .*"=\([0-9.]*\)".*/\1/p' "$home/engine/native/Cargo.toml")
# What `serve` needs of the default features, with the same allocator and compiler.
features=run,serve,cranelift,component-model,component-model-async,pooling-allocator,parallel-compilation,threads,gc,gc-drc,clap/default

if [[ $("$folder/bin/wasmtime" --version 2>/dev/null) != "wasmtime $version"* ]]; then
  need_cargo "build wasmtime's command line"
  say "building wasmtime $version's command line (once, about 5 minutes)…"
  cargo install --quiet --locked wasmtime-cli --version "$version" --no-default-features --features "$features" \
    --root "$folder" --target-dir "$folder/build" >&2 || missing "wasmtime-cli can't be built; cargo's message is above."
  rm -rf "$folder/build"
fi
echo "$folder/bin/wasmtime"
