"""The register, the marks of tests and docs/features.md say the same."""

import re

import pytest
from click.testing import CliRunner

from lineup.testing.named import MANAGEMENT, POSTGRES, RABBITMQ
from lineup_local import features, suites
from lineup_local.command import verbs
from lineup_local.errors import LocalError

SOURCE = """
import pytest

pytestmark = pytest.mark.feature("SU-01")


@pytest.mark.feature("SU-02", "SU-03")
@pytest.mark.parametrize("what", [1, 2])
def test_both(what):
    pass


@pytest.mark.feature("SU-03")
class TestThese:
    def test_fails(self):
        assert False

    @pytest.mark.skip
    @pytest.mark.feature("SU-04")
    def test_is_left_out(self):
        pass
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of this checkout in which no test ever ran."""
    monkeypatch.setenv("LINEUP_HOME", str(tmp_path))
    return tmp_path


class TestRegister:
    def test_each_row_is_one_plain_sentence_of_a_known_area_and_level(self):
        register = features.read_register()
        assert len(register.features) >= 420
        for each in register.features:
            assert re.fullmatch(r"[A-Z]{2}-\d\d", each.id)
            assert each.area in register.areas
            assert each.level in {"must", "should", "beyond"}
            assert re.fullmatch(r"[^\n|]{15,200}\.", each.what)

    def test_ids_of_an_area_stand_in_order(self):
        register = features.read_register()
        for area in register.areas:
            ids = [each.id for each in register.of(area)]
            assert ids == [f"{area}-{number:02}" for number in range(1, len(ids) + 1)]

    def test_an_area_that_is_not_there_is_refused_with_those_there_are(self):
        with pytest.raises(LocalError, match="AH, CU"):
            features.read_register().of("XX")


def test_every_mark_is_of_the_register():
    known = {each.id for each in features.read_register().features}
    assert {
        id_: where for id_, where in features.marked().items() if id_ not in known
    } == {}


def test_the_page_is_made_from_the_register_and_the_marks():
    assert features.PAGE.read_text() == features.page(), "./lineup features --write"


def test_marks_are_found_wherever_they_may_stand():
    more = '\ncase = pytest.param(1, marks=pytest.mark.feature("SU-05"))\n'
    assert features.marks_of(SOURCE + more) == {f"SU-0{n}" for n in range(1, 6)}


@pytest.fixture
def suite(home, monkeypatch):
    """Runs the marked tests above as a suite of the checkout."""
    folder = home / "suite"
    folder.mkdir()
    (folder / "test_marked.py").write_text(SOURCE)
    monkeypatch.setitem(suites.SUITES, "notifications", str(folder))
    for name in (POSTGRES, RABBITMQ, MANAGEMENT):  # nobody connects to them
        monkeypatch.setenv(name, "nowhere")
    return lambda *options: suites.run_tests(("notifications", *options))


def test_a_whole_suite_leaves_how_the_tests_of_each_feature_went(suite, home):
    assert suite() == 1

    assert features.last_outcomes(home) == {
        "SU-01": {"passed": 2, "failed": 1, "skipped": 1},
        "SU-02": {"passed": 2},
        "SU-03": {"passed": 2, "failed": 1, "skipped": 1},
        "SU-04": {"skipped": 1},
    }


def test_a_part_of_a_suite_leaves_the_results_of_the_whole(suite, home):
    assert suite("-k", "both") == 0

    assert features.last_outcomes(home) == {}


def test_a_suite_run_again_takes_the_place_of_its_last_run(home):
    features.keep_outcomes(home, "tests", {"SU-01": {"failed": 2}})
    features.keep_outcomes(home, "shared/tests", {"SU-01": {"passed": 1}})
    features.keep_outcomes(home, "tests", {"SU-01": {"passed": 3}})

    assert features.last_outcomes(home) == {"SU-01": {"passed": 4}}


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, "tested"),
        ({"skipped": 3}, "tested"),
        ({"passed": 1, "skipped": 1}, "passing"),
        ({"passed": 9, "failed": 1}, "failing"),
    ],
)
def test_one_failure_makes_a_feature_fail_and_a_skipped_test_shows_nothing(
    counts, state
):
    counter = features.Counter(counts)
    assert features.state_of(counter, ["tests/test_one.py"]) == state
    assert features.state_of(counter, []) == "none"


class TestCommand:
    def test_every_feature_is_counted_once(self, home):
        said = CliRunner().invoke(verbs, ["features"]).output.splitlines()

        *counts, none = map(int, said[-1].split()[1:])
        tested = set(features.marked())
        assert counts == [0, 0, len(tested)]
        assert none == len(features.read_register().features) - len(tested)

    def test_an_area_tells_each_feature_with_its_state_and_tests(self, home):
        id_, where = next(iter(features.marked().items()))
        features.keep_outcomes(home, "tests", {id_: {"passed": 1}})

        said = CliRunner().invoke(verbs, ["features", id_[:2].lower()]).output

        assert re.search(rf"^{id_}  passing .*\n +{where[0]}$", said, re.MULTILINE)
