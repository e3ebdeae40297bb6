//! The page's entry point. On the host it only says how to serve the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    parlor::ui::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use std::io::Write;
    let hint = "Parlor is a page for a browser. Run `cargo xtask serve` to build and serve it.";
    let _ = writeln!(std::io::stderr(), "{hint}");
}
