//! What people do in a room when nothing goes wrong.

use parlor::meet::{Input, MOST_PEOPLE, Signalling, Tie};

use super::server::{Kind, ROOMS};
use super::world::World;

const NAMES: [&str; 10] = [
    "Ana", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo",
];

#[test]
fn two_are_tied_within_a_second_of_the_second_joining() {
    for kind in ROOMS {
        let mut world = World::new(kind, 1);
        world.join("Ana");
        world.wait(2_000);
        world.join("Bo");
        // A quarter of a second of these to hear whether it is a chat.
        world.wait(300);
        world.heal(500);
        let made: Vec<usize> = world.pages.iter().map(|page| page.made).collect();
        assert_eq!(made, [1, 1], "{kind:?}");
    }
}

#[test]
fn existing_members_greet_and_a_newcomer_waits() {
    for kind in ROOMS {
        let world = World::joined(kind, 2, &["Ana", "Bo", "Cy"]);
        let offers = |at: usize| {
            let frames = world.pages[at].sent.iter();
            frames.filter(|f| f.contains("\"offer\"")).count()
        };
        assert_eq!((offers(0), offers(1), offers(2)), (2, 1, 0), "{kind:?}");
    }
}

#[test]
fn those_who_join_in_the_same_moment_find_each_other() {
    for kind in ROOMS {
        for seed in 0..20 {
            let mut world = World::new(kind, seed);
            for name in &NAMES[..4] {
                world.join(name);
            }
            world.wait(300);
            world.heal(5_000);
        }
    }
}

#[test]
fn nine_people_are_all_tied_to_each_other_and_a_tenth_is_told_that_it_is_full() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 3, &NAMES[..MOST_PEOPLE]);
        let tenth = world.join(NAMES[9]);
        world.wait(6_000);
        assert_eq!(world.pages[tenth].phase(), &Signalling::Full, "{kind:?}");
        assert!(world.pages[tenth].ties.is_empty());
        assert_eq!(world.present().len(), MOST_PEOPLE);
        world.assert_whole();
    }
}

#[test]
fn a_tenth_takes_the_ninth_place_from_nobody() {
    for kind in ROOMS {
        for apart in (0..1_500).step_by(50) {
            let mut world = World::joined(kind, apart, &NAMES[..MOST_PEOPLE - 1]);
            world.join(NAMES[8]);
            world.wait(apart);
            world.join(NAMES[9]);
            world.wait(8_000);
            let told = |at: usize| world.pages[at].phase() == &Signalling::Full;
            // Of two who come at the same moment, either may have been first.
            assert!(told(8) != told(9), "{kind:?}, {apart} ms");
            assert!(apart < 300 || told(9), "{kind:?}, {apart} ms");
            assert_eq!(world.present().len(), MOST_PEOPLE);
            world.assert_whole();
        }
    }
}

#[test]
fn of_two_who_offer_at_once_the_polite_one_takes_its_offer_back() {
    for kind in ROOMS {
        let mut glares = 0;
        for seed in 0..30 {
            let mut world = World::joined(kind, seed, &["Ana", "Bo"]);
            world.share_screen(0, true);
            world.share_screen(1, true);
            world.wait(100);
            world.heal(3_000);
            let polite = usize::from(world.pages[0].me > world.pages[1].me);
            glares += world.pages[polite].rolled_back.len();
            assert!(world.pages[1 - polite].rolled_back.is_empty(), "{seed}");
            let made: Vec<usize> = world.pages.iter().map(|page| page.made).collect();
            assert_eq!(made, [1, 1]);
        }
        assert!(glares > 5, "{kind:?}: {glares}");
    }
}

#[test]
fn a_shared_screen_goes_on_and_off_on_the_same_tie() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 4, &["Ana", "Bo", "Cy"]);
        for on in [true, false, true] {
            world.share_screen(1, on);
            world.wait(50);
            world.heal(1_000);
            assert_eq!(world.pages[0].others[0].screen, on);
        }
        assert!(
            world
                .pages
                .iter()
                .all(|page| page.made == 2 && page.broken == 0)
        );
    }
}

#[test]
fn who_leaves_is_gone_from_the_others_within_a_second() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 5, &["Ana", "Bo", "Cy"]);
        world.leave(1);
        assert!(world.pages[1].ties.is_empty() && world.pages[1].others.is_empty());
        assert_eq!(world.pages[1].phase(), &Signalling::Idle);
        world.wait(200);
        let left: Vec<&str> = world.pages[0].others.iter().map(|of| &*of.name).collect();
        assert_eq!(left, ["Cy"], "{kind:?}");
        world.assert_whole();
        // And comes back as the same or another.
        world.input(1, Input::Join);
        world.wait(100);
        world.heal(9_000);
    }
}

#[test]
fn what_one_sends_is_told_to_all_and_to_those_who_come_later() {
    for kind in ROOMS {
        let mut world = World::joined(kind, 6, &["Ana", "Bo"]);
        let muted = Input::Sends {
            audio: false,
            video: true,
            screen: false,
        };
        world.input(0, muted.clone());
        world.wait(100);
        let shown = &world.pages[1].others[0];
        assert_eq!(
            (shown.audio, shown.video, shown.screen),
            (false, true, false)
        );
        let sent = world.pages[0].sent.len();
        world.input(0, muted);
        assert_eq!(world.pages[0].sent.len(), sent, "nothing has changed");
        world.join("Cy");
        world.wait(300);
        world.heal(3_000);
        assert!(!world.pages[2].others[0].audio && world.pages[2].others[1].audio);
    }
}

#[test]
fn two_of_the_same_name_are_two_people() {
    for kind in ROOMS {
        let world = World::joined(kind, 7, &["Ana", "Ana", "Ana"]);
        assert!(world.pages.iter().all(|page| page.others.len() == 2));
    }
}

#[test]
fn the_others_stand_in_the_order_in_which_they_came() {
    let world = World::joined(Kind::Roster, 8, &NAMES[..5]);
    let names = |at: usize| -> Vec<&str> {
        let others = world.pages[at].others.iter();
        others.map(|of| &*of.name).collect()
    };
    assert_eq!(names(0), ["Bo", "Cy", "Di", "Ed"]);
    assert_eq!(names(4), ["Ana", "Bo", "Cy", "Di"]);
}

#[test]
fn an_idle_socket_is_pinged_every_half_minute() {
    let mut world = World::joined(Kind::Roster, 9, &["Ana", "Bo"]);
    let before = world.pages[0].sent.len();
    world.wait(95_000);
    let pings = &world.pages[0].sent[before..];
    assert_eq!(pings, [r#"{"type":"ping"}"#; 3]);
}

#[test]
fn an_echo_and_a_chat_are_named_and_not_tried_again() {
    for (kind, echo) in [(Kind::Echo, true), (Kind::Chat, false)] {
        let mut world = World::new(kind, 10);
        world.join("Ana");
        world.wait(120_000);
        let phase = Signalling::NoRooms { echo };
        assert_eq!(world.pages[0].phase(), &phase);
        assert_eq!(
            world.pages[0]
                .signalling
                .iter()
                .filter(|of| **of == phase)
                .count(),
            1
        );
        let joins = usize::from(echo);
        let sent = world.pages[0].sent.iter();
        let sent = sent.filter(|frame| frame.contains("\"join\"")).count();
        assert_eq!(sent, joins, "a chat takes what it is sent for a message");
        world.input(0, Input::RetryNow);
        assert_eq!(world.pages[0].phase(), &Signalling::Connecting);
    }
}

#[test]
fn sockets_that_are_refused_are_tried_some_times_and_then_it_is_said() {
    let mut world = World::new(Kind::Roster, 11);
    world.down = true;
    world.join("Ana");
    world.wait(40_000);
    let page = &world.pages[0];
    assert_eq!(page.phase(), &Signalling::Unreachable);
    let tries = page
        .signalling
        .iter()
        .filter(|of| **of == Signalling::Connecting);
    assert_eq!(tries.count(), 5);
    world.down = false;
    world.input(0, Input::RetryNow);
    world.wait(1_000);
    assert_eq!(world.pages[0].phase(), &Signalling::Joined);
}

#[test]
fn a_tie_that_is_connected_says_so() {
    let world = World::joined(Kind::Relay, 12, &["Ana", "Bo"]);
    assert_eq!(world.pages[0].others[0].tie, Tie::Connected);
}
