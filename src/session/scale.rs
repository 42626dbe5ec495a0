//! How much memory the program holds: an allocator that counts, for programs that want to tell
//! what training took.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, with a count of the bytes that it has given out.
///
/// Written here because the crates for it fill zeroed memory once more and copy what grows.
#[derive(Debug)]
pub struct CountingAllocator;

impl CountingAllocator {
    /// Does something, and says the most bytes that it held at once on top of what was held before.
    /// Means something where this is the program's allocator, and nothing else is done meanwhile.
    pub fn weigh<T>(work: impl FnOnce() -> T) -> (T, u64) {
        let weighing = Weighing::begin();
        let done = work();
        (done, weighing.most().unwrap_or(0))
    }
}

fn add(bytes: usize) {
    let held = HELD.fetch_add(bytes, Relaxed) + bytes;
    MOST.fetch_max(held, Relaxed);
}

fn take(bytes: usize) {
    HELD.fetch_sub(bytes, Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory of it.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller keeps the promises that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        take(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(layout.size());
        add(size);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Weighs what comes on top of what is held when it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighing {
    before: usize,
}

impl Weighing {
    /// Begins. There is one count for the whole program, so a weighing ends the one before.
    pub fn begin() -> Self {
        let before = HELD.load(Relaxed);
        MOST.store(before, Relaxed);
        Self { before }
    }

    /// The most bytes that came on top at once, so far. `None` in a program that does not count.
    pub fn most(self) -> Option<u64> {
        let most = MOST.load(Relaxed);
        (most > 0).then(|| most.saturating_sub(self.before) as u64)
    }
}
