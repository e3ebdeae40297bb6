//! What the demo agent says and does, step by step.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::model::{Attachment, Duration};

/// One step of an answer.
pub(super) enum Step {
    Think,
    Piece(String),
    Pause(Duration),
    Call { name: &'static str, args: Value },
    Result { name: &'static str, result: Value },
    Ask { name: &'static str, args: Value },
    CloseSegment,
    Finish,
    Drop,
}

/// What the empty conversation offers.
pub const SUGGESTIONS: [&str; 5] = [
    "Give me the tour",
    "Write some Markdown with code",
    "Use a tool",
    "Ask me before you act",
    "Lose the connection",
];

const PICTURE: &str = include_str!("picture.b64");

const MARKDOWN: &str = "Here is a little of everything.\n\n\
## A list\n\n\
1. Answers stream in **as they are written**, and *unfinished* syntax stays readable.\n\
2. Tasks are shown as such:\n   - [x] stream Markdown\n   - [ ] take over the world\n\n\
| Server | Transport | Resumes |\n|:--|:--|:-:|\n| OpenHands V0 | Socket.IO | yes |\n| OpenHands V1 | REST, WebSocket | yes |\n| Saiki | WebSocket | by history |\n\n\
```rust\n/// The sum of the first `n` squares.\nfn squares(n: u64) -> u64 {\n    (1..=n).map(|k| k * k).sum()\n}\n\nfn main() {\n    println!(\"{}\", squares(10)); // 385\n}\n```\n\n\
> Nothing in a message can run here: <script>alert(1)</script> is only text.\n\n\
Read more at <https://www.rust-lang.org/learn>.\n";

const BROKEN: &str = "I am going to lose the connection in the middle of this sentence, and you should see \
a banner that says so and counts down to the next try. ";

const MENDED: &str = "When the connection is back, the rest of the answer takes the place of the half one: \
nothing is lost, and nothing is shown twice.\n";

/// The steps for a message.
pub(super) fn answer_to(text: &str, attachments: &[Attachment]) -> VecDeque<Step> {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let mut steps = Script::default();
    steps.push(Step::Think);
    if let Some(attachment) = attachments.first() {
        let size = attachment.bytes().div_ceil(1_000);
        steps.say(&format!(
            "I received a file of type `{}` with {size} kB. A real agent would look at it now.\n",
            attachment.mime
        ));
    } else if has(&["tour"]) {
        tour(&mut steps);
    } else if has(&["ask", "approv"]) {
        approval(&mut steps);
    } else if has(&["picture", "image", "chart"]) {
        picture(&mut steps);
    } else if has(&["tool", "file"]) {
        tool(&mut steps);
    } else if has(&["fail", "lose", "connection"]) {
        lose(&mut steps);
    } else if has(&["markdown", "code"]) {
        steps.say(MARKDOWN);
    } else {
        steps.say("I am a demo: I live in this page and know a few tricks. Ask me for **the tour**, for *Markdown*, a *tool*, an *approval*, a *picture*, or let me *lose the connection*. To talk to a real agent, choose a server in the settings.\n");
    }
    steps.push(Step::Finish);
    steps.0
}

/// Puts the rest of a question's answer first.
pub(super) fn decided(steps: &mut VecDeque<Step>, approved: bool, expired: bool) {
    let args = json!({"path": "notes.txt", "text": "Parlor was here.\n"});
    let (result, words) = match (approved, expired) {
        (true, _) => (
            mcp("Wrote 17 bytes to notes.txt"),
            "Done: the note is written. ",
        ),
        (false, false) => (
            json!({"error": "Tool 'write_file' execution was denied by the user", "denied": true}),
            "As you wish: nothing was written. ",
        ),
        (false, true) => (
            json!({"error": "Tool confirmation timeout for write_file"}),
            "You did not answer, so nothing was written. ",
        ),
    };
    let mut first = Script::default();
    first.push(Step::Call {
        name: "write_file",
        args,
    });
    first.push(Step::Result {
        name: "write_file",
        result,
    });
    first.say(words);
    first.0.append(steps);
    *steps = first.0;
}

fn tour(steps: &mut Script) {
    steps.say("Welcome to **Parlor**. Answers stream in as Markdown:\n\n```rust\nfn main() {\n    println!(\"Hello from the demo agent\");\n}\n```\n\nNext, a tool.\n");
    steps.push(Step::CloseSegment);
    list_files(steps);
    steps.say("Pictures in results are shown where they come up:\n");
    steps.push(Step::CloseSegment);
    chart(steps);
    steps.say("Some things I may only do with your leave:\n");
    steps.push(Step::CloseSegment);
    ask(steps);
    lose(steps);
}

fn tool(steps: &mut Script) {
    steps.say("Let me look.\n");
    steps.push(Step::CloseSegment);
    list_files(steps);
    steps.say("There are three entries: **README.md**, **notes.txt** and **src/**.\n");
}

fn list_files(steps: &mut Script) {
    let name = "list_directory";
    steps.push(Step::Call {
        name,
        args: json!({"path": "."}),
    });
    steps.push(Step::Pause(Duration::millis(700)));
    let result = mcp("[FILE] README.md\n[FILE] notes.txt\n[DIR] src");
    steps.push(Step::Result { name, result });
}

fn approval(steps: &mut Script) {
    steps.say("I would like to write a note.\n");
    steps.push(Step::CloseSegment);
    ask(steps);
}

fn ask(steps: &mut Script) {
    let args = json!({"path": "notes.txt", "text": "Parlor was here.\n"});
    steps.push(Step::Ask {
        name: "write_file",
        args,
    });
}

fn picture(steps: &mut Script) {
    steps.say("Here is a chart.\n");
    steps.push(Step::CloseSegment);
    chart(steps);
    steps.say("It goes up, as charts in demos do.\n");
}

fn chart(steps: &mut Script) {
    let name = "render_chart";
    steps.push(Step::Call {
        name,
        args: json!({"title": "Conversations", "kind": "bar"}),
    });
    steps.push(Step::Pause(Duration::millis(600)));
    let result = json!({"content": [
        {"type": "text", "text": "A bar chart of conversations per week"},
        {"type": "image", "data": PICTURE.trim_end(), "mimeType": "image/png"},
    ]});
    steps.push(Step::Result { name, result });
}

fn lose(steps: &mut Script) {
    steps.say(BROKEN);
    steps.push(Step::Drop);
    steps.push(Step::Pause(Duration::secs(2)));
    steps.say(MENDED);
}

fn mcp(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}]})
}

#[derive(Default)]
struct Script(VecDeque<Step>);

impl Script {
    fn push(&mut self, step: Step) {
        self.0.push_back(step);
    }

    /// Cuts a text into pieces of a few characters, as models do.
    fn say(&mut self, text: &str) {
        let mut piece = String::new();
        for character in text.chars() {
            piece.push(character);
            if piece.len() >= 5 {
                self.push(Step::Piece(std::mem::take(&mut piece)));
            }
        }
        if !piece.is_empty() {
            self.push(Step::Piece(piece));
        }
    }
}
