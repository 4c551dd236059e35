#[path = "it"]
mod it {
    pub mod door;
    pub mod support;
}
use it::support;
