"""What is declared of a verb is all that a service and its callers need."""

import sys
from dataclasses import dataclass, fields
from typing import ClassVar
from uuid import UUID

import msgspec
import pytest

from lineup import wire
from lineup.bus import Service
from lineup.context import PARTNERS, PUBLIC
from lineup.database import UnitOfWork
from lineup.secrets import Keyring, Sealed, make_key, sealed
from lineup.settings import ServiceSettings
from lineup.tags import tag_of
from lineup.verbs import (
    HANDLERS,
    VERBS,
    Done,
    Kind,
    Request,
    Route,
    handles,
    needs_of,
    verb,
    verb_of,
)

THIS = sys.modules[__name__]


@pytest.fixture
def planted():
    """Whatever a test declares is gone after it."""
    verbs, handlers = dict(VERBS), dict(HANDLERS)
    yield
    for registry, before in ((VERBS, verbs), (HANDLERS, handlers)):
        registry.clear()
        registry.update(before)


@verb("sample", Kind.READ, allowed=PARTNERS, rest="GET /samples/<uuid:sample_id>")
class GetSampleOfVerbs(Request[Done]):
    """A sample."""

    sample_id: UUID


def test_a_declaration_says_all_of_a_verb():
    declared = verb_of(GetSampleOfVerbs)

    assert (declared.service, declared.name) == ("sample", "get_sample_of_verbs")
    assert (declared.kind, declared.reply) == (Kind.READ, Done)
    assert declared.allowed == PARTNERS
    assert declared.route == Route("GET /samples/<uuid:sample_id>")
    assert [field.name for field in fields(GetSampleOfVerbs)] == ["sample_id"]


def test_a_request_without_a_reply_is_no_verb(planted):
    with pytest.raises(TypeError, match="no Request of a reply"):

        @verb("sample", Kind.READ, allowed=PUBLIC)
        class Nothing:
            pass


def test_a_verb_is_handled_once(planted):
    @handles(GetSampleOfVerbs)
    def first(work: UnitOfWork, request: GetSampleOfVerbs) -> Done:
        return Done()

    with pytest.raises(TypeError, match="handled twice"):
        handles(GetSampleOfVerbs)(first)


class TestService:
    def test_names_the_verb_that_nothing_answers(self, planted):
        with pytest.raises(TypeError, match=r"answers no get_sample_of_verbs"):

            class Unfinished(Service):
                name = "sample"

    def test_names_what_it_cannot_provide(self, planted):
        @handles(GetSampleOfVerbs)
        def needy(
            work: UnitOfWork, request: GetSampleOfVerbs, *, wanted: bytes
        ) -> Done:
            return Done()

        with pytest.raises(TypeError, match=r"provides no .*bytes"):

            class Poor(Service):
                name = "sample"
                operations = (THIS,)

    def test_refuses_a_need_that_stands_before_the_star(self, planted):
        @handles(GetSampleOfVerbs)
        def misplaced(
            work: UnitOfWork, request: GetSampleOfVerbs, keyring: Keyring
        ) -> Done:
            return Done()

        with pytest.raises(TypeError, match="behind a star"):

            class Misled(Service):
                name = "sample"
                operations = (THIS,)

    def test_provides_keyring_and_settings(self, planted):
        @handles(GetSampleOfVerbs)
        def usual(
            work: UnitOfWork,
            request: GetSampleOfVerbs,
            *,
            keyring: Keyring,
            settings: ServiceSettings,
        ) -> Done:
            return Done()

        class Usual(Service):
            name = "sample"
            operations = (THIS,)

        assert needs_of(usual) == {"keyring": Keyring, "settings": ServiceSettings}
        assert callable(Usual.get_sample_of_verbs)


@verb("secrets", Kind.WRITE, allowed=PARTNERS)
class KeepSecret(Request[Done]):
    """Something with a secret."""

    name: str
    secret: Sealed
    other: Sealed | None = None


def test_secrets_are_sealed_on_their_way_and_nothing_else():
    keyring = Keyring([make_key()])

    sent = sealed(KeepSecret(name="shop", secret="s3cret"), keyring)

    assert (sent.name, sent.other) == ("shop", None)
    assert sent.secret != "s3cret"
    assert keyring.open(sent.secret) == "s3cret"
    assert sealed(KeepSecret(name="shop", secret=""), keyring).secret == ""


@pytest.mark.parametrize("body", [b"{}", b"null"])
def test_an_empty_reply_is_done_however_an_older_copy_says_it(body):
    assert wire.decode_result(msgspec.Raw(body), Done) == Done()


@dataclass(frozen=True)
class Aging:
    UNTAGGED: ClassVar = ("reach",)

    name: str
    reach: str


def test_what_changes_by_time_alone_gives_no_other_tag():
    first = Aging(name="a", reach="soon")

    assert tag_of(first) == tag_of(Aging(name="a", reach="late"))
    assert tag_of(first) != tag_of(Aging(name="b", reach="soon"))
