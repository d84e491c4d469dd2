# shellcheck shell=bash
# How Mayfly's scripts speak and what they say when something is missing. Sourced.

# Progress goes to standard error: what a script prints on standard output stays usable by other programs.
say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# 3 means "this machine lacks something" everywhere, so that a caller can tell it from a failure.
missing() {
  say "$1"
  shift
  printf '  %s\n' "$@" >&2
  exit 3
}

# need TOOL PURPOSE HOW...: goes on if TOOL is on PATH, else says what it is for and how to get it.
need() {
  local tool=$1 purpose=$2
  shift 2
  command -v "$tool" >/dev/null || missing "$tool is missing; it is needed to $purpose. To install it:" "$@"
}

need_cargo() {
  need cargo "$1" \
    "https://rustup.rs (any machine), or" \
    "sudo apt-get install cargo rustc  (Debian 14 or later)"
}

need_maven() {
  need mvn "build the Java modules" \
    "sudo apt-get install maven  (Debian, Ubuntu)" \
    "brew install maven  (macOS)" \
    "https://maven.apache.org/download.cgi  (3.8.7 or later)"
}
