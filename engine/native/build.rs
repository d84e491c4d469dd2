//! Links with libc's memory functions wrapped: `src/reset` says why.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg=-Wl,--wrap=madvise,--wrap=mprotect,--wrap=mmap64,--wrap=munmap");
    }
}
