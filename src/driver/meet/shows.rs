//! What the screen shows of a room, as signals.

use reactive_graph::prelude::*;
use reactive_graph::signal::ArcRwSignal;
use send_wrapper::SendWrapper;

use crate::meet::{Device, Lack, LinkId, On, Participant, Signalling};
use crate::platform::media::Stream;

/// How far the person is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// In no room.
    #[default]
    Out,
    /// Before joining: camera and microphone can be looked at.
    Ready,
    /// In a room.
    In,
}

/// A stream of somebody else's.
#[derive(Clone)]
pub struct Feed {
    /// Its own for as long as it is there.
    pub key: u64,
    /// The tie that it comes by.
    pub link: LinkId,
    /// Its place among those of the tie, and how many they are.
    pub place: (usize, usize),
    /// It has pictures.
    pub video: bool,
    /// The stream.
    pub stream: SendWrapper<Stream>,
}

impl PartialEq for Feed {
    fn eq(&self, other: &Self) -> bool {
        // A key stands for one stream of one tie.
        (self.key, self.place, self.video) == (other.key, other.place, other.video)
    }
}

/// Everything on the screen of a room. Clones share it.
#[derive(Clone, Default)]
pub struct Shows {
    /// How far the person is.
    pub stage: ArcRwSignal<Stage>,
    /// The room.
    pub room: ArcRwSignal<String>,
    /// The way to it for others.
    pub link: ArcRwSignal<String>,
    /// The room that a link leads to, until it is entered or declined.
    pub invited: ArcRwSignal<Option<String>>,
    /// Our name in it. It stays for as long as the page does.
    pub name: ArcRwSignal<String>,
    /// Where the signalling is.
    pub signalling: ArcRwSignal<Signalling>,
    /// The others.
    pub others: ArcRwSignal<Vec<Participant>>,
    /// Their streams.
    pub feeds: ArcRwSignal<Vec<Feed>>,
    /// The tracks (`MediaStreamTrack.id`) in which somebody is heard to speak.
    pub speaking: ArcRwSignal<Vec<String>>,
    /// The browser plays nothing of the others before the person asks for it.
    pub stuck: ArcRwSignal<bool>,
    /// Our camera and microphone, under a number that grows; they are the same for a whole call.
    pub own: ArcRwSignal<Option<(u64, SendWrapper<Stream>)>>,
    /// Our screen.
    pub screen: ArcRwSignal<Option<(u64, SendWrapper<Stream>)>>,
    /// What of ours the others get.
    pub on: ArcRwSignal<On>,
    /// Why there is no sound and why there are no pictures of ours, where that is so.
    pub lacks: ArcRwSignal<[Option<Lack>; 2]>,
    /// The screen could not be shared.
    pub unshared: ArcRwSignal<bool>,
    /// The browser is asked for a device.
    pub asking: ArcRwSignal<bool>,
    /// The devices that there are.
    pub devices: ArcRwSignal<Vec<Device>>,
    /// Those that were chosen, in the order of [`DeviceKind::ALL`](crate::meet::DeviceKind::ALL);
    /// empty where the browser chooses.
    pub chosen: ArcRwSignal<[String; 3]>,
    /// The browser can make no ties at all.
    pub unable: ArcRwSignal<bool>,
}

/// Sets a signal where its value moved.
pub(super) fn put<T>(signal: &ArcRwSignal<T>, value: T)
where
    T: PartialEq + Send + Sync + 'static,
{
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}
