//! The worker: serves a session to the page.

use headstart::session::CountingAllocator;
use headstart::web::constructors::construct;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    construct();
    headstart::web::worker_side::serve();
}
