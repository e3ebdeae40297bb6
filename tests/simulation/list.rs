//! The list of conversations: what it shows, and what the person does in it.

use std::rc::Rc;
use std::sync::Arc;

use parlor::app::{Entry, Intent, Listing, Msg};
use parlor::model::{ConversationId, Instant};
use parlor::storage::record::{Conversation, ConversationKey, Event, Record};
use parlor::storage::tables::{MemoryTables, Rows, Store, Table, Write};

use super::links::{Page, load, visit, visit_at};
use super::support::ready;

fn commit(store: &MemoryTables, writes: Vec<Write>) {
    ready(store.commit(writes)).unwrap();
}

fn rows(page: &Page, table: Table) -> Rows {
    ready(page.store.list(table, "", None, None)).unwrap()
}

fn kept(page: &Page) -> Vec<Conversation> {
    let rows = rows(page, Table::Conversations);
    let read = rows
        .iter()
        .map(|(key, value)| Conversation::decode(key, value));
    read.map(Result::unwrap).collect()
}

fn record(id: &str, touched: u64, preview: &str) -> Conversation {
    Conversation {
        touched: Instant(touched),
        preview: preview.to_owned(),
        known: true,
        ..Conversation::new("saiki", "ws://h:1/", ConversationId::new(id), Instant(1))
    }
}

/// A visit to a page that keeps these.
fn keeping(records: &[Conversation]) -> Page {
    let store = Rc::new(MemoryTables::default());
    commit(&store, records.iter().map(Record::put).collect());
    visit("", None, &store)
}

fn titles(page: &Page) -> Vec<&str> {
    let entries = page.view.entries.iter();
    entries.map(|entry| entry.title.as_str()).collect()
}

fn entry<'a>(page: &'a Page, title: &str) -> &'a Entry {
    let found = page.view.entries.iter().find(|entry| entry.title == title);
    found.unwrap_or_else(|| panic!("{title} in {:?}", titles(page)))
}

fn open_title(page: &Page) -> Option<&str> {
    let open = page.view.entries.iter().find(|entry| entry.open);
    open.map(|entry| entry.title.as_str())
}

trait Hand {
    fn lists(&mut self, what: Listing);
    fn go(&mut self, title: &str);
    fn rename(&mut self, title: &str, to: &str);
    fn delete(&mut self, title: &str);
    fn fresh(&mut self);
    fn says(&mut self, text: &str, answer: &str);
}

impl Hand for Page {
    fn lists(&mut self, what: Listing) {
        self.now += 1_000;
        self.tell(Msg::Did(Intent::List(what)));
    }

    fn go(&mut self, title: &str) {
        let id = entry(self, title).id;
        self.lists(Listing::Open(id));
    }

    fn rename(&mut self, title: &str, to: &str) {
        let id = entry(self, title).id;
        let title = to.to_owned();
        self.lists(Listing::Rename { id, title });
    }

    fn delete(&mut self, title: &str) {
        let id = entry(self, title).id;
        self.lists(Listing::Delete(id));
    }

    fn fresh(&mut self) {
        self.now += 1_000;
        self.tell(Msg::Did(Intent::NewConversation));
        self.open();
    }

    /// Asks, and has it answered.
    fn says(&mut self, text: &str, answer: &str) {
        self.now += 1_000;
        self.send(text, Vec::new());
        self.hear("thinking", "");
        self.hear("response", answer);
        // Only quiet proves that the run is over.
        self.now += 60_000;
        self.tell(Msg::Woke);
    }
}

/// Two conversations in which something was said; the second is open.
fn two() -> Page {
    let mut page = load("", None);
    page.connect("saiki", "ws://h:1/");
    page.open();
    page.says("about cats", "Cats purr.");
    page.fresh();
    page.says("about dogs", "Dogs bark.");
    page
}

#[test]
fn the_newest_activity_comes_first_whatever_was_opened_last() {
    let mut page = two();
    assert_eq!(titles(&page), ["about dogs", "about cats"]);
    assert_eq!(open_title(&page), Some("about dogs"));
    page.go("about cats");
    page.open();
    assert_eq!(open_title(&page), Some("about cats"));
    assert_eq!(titles(&page), ["about dogs", "about cats"]);
    page.says("more of cats", "They sleep.");
    assert_eq!(titles(&page), ["about cats", "about dogs"]);
    let again = visit("", None, &page.store);
    assert_eq!(titles(&again), ["about cats", "about dogs"]);
    assert_eq!(open_title(&again), Some("about cats"));
}

#[test]
fn a_conversation_is_called_by_its_title_else_by_its_first_line() {
    let named = Conversation {
        title: Some("The plan".to_owned()),
        ..record("a", 3, "hello")
    };
    let lines = record("b", 2, "\n  first  \nsecond");
    let page = keeping(&[named, lines, record("c", 1, " ")]);
    assert_eq!(titles(&page), ["The plan", "first", "New conversation"]);
    assert_eq!(page.view.entries[0].server, "Saiki");
    assert_eq!(page.view.entries[0].at, Instant(3));
}

#[test]
fn opening_another_server_goes_there_and_stays_there() {
    let mut page = two();
    page.connect("saiki", "ws://other:2/");
    page.open();
    page.says("to another", "Yes?");
    let count = page.opened.len();
    page.go("about cats");
    assert_eq!(page.opened[count..], ["ws://h:1/"]);
    assert_eq!(visit("", None, &page.store).opened, ["ws://h:1/"]);
    page.go("about cats");
    assert_eq!(page.opened.len(), count + 1, "it is open already");
}

#[test]
fn a_draft_and_what_waits_stay_with_their_conversation() {
    let mut page = two();
    page.lose();
    page.send("waits", Vec::new());
    page.tell(Msg::Did(Intent::Draft("half a thought".into())));
    page.go("about cats");
    assert_eq!(page.lines(), [""; 0]);
    assert_eq!(page.composed.as_deref(), Some(""));
    page.fresh();
    assert_eq!(page.lines(), [""; 0]);
    page.go("about dogs");
    assert_eq!(page.lines(), ["user queued: waits"]);
    assert_eq!(page.composed.as_deref(), Some("half a thought"));
}

#[test]
fn what_is_written_where_another_tab_keeps_the_conversation_stays_in_the_box() {
    let mut page = two();
    page.tell(Msg::Did(Intent::Draft("of dogs".into())));
    page.go("about cats");
    let mut other = visit_at(page.now, "", None, &page.store);
    other.holds = false;
    other.go("about dogs");
    other.tell(Msg::Did(Intent::Draft("of both".into())));
    other.holds = true;
    other.fresh();
    assert_ne!(
        other.composed.as_deref(),
        Some(""),
        "the box is not emptied"
    );
    other.go("about dogs");
    assert_eq!(other.composed.as_deref(), Some("of dogs"), "its own draft");
    other.fresh();
    assert!(drafts(&other).contains(&"of both".to_owned()));
}

#[test]
fn a_draft_below_what_the_box_holds_already_is_not_lost() {
    let mut page = two();
    page.tell(Msg::Did(Intent::Draft("of dogs".into())));
    page.go("about cats");
    let mut other = visit_at(page.now, "", None, &page.store);
    other.holds = false;
    other.fresh();
    other.tell(Msg::Did(Intent::Draft("of both".into())));
    other.holds = true;
    other.go("about dogs");
    assert_eq!(other.composed.as_deref(), Some("of dogs\n\nof both"));
    assert_eq!(drafts(&other), ["of dogs\n\nof both"]);
}

#[test]
fn a_conversation_in_which_nothing_was_said_is_not_kept() {
    let mut page = load("", None);
    page.connect("saiki", "ws://h:1/");
    page.open();
    page.fresh();
    page.fresh();
    assert_eq!(titles(&page), ["New conversation"]);
    page.says("hello", "Hi");
    page.fresh();
    page.go("hello");
    assert_eq!(titles(&page), ["hello"]);
    assert_eq!(kept(&page).len(), 1);
}

#[test]
fn a_title_that_was_given_is_not_the_servers_to_change() {
    let mut page = two();
    page.rename("about dogs", "  Pets ");
    page.rename("about cats", "Other pets");
    assert_eq!(titles(&page), ["Pets", "Other pets"]);
    assert_eq!(page.view.subject.as_deref(), Some("Pets"));
    assert!(kept(&page).iter().all(|record| record.renamed));
    page.rename("Pets", "Pets");
    page.rename("Pets", " ");
    assert_eq!(titles(&page), ["about dogs", "Other pets"]);
    assert_eq!(page.view.subject, None);
    let again = visit("", None, &page.store);
    assert_eq!(titles(&again), ["about dogs", "Other pets"]);
}

#[test]
fn what_is_deleted_comes_back_whole_or_is_swept_away_by_a_later_visit() {
    let mut page = two();
    page.lose();
    page.send("waits", Vec::new());
    let dogs = ConversationId::new(page.view.conversation.clone());
    let event = Event {
        conversation: ConversationKey::new("saiki", "ws://h:1/", &dogs),
        key: "1".to_owned(),
        json: "{}".to_owned(),
    };
    commit(&page.store, vec![event.put()]);
    page.go("about cats");
    let before = (kept(&page), rows(&page, Table::Outbox));
    page.delete("about dogs");
    assert_eq!(titles(&page), ["about cats"]);
    let toast = page.view.toasts.last().cloned().unwrap();
    assert_eq!(toast.text, "“about dogs” was deleted.");
    page.lists(Listing::Restore(toast.undo.unwrap()));
    assert_eq!(titles(&page), ["about dogs", "about cats"]);
    assert!(page.view.toasts.is_empty());
    assert_eq!((kept(&page), rows(&page, Table::Outbox)), before);

    page.delete("about dogs");
    let toast = page.view.toasts.last().cloned().unwrap();
    // Another tab is opened, and the first can still bring it back.
    let other = visit_at(page.now, "", None, &page.store);
    assert_eq!(titles(&other), ["about cats"]);
    assert_eq!(rows(&page, Table::Events).len(), 1);
    page.lists(Listing::Restore(toast.undo.unwrap()));
    assert_eq!((kept(&page), rows(&page, Table::Outbox)), before);

    page.delete("about dogs");
    let again = visit_at(page.now + 600_000, "", None, &page.store);
    assert_eq!(titles(&again), ["about cats"]);
    assert_eq!(kept(&again).len(), 1);
    assert_eq!(rows(&again, Table::Events), []);
    assert_eq!(rows(&again, Table::Outbox), []);
}

/// What one tab told all tabs is heard by another.
fn hears(other: &mut Page, page: &mut Page) {
    for news in std::mem::take(&mut page.news) {
        other.tell(Msg::HeardByAll(news));
    }
}

#[test]
fn what_one_tab_does_to_a_list_is_seen_in_the_others() {
    let mut page = two();
    page.news.clear();
    let mut other = visit_at(page.now, "", None, &page.store);
    other.fresh();
    other.says("about fish", "Fish swim.");
    hears(&mut page, &mut other);
    assert_eq!(titles(&page), ["about fish", "about dogs", "about cats"]);
    other.rename("about cats", "Pets");
    other.delete("about fish");
    hears(&mut page, &mut other);
    assert_eq!(titles(&page), ["about dogs", "Pets"]);
    assert!(page.news.is_empty(), "what was heard is not said again");
}

/// The drafts that are kept, where there are any.
fn drafts(page: &Page) -> Vec<String> {
    let drafts = kept(page).into_iter().map(|record| record.draft);
    drafts.filter(|draft| !draft.is_empty()).collect()
}

#[test]
fn what_is_renamed_in_another_tab_keeps_the_draft_that_was_left_in_it() {
    let leave: [fn(&mut Page); 2] = [Page::fresh, |page| page.tell(Msg::Hidden)];
    for leave in leave {
        let mut page = two();
        page.news.clear();
        let mut other = visit_at(page.now, "", None, &page.store);
        other.fresh();
        for draft in ["h", "half a", "half a thought"] {
            page.tell(Msg::Did(Intent::Draft(draft.into())));
        }
        leave(&mut page);
        hears(&mut other, &mut page);
        other.rename("about dogs", "Pets");
        assert_eq!(drafts(&other), ["half a thought"]);
    }
}

#[test]
fn other_tabs_are_told_that_there_is_a_draft_and_not_each_letter_of_it() {
    let mut page = two();
    page.news.clear();
    for draft in ["h", "half a", "half a thought"] {
        page.tell(Msg::Did(Intent::Draft(draft.into())));
    }
    assert_eq!(page.news.len(), 1);
    page.tell(Msg::Did(Intent::Draft(String::new())));
    assert_eq!(page.news.len(), 2);
}

#[test]
fn a_title_that_another_tab_gives_the_open_conversation_stays() {
    let mut page = two();
    page.news.clear();
    let mut other = visit_at(page.now, "", None, &page.store);
    other.rename("about dogs", "Pets");
    hears(&mut page, &mut other);
    assert_eq!(page.view.subject.as_deref(), Some("Pets"));
    page.says("and puppies", "Puppies bark.");
    let again = visit_at(page.now, "", None, &page.store);
    assert_eq!(titles(&again), ["Pets", "about cats"]);
    page.tell(Msg::HeardByAll("nothing that can be read".into()));
    page.tell(Msg::HeardByAll(
        r#"{"conversation":"odd","record":"{"}"#.into(),
    ));
    assert_eq!(titles(&page), ["Pets", "about cats"]);
}

#[test]
fn what_another_tab_deletes_stays_deleted_until_something_is_said_in_it() {
    let mut page = two();
    page.news.clear();
    let mut other = visit_at(page.now, "", None, &page.store);
    other.delete("about dogs");
    hears(&mut page, &mut other);
    assert_eq!(titles(&page), ["about cats"]);
    page.tell(Msg::Hidden);
    page.tell(Msg::Shown);
    hears(&mut other, &mut page);
    assert_eq!(titles(&other), ["New conversation", "about cats"]);
    let deleted = kept(&page).iter().any(|record| record.deleted.is_some());
    assert!(deleted, "it is kept as deleted");

    page.says("and puppies", "Puppies bark.");
    hears(&mut other, &mut page);
    assert_eq!(titles(&page), ["about dogs", "about cats"]);
    assert!(titles(&other).contains(&"about dogs"));
    let again = visit_at(page.now + 600_000, "", None, &page.store);
    assert!(titles(&again).contains(&"about dogs"));
}

#[test]
fn deleting_the_open_one_opens_a_new_one() {
    let mut page = two();
    let deleted = page.view.conversation.clone();
    page.delete("about dogs");
    assert_ne!(page.view.conversation, deleted);
    assert_eq!(titles(&page), ["New conversation", "about cats"]);
    assert_eq!(open_title(&page), Some("New conversation"));
    let id = page.view.toasts[0].undo.unwrap();
    page.lists(Listing::Restore(id));
    assert_eq!(
        titles(&page),
        ["New conversation", "about dogs", "about cats"]
    );
    page.go("about dogs");
    assert_eq!(page.view.conversation, deleted);
}

#[test]
fn a_link_to_a_deleted_conversation_begins_it_without_what_waited_there() {
    let mut page = two();
    page.lose();
    page.send("waits", Vec::new());
    let id = page.view.conversation.clone();
    page.delete("about dogs");
    page.connect("saiki", "ws://other:2/");
    let link = format!("server=saiki&url=ws%3A%2F%2Fh%3A1%2F&conversation={id}");
    let mut again = visit(&link, None, &page.store);
    again.connect("saiki", "ws://h:1/");
    assert_eq!(again.view.conversation, id);
    assert_eq!(again.lines(), [""; 0]);
    assert_eq!(rows(&again, Table::Outbox), []);
}

#[test]
fn the_search_looks_at_titles_and_at_what_was_said() {
    let mut page = two();
    page.lists(Listing::Seek(" CATS ".into()));
    assert_eq!(titles(&page), ["about cats"]);
    assert_eq!(page.view.entries[0].found, None, "the title says it");
    page.lists(Listing::Seek("BARK".into()));
    let found = entry(&page, "about dogs").found.clone().unwrap();
    assert_eq!(found.before, "about dogs\nDogs ");
    assert_eq!((&*found.hit, &*found.behind), ("bark", "."));
    page.lists(Listing::Seek("fish".into()));
    assert_eq!(titles(&page), [""; 0]);
    page.lists(Listing::Seek(String::new()));
    assert_eq!(titles(&page).len(), 2);
    let again = visit("", None, &page.store);
    assert_eq!(entry(&again, "about dogs").found, None);
}

#[test]
fn the_text_that_is_searched_outlasts_a_server_that_forgets_and_a_reset_empties_it() {
    let page = two();
    let mut again = visit("", None, &page.store);
    again.now = page.now;
    again.open();
    again.recall(&serde_json::json!([]));
    again.says("and wolves", "They howl.");
    let text = |page: &Page| {
        let kept = kept(page);
        let newest = kept.iter().max_by_key(|record| record.touched);
        newest.unwrap().preview.clone()
    };
    assert_eq!(
        text(&again),
        "about dogs\nDogs bark.\nand wolves\nThey howl."
    );
    again.tell(Msg::Did(Intent::Reset));
    again.hear("conversationReset", "");
    assert_eq!(text(&again), "");
}

#[test]
fn the_text_that_is_searched_has_an_end() {
    let mut page = two();
    page.says(&"ü".repeat(30_000), "after the end");
    assert!(
        kept(&page)
            .iter()
            .all(|record| record.preview.len() <= 20_000)
    );
}

#[test]
fn what_is_said_while_the_page_is_hidden_is_unread_until_it_is_seen() {
    let mut page = two();
    page.tell(Msg::Hidden);
    page.says("are you there?", "Yes.");
    assert!(entry(&page, "about dogs").unread);
    assert_eq!(page.view.unread, 1);
    let mut again = visit("", None, &page.store);
    assert_eq!(again.view.unread, 0, "it is opened, and seen");
    page.tell(Msg::Shown);
    assert_eq!(page.view.unread, 0);

    again.open();
    again.tell(Msg::Hidden);
    again.says("once more", "Yes!");
    again.fresh();
    assert_eq!(again.view.unread, 1, "it was left without having been seen");
    again.tell(Msg::Shown);
    assert_eq!(again.view.unread, 1);
    again.go("about dogs");
    assert_eq!(again.view.unread, 0);
}

#[test]
fn a_record_that_cannot_be_read_is_left_alone() {
    let damaged = ("saiki ws://h:1/ damaged", "{\"v\":1,\"title\":3}");
    let newer = ("saiki ws://h:1/ newer", "{\"v\":9,\"anything\":true}");
    let put = |(key, value): (&str, &str)| Write::Put {
        table: Table::Conversations,
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let store = Rc::new(MemoryTables::default());
    let good = record("good", 1, "hello");
    commit(&store, vec![put(damaged), put(newer), good.put()]);
    let mut page = visit("", None, &store);
    assert_eq!(titles(&page), ["hello"]);
    page.delete("hello");
    let again = visit_at(page.now + 600_000, "", None, &store);
    assert_eq!(titles(&again), [""; 0]);
    let left = rows(&again, Table::Conversations);
    let left: Vec<(&str, &str)> = left.iter().map(|(k, v)| (&**k, &**v)).collect();
    assert_eq!(left, [damaged, newer]);
}

#[test]
fn the_list_stands_there_unasked_only_where_something_is_kept() {
    let page = load("", None);
    assert!(!page.view.listed, "the demo is not kept");
    let mut page = keeping(&[record("a", 1, "hello")]);
    assert!(page.view.listed);
    page.lists(Listing::Show(false));
    assert!(!page.view.listed);
    let mut again = visit("", None, &page.store);
    assert!(!again.view.listed);
    again.lists(Listing::Show(true));
    assert!(visit("", None, &again.store).view.listed);
}

#[test]
fn a_message_that_moves_nothing_in_the_list_leaves_it_as_it_is() {
    let mut page = two();
    page.says("more of dogs", "Woof.");
    page.hear("response", "Woof!");
    let before = Arc::clone(&page.view.entries);
    page.now += 1_000;
    page.hear("chunk", "a piece");
    page.tell(Msg::Did(Intent::Draft("typing".into())));
    page.hear("response", "a piece of an answer");
    assert!(Arc::ptr_eq(&before, &page.view.entries));
}
