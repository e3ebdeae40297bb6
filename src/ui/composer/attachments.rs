//! What goes with the message: made ready, shown with its size, removable.

use leptos::prelude::*;
use leptos::reactive::signal::ArcRwSignal;
use web_sys::{File, FileList};

use crate::model::Attachment;
use crate::platform::task::spawn;
use crate::platform::{file, image};
use crate::protocol::{ANY_TEXT, Capabilities, takes_any};
use crate::ui::el::{El, el};
use crate::ui::icon::{self, icon_button};
use crate::words::ui;

/// The largest file that is sent as it is, in bytes (Saiki 0.3.7 takes 50 MB of base64).
const LARGEST_FILE: usize = 25_000_000;

/// What goes with the message.
#[derive(Clone, Copy)]
pub(super) struct Attached {
    can: RwSignal<Capabilities>,
    ready: RwSignal<Vec<Ready>>,
    /// How many are being made ready.
    busy: RwSignal<usize>,
    trouble: RwSignal<String>,
}

fn label(picture: &image::Picture) -> String {
    ui::prepared(
        &picture.attachment.name,
        picture.width,
        picture.height,
        picture.bytes,
        picture.original,
    )
}

/// Something that is ready to go.
struct Ready {
    number: u64,
    attachment: Attachment,
    label: String,
}

impl Attached {
    pub(super) fn new(can: ArcRwSignal<Capabilities>) -> Self {
        Self {
            can: can.into(),
            ready: RwSignal::new(Vec::new()),
            busy: RwSignal::new(0),
            trouble: RwSignal::new(String::new()),
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
        self.trouble.set(String::new());
        let ready = self.ready.try_update(std::mem::take).unwrap_or_default();
        ready.into_iter().map(|ready| ready.attachment).collect()
    }

    /// Makes the files ready, one after the other.
    pub(super) fn take(self, files: &FileList) {
        self.trouble.set(String::new());
        let files: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
        self.busy.update(|busy| *busy += files.len());
        spawn(async move {
            for file in files {
                match self.prepare(&file).await {
                    Ok((attachment, label)) => self.add(attachment, label),
                    Err(why) => self.trouble.set(format!("{}: {why}", file.name())),
                }
                self.busy.update(|busy| *busy = busy.saturating_sub(1));
            }
        });
    }

    async fn prepare(self, blob: &File) -> Result<(Attachment, String), String> {
        let name = blob.name();
        let mime = blob.type_();
        let files = self.can.with_untracked(|can| can.files);
        let any = takes_any(files);
        let only_text = files.contains(&ANY_TEXT);
        let named = |known: &str| mime == known || known.ends_with('/') && mime.starts_with(known);
        let named = files.iter().any(|known| named(known));
        let picture = mime.starts_with("image/") && mime != "image/svg+xml";
        if named || any && !picture {
            let read = file::read(blob, &name, LARGEST_FILE, only_text && !named).await;
            let attachment = read.map_err(|error| error.to_string())?;
            let label = format!("{name}, {}", ui::bytes(attachment.bytes()));
            return Ok((attachment, label));
        }
        if !mime.starts_with("image/") && !mime.is_empty() {
            let why = match files {
                [] => ui::NO_FILES,
                _ => ui::WRONG_FILE,
            };
            return Err(why.to_owned());
        }
        let picture = image::shrink(blob, &name, image::BUDGET).await;
        let picture = picture.map_err(|error| error.to_string())?;
        let label = label(&picture);
        Ok((picture.attachment, label))
    }

    /// What goes with the message.
    pub(super) fn list(self) -> Vec<Attachment> {
        let copy = |ready: &Vec<Ready>| ready.iter().map(|one| one.attachment.clone()).collect();
        self.ready.with(copy)
    }

    /// Whether there is a picture that could be made smaller.
    pub(super) fn has_picture(self) -> bool {
        self.ready
            .with(|ready| ready.iter().any(|one| one.attachment.is_image()))
    }

    /// Makes the largest picture smaller, so that the message loses so many bytes.
    pub(super) fn shrink(self, surplus: usize) {
        self.trouble.set(String::new());
        let largest = self.ready.with_untracked(|ready| {
            let pictures = ready.iter().filter(|one| one.attachment.is_image());
            let largest = pictures.max_by_key(|one| one.attachment.base64.len())?;
            Some((largest.number, largest.attachment.clone()))
        });
        let Some((number, picture)) = largest else {
            return;
        };
        // Four letters for three bytes; the media type may become a longer one.
        let letters = picture.base64.len().saturating_sub(surplus + 8);
        self.busy.update(|busy| *busy += 1);
        spawn(async move {
            match image::shrink_more(&picture, letters / 4 * 3).await {
                Ok(smaller) => self.replace(number, smaller),
                Err(_) => self.trouble.set(ui::CANNOT_SHRINK.to_owned()),
            }
            self.busy.update(|busy| *busy = busy.saturating_sub(1));
        });
    }

    fn replace(self, number: u64, picture: image::Picture) {
        let label = label(&picture);
        self.ready.update(|ready| {
            // It is drawn anew under another number.
            let next = ready.iter().map(|one| one.number + 1).max().unwrap_or(0);
            if let Some(one) = ready.iter_mut().find(|one| one.number == number) {
                *one = Ready {
                    number: next,
                    attachment: picture.attachment,
                    label,
                };
            }
        });
    }

    fn add(self, attachment: Attachment, label: String) {
        let most = self.can.with_untracked(|can| can.attachments);
        let alike = self.ready.with_untracked(|ready| {
            let alike = |ready: &&Ready| ready.attachment.is_image() == attachment.is_image();
            ready.iter().filter(alike).count()
        });
        if alike >= most {
            self.trouble.set(ui::ALL_FULL.to_owned());
            return;
        }
        self.ready.update(|ready| {
            let number = ready.iter().map(|one| one.number + 1).max().unwrap_or(0);
            ready.push(Ready {
                number,
                attachment,
                label,
            });
        });
    }

    /// What goes with the message, above the text.
    pub(super) fn view(self) -> El {
        let numbers = move || {
            self.ready
                .with(|ready| ready.iter().map(|one| one.number).collect())
        };
        let one = move |number| {
            self.ready.with(|ready| {
                let ready = ready.iter().find(|one| one.number == number)?;
                Some(self.one(ready))
            })
        };
        let trouble = |why: &String| match why.as_str() {
            "" => Vec::new(),
            why => vec![el("p", "attachment-trouble").set("role", "alert").text(why)],
        };
        el("div", "attachments")
            .each(numbers, one)
            .when(
                move || self.is_busy(),
                || el("p", "attachment-busy").text(ui::SHRINKING),
            )
            .anew(move || self.trouble.get(), trouble)
    }

    fn one(self, ready: &Ready) -> El {
        let number = ready.number;
        let remove = move || {
            let others = |ready: &mut Vec<Ready>| ready.retain(|one| one.number != number);
            self.ready.update(others);
        };
        let mut shown = el("div", "attachment").set("data-part", "attachment");
        if ready.attachment.is_image() {
            let preview = el("img", "attachment-preview").set("alt", "");
            shown = shown.put(preview.set("src", &ready.attachment.data_url()));
        }
        let name = format!("{} {}", ui::REMOVE, ready.label);
        shown
            .put(el("span", "attachment-label").text(&ready.label))
            .put(
                icon_button(icon::CLOSE, ui::REMOVE)
                    .label(&name)
                    .on_press(remove),
            )
    }
}
