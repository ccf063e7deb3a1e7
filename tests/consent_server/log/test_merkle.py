"""The tree, against the definition in RFC 9162 written out, and against tampering."""

import hashlib

import pytest

from consent_server.log.merkle import EMPTY, Frontier, inclusion_path, root_by_path, subtree

LEAVES = [hashlib.sha256(bytes([0, n])).digest() for n in range(70)]
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 64, 70)


def sha(data):
    return hashlib.sha256(data).digest()


def by_definition(leaves):
    """MTH of RFC 9162, section 2.1.1, over leaf hashes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha(b"\x01" + by_definition(leaves[:half]) + by_definition(leaves[half:]))


def only_leaves(level, position):
    return LEAVES[position] if level == 0 else None


def test_the_root_of_the_published_example():
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    inputs.append("606162636465666768696a6b6c6d6e6f")
    frontier = Frontier()
    for text in inputs:
        frontier.add(sha(b"\x00" + bytes.fromhex(text)))

    assert frontier.root().hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


@pytest.mark.parametrize("size", range(70))
def test_the_frontier_and_the_subtrees_have_the_root_of_the_definition(size):
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.add(leaf)

    assert frontier.size == size
    assert frontier.root() == by_definition(LEAVES[:size])
    assert size == 0 or subtree(0, size, only_leaves) == frontier.root()
    assert by_definition([]) == EMPTY


def test_completed_nodes_are_the_subtrees_and_shorten_the_way():
    frontier = Frontier()
    nodes = {(0, n): leaf for n, leaf in enumerate(LEAVES)}
    for leaf in LEAVES:
        for level, position, found in frontier.add(leaf):
            nodes[level, position] = found
    asked = []

    def find(level, position):
        asked.append((level, position))
        return nodes.get((level, position))

    assert nodes[3, 2] == by_definition(LEAVES[16:24])
    assert subtree(0, 70, find) == by_definition(LEAVES)
    assert asked == [(6, 0), (2, 16), (1, 34)]


def test_a_frontier_goes_on_from_subtrees():
    frontier = Frontier()
    frontier.add_subtree(5, by_definition(LEAVES[:32]))
    frontier.add_subtree(5, by_definition(LEAVES[32:64]))
    for leaf in LEAVES[64:]:
        frontier.add(leaf)

    assert (frontier.size, frontier.root()) == (70, by_definition(LEAVES))


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_has_a_proof_and_no_other_leaf_fits_it(size):
    root = by_definition(LEAVES[:size])
    for position in range(size):
        path = inclusion_path(position, size, only_leaves)

        assert root_by_path(LEAVES[position], position, size, path) == root
        assert root_by_path(LEAVES[(position + 1) % 70], position, size, path) != root
        for other in {*range(size)} - {position}:
            assert root_by_path(LEAVES[position], other, size, path) != root
        assert root_by_path(LEAVES[position], position, size, [*path, root]) is None
        if path:
            assert root_by_path(LEAVES[position], position, size, path[:-1]) != root


def test_a_position_outside_the_tree_has_no_root():
    assert root_by_path(LEAVES[0], 5, 5, []) is None
    assert root_by_path(LEAVES[0], -1, 5, []) is None


def test_a_missing_leaf_is_told():
    with pytest.raises(LookupError):
        subtree(0, 3, lambda level, position: None)
