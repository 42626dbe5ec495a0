//! The worker: serves a session to the page.

use headstart::session::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    headstart::web::worker_side::serve();
}
