//! The screen. The folder tree is the screen's own: one part a file, named for it.
//!
//! Parts show signals and pass on what the person did; they decide nothing. Each is a function that
//! gives an [`el::El`], an element that Leptos mounts and that follows signals.

mod announcer;
mod app;
mod arrows;
mod ask_dialog;
mod banner;
mod begin;
mod clock;
mod composer;
mod copy;
mod dialog;
mod el;
mod empty;
mod field;
mod files;
pub mod groups;
mod header;
mod help;
mod icon;
mod inspector;
mod link_dialog;
mod list;
mod meet;
mod message;
mod palette;
mod panels;
mod part_text;
mod settings;
mod timeline;
mod toasts;
mod working;

use leptos::prelude::*;

use crate::driver::{Driver, Handle};

/// Starts the driver and puts the screen into the page.
pub fn mount() {
    let handle = Driver::start();
    let Some(body) = document().body() else {
        return;
    };
    let screen = leptos::mount::mount_to_renderer(&body, move || {
        provide_context(panels::Panels::new(&handle));
        provide_context(meet::Sight::new());
        provide_context(handle);
        app::app()
    });
    screen.forget();
    app::begin();
}

/// What every part gets from its context.
fn handle() -> Handle {
    expect_context::<Handle>()
}
