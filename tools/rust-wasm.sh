#!/usr/bin/env bash
# Prints the path of a rustc that has the WebAssembly standard libraries, and gets one if there is none:
#
#   RUSTC=$(tools/rust-wasm.sh) cargo build --release --target wasm32-unknown-unknown
#
# In this order: the user's own toolchain; the same after `rustup target add`; rustc and the standard libraries from
# Debian's packages, unpacked into a folder of Mayfly's own and installed nowhere (30 s, 800 MB). The last is for
# machines whose package mirror is all they reach.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/need.sh
. "$home/tools/need.sh"

targets=(wasm32-unknown-unknown wasm32-wasip1 wasm32-wasip2)
cache=${MAYFLY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mayfly}
unpacked=$cache/rust-wasm

# The functions SDK needs Rust 1.91 (its Cargo.toml): Debian 13 is too old for it.
suites=(forky sid)

has_wasm() { # has_wasm RUSTC
  local target
  for target in "${targets[@]}"; do
    compgen -G "$("$1" --print target-libdir --target "$target" 2>/dev/null)/libstd-*.rlib" >/dev/null || return 1
  done
}

# apt with lists, cache and status of its own, so that the system's are neither read nor written.
private_apt() { # private_apt FOLDER SUITE
  local apt=$1 suite=$2 keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror
  [[ -r $keyring ]] || missing "$keyring is missing; it is needed to trust Debian's packages. Either:" \
    "sudo apt-get install debian-archive-keyring, or" "use rustup (https://rustup.rs) and: rustup target add ${targets[*]}"
  # The mirror this machine is set up with, in either form of sources file.
  mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
    sed 's/#.*//' | grep -oE '(https?|mirror(\+[a-z]+)?)://[^] ]+/debian/?($|[[:space:]])' | head -n 1 | tr -d '[:space:]' || true)
  mkdir -p "$apt"/{lists,cache/archives}/partial
  : >"$apt/status"
  echo "deb [signed-by=$keyring arch=$arch] ${mirror:-https://deb.debian.org/debian} $suite main" >"$apt/sources.list"
  cat >"$apt/conf" <<CONF
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
CONF
  export APT_CONFIG=$apt/conf
  apt-get -qq update -o APT::Update::Error-Mode=any
}

# rustc without the C toolchain it depends on (the machine's own links build scripts), and the standard libraries with
# the shared libraries they need.
packages() {
  echo rustc
  apt-cache depends --recurse --no-recommends --no-suggests --no-enhances --no-conflicts --no-breaks --no-replaces \
    libstd-rust-dev libstd-rust-dev-wasm32 |
    grep -E '^[a-z0-9]' | grep -vE '^(gcc-[0-9]+-base|libc-gconv|debconf|cdebconf|dpkg|perl|libc6-)'
}

# Debian's rustc needs Debian's C library, which may be newer than the machine's: it is started by the loader beside it.
wrapper() { # wrapper LOADER LIBRARIES, both relative to the unpacked root
  cat <<WRAPPER
#!/bin/sh
root=\${0%/bin/rustc}/root
exec "\$root/$1" --library-path "\$root/$2:\$root/${2#usr/}" --argv0 "\$0" "\$root/usr/bin/rustc" --sysroot "\$root/usr" "\$@"
WRAPPER
}

smoke_test() { # smoke_test RUSTC FOLDER: a program for this machine and one artifact a target
  local target
  echo 'fn main() { println!("ok"); }' >"$2/main.rs"
  "$1" "$2/main.rs" -o "$2/main"
  [[ $("$2/main") == ok ]]
  for target in "${targets[@]}"; do
    "$1" --target "$target" "$2/main.rs" -o "$2/$target.wasm"
  done
}

unpack_suite() { # unpack_suite FOLDER SUITE
  local work=$1 suite=$2 root=$1/out/root linkers host loader package
  say "getting rustc and its WebAssembly standard libraries from Debian $suite (once, about 30 s)…"
  mkdir -p "$work/debs" "$root" "$work/out/bin" "$work/smoke"
  private_apt "$work/apt" "$suite"
  (cd "$work/debs" && packages | sort -u | xargs apt-get -qq download)
  say "unpacking…"
  for package in "$work"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$package" |
      tar -x -C "$root" --exclude=./usr/share --exclude=./usr/bin/rustdoc --exclude=./usr/include
  done
  loader=$(cd "$root" && find usr/lib/*-linux-gnu* -maxdepth 1 -name 'ld-linux*.so.*' | head -n 1)
  [[ -n $loader ]]
  wrapper "$loader" "$(dirname "$loader")" >"$work/out/bin/rustc"
  chmod +x "$work/out/bin/rustc"
  # The linkers for WebAssembly come with every rustup toolchain; Debian's rustc would want all of LLVM's lld.
  host=$(rustc -vV | sed -n 's/^host: //p')
  linkers=$(rustc --print sysroot)/lib/rustlib/$host/bin
  [[ -x $linkers/rust-lld && -x $linkers/wasm-component-ld ]]
  rm -rf "$root/usr/lib/rustlib/$host/bin"
  ln -s "$linkers" "$root/usr/lib/rustlib/$host/bin"
  smoke_test "$work/out/bin/rustc" "$work/smoke"
}

from_debian() {
  local suite work
  mkdir -p "$cache"
  exec 9>"$cache/rust-wasm.lock"
  flock 9
  if [[ -x $unpacked/bin/rustc ]] && has_wasm "$unpacked/bin/rustc"; then
    return # another process made it while this one waited
  fi
  arch=$(dpkg --print-architecture)
  for suite in "${suites[@]}"; do
    work=$(mktemp -d "$cache/rust-wasm.XXXXXX")
    # A subshell of its own, not a condition: inside one, set -e would be off.
    set +e
    (set -e && unpack_suite "$work" "$suite")
    local status=$?
    set -e
    if [[ $status == 0 ]]; then
      rm -rf "$unpacked"
      mv "$work/out" "$unpacked"
      rm -rf "$work"
      return
    fi
    rm -rf "$work"
    [[ $status == 3 ]] && exit 3
    say "Debian $suite did not do"
  done
  missing "no rustc with the WebAssembly standard libraries, and none could be got. To install them:" \
    "https://rustup.rs, then: rustup target add ${targets[*]}"
}

need_cargo "build functions written in Rust"
own=$(rustc --print sysroot)/bin/rustc
if has_wasm "$own"; then
  echo "$own"
elif [[ -x $unpacked/bin/rustc ]] && has_wasm "$unpacked/bin/rustc"; then
  echo "$unpacked/bin/rustc"
elif command -v rustup >/dev/null && timeout 300 rustup --quiet target add "${targets[@]}" >&2 && has_wasm "$own"; then
  echo "$own"
elif command -v dpkg-deb >/dev/null && command -v flock >/dev/null; then
  say "this machine's rustup has no WebAssembly standard library to offer"
  from_debian
  echo "$unpacked/bin/rustc"
else
  missing "rustc has no WebAssembly standard library. To install it:" \
    "https://rustup.rs, then: rustup target add ${targets[*]}"
fi
