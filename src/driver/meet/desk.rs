//! What of ours goes into a room: the devices, taken and let go of.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use reactive_graph::prelude::*;
use send_wrapper::SendWrapper;

use super::call::Call;
use super::shows::{Shows, Stage, put};
use crate::app::Meeting;
use crate::meet::{DeviceKind, Lack, On};
use crate::platform::listener::Listener;
use crate::platform::media::{self, Kind, Stream, Track};
use crate::platform::page;
use crate::platform::rtc::Ours;
use crate::platform::task::spawn;

const KINDS: [Kind; 2] = [Kind::Audio, Kind::Video];

/// Holds the devices, and the call while there is one.
pub(super) struct Desk {
    shows: Shows,
    ask: Box<dyn Fn() -> Option<Meeting>>,
    ours: RefCell<Option<Ours>>,
    /// Microphone and camera.
    own: RefCell<[Option<Track>; 2]>,
    screen: RefCell<Vec<Track>>,
    call: RefCell<Option<Rc<Call>>>,
    listeners: RefCell<Vec<Listener>>,
    /// Which time of being here this is: what was asked for in an earlier one counts no more.
    turn: Cell<u64>,
    /// The camera was not wanted while it was asked for.
    dark: Cell<bool>,
}

impl Desk {
    pub(super) fn new(shows: Shows, ask: Box<dyn Fn() -> Option<Meeting>>) -> Rc<Self> {
        Rc::new(Self {
            shows,
            ask,
            ours: RefCell::default(),
            own: RefCell::default(),
            screen: RefCell::default(),
            call: RefCell::default(),
            listeners: RefCell::default(),
            turn: Cell::default(),
            dark: Cell::default(),
        })
    }

    pub(super) fn prepare(self: &Rc<Self>) {
        if self.ours.borrow().is_some() {
            return;
        }
        let (Some(own), Some(screen)) = (Stream::empty(), Stream::empty()) else {
            self.shows.unable.set(true);
            return self.shows.stage.set(Stage::Ready);
        };
        self.turn.set(self.turn.get() + 1);
        let shown = (self.turn.get(), SendWrapper::new(own.clone()));
        self.shows.own.set(Some(shown));
        self.ours.replace(Some(Ours { own, screen }));
        self.shows.stage.set(Stage::Ready);
        self.listen();
        self.take(|[microphone, camera, _]| async move {
            let found = media::take_both(&microphone, &camera).await;
            KINDS.into_iter().zip(found).collect()
        });
    }

    fn listen(self: &Rc<Self>) {
        let (changed, left) = (Rc::downgrade(self), Rc::downgrade(self));
        let changed = media::on_change(move || {
            if let Some(desk) = changed.upgrade() {
                desk.look();
            }
        });
        let left = page::on_leave(move || {
            if let Some(desk) = left.upgrade() {
                desk.leave();
            }
        });
        self.listeners
            .replace(changed.into_iter().chain(left).collect());
    }

    /// Asks the browser for devices; what it gives is ours, unless the person has gone meanwhile.
    fn take<F>(self: &Rc<Self>, ask: impl FnOnce([String; 3]) -> F)
    where
        F: Future<Output = Vec<(Kind, Result<Track, Lack>)>> + 'static,
    {
        put(&self.shows.asking, true);
        self.dark.set(false);
        let (desk, turn) = (Rc::clone(self), self.turn.get());
        let found = ask(self.shows.chosen.get_untracked());
        spawn(async move {
            let found = found.await;
            if desk.turn.get() != turn {
                return;
            }
            put(&desk.shows.asking, false);
            let dark = desk.dark.take();
            for (kind, track) in found {
                if kind == Kind::Audio || !dark {
                    desk.put(kind, track);
                }
            }
            desk.look();
        });
    }

    /// Looks which devices there are. Their names are known once one was taken.
    fn look(self: &Rc<Self>) {
        let desk = Rc::clone(self);
        spawn(async move {
            let devices = media::devices().await;
            put(&desk.shows.devices, devices);
        });
    }

    /// Puts a device in place of the one before; `Err` says why there is none.
    fn put(self: &Rc<Self>, kind: Kind, track: Result<Track, Lack>) {
        let mut lacks = self.shows.lacks.get_untracked();
        let at = usize::from(kind == Kind::Video);
        let (track, lack) = match track {
            Ok(track) => (Some(track), None),
            Err(lack) => (None, Some(lack)),
        };
        if let Some(slot) = lacks.get_mut(at) {
            *slot = lack;
        }
        put(&self.shows.lacks, lacks);
        let on = track.is_some();
        self.replace(kind, track);
        self.turned(kind, on);
    }

    fn replace(self: &Rc<Self>, kind: Kind, mut track: Option<Track>) {
        let ended = Rc::downgrade(self);
        if let Some(track) = &mut track {
            track.on_end(move || {
                if let Some(desk) = ended.upgrade() {
                    desk.put(kind, Err(Lack::Ended));
                }
            });
        }
        let (ours, mut own) = (self.ours.borrow(), self.own.borrow_mut());
        if let (Some(ours), Some(slot)) = (&*ours, own.get_mut(usize::from(kind == Kind::Video))) {
            if let Some(track) = slot.take() {
                ours.own.remove(&track);
            }
            if let Some(track) = &track {
                ours.own.add(track);
            }
            *slot = track;
        }
    }

    /// What the others get has changed.
    fn turned(&self, kind: Kind, on: bool) {
        let now = self.shows.on.get_untracked();
        self.sends(match kind {
            Kind::Audio => On { audio: on, ..now },
            Kind::Video => On { video: on, ..now },
        });
    }

    fn sends(&self, on: On) {
        put(&self.shows.on, on);
        if let Some(call) = &*self.call.borrow() {
            call.sends(on);
        }
    }

    pub(super) fn toggle_audio(self: &Rc<Self>) {
        let on = !self.shows.on.get_untracked().audio;
        let own = self.own.borrow();
        let [Some(track), _] = &*own else {
            drop(own);
            return self.take_one(Kind::Audio);
        };
        track.enable(on);
        drop(own);
        self.turned(Kind::Audio, on);
    }

    pub(super) fn toggle_video(self: &Rc<Self>) {
        match self.shows.on.get_untracked().video {
            true => {
                self.replace(Kind::Video, None);
                self.turned(Kind::Video, false);
            }
            false => self.take_one(Kind::Video),
        }
    }

    /// What is asked for meanwhile is let go of when it comes.
    pub(super) fn darken(self: &Rc<Self>) {
        self.dark.set(true);
        self.replace(Kind::Video, None);
        self.turned(Kind::Video, false);
    }

    fn take_one(self: &Rc<Self>, kind: Kind) {
        if self.ours.borrow().is_none() || self.shows.asking.get_untracked() {
            return;
        }
        self.take(move |[microphone, camera, _]| async move {
            let device = match kind {
                Kind::Audio => microphone,
                Kind::Video => camera,
            };
            vec![(kind, media::take(kind, &device).await)]
        });
    }

    pub(super) fn choose(self: &Rc<Self>, kind: DeviceKind, id: &str) {
        let mut chosen = self.shows.chosen.get_untracked();
        let place = DeviceKind::ALL.iter().position(|known| *known == kind);
        if let Some(slot) = place.and_then(|at| chosen.get_mut(at)) {
            id.clone_into(slot);
        }
        put(&self.shows.chosen, chosen);
        let on = self.shows.on.get_untracked();
        let kind = match kind {
            DeviceKind::Microphone if on.audio => Kind::Audio,
            DeviceKind::Camera if on.video => Kind::Video,
            // One that is muted is another one from the next time on.
            DeviceKind::Microphone => return self.replace(Kind::Audio, None),
            DeviceKind::Camera | DeviceKind::Speaker => return,
        };
        // Some browsers have only one device of a kind open.
        self.replace(kind, None);
        self.take_one(kind);
    }

    pub(super) fn toggle_screen(self: &Rc<Self>) {
        if self.shows.on.get_untracked().screen {
            return self.unshare();
        }
        let (desk, turn) = (Rc::clone(self), self.turn.get());
        spawn(async move {
            let found = media::take_screen().await;
            if desk.turn.get() == turn {
                desk.share(found);
            }
        });
    }

    fn share(self: &Rc<Self>, found: Result<Vec<Track>, Lack>) {
        // Nobody has to be told that they chose nothing.
        let trouble = !matches!(found, Ok(_) | Err(Lack::Refused));
        put(&self.shows.unshared, trouble);
        let mut tracks = found.unwrap_or_default();
        if tracks.is_empty() {
            return;
        }
        if let Some(ours) = &*self.ours.borrow() {
            for track in &mut tracks {
                let ended = Rc::downgrade(self);
                track.on_end(move || {
                    if let Some(desk) = ended.upgrade() {
                        desk.unshare();
                    }
                });
                ours.screen.add(track);
            }
            let shown = (self.turn.get(), SendWrapper::new(ours.screen.clone()));
            self.shows.screen.set(Some(shown));
        }
        self.screen.replace(tracks);
        let on = self.shows.on.get_untracked();
        self.sends(On { screen: true, ..on });
    }

    fn unshare(&self) {
        let tracks = self.screen.take();
        if let Some(ours) = &*self.ours.borrow() {
            tracks.iter().for_each(|track| ours.screen.remove(track));
        }
        self.shows.screen.set(None);
        let on = self.shows.on.get_untracked();
        self.sends(On {
            screen: false,
            ..on
        });
    }

    pub(super) fn join(self: &Rc<Self>, room: &str, name: &str) {
        let ours = self.ours.borrow().clone();
        let (Some(ours), Some(meeting)) = (ours, (self.ask)()) else {
            return;
        };
        if self.call.borrow().is_some() {
            return;
        }
        put(&self.shows.room, room.to_owned());
        put(&self.shows.name, name.to_owned());
        let call = Call::new(self.shows.clone(), meeting, ours);
        self.call.replace(Some(Rc::clone(&call)));
        self.shows.stage.set(Stage::In);
        call.begin();
    }

    pub(super) fn retry(&self) {
        if let Some(call) = &*self.call.borrow() {
            call.retry();
        }
    }

    pub(super) fn leave(&self) {
        self.turn.set(self.turn.get() + 1);
        if let Some(call) = self.call.take() {
            call.leave();
        }
        self.listeners.take();
        self.own.take();
        self.screen.take();
        self.ours.take();
        let shows = &self.shows;
        shows.own.set(None);
        shows.screen.set(None);
        put(&shows.stage, Stage::Out);
        put(&shows.on, On::default());
        put(&shows.lacks, [None; 2]);
        put(&shows.asking, false);
        put(&shows.unshared, false);
    }
}
