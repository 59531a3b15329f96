"""The blob store: a name has its old content or its new, never part of either."""

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest

from lineup.blobs import UNFINISHED, BlobStore
from lineup.delivery import content_name, digest_of


@pytest.fixture(params=["file", "memory"])
def blobs(request, tmp_path):
    """A store in a folder, and one that is not local."""
    if request.param == "file":
        return BlobStore(f"file://{tmp_path}")
    return BlobStore(f"memory://{tmp_path.name}")


class TestBlobs:
    def test_what_was_written_is_read_whole_or_in_part(self, blobs):
        blobs.write("a/b.json", b"0123456789")

        assert blobs.read("a/b.json") == b"0123456789"
        assert blobs.read_slice("a/b.json", 2, 3) == b"234"
        with blobs.open("a/b.json") as file:
            assert file.read(4) == b"0123"

    def test_what_is_not_there_is_none(self, blobs):
        assert blobs.read("a") is None
        assert not blobs.has("a")
        blobs.remove("a")
        assert list(blobs.names("nowhere")) == []
        with pytest.raises(FileNotFoundError):
            blobs.read_slice("a", 0, 1)

    def test_many_are_written_and_read_at_once(self, blobs):
        blobs.write_remakable({"a/1": b"one", "a/2": b"two"})
        blobs.write_remakable({"a/2": b"2"})

        assert blobs.read_many(["a/1", "a/2", "a/3"]) == {"a/1": b"one", "a/2": b"2"}
        assert blobs.read_many(["a/3"]) == {}
        assert sorted(name for name, _ in blobs.names("a")) == ["a/1", "a/2"]

    def test_content_is_named_by_its_digest(self, blobs):
        digest = blobs.write_content(b"text")
        with blobs.new_content() as new:
            new.write(b"te")
            new.write(b"xt")

        assert digest == new.digest == digest_of(b"text")
        assert blobs.read(content_name(digest)) == b"text"

    def test_content_that_breaks_off_is_not_kept(self, blobs):
        def break_off():
            with blobs.new_content() as new:
                new.write(b"half")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            break_off()

        assert list(blobs.names("content")) == []

    @pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
    def test_a_name_stays_inside(self, blobs, name):
        with pytest.raises(ValueError, match="inside"):
            blobs.write(name, b"")


class TestFolder:
    def test_a_reader_never_sees_a_part(self, tmp_path):
        blobs = BlobStore(f"file://{tmp_path}")
        texts = [bytes([65 + n]) * 200_000 for n in range(4)]
        blobs.write("one", texts[0])
        done = threading.Event()

        def write():
            for n in range(60):
                blobs.write("one", texts[n % 4])
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        seen = set()
        while not done.is_set():
            seen.add(blobs.read("one"))
        writer.join(timeout=20)

        assert seen <= set(texts)

    def test_a_write_that_fails_leaves_the_old_and_nothing_beside_it(
        self, tmp_path, monkeypatch
    ):
        blobs = BlobStore(f"file://{tmp_path}")
        blobs.write("a/one", b"old")

        def full(descriptor):
            raise OSError(28, "No space left on device", descriptor)

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            blobs.write("a/one", b"new")

        assert blobs.read("a/one") == b"old"
        assert [name for name, _ in blobs.names("a")] == ["a/one"]
        assert not list((tmp_path / "a").glob(f"*{UNFINISHED}"))

    def test_content_written_again_counts_as_young(self, tmp_path):
        blobs = BlobStore(f"file://{tmp_path}")
        name = content_name(blobs.write_content(b"text"))
        long_ago = datetime.now(UTC) - timedelta(days=9)
        os.utime(tmp_path / name, (long_ago.timestamp(), long_ago.timestamp()))

        blobs.write_content(b"text")

        ((_, written_at),) = blobs.names("content")
        assert written_at > datetime.now(UTC) - timedelta(minutes=1)
