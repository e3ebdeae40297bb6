//! What the person and the agent say, in both directions.

use serde_json::{Value, json};

use super::event::{Read, text};
use crate::model::{Aside, Attachment, Content, Said};
use crate::wire::json;

/// What stands between a text and the places of the files that go with it: the agent is told nothing
/// else of them, and the person is shown the files in its place.
const FILES: &str = "\n\nNEW FILES ADDED: ";

/// What stands between two such places.
const BETWEEN: &str = "\n\n";

/// What a message of the log says. The environment speaks as if it were the person, to nudge the
/// model on after an empty answer.
pub(super) fn read(event: &Value) -> Read {
    let message = event.get("llm_message").unwrap_or(&Value::Null);
    let content = message.get("content").unwrap_or(&Value::Null);
    match text(event, "source") {
        "user" => {
            let mut read = Read::said(spoken(content));
            let known = blocks(event.get("extended_content").unwrap_or(&Value::Null));
            read.said
                .extend(Read::aside(Aside::Knowledge, &words(&known)).said);
            read
        }
        "environment" => Read::aside(Aside::Inner, &words(&blocks(content))),
        _ => answer(text(message, "reasoning_content"), content),
    }
}

/// What the agent says, with its reasoning before it.
pub(super) fn answer(reasoning: &str, content: &Value) -> Read {
    let blocks = blocks(content);
    let shown = blocks.iter().filter_map(|block| match block {
        Content::Image { mime, base64 } => {
            let url = crate::model::data_url(mime, base64);
            Some(format!("\n\n![]({url})"))
        }
        _ => None,
    });
    let shown: String = shown.collect();
    Read::all(vec![
        Said::Reasoning(reasoning.to_owned()),
        Said::Agent(words(&blocks) + &shown),
    ])
}

/// A message of the person's, from its content.
pub(super) fn spoken(content: &Value) -> Said {
    let blocks = blocks(content);
    let all = words(&blocks);
    let (text, files) = all.rsplit_once(FILES).unwrap_or((&all, ""));
    let mut attachments = Vec::new();
    for block in blocks {
        if let Content::Image { mime, base64 } = block {
            attachments.push(Attachment {
                name: "image".to_owned(),
                mime,
                base64,
            });
        }
    }
    for path in files.split(BETWEEN).filter(|path| !path.is_empty()) {
        let name = path.rfind('/').map_or(0, |at| at + 1);
        attachments.push(Attachment {
            name: path.get(name..).unwrap_or(path).to_owned(),
            mime: "application/octet-stream".to_owned(),
            base64: String::new(),
        });
    }
    Said::User {
        text: text.to_owned(),
        attachments,
    }
}

/// The blocks of a content, which older versions write as a text.
pub(super) fn blocks(content: &Value) -> Vec<Content> {
    let mut blocks = Vec::new();
    match content {
        Value::String(text) => blocks.push(Content::Text(text.clone())),
        Value::Array(list) => {
            for block in list {
                add(block, &mut blocks);
            }
        }
        _ => {}
    }
    blocks.retain(|block| !matches!(block, Content::Text(text) if text.is_empty()));
    blocks
}

fn add(block: &Value, blocks: &mut Vec<Content>) {
    if let Some(text) = block.as_str().or_else(|| json::text(block, &["text"])) {
        return blocks.push(Content::Text(text.to_owned()));
    }
    let Some(urls) = block.get("image_urls").and_then(Value::as_array) else {
        return blocks.push(Content::Json(block.clone()));
    };
    for url in urls.iter().filter_map(Value::as_str) {
        blocks.push(picture(url));
    }
}

/// A picture in a `data:` address (RFC 2397); one elsewhere is named and not fetched.
fn picture(url: &str) -> Content {
    let data = url.strip_prefix("data:");
    match data.and_then(|data| data.split_once(";base64,")) {
        Some((mime, base64)) => Content::Image {
            mime: mime.to_owned(),
            base64: base64.to_owned(),
        },
        None => Content::Text(url.to_owned()),
    }
}

fn words(blocks: &[Content]) -> String {
    let mut words = String::new();
    for block in blocks {
        if let Content::Text(text) = block {
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(text);
        }
    }
    words
}

/// A message as the server takes it: over a call, and over a socket. `files` says where what goes
/// with it is.
pub(super) fn write(text: &str, images: &[Attachment], files: &[String]) -> String {
    let text = match files {
        [] => text.to_owned(),
        files => [text, FILES, &files.join(BETWEEN)].concat(),
    };
    let mut content = vec![json!({"type": "text", "text": text})];
    if !images.is_empty() {
        let urls: Vec<String> = images.iter().map(Attachment::data_url).collect();
        content.push(json!({"type": "image", "image_urls": urls}));
    }
    json!({"role": "user", "content": content, "run": true}).to_string()
}
