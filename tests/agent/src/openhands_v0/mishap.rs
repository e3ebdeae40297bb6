//! Faults that only this server has, asked for as those of [`Faults`](crate::fault::Faults) are.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use crate::fault::Lives;

/// What goes wrong with a conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mishaps {
    pub(super) lives: Lives,
    /// `disconnect=N`: the packet `41` in place of the frame, and the socket stays open, deaf.
    pub(super) disconnect: Option<usize>,
    /// `deny=object|string`, or `deny=object:2` for the first two connections.
    deny: Option<(Denial, usize)>,
    /// `silent=N`: so many connections get neither `40` nor `44`.
    silent: usize,
    /// `noping=1`: the server does not ping.
    pub(super) noping: bool,
    /// `ping=MS:MS`: the interval and the timeout, announced and kept.
    pub(super) ping: Option<(u64, u64)>,
    /// `lose=N`, or `lose=K:N` for connection K: events right after the replay go to nobody.
    lose: Option<(Option<usize>, usize)>,
    /// `double=1`: the last three events of the replay come again.
    pub(super) double: bool,
    /// `gap=1`: what happens during the replay goes to nobody.
    pub(super) gap: bool,
    /// `slow=MS`: a pause before each event of the replay.
    slow: u64,
    /// `early=1`: the connect ack comes before the replay, as a plain Socket.IO server has it.
    pub(super) early: bool,
    /// `starting=MS`: how long the agent is loading.
    starting: Option<u64>,
}

/// How a connection is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// With an object, as a server without settings does.
    Object,
    /// With a string, as the Socket.IO library itself does.
    String,
}

impl Denial {
    pub(super) const fn packet(self) -> &'static str {
        match self {
            Self::Object => {
                r#"44{"message":"Settings not found","data":{"msg_id":"CONFIGURATION$SETTINGS_NOT_FOUND"}}"#
            }
            Self::String => r#"44"Unable to connect""#,
        }
    }
}

impl FromStr for Denial {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "object" => Ok(Self::Object),
            "string" => Ok(Self::String),
            _ => Err(()),
        }
    }
}

/// What becomes of a client's connect packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reception {
    Welcome,
    Denied(Denial),
    /// Nothing is said, but for pings.
    Silence,
}

impl Mishaps {
    pub(super) fn of(query: &HashMap<String, String>) -> Self {
        let text = |key: &str| query.get(key).map(String::as_str);
        let on = |key: &str| text(key).is_some_and(|value| value != "0");
        let deny = text("deny").map(|text| text.split_once(':').unwrap_or((text, "")));
        Self {
            lives: Lives::of(query),
            disconnect: number(text("disconnect")),
            deny: deny.and_then(|(how, times)| {
                Some((how.parse().ok()?, times.parse().unwrap_or(usize::MAX)))
            }),
            silent: number(text("silent")).unwrap_or_default(),
            noping: on("noping"),
            ping: pair(text("ping")),
            lose: pair(text("lose"))
                .map(|(connection, events)| (Some(connection), events))
                .or_else(|| number(text("lose")).map(|events| (None, events))),
            double: on("double"),
            gap: on("gap"),
            slow: number(text("slow")).unwrap_or_default(),
            early: on("early"),
            starting: number(text("starting")),
        }
    }

    /// How a connect packet is received; a denial and a silence are used up.
    pub(super) fn receive(&mut self) -> Reception {
        if let Some(left) = self.silent.checked_sub(1) {
            self.silent = left;
            return Reception::Silence;
        }
        match &mut self.deny {
            Some((how, left)) if *left > 0 => {
                *left -= 1;
                Reception::Denied(*how)
            }
            _ => Reception::Welcome,
        }
    }

    /// How many events that connection loses after its replay.
    pub(super) fn lost(&self, connection: usize) -> usize {
        match self.lose {
            Some((only, events)) if only.is_none_or(|only| only == connection) => events,
            _ => 0,
        }
    }

    /// The pause before each event of a replay.
    pub(super) const fn slow(&self) -> Duration {
        Duration::from_millis(self.slow)
    }

    /// How long each step of the start takes; there are five.
    pub(super) fn step(&self) -> Duration {
        Duration::from_millis(self.starting.unwrap_or(50) / 5)
    }
}

fn number<T: FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}

fn pair<A: FromStr, B: FromStr>(text: Option<&str>) -> Option<(A, B)> {
    let (first, second) = text?.split_once(':')?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &[(&str, &str)]) -> Mishaps {
        let owned = query
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Mishaps::of(&owned.collect())
    }

    #[test]
    fn denials_and_silences_are_used_up() {
        let mut mishaps = of(&[("deny", "string:1"), ("silent", "1")]);
        assert_eq!(mishaps.receive(), Reception::Silence);
        assert_eq!(mishaps.receive(), Reception::Denied(Denial::String));
        assert_eq!(mishaps.receive(), Reception::Welcome);
        let mut always = of(&[("deny", "object")]);
        assert_eq!(always.receive(), Reception::Denied(Denial::Object));
        assert_eq!(always.receive(), Reception::Denied(Denial::Object));
    }

    #[test]
    fn events_are_lost_by_every_connection_or_by_one() {
        assert_eq!(of(&[("lose", "3")]).lost(7), 3);
        let one = of(&[("lose", "1:4")]);
        assert_eq!((one.lost(0), one.lost(1)), (0, 4));
    }
}
