//! A button that copies, and says whether it could.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::model::Duration;
use crate::platform::clipboard;
use crate::platform::timer::Timer;
use crate::ui::icon::{self, Icon};
use crate::words::ui;

/// How long it says so.
const SAID_FOR: Duration = Duration::secs(2);

/// A button that copies a text.
#[component]
pub(super) fn Copy(
    /// Its name.
    label: &'static str,
    /// The text, when it is pressed.
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let timer = StoredValue::new_local(None::<Timer>);
    let copy = move |_| {
        let text = text();
        spawn_local(async move {
            let copied = clipboard::write(&text).await.is_ok();
            said.set(Some(if copied { ui::COPIED } else { ui::COPY_FAILED }));
            timer.set_value(Some(Timer::after(SAID_FOR, move || said.set(None))));
        });
    };
    view! {
        <button class="button-quiet" type="button" title={label} aria-label={label} on:click=copy>
            <Icon path=icon::COPY />
            <span class="button-said">{move || said.get()}</span>
        </button>
    }
}
