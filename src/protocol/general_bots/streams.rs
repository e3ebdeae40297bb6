//! Answers of this conversation that grow at once, one after the other on the screen: chunks name
//! their answer and nothing else, and the screen has room for one that grows.

use crate::protocol::AgentEvent;

/// So many identifiers of what is over are remembered.
const REMEMBERED: usize = 256;

/// An answer that grows.
#[derive(Debug, Default)]
struct Stream {
    id: String,
    /// All of it so far.
    text: String,
    /// How much of that stands in front of a tool call.
    told: usize,
    /// It is whole and waits for those before it.
    whole: bool,
    /// The person has sent on since.
    stale: bool,
    /// The run has failed, and nothing of it came since.
    dead: bool,
}

impl Stream {
    /// What is on the screen of it as the text that grows.
    fn open(&self) -> &str {
        self.text.get(self.told..).unwrap_or_default()
    }
}

/// The answers of this conversation.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// The first one is on the screen; the others wait for it.
    live: Vec<Stream>,
    /// What is over, was stopped, or is of another conversation: the rest of it is not shown.
    over: Vec<String>,
    /// Those that were stopped and have not come to their ends.
    stopped: Vec<String>,
}

impl Streams {
    /// Whether any answer grows.
    pub(super) fn is_live(&self) -> bool {
        self.live.iter().any(|stream| !stream.dead)
    }

    /// Whether the rest of it is of no concern.
    pub(super) fn is_over(&self, id: &str) -> bool {
        self.over.iter().any(|known| known == id)
    }

    fn at(&self, id: &str) -> Option<usize> {
        self.live.iter().position(|stream| stream.id == id)
    }

    /// Whether it grows.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.at(id).is_some()
    }

    /// What comes of it from now on is of no concern.
    pub(super) fn forget(&mut self, id: &str) {
        self.live.retain(|stream| stream.id != id);
        if !id.is_empty() && !self.is_over(id) {
            if self.over.len() == REMEMBERED {
                self.over.remove(0);
            }
            self.over.push(id.to_owned());
        }
    }

    /// The person stopped it: what comes of it from now on is of no concern, but that it ends.
    pub(super) fn stop(&mut self, id: &str) {
        if !self.is_over(id) {
            self.stopped.push(id.to_owned());
        }
        self.forget(id);
    }

    /// The same of all that grow.
    pub(super) fn stop_all(&mut self) {
        for stream in std::mem::take(&mut self.live) {
            self.stop(&stream.id);
        }
    }

    /// Whether it was stopped and has not come to its end.
    pub(super) fn is_stopped(&self, id: &str) -> bool {
        self.stopped.iter().any(|known| known == id)
    }

    /// One came to its end; whether none of those that were stopped goes on.
    pub(super) fn came_to_rest(&mut self, id: &str) -> bool {
        self.stopped.retain(|known| known != id);
        self.stopped.is_empty()
    }

    /// Nor what comes of any that grows.
    pub(super) fn forget_all(&mut self) {
        for stream in std::mem::take(&mut self.live) {
            self.forget(&stream.id);
        }
    }

    /// The connection is lost: what grew may go on over the next one, from wherever it is then.
    pub(super) fn cut(&mut self) {
        self.live.clear();
        self.stopped.clear();
    }

    /// The person sends on: what grows now gives way to what begins next.
    pub(super) fn overtake(&mut self) {
        self.stopped.clear();
        for stream in &mut self.live {
            stream.stale = true;
        }
    }

    /// The run has failed: what grows gives way to whatever comes, unless more of it does.
    pub(super) fn doubt(&mut self) {
        for stream in &mut self.live {
            stream.dead = true;
        }
    }

    /// Those give way that cannot be waited for any more.
    fn give_way(&mut self, gone: impl Fn(&Stream) -> bool) {
        let gone: Vec<String> = self
            .live
            .iter()
            .filter(|stream| gone(stream))
            .map(|stream| stream.id.clone())
            .collect();
        gone.iter().for_each(|id| self.forget(id));
    }

    /// An answer begins, or goes on.
    pub(super) fn begin(&mut self, id: &str) {
        if let Some(known) = self.live.iter_mut().find(|stream| stream.id == id) {
            known.dead = false;
            return self.give_way(|stream| stream.dead);
        }
        self.give_way(|stream| stream.stale || stream.dead);
        self.live.push(Stream {
            id: id.to_owned(),
            ..Stream::default()
        });
    }

    /// A piece of an answer, which begins with it where its beginning was missed.
    pub(super) fn grow(&mut self, id: &str, piece: &str) -> Option<AgentEvent> {
        self.begin(id);
        let at = self.at(id)?;
        self.live.get_mut(at)?.text.push_str(piece);
        (at == 0 && !piece.is_empty()).then(|| AgentEvent::TextDelta(piece.to_owned()))
    }

    /// A tool is called: what is said before it stands in front of it.
    pub(super) fn part(&mut self) {
        if let Some(first) = self.live.first_mut() {
            first.told = first.text.len();
        }
    }

    /// An answer is whole; its text is what the end says, else the pieces.
    pub(super) fn end(&mut self, id: &str, text: Option<&str>) -> Vec<AgentEvent> {
        let mut events = Vec::new();
        self.begin(id);
        let stream = self.live.iter_mut().find(|stream| stream.id == id);
        if let Some(stream) = stream {
            stream.whole = true;
            let text = text.filter(|text| !text.is_empty());
            match text.map(|text| (text, text.get(..stream.told))) {
                Some((text, Some(told))) if stream.text.starts_with(told) => {
                    text.clone_into(&mut stream.text);
                }
                // What stands in front of the tools is not what it begins with: all of it is new.
                Some((text, _)) => {
                    stream.told = 0;
                    text.clone_into(&mut stream.text);
                }
                None => {}
            }
        }
        while let Some(first) = self.live.first().filter(|first| first.whole) {
            let (id, rest) = (first.id.clone(), first.open().to_owned());
            if !rest.trim().is_empty() {
                events.push(AgentEvent::TextFinished(rest));
            }
            self.forget(&id);
            if let Some(next) = self.live.first().filter(|next| !next.whole) {
                let begun = next.open().to_owned();
                events.extend((!begun.is_empty()).then_some(AgentEvent::TextDelta(begun)));
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(text: &str) -> AgentEvent {
        AgentEvent::TextDelta(text.to_owned())
    }

    fn finished(text: &str) -> AgentEvent {
        AgentEvent::TextFinished(text.to_owned())
    }

    #[test]
    fn the_second_of_two_that_grow_at_once_waits_for_the_first() {
        let mut streams = Streams::default();
        assert_eq!(streams.grow("a", "1"), Some(delta("1")));
        assert_eq!(streams.grow("b", "x"), None);
        assert_eq!(streams.grow("a", "2"), Some(delta("2")));
        assert_eq!(streams.end("a", Some("12")), [finished("12"), delta("x")]);
        assert_eq!(streams.grow("b", "y"), Some(delta("y")));
        assert_eq!(streams.end("b", None), [finished("xy")]);
        assert!(streams.is_over("a") && streams.is_over("b"));
    }

    #[test]
    fn one_that_is_whole_before_its_turn_comes_whole() {
        let mut streams = Streams::default();
        streams.grow("a", "1");
        assert_eq!(streams.end("b", Some("x")), []);
        assert_eq!(streams.end("a", Some("")), [finished("1"), finished("x")]);
    }

    #[test]
    fn what_stands_in_front_of_a_tool_is_not_said_again() {
        let mut streams = Streams::default();
        streams.grow("a", "Let me look. ");
        streams.part();
        streams.grow("a", "It");
        let whole = Some("Let me look. It shipped.");
        assert_eq!(streams.end("a", whole), [finished("It shipped.")]);
        streams.grow("b", "Hm.");
        streams.part();
        assert_eq!(streams.end("b", Some("Other")), [finished("Other")]);
    }
}
