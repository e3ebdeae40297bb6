//! The video room: what of ours goes into it, and what the screen shows of it.
//!
//! Camera and microphone are taken when the person looks at them before joining, and let go of when
//! the room is left. Nothing of a call is kept.

mod call;
mod desk;
mod shows;

use std::rc::Rc;

use reactive_graph::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::Element;

use crate::app::Meeting;
use crate::meet::DeviceKind;
use crate::platform::media;
use crate::platform::task::spawn;
use desk::Desk;
pub use shows::{Feed, Shows, Stage};

/// What the screen gets: what to show of a room, and where to say what the person did.
#[derive(Clone)]
pub struct Meet {
    /// What to show.
    pub shows: Shows,
    desk: SendWrapper<Rc<Desk>>,
}

impl Meet {
    /// Without a room; `ask` says where the server's rooms are.
    pub(super) fn new(ask: Box<dyn Fn() -> Option<Meeting>>) -> Self {
        let shows = Shows::default();
        let desk = SendWrapper::new(Desk::new(shows.clone(), ask));
        Self { shows, desk }
    }

    /// Takes camera and microphone, so that the person can look at them before joining.
    pub fn prepare(&self) {
        self.desk.prepare();
    }

    /// Joins a room under a name.
    pub fn join(&self, room: &str, name: &str) {
        self.desk.join(room, name);
    }

    /// Leaves the room, or what comes before it, and lets go of every device.
    pub fn leave(&self) {
        self.desk.leave();
    }

    /// Tries to connect again now.
    pub fn retry(&self) {
        self.desk.retry();
    }

    /// Turns the microphone on or off.
    pub fn toggle_audio(&self) {
        self.desk.toggle_audio();
    }

    /// Turns the camera on or off. While it is off, nothing has it.
    pub fn toggle_video(&self) {
        self.desk.toggle_video();
    }

    /// Lets no camera be on, not even one that is still asked for.
    pub fn darken(&self) {
        self.desk.darken();
    }

    /// Begins or ends the sharing of the screen.
    pub fn toggle_screen(&self) {
        self.desk.toggle_screen();
    }

    /// Plays the `video` of somebody else; where the browser wants the person to ask for that first,
    /// the screen is told so.
    pub fn play(&self, video: &Element) {
        let (video, stuck) = (video.clone(), self.shows.stuck.clone());
        spawn(async move {
            if !media::play(video).await {
                stuck.set(true);
            }
        });
    }

    /// Takes another device.
    pub fn choose(&self, kind: DeviceKind, id: &str) {
        self.desk.choose(kind, id);
    }
}
