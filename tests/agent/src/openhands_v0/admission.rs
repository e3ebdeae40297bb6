//! Who may connect to a conversation, as the real server has it.

use std::collections::HashMap;

use axum::extract::Query;
use socketioxide::extract::SocketRef;

use super::Conversations;

/// The providers that the server knows; another one is an error that it tells nobody.
const PROVIDERS: [&str; 4] = ["github", "gitlab", "bitbucket", "enterprise_sso"];

/// What a client asks for in its address.
pub(super) struct Request {
    pub(super) conversation: String,
    /// The last event that it has. What is no number is taken for none.
    pub(super) after: i64,
    key: Option<String>,
    providers: String,
}

/// What is done with it.
#[derive(Debug, PartialEq)]
enum Admission {
    Welcome,
    Refused(&'static str),
    /// An exception in the real server's handler: there is no answer at all.
    Silence,
}

impl Request {
    pub(super) fn of(socket: &SocketRef) -> Self {
        Self::read(&parameters(&socket.req_parts().uri))
    }

    fn read(query: &HashMap<String, String>) -> Self {
        let text = |key: &str| query.get(key).cloned();
        let after = text("latest_event_id").and_then(|id| id.parse().ok());
        Self {
            conversation: text("conversation_id").unwrap_or_default(),
            after: after.unwrap_or(-1),
            key: text("session_api_key"),
            providers: text("providers_set").unwrap_or_default(),
        }
    }

    fn admit(&self, wanted: Option<&str>) -> Admission {
        let given = self.key.as_deref();
        let mut providers = self.providers.split(',').filter(|name| !name.is_empty());
        match wanted {
            _ if self.conversation.is_empty() => {
                Admission::Refused("No conversation_id in query params")
            }
            Some(_) if given.is_none() => Admission::Silence,
            Some(wanted) if given != Some(wanted) => Admission::Refused("invalid_session_api_key"),
            _ if !providers.all(|name| PROVIDERS.contains(&name)) => Admission::Silence,
            _ => Admission::Welcome,
        }
    }
}

/// The parameters of an address.
fn parameters(uri: &axum::http::Uri) -> HashMap<String, String> {
    Query::try_from_uri(uri)
        .map(|Query(query)| query)
        .unwrap_or_default()
}

/// Lets a client in, refuses it, or never answers.
pub(super) async fn admit(
    conversations: &Conversations,
    socket: &SocketRef,
) -> Result<(), &'static str> {
    let request = Request::of(socket);
    let admission = {
        let key = match request.conversation.as_str() {
            "" => None,
            id => conversations.of(id).memory().key.clone(),
        };
        request.admit(key.as_deref())
    };
    match admission {
        Admission::Welcome => Ok(()),
        Admission::Refused(why) => Err(why),
        Admission::Silence => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(address: &str) -> Request {
        let uri = format!("/socket.io/?{address}").parse();
        Request::read(&parameters(&uri.unwrap_or_default()))
    }

    #[test]
    fn what_is_no_number_asks_for_everything() {
        for id in ["", "&latest_event_id=", "&latest_event_id=abc"] {
            assert_eq!(request(&format!("conversation_id=c{id}")).after, -1);
        }
        assert_eq!(request("conversation_id=c&latest_event_id=7").after, 7);
    }

    #[test]
    fn a_wrong_key_is_refused_and_a_missing_one_gets_no_answer() {
        let admit = |address: &str, key| request(address).admit(key);
        let refused = Admission::Refused("invalid_session_api_key");
        assert_eq!(admit("conversation_id=c", None), Admission::Welcome);
        assert_eq!(admit("conversation_id=c", Some("k")), Admission::Silence);
        let wrong = "conversation_id=c&session_api_key=x";
        assert_eq!(admit(wrong, Some("k")), refused);
        let right = "conversation_id=c&session_api_key=k";
        assert_eq!(admit(right, Some("k")), Admission::Welcome);
        let unknown = "conversation_id=c&providers_set=github,nope";
        assert_eq!(admit(unknown, None), Admission::Silence);
        let missing = Admission::Refused("No conversation_id in query params");
        assert_eq!(admit("latest_event_id=-1", None), missing);
    }
}
