#!/usr/bin/env bash
# Builds the functions in compat/, and the examples in JavaScript, Python and Java, with the toolchains that their authors would use:
#
#   target/guests/compat/<name>.wasm
#
# What the toolchains are made of comes from npm, PyPI, crates.io, Maven Central and Debian, and into target/compat only (Maven's into its own
# cache); Go and the JDK have to be there. A second run builds what changed. A language whose tools are missing is named and left out, and the exit status
# is 3.
#
#   tools/compat.sh             all languages
#   tools/compat.sh c python    only these
# shellcheck disable=SC2317  # languages are called by name, which shellcheck takes for never
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/need.sh
. "$home/tools/need.sh"

sources=$home/compat
tools=$home/target/compat
functions=$home/target/guests/compat
export CARGO_TARGET_DIR=$home/target/guests/cargo
mkdir -p "$tools" "$functions"

# made_from NAME FILE...: true if what was built last under that name was built of the same files by the same tools.
made_from() {
  local name=$1
  shift
  digest=$(find "$@" "$home/tools/compat.sh" -name target -prune -o -type f -print0 | sort -z | xargs -0 cat | sha256sum)
  [[ -f $functions/$name.wasm && -f $tools/$name.digest && $(<"$tools/$name.digest") == "$digest" ]]
}

# made NAME FILE: FILE is the function, of what made_from was asked about last.
made() {
  mv "$2" "$functions/$1.wasm"
  echo "$digest" >"$tools/$1.digest"
}

# Our packages and WASI's, which the crate wasip2 carries, in the version that compat.wit names.
interfaces() {
  local wit=$tools/wit version crate
  need_cargo "get the WIT of WASI 0.2"
  version=$(sed -n 's/.*wasi:http.*@\(0\.2\.[0-9]*\);/\1/p' "$sources/wit/compat.wit")
  crate=$(cargo metadata --format-version 1 --locked --filter-platform wasm32-wasip2 --manifest-path "$home/engine/test-guests/http/Cargo.toml" |
    grep -oE '"manifest_path":"[^"]*/wasip2-[^"]*/Cargo.toml"' | head -n 1 | cut -d '"' -f 4)
  rm -rf "$wit"
  mkdir -p "$wit/deps"
  cp "$sources/wit/compat.wit" "$wit"
  cp -r "$home"/wit/* "$wit/deps"
  cp "${crate%/Cargo.toml}"/wit/deps/*.wit "$wit/deps"
  sed -i.bak "s/0\.2\.12/$version/g" "$wit"/deps/*.wit
  rm "$wit"/deps/*.bak
}

node_modules() {
  need npm "build functions written in JavaScript" \
    "sudo apt-get install nodejs npm  (Debian 13, Ubuntu 24.04 or later)" "https://nodejs.org  (any machine, 20 or later)"
  local node=$tools/node
  if ! cmp -s "$sources/javascript/package-lock.json" "$node/installed.json"; then
    say "installing componentize-js and componentize-qjs from npm (about 400 MB)…"
    mkdir -p "$node"
    cp "$sources"/javascript/package*.json "$node"
    # Not ci: it wants the optional packages for all other machines as well.
    (cd "$node" && npm install --loglevel=error --no-audit --no-fund --ignore-scripts >&2) ||
      missing "componentize-js can't be installed from npm; its message is above." "Where npm is elsewhere, say so: npm config set registry …"
    cp "$sources/javascript/package-lock.json" "$node/installed.json"
  fi
  componentize=$node/node_modules/.bin
}

build_javascript() {
  local source=$sources/javascript shared=("$sources/wit" "$sources/javascript/package-lock.json")
  if ! made_from javascript-spidermonkey "$source/fetch.js" "${shared[@]}"; then
    node_modules
    say "building compat/javascript/fetch.js (about 30 s)…"
    "$componentize/componentize-js" "$source/fetch.js" --wit "$tools/wit" --world-name handler --out "$tools/made.wasm"
    made javascript-spidermonkey "$tools/made.wasm"
  fi
  if ! made_from javascript-quickjs "$source/web.js" "${shared[@]}" "$home/wit"; then
    node_modules
    say "building compat/javascript/web.js…"
    "$componentize/componentize-qjs" --js "$source/web.js" --wit "$tools/wit" --world web --sync --output "$tools/made.wasm" >&2
    made javascript-quickjs "$tools/made.wasm"
  fi
}

python_tools() {
  need python3 "build functions written in Python" \
    "sudo apt-get install python3 python3-venv  (Debian, Ubuntu)" "brew install python3  (macOS)"
  python3 -c 'import ensurepip' 2>/dev/null || missing "python3 can't make virtual environments. To install what it lacks:" \
    "sudo apt-get install python3-venv  (Debian, Ubuntu)"
  venv=$tools/python
  if ! cmp -s "$sources/python/requirements.txt" "$venv/installed.txt"; then
    say "installing componentize-py from PyPI (about 60 MB)…"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$sources/python/requirements.txt" >&2 ||
      missing "componentize-py can't be installed from PyPI; pip's message is above." \
        "Where PyPI is elsewhere, say so to pip: export PIP_INDEX_URL=…"
    cp "$sources/python/requirements.txt" "$venv/installed.txt"
  fi
}

# made_of_python NAME WORLD FOLDER
made_of_python() {
  say "building $1 (about 10 s)…"
  # From a copy: Python leaves what it compiled beside it.
  rm -rf "$tools/app"
  mkdir -p "$tools/app"
  cp "$3"/*.py "$tools/app"
  "$venv/bin/componentize-py" --quiet --wit-path "$tools/wit" --world "$2" componentize app \
    --python-path "$tools/app" --output "$tools/made.wasm" >&2
  made "$1" "$tools/made.wasm"
}

build_python() {
  made_from python "$sources/python" "$sources/wit" && return
  python_tools
  made_of_python python handler "$sources/python"
}

# The examples in these languages: they use the same tools.
build_examples() {
  local render=$home/examples/js-render score=$home/examples/py-score
  if ! made_from js-render "$render"/src "$render"/package-lock.json "$sources/wit" "$sources/javascript/package-lock.json" "$home/wit"; then
    node_modules
    mkdir -p "$tools/js-render"
    cp -r "$render"/package*.json "$render/src" "$tools/js-render"
    (cd "$tools/js-render" && npm install --loglevel=error --no-audit --no-fund --ignore-scripts >&2)
    say "building examples/js-render (about 30 s)…"
    # componentize-js takes one file. What a function doesn't use is left out: it would keep handles.
    "$componentize/rolldown" "$tools/js-render/src/render.js" --format esm --file "$tools/js-render/bundle.js" >&2
    "$componentize/componentize-js" "$tools/js-render/bundle.js" --wit "$tools/wit" --world-name web \
      --disable http --disable fetch-event --disable stdio --out "$tools/made.wasm"
    made js-render "$tools/made.wasm"
  fi
  if ! made_from py-score "$score" "$sources/wit" "$sources/python/requirements.txt" "$home/wit"; then
    python_tools
    made_of_python py-score restored "$score"
  fi
}

build_c() {
  made_from c "$sources/c" "$sources/wit" && return
  local debian="sudo apt-get install clang lld wasi-libc libclang-rt-dev-wasm32  (Debian, Ubuntu)"
  need clang "build functions written in C" "$debian"
  need wasm-ld "link functions written in C" "$debian"
  need_cargo "build wit-bindgen"
  say "building compat/c…"
  (cd "$sources/c/bindgen" && cargo build --quiet --locked)
  mkdir -p "$tools/c"
  "$CARGO_TARGET_DIR/debug/bindgen" "$tools/wit" handler --into "$tools/c"
  clang --target=wasm32-wasi -mexec-model=reactor -O2 -Wall -Wextra -Werror -I "$tools/c" -o "$tools/made.wasm" \
    "$sources/c/handler.c" "$tools/c/handler.c" "$tools/c/handler_component_type.o" ||
    missing "clang has no C library for WASI, or it can't use it; its message is above. To install one:" "$debian"
  made c "$tools/made.wasm"
}

# A program, and a function that the host calls.
build_go() {
  local sdk=$home/functions-sdk/go kind mode
  need go "build functions written in Go" "https://go.dev/dl  (any machine, 1.25 or later)" "brew install go  (macOS)"
  for kind in command reactor; do
    made_from "go-$kind" "$sources/go" "$sdk" && continue
    say "building compat/go/$kind…"
    mode=exe
    if [[ $kind == reactor ]]; then
      mode=c-shared
    fi
    (cd "$sources/go" && GOOS=wasip1 GOARCH=wasm go build -buildmode="$mode" -trimpath -ldflags=-s -o "$tools/made.wasm" "./$kind")
    made "go-$kind" "$tools/made.wasm"
  done
}

# The example in Java, apart from the other examples: who runs it needs none of their tools.
build_java() {
  local rules=$home/examples/rules-java
  made_from rules-java "$rules/pom.xml" "$rules/src" && return
  # shellcheck source=tools/jdk.sh
  . "$home/tools/jdk.sh"
  need_maven
  say "building examples/rules-java (about 15 s; the first time TeaVM comes from Maven Central, 30 MB)…"
  # Maven 3.8's own libraries call methods JDK 25 warns of.
  MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" \
    mvn -B -ntp -q -f "$rules/pom.xml" -Dbuild.folder="$tools/rules-java" process-classes >"$tools/rules-java.log" 2>&1 || {
    cat "$tools/rules-java.log" >&2
    return 1
  }
  made rules-java "$tools/rules-java/rules-java.wasm"
}

if (($# == 0)); then
  set -- javascript python c go java examples
fi
interfaces
status=0
for language in "$@"; do
  declare -F "build_$language" >/dev/null || missing "there is no language $language. There are:" "javascript python c go java examples"
  # A subshell of its own, not a condition: inside one, set -e would be off.
  set +e
  (set -e && "build_$language")
  result=$?
  set -e
  case $result in
    0) ;;
    3) ((status != 0)) || status=3 ;;
    *)
      say "$language failed"
      status=1
      ;;
  esac
done
exit $status
