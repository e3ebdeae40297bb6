//! The screen. The folder tree is the screen's own: one component a file, named for it.
//!
//! Components show signals and pass on what the person did; they decide nothing. No `view!` here
//! is fully static: such a subtree would be built from an HTML string, which the page's policy
//! (`require-trusted-types-for 'script'`) refuses.

mod announcer;
mod app;
mod banner;
mod composer;
mod dialog;
mod empty;
mod header;
mod help;
mod icon;
mod inspector;
mod link_dialog;
mod message;
mod palette;
mod panels;
mod part_text;
mod reset_dialog;
mod settings;
mod timeline;
mod toasts;

use leptos::prelude::*;

use crate::driver::Driver;

/// Starts the driver and puts the screen into the page.
pub fn mount() {
    let handle = Driver::start();
    leptos::mount::mount_to_body(move || {
        provide_context(handle);
        provide_context(panels::Panels::default());
        view! { <app::App /> }
    });
}

/// What every component gets from its context.
fn handle() -> crate::driver::Handle {
    expect_context::<crate::driver::Handle>()
}
