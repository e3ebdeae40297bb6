//! What goes with the message: made ready, shown with its size, removable.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{File, FileList};

use crate::model::Attachment;
use crate::platform::{file, image};
use crate::protocol::Capabilities;
use crate::ui::icon::{self, Icon};
use crate::words::ui;

/// The largest file that is sent as it is, in bytes (Saiki 0.3.7 takes 50 MB of base64).
const LARGEST_FILE: usize = 25_000_000;

/// What goes with the message.
#[derive(Clone, Copy)]
pub(super) struct Attached {
    can: Signal<Capabilities>,
    ready: RwSignal<Vec<Ready>>,
    /// How many are being made ready.
    busy: RwSignal<usize>,
    trouble: RwSignal<Option<String>>,
}

/// Something that is ready to go.
#[derive(Clone, PartialEq)]
struct Ready {
    number: usize,
    attachment: Attachment,
    label: String,
}

impl Attached {
    pub(super) fn new(can: Signal<Capabilities>) -> Self {
        Self {
            can,
            ready: RwSignal::new(Vec::new()),
            busy: RwSignal::new(0),
            trouble: RwSignal::new(None),
        }
    }

    pub(super) fn is_ready(self) -> bool {
        !self.ready.with(Vec::is_empty)
    }

    pub(super) fn is_busy(self) -> bool {
        self.busy.get() > 0
    }

    /// Gives all away, for the message that goes now.
    pub(super) fn hand_over(self) -> Vec<Attachment> {
        self.trouble.set(None);
        let ready = self.ready.try_update(std::mem::take).unwrap_or_default();
        ready.into_iter().map(|ready| ready.attachment).collect()
    }

    /// Makes the files ready, one after the other.
    pub(super) fn take(self, files: &FileList) {
        self.trouble.set(None);
        let files: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
        self.busy.update(|busy| *busy += files.len());
        spawn_local(async move {
            for file in files {
                match self.prepare(&file).await {
                    Ok((attachment, label)) => self.add(attachment, label),
                    Err(why) => self.trouble.set(Some(format!("{}: {why}", file.name()))),
                }
                self.busy.update(|busy| *busy = busy.saturating_sub(1));
            }
        });
    }

    async fn prepare(self, blob: &File) -> Result<(Attachment, String), String> {
        let name = blob.name();
        let mime = blob.type_();
        let can = self.can.get_untracked();
        let fits = |known: &str| mime == known || known.ends_with('/') && mime.starts_with(known);
        if can.files.iter().any(|known| fits(known)) {
            let read = file::read(blob, &name, LARGEST_FILE).await;
            let attachment = read.map_err(|error| error.to_string())?;
            let label = format!("{name}, {}", ui::bytes(attachment.bytes()));
            return Ok((attachment, label));
        }
        if !mime.starts_with("image/") && !mime.is_empty() {
            let why = if can.files.is_empty() {
                ui::NO_FILES
            } else {
                ui::WRONG_FILE
            };
            return Err(why.to_owned());
        }
        let picture = image::shrink(blob, &name, image::BUDGET).await;
        let picture = picture.map_err(|error| error.to_string())?;
        let label = ui::prepared(
            &name,
            picture.width,
            picture.height,
            picture.bytes,
            picture.original,
        );
        Ok((picture.attachment, label))
    }

    fn add(self, attachment: Attachment, label: String) {
        let most = self.can.get_untracked().attachments;
        let alike = self.ready.with_untracked(|ready| {
            let alike = |ready: &&Ready| ready.attachment.is_image() == attachment.is_image();
            ready.iter().filter(alike).count()
        });
        if alike >= most {
            self.trouble.set(Some(ui::ONE_PICTURE.to_owned()));
            return;
        }
        self.ready.update(|ready| {
            let number = ready.last().map_or(0, |last| last.number + 1);
            ready.push(Ready {
                number,
                attachment,
                label,
            });
        });
    }
}

/// What goes with the message, above the text.
#[component]
pub(super) fn Attachments(attached: Attached) -> impl IntoView {
    view! {
        <div class={"attachments"}>
            <For each=move || attached.ready.get() key=|ready| ready.number let(ready)>
                <One attached ready />
            </For>
            <Show when=move || attached.is_busy()>
                <p class="attachment-busy">{ui::SHRINKING}</p>
            </Show>
            {move || attached.trouble.get().map(|why| view! { <p class="attachment-trouble" role="alert">{why}</p> })}
        </div>
    }
}

#[component]
fn One(attached: Attached, ready: Ready) -> impl IntoView {
    let Ready {
        number,
        attachment,
        label,
    } = ready;
    let preview = attachment.is_image().then(|| {
        let source = format!("data:{};base64,{}", attachment.mime, attachment.base64);
        view! { <img class="attachment-preview" src=source alt="" /> }
    });
    let remove = move |_| {
        attached
            .ready
            .update(|ready| ready.retain(|one| one.number != number))
    };
    view! {
        <div class="attachment" data-part="attachment">
            {preview}
            <span class="attachment-label">{label.clone()}</span>
            <button
                class="button-icon"
                type="button"
                title={ui::REMOVE}
                aria-label={format!("{} {label}", ui::REMOVE)}
                on:click=remove
            >
                <Icon path=icon::CLOSE />
            </button>
        </div>
    }
}
