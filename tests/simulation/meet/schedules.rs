//! Random schedules of a room: people come, go, are killed and cut; ways break; frames are lost,
//! doubled and late. In the end everybody who is there is tied to everybody else, once.

use parlor::meet::{Input, MOST_PEOPLE};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::server::{Kind, ROOMS};
use super::world::{Fate, World};
use crate::schedules::seed;

#[derive(Clone, Debug)]
enum Deed {
    Join(usize),
    Leave(usize),
    Kill(usize),
    Cut(usize),
    /// The server is gone, or back.
    Server(bool),
    Screen(usize, bool),
    Mute(usize, bool),
    Wall(usize, usize),
    NoWalls,
    Fate(usize, Fate),
    Linger(u64),
    Wait(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = || 0_usize..16;
    prop_oneof![
        6 => who().prop_map(Deed::Join),
        2 => who().prop_map(Deed::Leave),
        1 => who().prop_map(Deed::Kill),
        4 => who().prop_map(Deed::Cut),
        1 => any::<bool>().prop_map(Deed::Server),
        4 => (who(), any::<bool>()).prop_map(|(who, on)| Deed::Screen(who, on)),
        2 => (who(), any::<bool>()).prop_map(|(who, on)| Deed::Mute(who, on)),
        1 => (who(), who()).prop_map(|(one, two)| Deed::Wall(one, two)),
        1 => Just(Deed::NoWalls),
        4 => (0_usize..40, prop_oneof![
            Just(Fate::Lost), Just(Fate::Doubled), (1_u64..3_000).prop_map(Fate::Late)
        ]).prop_map(|(after, fate)| Deed::Fate(after, fate)),
        1 => (0_u64..5_000).prop_map(Deed::Linger),
        8 => prop_oneof![1_u64..100, 100_u64..3_000, 3_000_u64..40_000].prop_map(Deed::Wait),
    ]
}

const NAMES: [&str; 5] = ["Ana", "Bo", "Cy", "Ana", "Di"];

fn did(world: &mut World, deed: &Deed) {
    let present = world.present();
    let one = |who: usize| present.get(who % present.len().max(1)).copied();
    match *deed {
        Deed::Join(who) => {
            let alive = world.pages.iter().filter(|page| page.alive).count();
            if alive < MOST_PEOPLE {
                world.join(NAMES[who % NAMES.len()]);
            }
        }
        Deed::Leave(who) => {
            if let Some(at) = one(who) {
                world.leave(at);
                world.kill(at);
            }
        }
        Deed::Kill(who) => {
            if let Some(at) = one(who) {
                world.kill(at);
            }
        }
        Deed::Cut(who) => {
            if let Some(at) = one(who) {
                world.cut(at);
            }
        }
        Deed::Server(up) => {
            world.down = !up;
            for at in if up { Vec::new() } else { present } {
                world.cut(at);
            }
        }
        Deed::Screen(who, on) => {
            if let Some(at) = one(who) {
                world.share_screen(at, on);
            }
        }
        Deed::Mute(who, on) => {
            if let Some(at) = one(who) {
                let (_, video, screen) = world.pages[at].sends;
                let audio = on;
                let sends = Input::Sends {
                    audio,
                    video,
                    screen,
                };
                world.input(at, sends);
            }
        }
        Deed::Wall(a, b) => {
            if let Some((a, b)) = one(a).zip(one(b)) {
                world.wall(a, b);
            }
        }
        Deed::NoWalls => world.walls.clear(),
        Deed::Fate(after, fate) => {
            let at = world.counted + after;
            world.fates.insert(at, fate);
        }
        Deed::Linger(millis) => world.linger = millis,
        Deed::Wait(millis) => world.wait(millis),
    }
}

/// Nothing goes wrong any more, which the browsers say, and everybody comes to be tied to everybody:
/// those as well who have given each other up.
fn settle(world: &mut World) -> Result<(), String> {
    world.down = false;
    world.linger = 0;
    world.walls.clear();
    world.fates.clear();
    for at in 0..world.pages.len() {
        world.input(at, Input::Online(true));
        world.input(at, Input::RetryNow);
    }
    world.wait(150_000);
    match world.fault() {
        None => Ok(()),
        Some(fault) => Err(fault),
    }
}

#[test]
fn whatever_happens_everybody_is_tied_to_everybody_in_the_end() {
    let config = Config {
        cases: 300,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    let seed = seed();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat());
    let mut runner = TestRunner::new_with_rng(config, rng);
    let deeds = proptest::collection::vec(deed(), 1..40);
    let schedule = (0..ROOMS.len(), any::<u64>(), deeds);
    let outcome = runner.run(&schedule, |(kind, chance, deeds)| {
        let kind: Kind = ROOMS[kind];
        let mut world = World::new(kind, chance);
        for deed in &deeds {
            did(&mut world, deed);
        }
        let settled = settle(&mut world);
        prop_assert_eq!(settled, Ok(()), "{:?}", kind);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("SCHEDULES_SEED={seed} {failure}");
    }
}
