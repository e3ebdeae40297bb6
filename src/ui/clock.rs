//! The clock as a signal, for what counts seconds or minutes.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::model::Duration;
use crate::platform::timer::Timer;

/// Twice a second, so that no second is skipped.
pub(super) const HALF_A_SECOND: Duration = Duration::millis(500);

struct Clock {
    every: Duration,
    ticks: RwSignal<u32>,
    timer: RefCell<Option<Timer>>,
}

/// Moves so often, until the owner ends.
pub(super) fn ticks(every: Duration) -> RwSignal<u32> {
    let ticks = RwSignal::new(0);
    let timer = RefCell::default();
    let clock = Rc::new(Clock {
        every,
        ticks,
        timer,
    });
    clock.wait();
    let clock = SendWrapper::new(clock);
    on_cleanup(move || drop(clock));
    ticks
}

impl Clock {
    fn wait(self: &Rc<Self>) {
        let clock = Rc::downgrade(self);
        let tick = move || {
            if let Some(clock) = clock.upgrade() {
                clock.ticks.update(|ticks| *ticks = ticks.wrapping_add(1));
                clock.wait();
            }
        };
        self.timer.replace(Some(Timer::after(self.every, tick)));
    }
}
