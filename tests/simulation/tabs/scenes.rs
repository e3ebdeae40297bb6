//! What the schedules once found, each by itself, at every moment that it can happen.

use super::super::schedules::agent;
use super::world::World;

/// More than one message takes from the key to its echo.
const MOMENTS: usize = 40;
/// Orders of what is on its way.
const ORDERS: u64 = 4;

/// A scene with so many tabs, at every moment and in some orders; in the end all is as it should be.
fn at_every_moment(tabs: usize, scene: impl Fn(&mut World, usize, u64)) {
    for moment in 0..MOMENTS {
        for order in 0..ORDERS {
            let mut world = World::new();
            for tab in 0..tabs {
                world.open(tab);
                // The second time, what the first one brought is kept.
                world.jump(1_000);
                world.jump(1_000);
            }
            scene(&mut world, moment, order);
            world.settle();
            assert_eq!(world.fault(), None, "at {moment}, in order {order}");
        }
    }
}

#[test]
fn a_message_that_went_out_before_its_tab_was_killed_is_not_sent_again() {
    at_every_moment(1, |world, moment, order| {
        world.say(0);
        world.flow(moment, order);
        world.kill(0, 0, true);
    });
}

#[test]
fn a_message_that_another_tab_took_outlives_that_tab() {
    at_every_moment(2, |world, moment, order| {
        world.say(1);
        world.flow(moment, order);
        world.kill(0, 0, order % 2 == 0);
    });
}

#[test]
fn a_tab_that_follows_gets_what_went_to_nobody_while_the_connection_was_made() {
    at_every_moment(2, |world, moment, order| {
        world.cut(0, true);
        world.pass(2_000);
        world.flow(moment, order);
        world.log(agent(world.next()));
        world.flow(3, order);
        world.log(agent(world.next()));
    });
}

#[test]
fn a_tab_that_follows_says_of_the_agent_what_the_other_says_after_a_reconnect() {
    at_every_moment(2, |world, moment, order| {
        world.flow(moment, order);
        world.cut(0, true);
        world.pass(2_000);
        // The server says nothing new of the agent meanwhile.
        world.jump(3_000);
        assert_eq!(world.fault(), None, "at {moment}, in order {order}");
    });
}

#[test]
fn tabs_follow_whichever_tab_holds_the_conversation_next() {
    at_every_moment(3, |world, moment, order| {
        world.say(2);
        world.flow(moment, order);
        world.kill(0, 1, order % 2 == 0);
        world.flow(moment, order);
        world.say(2);
        world.log(agent(world.next()));
    });
}

#[test]
fn a_tab_that_is_opened_while_another_is_killed_finds_what_that_one_kept() {
    at_every_moment(1, |world, moment, order| {
        world.say(0);
        world.open(1);
        world.flow(moment, order);
        world.kill(0, 2, true);
    });
}
