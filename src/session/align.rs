//! The longest common subsequence of two lists, for laying one beside the other.

/// How many comparisons the middle may take; above that it is matched from its beginning on.
const MOST: usize = 1_000_000;

/// Pairs of places, growing in both lists, whose entries are the same: as many as can be, the
/// alike beginning and the alike end first. `same` is asked for places below the two lengths.
pub(super) fn align(
    left: usize,
    right: usize,
    same: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let shorter = left.min(right);
    let head = (0..shorter).take_while(|at| same(*at, *at)).count();
    let from_end = |back: &usize| same(left - back - 1, right - back - 1);
    let tail = (0..shorter - head).take_while(from_end).count();
    let (columns, rows) = (left - head - tail, right - head - tail);
    let middle = |column: usize, row: usize| same(head + column, head + row);
    let pairs = match columns.saturating_mul(rows) <= MOST {
        true => longest(columns, rows, middle),
        false => greedy(columns, rows, middle),
    };
    let mut all: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    all.extend(pairs.iter().map(|(l, r)| (head + l, head + r)));
    all.extend(
        (0..tail)
            .rev()
            .map(|back| (left - back - 1, right - back - 1)),
    );
    all
}

/// By the table of the lengths of what is common behind each pair of places.
fn longest(
    columns: usize,
    rows: usize,
    same: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let width = columns + 1;
    let mut lengths = vec![0_u32; width * (rows + 1)];
    let length = |lengths: &[u32], column: usize, row: usize| {
        lengths.get(row * width + column).copied().unwrap_or(0)
    };
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let best = match same(column, row) {
                true => length(&lengths, column + 1, row + 1) + 1,
                false => length(&lengths, column + 1, row).max(length(&lengths, column, row + 1)),
            };
            if let Some(cell) = lengths.get_mut(row * width + column) {
                *cell = best;
            }
        }
    }
    let (mut column, mut row, mut pairs) = (0, 0, Vec::new());
    while column < columns && row < rows {
        if same(column, row) {
            pairs.push((column, row));
            column += 1;
            row += 1;
        } else if length(&lengths, column + 1, row) >= length(&lengths, column, row + 1) {
            column += 1;
        } else {
            row += 1;
        }
    }
    pairs
}

fn greedy(columns: usize, rows: usize, same: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut next = 0;
    let mut pairs = Vec::new();
    for row in 0..rows {
        if let Some(column) = (next..columns).find(|column| same(*column, row)) {
            pairs.push((column, row));
            next = column + 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(left: &str, right: &str) -> String {
        let (left, right): (Vec<char>, Vec<char>) =
            (left.chars().collect(), right.chars().collect());
        let same = |l: usize, r: usize| left.get(l) == right.get(r);
        let pairs = align(left.len(), right.len(), same);
        assert!(pairs.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        assert!(pairs.iter().all(|(l, r)| same(*l, *r)));
        pairs.iter().filter_map(|(l, _)| left.get(*l)).collect()
    }

    #[test]
    fn finds_the_longest() {
        for (left, right, expected) in [
            ("", "", ""),
            ("abc", "", ""),
            ("abc", "abc", "abc"),
            ("bo", "aobo", "bo"),
            ("xaybz", "ab", "ab"),
            ("abcde", "axcye", "ace"),
            ("aab", "ab", "ab"),
            ("ab", "aab", "ab"),
        ] {
            assert_eq!(common(left, right), expected, "{left} {right}");
        }
    }
}
