"""Names are plain: the industry's words, and one meaning of each in a process."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("accounts", "billing", "playlists", "notifications", "gateway")
INNER = {"Meta"}
"""Classes that belong to the class around them."""
PRIVATE = {
    "door",
    "doors",
    "findings",
    "ground",
    "hang",
    "means",
    "office",
    "patience",
    "shelf",
    "silent",
    "teach",
    "upstairs",
    "waker",
    "wiring",
}
"""Words of this house alone, for things that have a name elsewhere."""
PRIVATE_WHERE_RENAMED = PRIVATE | {
    "aside",
    "asked",
    "asking",
    "behalf",
    "confirmed",
    "figure",
    "figures",
    "fleet",
    "forfeit",
    "forfeits",
    "front",
    "given",
    "heed",
    "household",
    "keeper",
    "library",
    "look",
    "looks",
    "offered",
    "piece",
    "pieces",
    "question",
    "questions",
    "quietly",
    "recall",
    "said",
    "seat",
    "shelves",
    "stretch",
    "tally",
    "tie",
    "ties",
    "told",
    "trouble",
    "turn",
    "untold",
    "visitor",
    "visits",
    "watched",
    "watching",
    "ways",
    "world",
    "worlds",
}
"""The same, parameters included, in the rooms that are free of these, too."""
RENAMED = (
    "services/accounts",
    "services/gateway",
    "services/notifications",
    "services/playlists",
    "shared",
    "deploy/local",
    "tests",
)
ALLOWED = {
    **dict.fromkeys(
        ("a_seat", "seat", "seat_id", "seat_ids"),
        "the contract's class and field for a unit of an order",
    ),
    **dict.fromkeys(
        ("Seat", "SeatView", "FilledSeat", "UnfilledSeat"),
        "the contract's class for a unit of an order",
    ),
    **dict.fromkeys(
        ("PieceNotFound", "PieceSettled"), "refusals with published codes of a unit"
    ),
    **dict.fromkeys(
        (
            *("list_offered_packages", "ListOfferedPackages"),
            *("OfferedPackage", "OfferedPackages"),
        ),
        "the verb of the contract, and its reply",
    ),
    **dict.fromkeys(
        ("ChannelTie", "TieChannels", "tie_channels"),
        "the published verb that maps channels to a guide",
    ),
    **dict.fromkeys(
        ("GetSubscriptionFigures", "SubscriptionFigures"), "a published report"
    ),
    "PurgeConfirmed": "the event by which a service confirms a purge",
    "look_up": "the verb of name servers",
    "_take_office": "the lock of `./lineup up`, which is renamed with its logic",
}
"""Names in which such a word is another's, and whose."""


def modules(*tops):
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            if not {"versions", "testing", "tests"} & set(path.parts):
                yield path


def renamed_modules():
    """Those of the renamed rooms, their tests and the helpers of these among them."""
    for top in RENAMED:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "versions" not in path.parts:
                yield path


def definitions(path):
    """Every class and function that a module has, and the module itself."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name


def parameters(path):
    return (n.arg for n in ast.walk(ast.parse(path.read_text())) if type(n) is ast.arg)


def words_of(name):
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def private_names(names, private):
    """Those that have a private word; sentences, as names of tests are, say anything."""
    for name in names:
        if name not in ALLOWED and not name.startswith("test_"):
            yield from ((word, name) for word in words_of(name) & private)


@pytest.mark.parametrize("service", SERVICES)
def test_no_class_of_a_process_has_the_name_of_another(service):
    homes = defaultdict(set)
    for path in modules("shared/lineup", f"services/{service}/{service}"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name not in INNER:
                homes[node.name].add(str(path.relative_to(ROOT)))

    assert len(homes) > 100
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_names_are_words_that_others_use():
    found = defaultdict(set)
    for path in modules("shared/lineup", *(f"services/{s}/{s}" for s in SERVICES)):
        for word, name in private_names(definitions(path), PRIVATE):
            found[word].add(f"{path.relative_to(ROOT)}: {name}")

    assert dict(found) == {}


def test_names_of_renamed_rooms_and_their_tests_are_words_that_others_use():
    found, seen = defaultdict(set), 0
    for path in renamed_modules():
        seen += 1
        names = {*definitions(path), *parameters(path)}
        for word, name in private_names(names, PRIVATE_WHERE_RENAMED):
            found[word].add(f"{path.relative_to(ROOT)}: {name}")

    assert seen > 300
    assert dict(found) == {}
