//! The conversation: one article an item, kept at its end while the reader is there.

use leptos::html;
use leptos::prelude::*;

use super::empty::Empty;
use super::handle;
use super::icon::{self, Icon};
use super::message::Message;
use crate::platform::resize::ResizeWatch;
use crate::words::ui;

/// How near to the end still counts as the end, in pixels.
const NEAR: i32 = 48;

/// The conversation.
#[component]
pub(super) fn Timeline() -> impl IntoView {
    let order = handle().projection.order;
    let empty = {
        let order = order.clone();
        Memo::new(move |_| order.with(Vec::is_empty))
    };
    let scroller: NodeRef<html::Div> = NodeRef::new();
    let content: NodeRef<html::Div> = NodeRef::new();
    let (away, follow) = stick(scroller, content);
    view! {
        <div class={"timeline"} node_ref=scroller on:scroll=move |_| follow.scrolled(scroller)>
            <div class={"timeline-column"} node_ref=content>
                <Show when=move || empty.get()>
                    <Empty />
                </Show>
                <div class="timeline-items" role="log" aria-label={ui::CONVERSATION} aria-live="off" tabindex="0">
                    <For each=move || order.get() key=|id| *id let(id)>
                        <Message id />
                    </For>
                </div>
            </div>
            <Show when=move || away.get()>
                <button
                    class="timeline-latest"
                    type="button"
                    title={ui::LATEST}
                    aria-label={ui::LATEST}
                    on:click=move |_| follow.jump(scroller)
                >
                    <Icon path=icon::DOWN />
                </button>
            </Show>
        </div>
    }
}

/// Whether the end is followed. Only the reader's own scrolling changes it.
#[derive(Clone, Copy)]
struct Follow {
    away: RwSignal<bool>,
    /// Where we last scrolled to: a scroll event from there is our own.
    ours: StoredValue<i32>,
}

impl Follow {
    fn scrolled(self, scroller: NodeRef<html::Div>) {
        let Some(element) = scroller.get_untracked() else {
            return;
        };
        let top = element.scroll_top();
        let left = element.scroll_height() - element.client_height() - top;
        let moved_up = top < self.ours.get_value();
        if left <= NEAR {
            self.away.set(false);
        } else if moved_up {
            self.away.set(true);
        }
        self.ours.set_value(top);
    }

    fn jump(self, scroller: NodeRef<html::Div>) {
        self.away.set(false);
        self.to_end(scroller);
    }

    fn to_end(self, scroller: NodeRef<html::Div>) {
        if let Some(element) = scroller.get_untracked() {
            element.set_scroll_top(element.scroll_height());
            self.ours.set_value(element.scroll_top());
        }
    }
}

/// Follows the end while the content grows, unless the reader has scrolled away from it.
fn stick(scroller: NodeRef<html::Div>, content: NodeRef<html::Div>) -> (RwSignal<bool>, Follow) {
    let away = RwSignal::new(false);
    let follow = Follow {
        away,
        ours: StoredValue::new(0),
    };
    let watch = StoredValue::new_local(None::<ResizeWatch>);
    Effect::new(move || {
        let (Some(content), Some(frame)) = (content.get(), scroller.get()) else {
            return;
        };
        let grown = move || {
            if !away.get_untracked() {
                follow.to_end(scroller);
            }
        };
        watch.set_value(ResizeWatch::on(&[content.as_ref(), frame.as_ref()], grown));
    });
    (away, follow)
}
