//! A change to a file as a unified diff (POSIX `diff -u`), from the file before and after.
//!
//! The server's editor changes one place at a time, so what the two have in common at the beginning
//! and at the end parts the change from the rest: the shortest diff, without a search for it.

/// Lines around a change.
const CONTEXT: usize = 3;

/// The change; empty where there is none.
pub(super) fn unified(path: &str, old: &str, new: &str) -> String {
    let before: Vec<&str> = old.lines().collect();
    let after: Vec<&str> = new.lines().collect();
    let pairs = || before.iter().zip(&after);
    let head = pairs().take_while(|(old, new)| old == new).count();
    if head == before.len() && head == after.len() {
        return String::new();
    }
    let most = before.len().min(after.len()) - head;
    let ends = before.iter().rev().zip(after.iter().rev());
    let tail = ends.take(most).take_while(|(old, new)| old == new).count();
    let start = head.saturating_sub(CONTEXT);
    let around = tail.min(CONTEXT);
    let removed = before.get(head..before.len() - tail).unwrap_or_default();
    let added = after.get(head..after.len() - tail).unwrap_or_default();
    let lead = before.get(start..head).unwrap_or_default();
    let rest = after.get(after.len() - tail..).unwrap_or_default();
    let trail = rest.get(..around).unwrap_or_default();
    let shared = lead.len() + trail.len();
    let mut diff = format!(
        "--- {path}\n+++ {path}\n@@ -{} +{} @@\n",
        range(start, removed.len() + shared),
        range(start, added.len() + shared),
    );
    for (mark, lines) in [(' ', lead), ('-', removed), ('+', added), (' ', trail)] {
        for line in lines {
            diff.push(mark);
            diff.push_str(line);
            diff.push('\n');
        }
    }
    diff
}

/// Where a part begins, counted from 1, and how long it is; an empty one stands behind the line that
/// it names.
fn range(start: usize, count: usize) -> String {
    let first = if count == 0 { start } else { start + 1 };
    format!("{first},{count}")
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn a_change_stands_between_what_is_the_same() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nfive\n5b\n6\n7\n8\n9\n";
        assert_eq!(
            unified("a.txt", old, new),
            "--- a.txt\n+++ a.txt\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n+5b\n 6\n 7\n 8\n"
        );
    }

    #[test]
    fn a_new_file_is_all_added_and_an_empty_one_all_removed() {
        assert_eq!(
            unified("a", "", "x\ny\n"),
            "--- a\n+++ a\n@@ -0,0 +1,2 @@\n+x\n+y\n"
        );
        assert_eq!(
            unified("a", "x\n", ""),
            "--- a\n+++ a\n@@ -1,1 +0,0 @@\n-x\n"
        );
    }

    #[test]
    fn lines_that_repeat_are_counted_once() {
        assert_eq!(
            unified("a", "x\nx\n", "x\nx\nx\n"),
            "--- a\n+++ a\n@@ -1,2 +1,3 @@\n x\n x\n+x\n"
        );
        assert_eq!(unified("a", "x\n", "x\n"), "");
    }
}
