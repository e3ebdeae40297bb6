//! Every span of time that a session goes by, in one table.

use crate::model::Duration;

/// The spans a session goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A socket that has not opened by then is given up.
    pub connect_timeout: Duration,
    /// The ceiling of the first wait; each further one doubles it.
    pub backoff_base: Duration,
    /// No wait is shorter, so that what happened can be seen, and a server is not stormed.
    pub backoff_floor: Duration,
    /// No wait is longer than this.
    pub backoff_ceiling: Duration,
    /// A connection that lasted this long makes the next wait a first one again.
    pub stable_after: Duration,
    /// A run that was quiet this long may have gone wrong.
    pub stall: Duration,
    /// A run that looks finished is finished after this much quiet.
    pub settle: Duration,
    /// After a reconnect, a message of which no sign came by then is no longer waited for.
    pub unconfirmed: Duration,
    /// A history that has not come by then is not waited for.
    pub recall: Duration,
    /// A reset that is not confirmed by then is said to be unconfirmed.
    pub reset: Duration,
    /// A message that was sent over a connection that was lost, and is not in the server's log this
    /// long after it was read, is not in it at all.
    pub late: Duration,
    /// A message that the server ought to say it takes, and has not by then, is refused.
    pub accept: Duration,
    /// Files that have not arrived by then are sent once more, over a new connection.
    pub upload: Duration,
    /// Nothing is sent for so long to a server that says that it is asked too often, and not until
    /// when.
    pub busy: Duration,
    /// A call that a message goes out by is not waited for any longer than this.
    pub post: Duration,
    /// The longest wait before a message goes out again that was refused for being one too many.
    pub too_often: Duration,
    /// A person who writes no letter for so long has stopped writing.
    pub typing: Duration,
    /// Messages a second, and as many at once.
    pub messages_per_second: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::secs(20),
            backoff_base: Duration::secs(1),
            backoff_floor: Duration::millis(150),
            backoff_ceiling: Duration::secs(30),
            stable_after: Duration::secs(5),
            stall: Duration::secs(120),
            settle: Duration::millis(1_500),
            unconfirmed: Duration::secs(3),
            recall: Duration::secs(5),
            reset: Duration::secs(10),
            late: Duration::millis(500),
            accept: Duration::secs(5),
            upload: Duration::secs(300),
            busy: Duration::secs(1),
            post: Duration::secs(60),
            too_often: Duration::secs(30),
            typing: Duration::secs(5),
            messages_per_second: 10,
        }
    }
}
