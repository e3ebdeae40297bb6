//! What goes wrong between those in a room, and that it heals.

use std::collections::BTreeMap;

use parlor::meet::{Input, Signalling, Tie};

use super::server::{Kind, ROOMS};
use super::world::{Fate, World};

/// Two join, and share their screens at once; the counted frames come to grief one by one, and the
/// longest that it took to heal is handed back.
fn each_frame(kind: Kind, fate: Fate, within: u64) -> u64 {
    let mut longest = 0;
    let mut number = 0;
    loop {
        let mut world = World::new(kind, 20);
        world.fates = BTreeMap::from([(number, fate)]);
        world.join("Ana");
        world.wait(1_500);
        world.join("Bo");
        world.wait(500);
        longest = longest.max(world.heal(within));
        world.share_screen(0, true);
        world.share_screen(1, true);
        world.wait(100);
        longest = longest.max(world.heal(within));
        if world.counted <= number {
            assert!(number > 15, "{kind:?}: some frames at least: {number}");
            return longest;
        }
        number += 1;
    }
}

#[test]
fn whichever_signal_is_lost_the_tie_comes_about() {
    for kind in ROOMS {
        let longest = each_frame(kind, Fate::Lost, 12_000);
        assert!(longest > 2_000, "{kind:?}: something was lost: {longest}");
    }
}

#[test]
fn a_signal_that_comes_twice_does_no_harm() {
    for kind in ROOMS {
        each_frame(kind, Fate::Doubled, 12_000);
    }
}

#[test]
fn a_signal_that_is_overtaken_does_no_harm() {
    for kind in ROOMS {
        for late in [30, 200, 2_000] {
            each_frame(kind, Fate::Late(late), 12_000);
        }
    }
}

/// Everybody is cut and comes back, in this order; no tie is touched.
fn cut_and_back(kind: Kind, cuts: &[usize], linger: u64) {
    for seed in 0..10 {
        let mut world = World::joined(kind, seed, &["Ana", "Bo", "Ana"]);
        world.linger = linger;
        for at in cuts {
            world.cut(*at);
            let phase = world.pages[*at].phase().clone();
            assert!(matches!(phase, Signalling::Waiting { .. }), "{phase:?}");
            assert!(world.pages[*at].others.len() == 2, "the ties live on");
        }
        world.wait(10_000);
        world.assert_whole();
        for page in &world.pages {
            assert_eq!((page.made, page.broken), (2, 0), "{kind:?} {seed}");
        }
        // What is said now arrives.
        world.share_screen(cuts[0], true);
        world.wait(50);
        world.heal(5_000);
    }
}

#[test]
fn signalling_that_is_cut_and_back_leaves_every_tie_alone() {
    for kind in ROOMS {
        for linger in [0, 4_000] {
            cut_and_back(kind, &[0], linger);
            cut_and_back(kind, &[1], linger);
        }
    }
}

#[test]
fn a_server_that_starts_again_leaves_every_tie_alone() {
    for kind in ROOMS {
        cut_and_back(kind, &[0, 1, 2], 0);
        cut_and_back(kind, &[2, 0, 1], 0);
    }
}

#[test]
fn nobody_is_shown_twice_while_one_comes_back() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 21, &["Ana", "Bo", "Cy"]);
        world.cut(1);
        for _ in 0..400 {
            world.wait(10);
            for at in [0, 1, 2] {
                assert_eq!(world.pages[at].others.len(), 2, "{kind:?}");
            }
        }
    }
}

#[test]
fn what_was_begun_without_signalling_is_said_when_it_is_back() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 22, &["Ana", "Bo"]);
        world.down = true;
        world.cut(0);
        world.share_screen(0, true);
        world.wait(20_000);
        assert!(!world.pages[1].others[0].screen);
        world.down = false;
        world.input(0, Input::RetryNow);
        world.wait(100);
        world.heal(2_000);
        assert!(world.pages[1].others[0].screen);
        assert_eq!(world.pages[0].made, 1);
    }
}

#[test]
fn a_killed_page_is_gone_as_soon_as_it_falls_silent_or_after_half_a_minute() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 23, &["Ana", "Bo", "Cy"]);
        world.kill(1);
        world.wait(1_000);
        assert!(!world.pages[0].others.is_empty());
        // The server says so, and the pictures stand still.
        let limit = if kind == Kind::Relay { 36_000 } else { 5_500 };
        world.wait(limit - 1_000);
        world.assert_whole();
        assert_eq!(world.pages[0].others.len(), 1, "{kind:?}");
        if kind == Kind::Relay {
            let mut world = World::joined(kind, 23, &["Ana", "Bo"]);
            world.kill(1);
            world.wait(30_000);
            assert_eq!(world.pages[0].others.len(), 1, "it may come back till then");
        }
    }
}

#[test]
fn a_page_killed_before_its_tie_came_about_is_gone_at_once_with_the_leave() {
    for kind in [Kind::Roster, Kind::Joincast] {
        let mut world = World::new(kind, 24);
        world.join("Ana");
        world.wait(1_500);
        world.join("Bo");
        world.wait(310);
        assert_eq!(world.pages[0].others.len(), 1);
        assert_eq!(world.pages[0].others[0].tie, Tie::Connecting);
        world.kill(1);
        world.wait(50);
        assert!(world.pages[0].others.is_empty(), "{kind:?}");
    }
}

#[test]
fn a_way_that_breaks_and_is_back_is_found_again() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 25, &["Ana", "Bo"]);
        world.wall(0, 1);
        world.share_screen(0, true);
        world.wait(20_000);
        assert_ne!(world.pages[0].others[0].tie, Tie::Connected);
        world.walls.clear();
        world.heal(8_000);
        assert_eq!(world.pages[0].made, 1, "the same tie");
    }
}

#[test]
fn two_between_whom_nothing_goes_give_each_other_up_and_keep_the_rest() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 26, &["Ana", "Bo", "Cy"]);
        world.wall(0, 1);
        world.wait(40_000);
        let names = |at: usize| -> Vec<String> {
            let others = world.pages[at].others.iter();
            let mut names: Vec<String> = others.map(|of| of.name.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(names(0), ["Cy"], "{kind:?}");
        assert_eq!(names(1), ["Cy"], "{kind:?}");
        assert_eq!(names(2), ["Ana", "Bo"], "{kind:?}");
    }
}

#[test]
fn those_who_gave_each_other_up_find_each_other_once_something_goes_between_them() {
    for (kind, told) in ROOMS
        .into_iter()
        .flat_map(|kind| [(kind, true), (kind, false)])
    {
        let mut world = World::joined(kind, 26, &["Ana", "Bo", "Cy"]);
        world.wall(0, 1);
        world.wait(100_000);
        world.walls.clear();
        if told {
            world.input(0, Input::Online(true));
        }
        // The browser does not always know; then it takes as long as the wait has grown.
        let took = world.heal(130_000);
        assert!(!told || took < 10_000, "{kind:?}: {took} ms");
        assert!(
            world.pages.iter().all(|page| page.signalling.len() <= 3),
            "no other socket"
        );
    }
}

#[test]
fn who_left_is_not_asked_for() {
    let mut world = World::joined(Kind::Roster, 26, &["Ana", "Bo"]);
    world.wall(0, 1);
    world.wait(40_000);
    world.leave(1);
    world.wait(1_000);
    world.pages[0].sent.clear();
    world.wait(600_000);
    let hellos = world.pages[0]
        .sent
        .iter()
        .filter(|frame| frame.contains("hello"));
    assert_eq!(hellos.count(), 0);
}

#[test]
fn a_lost_greeting_is_made_good_by_the_newcomer() {
    // The first signal is the greeting, its description lost with it.
    for kind in [Kind::Roster, Kind::RosterKept] {
        let mut world = World::new(kind, 27);
        world.counts = |frame| frame["signal"]["type"] == "offer";
        world.fates = BTreeMap::from([(0, Fate::Lost), (1, Fate::Lost)]);
        world.join("Ana");
        world.wait(1_500);
        world.join("Bo");
        world.wait(3_300);
        world.heal(4_000);
    }
}

#[test]
fn who_was_not_announced_is_found_all_the_same() {
    // The announcement to the other is lost, and the roster, or a hello to all, makes it good.
    for kind in [Kind::Roster, Kind::RosterKept, Kind::Relay] {
        let mut world = World::new(kind, 28);
        world.counts = |frame| frame["type"] == "join" && frame["participant_name"] == "Bo";
        world.fates = BTreeMap::from([(1, Fate::Lost)]);
        world.join("Ana");
        world.wait(1_500);
        world.join("Bo");
        world.wait(500);
        assert!(world.pages[0].others.is_empty(), "{kind:?}");
        world.heal(5_000);
    }
}

#[test]
fn what_one_sends_is_said_once_more_where_it_was_lost_or_late() {
    let sends = |audio| Input::Sends {
        audio,
        video: true,
        screen: false,
    };
    let states = |world: &World| {
        let sent = world.pages[0].sent.iter();
        sent.filter(|frame| frame.contains(r#""type":"state""#))
            .count()
    };
    for kind in ROOMS {
        // The second of two is lost, or the first comes behind it.
        for (hurt, fate) in [(1, Fate::Lost), (0, Fate::Late(2_000))] {
            let mut world = World::joined(kind, 30, &["Ana", "Bo"]);
            let before = states(&world);
            world.counts = |frame| frame["signal"]["type"] == "state";
            world.fates = BTreeMap::from([(world.counted + hurt, fate)]);
            world.input(0, sends(false));
            world.input(0, sends(true));
            world.wait(2_500);
            assert!(!world.pages[1].others[0].audio, "{kind:?} {fate:?}");
            world.wait(1_000);
            assert!(world.pages[1].others[0].audio, "{kind:?} {fate:?}");
            world.wait(10_000);
            assert_eq!(states(&world) - before, 3, "once more, and not for ever");
        }
    }
}

#[test]
fn a_network_that_is_back_is_used_at_once() {
    let mut world = World::joined(Kind::Roster, 29, &["Ana", "Bo"]);
    world.down = true;
    world.input(0, Input::Online(false));
    world.cut(0);
    world.wait(29_000);
    let before = world.pages[0].signalling.len();
    world.down = false;
    world.input(0, Input::Online(true));
    assert_eq!(world.pages[0].signalling.len(), before + 1);
    world.wait(200);
    world.assert_whole();
    assert_eq!(world.pages[0].made, 1);
}
