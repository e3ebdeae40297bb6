//! Random schedules of several tabs on one conversation: they share a store, a lock that one of
//! them holds, and a channel whose words come late but in order. The one that holds the connection
//! is killed at any moment, between the frame on the socket and the commit as well; another takes
//! over; a third comes late. In the end each tab shows what the server's whole log tells, and each
//! message that was written, in whichever tab, is in that log once.
//!
//! What a killed tab had not brought out of itself, neither to the store nor to another tab nor to
//! the server, is gone with it: that is no more than the moment after the key was pressed.

mod scenes;
mod tab;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::schedules::{agent, call, result, seed, state, user};
use tab::Kind;
use world::World;

#[derive(Clone, Debug)]
enum Deed {
    /// A tab is opened, where there is none.
    Open(usize),
    /// The person writes in a tab.
    Say(usize),
    /// The agent writes.
    Agent,
    /// The agent calls a tool.
    Call,
    /// The last call has its result.
    Result,
    /// Somebody writes in another browser.
    Elsewhere,
    /// The connection of a tab ends; what was on its way up has arrived, or not.
    Cut { tab: usize, arrived: bool },
    /// A tab is killed; the store still does so much of what it was asked.
    Kill {
        tab: usize,
        kept: usize,
        arrived: bool,
    },
    /// So much of what is on its way arrives: frames, words between tabs, answers, commits.
    Flow { steps: usize, random: u64 },
    /// A little time passes, whatever is on its way.
    Pass(u64),
    /// The clock jumps, or the machine sleeps.
    Jump(u64),
    /// The server says what the agent does.
    State(&'static str),
}

fn deed() -> impl Strategy<Value = Deed> {
    let tab = || 0_usize..3;
    prop_oneof![
        3 => tab().prop_map(Deed::Open),
        5 => tab().prop_map(Deed::Say),
        4 => Just(Deed::Agent),
        1 => Just(Deed::Call),
        1 => Just(Deed::Result),
        1 => Just(Deed::Elsewhere),
        2 => (tab(), any::<bool>()).prop_map(|(tab, arrived)| Deed::Cut { tab, arrived }),
        2 => (tab(), 0_usize..4, any::<bool>())
            .prop_map(|(tab, kept, arrived)| Deed::Kill { tab, kept, arrived }),
        9 => (1_usize..30, any::<u64>()).prop_map(|(steps, random)| Deed::Flow { steps, random }),
        2 => (1_u64..200).prop_map(Deed::Pass),
        1 => (1_000_u64..7_200_000).prop_map(Deed::Jump),
        1 => prop_oneof![
            Just("running"), Just("awaiting_user_input"), Just("finished"), Just("error"),
            Just("loading"), Just("paused"), Just("awaiting_user_confirmation")
        ].prop_map(Deed::State),
    ]
}

fn does(world: &mut World, deed: &Deed, calls: &mut usize) {
    match *deed {
        Deed::Open(tab) => world.open(tab),
        Deed::Say(tab) => world.say(tab),
        Deed::Agent => world.log(agent(world.next())),
        Deed::Call => {
            *calls += 1;
            world.log(call(*calls));
        }
        Deed::Result => world.log(result(*calls)),
        Deed::Elsewhere => world.log(user(&format!("elsewhere-{}.", world.next()))),
        Deed::Cut { tab, arrived } => world.cut(tab, arrived),
        Deed::Kill { tab, kept, arrived } => world.kill(tab, kept, arrived),
        Deed::Flow { steps, random } => world.flow(steps, random),
        Deed::Pass(millis) => world.pass(millis),
        Deed::Jump(millis) => world.jump(millis),
        Deed::State(word) => world.log(state(word)),
    }
}

#[test]
fn several_tabs_lose_nothing_and_show_and_send_nothing_twice() {
    play(Kind::Older, 10_000);
}

#[test]
fn several_tabs_of_the_newer_openhands_lose_nothing_and_send_nothing_twice() {
    play(Kind::Newer, 2_000);
}

fn play(kind: Kind, cases: u32) {
    let config = Config {
        cases: std::env::var("SCHEDULES_CASES").map_or(cases, |n| n.parse().unwrap()),
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    };
    let seed = seed();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat());
    let mut runner = TestRunner::new_with_rng(config, rng);
    let schedule = proptest::collection::vec(deed(), 1..30);
    let outcome = runner.run(&schedule, |deeds| {
        let (mut world, mut calls) = (World::of(kind), 0);
        for deed in &deeds {
            does(&mut world, deed, &mut calls);
        }
        world.settle();
        prop_assert_eq!(world.fault(), None);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("SCHEDULES_SEED={seed} {failure}");
    }
}
