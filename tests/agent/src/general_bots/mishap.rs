//! What goes wrong with a run: asked for by `/control`, in the words of an address.

use std::collections::HashMap;
use std::time::Duration;

use crate::fault::{Faults, Lives, number};

/// How a run's servers behave.
#[derive(Clone, Debug, Default)]
pub(super) struct Mishaps {
    pub(super) faults: Faults,
    pub(super) lives: Lives,
    /// `slow=MS`: how long each frame is on its way.
    slow: u64,
    pub(super) meet: Meet,
    pub(super) chat: Chat,
}

/// What goes wrong with the chat, and what it is like.
#[derive(Clone, Debug, Default)]
pub(super) struct Chat {
    /// `auth=401`: a wrong token in the address is refused before the socket opens.
    pub(super) unauthorized: bool,
    /// `auth=address`: no socket opens without the right token in its address.
    pub(super) in_address: bool,
    /// `auth=open`: after a wrong token the socket stays open.
    pub(super) auth_open: bool,
    /// `large=close`: a frame that is too large ends the connection with 1009.
    pub(super) large_closes: bool,
    /// `largest=BYTES`: the largest frame that is taken, in place of the document's; a released server
    /// has a limit only by this, and then ends the connection as with `large=close`.
    pub(super) largest: Option<usize>,
    /// `nopong=1`: pings are not answered.
    pub(super) no_pong: bool,
    /// `strict=1`: there are only the sessions that were made by a request.
    pub(super) strict: bool,
    /// `replay=1`: who subscribes is sent all that was said.
    pub(super) replay: bool,
    /// `forget=1`: a session that is asked for by a request comes without what was said.
    pub(super) forgetful: bool,
    /// `rate=N`: so many messages are taken in a second.
    pub(super) rate: Option<usize>,
    /// `all=1`: and every other frame counts as one.
    pub(super) rates_all: bool,
    /// `idle=MS`: a connection ends after so long without a frame of the client's.
    idle: Option<u64>,
    /// `hello=MS`: so late is the first frame of a released server.
    hello: u64,
}

/// What goes wrong with video rooms.
#[derive(Clone, Debug, Default)]
pub(super) struct Meet {
    /// `lose=N`: the next so many signals are not passed on.
    pub(super) lose: usize,
    /// `deny=CODE`: who wants to join gets this error.
    pub(super) deny: Option<String>,
    /// `linger=MS`: so long after the end of a socket the others hear that its participant left.
    linger: u64,
    /// `back=1`: a relay sends each frame to its sender as well.
    pub(super) back: bool,
    /// `adopt=1`: a participant is called by the id that the client made.
    pub(super) adopt: bool,
}

impl Mishaps {
    pub(super) fn of(query: &HashMap<String, String>) -> Self {
        let on = |key: &str| query.get(key).is_some_and(|value| value != "0");
        let is = |key: &str, value: &str| query.get(key).is_some_and(|given| given == value);
        Self {
            faults: Faults::of(query),
            lives: Lives::of(query),
            slow: number(query, "slow").unwrap_or_default(),
            meet: Meet {
                lose: number(query, "lose").unwrap_or_default(),
                deny: query.get("deny").cloned(),
                linger: number(query, "linger").unwrap_or_default(),
                back: on("back"),
                adopt: on("adopt"),
            },
            chat: Chat {
                unauthorized: is("auth", "401"),
                in_address: is("auth", "address"),
                auth_open: is("auth", "open"),
                large_closes: is("large", "close"),
                largest: number(query, "largest"),
                no_pong: on("nopong"),
                strict: on("strict"),
                replay: on("replay"),
                forgetful: on("forget"),
                rate: number(query, "rate"),
                rates_all: on("all"),
                idle: number(query, "idle"),
                hello: number(query, "hello").unwrap_or_default(),
            },
        }
    }

    pub(super) fn slow(&self) -> Duration {
        Duration::from_millis(self.slow)
    }
}

impl Chat {
    pub(super) fn idle(&self) -> Option<Duration> {
        self.idle.map(Duration::from_millis)
    }

    pub(super) fn hello(&self) -> Duration {
        Duration::from_millis(self.hello)
    }
}

impl Meet {
    pub(super) fn linger(&self) -> Duration {
        Duration::from_millis(self.linger)
    }

    /// Whether this signal is lost; one loss is used up.
    pub(super) fn loses(&mut self) -> bool {
        let left = self.lose.checked_sub(1);
        self.lose = left.unwrap_or_default();
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::parameters;

    #[test]
    fn so_many_signals_are_lost_as_were_ordered() {
        let mut meet = Mishaps::of(&parameters("lose=2&linger=30")).meet;
        assert_eq!(meet.linger(), Duration::from_millis(30));
        let lost: Vec<bool> = (0..4).map(|_| meet.loses()).collect();
        assert_eq!(lost, [true, true, false, false]);
    }
}
