//! Reading recordings: what is broken is named by its line.

use parlor::recording::{Line, choose, parse};

const OPEN: &str = r#"{"t":0,"dir":"in","frame":null,"conn":"a","open":true}"#;

fn trouble(text: &[u8]) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_broken_line_is_named() {
    let second = |line: &[u8]| trouble(&[OPEN.as_bytes(), b"\n\n", line].concat());
    assert!(second(b"{").starts_with("line 3: not JSON"));
    assert!(second(b"7").starts_with("line 3: not an object"));
    assert!(second(b"{\"dir\":\"in\"}").starts_with("line 3: no time"));
    assert!(second(b"{\"t\":\"\xFF\"}").starts_with("line 3: not UTF-8"));
    assert!(second(b"{\"t\":1700000000000,\"dir\":\"in\"}").starts_with("line 3: `t` is 17"));
    assert!(second(b"{\"t\":1,\"dir\":\"up\"}").starts_with("line 3: `dir` is `up`"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read_over() {
    let text = format!("\u{FEFF}{OPEN}\r\n{OPEN}\r\n");
    assert_eq!(parse(text.as_bytes()).unwrap().len(), 2);
}

fn frames(conns: &str) -> Vec<Line> {
    let line =
        |conn: char| format!("{{\"t\":1,\"dir\":\"in\",\"frame\":\"x\",\"conn\":\"{conn}\"}}");
    let lines: Vec<String> = conns.chars().map(line).collect();
    parse(lines.join("\n").as_bytes()).unwrap()
}

#[test]
fn connections_in_a_row_are_one_client_and_one_is_picked_of_several_at_once() {
    let chosen = |conns: &str, wanted: Option<&str>| -> String {
        let lines = choose(&frames(conns), wanted);
        lines.iter().map(|line| line.conn.as_str()).collect()
    };
    assert_eq!(chosen("aabbb", None), "aabbb");
    assert_eq!(chosen("aabab", None), "aaa");
    assert_eq!(chosen("aabab", Some("b")), "bb");
}
