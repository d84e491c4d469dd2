//! What the kernel says of this process's pages.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::OnceLock;

/// An entry of `/proc/self/pagemap`.
#[derive(Clone, Copy)]
pub struct Page(u64);

impl Page {
    /// Whether it is mapped to memory.
    pub fn is_present(self) -> bool {
        self.0 & (1 << 63) != 0
    }

    /// Whether it is a file's, or other processes' too.
    pub fn is_shared(self) -> bool {
        self.0 & (1 << 61) != 0
    }
}

/// So many pages from the one of an address on. None where the kernel doesn't say.
pub fn entries(address: usize, count: usize) -> Option<Vec<Page>> {
    /// Opened once, which takes longer than to read it.
    static PAGEMAP: OnceLock<Option<File>> = OnceLock::new();
    const ENTRY_BYTES: usize = size_of::<u64>();
    let mut entries = vec![0; count * ENTRY_BYTES];
    let offset = (address / page_bytes() * ENTRY_BYTES) as u64;
    let pagemap = PAGEMAP.get_or_init(|| File::open("/proc/self/pagemap").ok()).as_ref()?;
    pagemap.read_exact_at(&mut entries, offset).ok()?;
    let (entries, _) = entries.as_chunks::<ENTRY_BYTES>();
    Some(entries.iter().map(|&entry| Page(u64::from_ne_bytes(entry))).collect())
}

pub fn page_bytes() -> usize {
    rustix::param::page_size()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn pages_are_present_once_they_are_written() {
        let (bytes, pages) = (page_bytes(), 3);
        // SAFETY: a mapping of the test's own, never given back.
        let start = unsafe {
            rustix::mm::mmap_anonymous(
                std::ptr::null_mut(),
                pages * bytes,
                rustix::mm::ProtFlags::READ | rustix::mm::ProtFlags::WRITE,
                rustix::mm::MapFlags::PRIVATE,
            )
        };
        let start: *mut u8 = start.unwrap().cast();
        // SAFETY: within it.
        unsafe { start.add(bytes).write(1) };
        let present: Vec<_> = entries(start.addr(), pages)
            .unwrap()
            .iter()
            .map(|page| page.is_present())
            .collect();
        assert_eq!(present, [false, true, false]);
        assert!(!entries(start.addr() + bytes, 1).unwrap()[0].is_shared());
        assert!(
            entries(entries as *const () as usize, 1).unwrap()[0].is_shared(),
            "code is a file's"
        );
    }
}
