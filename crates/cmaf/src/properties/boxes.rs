//! Boxes within boxes.

use super::{array, check, some_bytes};
use crate::boxes::{Children, FourCc};
use crate::write::Writer;
use stdx::random::Random;

/// Deepest nesting that is tried.
const DEPTH_MAX: usize = 5;

#[derive(Debug, PartialEq)]
enum Tree {
    Bytes(Vec<u8>),
    Boxes(Vec<(FourCc, Tree)>),
}

fn tree(random: &mut Random, depth: usize) -> Tree {
    if depth == DEPTH_MAX || random.chance(0.3) {
        return Tree::Bytes(some_bytes(random, 20));
    }
    let count = random.between(0, 4);
    Tree::Boxes((0..count).map(|_| (FourCc(array(random)), tree(random, depth + 1))).collect())
}

fn write(w: &mut Writer, tree: &Tree) {
    match tree {
        Tree::Bytes(bytes) => w.bytes(bytes),
        Tree::Boxes(boxes) => boxes.iter().for_each(|(kind, tree)| w.boxed(&kind.0, |w| write(w, tree))),
    }
}

/// Reads by the shape of what was written: bytes alone do not tell whether they are boxes.
fn read(children: Children<'_>, bytes: &[u8], like: &Tree) -> Tree {
    match like {
        Tree::Bytes(_) => Tree::Bytes(bytes.to_vec()),
        Tree::Boxes(boxes) => {
            let views = children.map(Result::unwrap);
            let read =
                views.zip(boxes).map(|(view, (_, like))| (view.kind, read(view.children(), view.body, like)));
            Tree::Boxes(read.collect())
        }
    }
}

#[test]
fn boxes_survive_their_bytes() {
    check(|random| {
        let tree = Tree::Boxes(vec![(FourCc(array(random)), tree(random, 0))]);
        let bytes = Writer::build(|w| write(w, &tree));
        assert_eq!(read(Children::new(&bytes, 0), &bytes, &tree), tree);
    });
}
