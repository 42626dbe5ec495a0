//! The worker: serves a session to the page.

fn main() {
    headstart::web::worker_side::serve();
}
