//! What of ours goes into a room: the devices, taken and let go of.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use reactive_graph::prelude::*;
use send_wrapper::SendWrapper;

use super::call::Call;
use super::shows::{Shows, Stage, put};
use crate::app::Meeting;
use crate::meet::{DeviceKind, Lack, On, Signalling};
use crate::model::Duration;
use crate::platform::listener::Listener;
use crate::platform::media::{self, Kind, Stream, Track};
use crate::platform::page;
use crate::platform::rtc::Ours;
use crate::platform::task::spawn;

/// A person takes longer to choose nothing; so soon, a browser says that nothing may be chosen.
const AT_ONCE: Duration = Duration::millis(300);

const KINDS: [Kind; 2] = [Kind::Audio, Kind::Video];

/// What holds for one kind, of what holds for each in the order of [`KINDS`].
const fn of([audio, video]: [bool; 2], kind: Kind) -> bool {
    match kind {
        Kind::Audio => audio,
        Kind::Video => video,
    }
}

/// The same with another value for one kind.
const fn with([audio, video]: [bool; 2], kind: Kind, value: bool) -> [bool; 2] {
    match kind {
        Kind::Audio => [value, video],
        Kind::Video => [audio, value],
    }
}

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
    /// What the browser is asked for.
    asked: Cell<[bool; 2]>,
    /// What was turned off while it was asked for.
    unwanted: Cell<[bool; 2]>,
    /// What another device was chosen for while the browser was asked.
    again: Cell<[bool; 2]>,
    /// The browser asks which screen.
    picking: Cell<bool>,
    /// What was on when the server refused.
    rests: Cell<[bool; 2]>,
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
            asked: Cell::default(),
            unwanted: Cell::default(),
            again: Cell::default(),
            picking: Cell::default(),
            rests: Cell::default(),
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
        self.take([true, true]);
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

    /// Asks the browser for microphone, camera or both; what it gives is ours, unless the person has
    /// gone meanwhile, or turned it off.
    fn take(self: &Rc<Self>, kinds: [bool; 2]) {
        if self.ours.borrow().is_none() || self.shows.asking.get_untracked() {
            return;
        }
        put(&self.shows.asking, true);
        self.asked.set(kinds);
        self.unwanted.set([false; 2]);
        let (desk, turn) = (Rc::clone(self), self.turn.get());
        let [microphone, camera, _] = self.shows.chosen.get_untracked();
        spawn(async move {
            let found = match kinds {
                [true, true] => {
                    let [sound, pictures] = media::take_both(&microphone, &camera).await;
                    [Some(sound), Some(pictures)]
                }
                [true, false] => [Some(media::take(Kind::Audio, &microphone).await), None],
                [false, true] => [None, Some(media::take(Kind::Video, &camera).await)],
                [false, false] => [None, None],
            };
            if desk.turn.get() == turn {
                desk.took(found);
            }
        });
    }

    fn took(self: &Rc<Self>, found: [Option<Result<Track, Lack>>; 2]) {
        put(&self.shows.asking, false);
        self.asked.take();
        let (unwanted, again) = (self.unwanted.take(), self.again.take());
        for (kind, track) in KINDS.into_iter().zip(found) {
            if let Some(track) = track.filter(|_| !of(unwanted, kind)) {
                self.put(kind, track);
            }
        }
        self.look();
        // What was chosen meanwhile.
        for kind in KINDS {
            if of(again, kind) && !of(unwanted, kind) {
                self.renew(kind);
            }
        }
    }

    /// Takes the device that is chosen in place of the one that is on, or once the browser has
    /// answered what it is asked now.
    fn renew(self: &Rc<Self>, kind: Kind) {
        if self.shows.asking.get_untracked() {
            return self.again.set(with(self.again.get(), kind, true));
        }
        // Some browsers have only one device of a kind open.
        self.replace(kind, None);
        self.turned(kind, false);
        self.take(with([false; 2], kind, true));
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
            return match self.is_asked_for(Kind::Audio) {
                true => self.call_off(Kind::Audio),
                false => self.take_one(Kind::Audio),
            };
        };
        track.enable(on);
        drop(own);
        self.turned(Kind::Audio, on);
    }

    pub(super) fn toggle_video(self: &Rc<Self>) {
        match self.shows.on.get_untracked().video || self.is_asked_for(Kind::Video) {
            true => self.darken(),
            false => self.take_one(Kind::Video),
        }
    }

    /// What is asked for meanwhile is let go of when it comes.
    pub(super) fn darken(self: &Rc<Self>) {
        self.call_off(Kind::Video);
        self.replace(Kind::Video, None);
        self.turned(Kind::Video, false);
    }

    fn call_off(&self, kind: Kind) {
        self.unwanted.set(with(self.unwanted.get(), kind, true));
    }

    /// Its button was pressed, and the browser asks for it: pressed again, it is not wanted.
    fn is_asked_for(&self, kind: Kind) -> bool {
        let alone = self.asked.get() == with([false; 2], kind, true);
        alone && !of(self.unwanted.get(), kind)
    }

    fn take_one(self: &Rc<Self>, kind: Kind) {
        self.unwanted.set(with(self.unwanted.get(), kind, false));
        self.take(with([false; 2], kind, true));
    }

    pub(super) fn choose(self: &Rc<Self>, kind: DeviceKind, id: &str) {
        let mut chosen = self.shows.chosen.get_untracked();
        let place = DeviceKind::ALL.iter().position(|known| *known == kind);
        if let Some(slot) = place.and_then(|at| chosen.get_mut(at)) {
            id.clone_into(slot);
        }
        put(&self.shows.chosen, chosen);
        let now = self.shows.on.get_untracked();
        let (kind, on) = match kind {
            DeviceKind::Microphone => (Kind::Audio, now.audio),
            DeviceKind::Camera => (Kind::Video, now.video),
            DeviceKind::Speaker => return,
        };
        match on || of(self.asked.get(), kind) {
            true => self.renew(kind),
            // One that is off is another one from the next time on.
            false => self.replace(kind, None),
        }
    }

    /// A press while the browser still asks which screen begins nothing.
    pub(super) fn toggle_screen(self: &Rc<Self>) {
        if self.shows.on.get_untracked().screen {
            return self.unshare();
        }
        if self.picking.replace(true) {
            return;
        }
        let (desk, turn, asked) = (Rc::clone(self), self.turn.get(), page::now());
        spawn(async move {
            let found = media::take_screen().await;
            if desk.turn.get() == turn {
                desk.picking.set(false);
                desk.share(found, page::now().since(asked) > AT_ONCE);
            }
        });
    }

    fn share(self: &Rc<Self>, found: Result<Vec<Track>, Lack>, could_choose: bool) {
        let trouble = match found {
            Ok(_) => false,
            // Nobody has to be told that they chose nothing.
            Err(Lack::Refused | Lack::Framed) => !could_choose,
            Err(_) => true,
        };
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
        if self.call.borrow().is_some() {
            return;
        }
        put(&self.shows.room, room.to_owned());
        put(&self.shows.name, name.to_owned());
        self.enter();
    }

    fn enter(self: &Rc<Self>) {
        let ours = self.ours.borrow().clone();
        let (Some(ours), Some(meeting)) = (ours, (self.ask)()) else {
            return;
        };
        let room = self.shows.room.get_untracked();
        put(&self.shows.link, meeting.link(&page::address(), &room));
        let desk = Rc::downgrade(self);
        let refused = move || {
            if let Some(desk) = desk.upgrade() {
                desk.rest();
            }
        };
        let call = Call::new(self.shows.clone(), meeting, ours, Box::new(refused));
        self.call.replace(Some(Rc::clone(&call)));
        self.shows.stage.set(Stage::In);
        call.begin();
    }

    /// There is nobody to see and hear us: every device is let go of.
    fn rest(self: &Rc<Self>) {
        let on = self.shows.on.get_untracked();
        let asked = self.asked.get();
        self.rests.set([
            on.audio || of(asked, Kind::Audio),
            on.video || of(asked, Kind::Video),
        ]);
        self.forget();
        for kind in KINDS {
            self.replace(kind, None);
        }
        self.unshare();
        self.sends(On::default());
    }

    /// What was asked for counts no more.
    fn forget(&self) {
        self.turn.set(self.turn.get() + 1);
        self.asked.take();
        self.unwanted.take();
        self.again.take();
        self.picking.take();
        put(&self.shows.asking, false);
    }

    /// After a refusal the server is asked anew, as it is set now, and what was on is taken again.
    pub(super) fn retry(self: &Rc<Self>) {
        let over = self.shows.signalling.with_untracked(Signalling::is_over);
        if !over && let Some(call) = &*self.call.borrow() {
            return call.retry();
        }
        if let Some(call) = self.call.take() {
            call.leave();
            self.enter();
            self.take(self.rests.take());
        }
    }

    pub(super) fn leave(&self) {
        self.forget();
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
        put(&shows.unshared, false);
    }
}
