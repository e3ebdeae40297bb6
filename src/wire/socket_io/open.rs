//! The first packet of a connection: what the server wants of it.

use serde_json::Value;

use crate::model::Duration;
use crate::wire::json;

/// What Engine.IO says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The connection's name on the server.
    pub sid: String,
    /// The server pings so often; the protocol's default is 25 s.
    pub ping_interval: Duration,
    /// So long after a ping was due the connection counts as dead; the default is 20 s.
    pub ping_timeout: Duration,
    /// The longest frame that the server takes, in bytes; `None` where it does not say.
    pub max_payload: Option<u64>,
}

impl Opened {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let millis = |key: &str| value.get(key).and_then(Value::as_u64);
        let span = |key: &str, usual: Duration| millis(key).map_or(usual, Duration::millis);
        Some(Self {
            sid: json::text(value, &["sid"])?.to_owned(),
            ping_interval: span("pingInterval", Duration::secs(25)),
            ping_timeout: span("pingTimeout", Duration::secs(20)),
            max_payload: millis("maxPayload"),
        })
    }

    /// How long nothing may come before the connection is dead.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration(self.ping_interval.0.saturating_add(self.ping_timeout.0))
    }
}
