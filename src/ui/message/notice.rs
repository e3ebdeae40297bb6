//! Something Parlor says of itself or of the connection.

use leptos::prelude::*;

use super::part;
use crate::projection::Row;
use crate::words;

/// Something Parlor says.
#[component]
pub(super) fn Notice(row: Row) -> impl IntoView {
    let text = part(&row, words::text);
    view! { <p class="notice">{move || text.get()}</p> }
}
