//! The calls beside the socket that are under way, and those that are made once more.
//!
//! What only asks can be asked again without harm. A server in trouble often leaves out the
//! header that lets this page read its answer, so where it could be read before, an unreadable
//! answer is trouble as well (WHATWG Fetch, CORS protocol).

use crate::io::{Action, Request, RequestId};
use crate::model::{Duration, Instant};

/// A call is made so many times more.
const TRIES: u32 = 3;

/// No call waits longer than this to be made again.
const LONGEST: Duration = Duration::secs(60);

/// Before the first of them; each further one waits twice as long.
const FIRST: u64 = 500;

/// The calls that wait for an answer.
#[derive(Debug, Default)]
pub(super) struct Calls {
    open: Vec<Call>,
    /// One was answered, so that this page may read what the server says.
    readable: bool,
}

#[derive(Debug)]
struct Call {
    id: RequestId,
    /// What is asked, if it may be asked again.
    what: Option<Request>,
    tries: u32,
    /// Its answer counts even where the connection is lost meanwhile.
    keep: bool,
    /// When it is made again.
    again: Option<Instant>,
}

impl Calls {
    pub(super) fn made(&mut self, id: RequestId, what: &Request) {
        self.open.push(Call {
            id,
            what: Some(what).filter(|what| what.again).cloned(),
            tries: 0,
            keep: what.keep,
            again: None,
        });
    }

    /// Takes note of an answer, whose status is 0 where there is none. False where the call was
    /// given up, or is made again.
    pub(super) fn is_over(
        &mut self,
        id: RequestId,
        status: u16,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> bool {
        let passing = matches!(status, 429 | 500 | 502..=504) || status == 0 && self.readable;
        self.readable |= status != 0;
        let Some(at) = self.open.iter().position(|call| call.id == id) else {
            return false;
        };
        if let Some(call) = self.open.get_mut(at)
            && passing
            && call.what.is_some()
            && call.tries < TRIES
        {
            let usual = Duration::millis(FIRST << call.tries);
            // What the server says counts, as far as anybody would wait for it.
            let told = retry_after.unwrap_or_default().min(LONGEST);
            call.again = Some(now + usual.max(told));
            call.tries += 1;
            return false;
        }
        self.open.remove(at);
        true
    }

    /// When the next one is made again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.open.iter().filter_map(|call| call.again).min()
    }

    /// Those that are made again now.
    pub(super) fn again(&mut self, now: Instant) -> impl Iterator<Item = Action> {
        let open = self.open.iter_mut();
        open.filter_map(move |call| {
            call.again.take_if(|at| now >= *at)?;
            Some(Action::Fetch {
                request: call.id,
                what: call.what.clone()?,
            })
        })
    }

    /// Gives all of them up but for those whose answers count in any case.
    pub(super) fn take(&mut self) -> Vec<RequestId> {
        let mut given_up = Vec::new();
        self.open.retain(|call| {
            if !call.keep {
                given_up.push(call.id);
            }
            call.keep
        });
        given_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Calls {
        let mut calls = Calls::default();
        let what = Request {
            method: "GET",
            url: String::new(),
            headers: Vec::new(),
            body: None,
            again: true,
            keep: false,
        };
        calls.made(RequestId(1), &what);
        calls
    }

    #[test]
    fn a_call_is_made_again_when_the_server_says_so() {
        let (now, id) = (Instant(1_000), RequestId(1));
        for (told, wait) in [
            (None, 500),
            (Some(0), 500),
            (Some(3), 3_000),
            (Some(7_200), 60_000),
        ] {
            let mut calls = asked();
            assert!(!calls.is_over(id, 429, told.map(Duration::secs), now));
            assert_eq!(calls.due(), Some(now + Duration::millis(wait)), "{told:?}");
        }
    }
}
