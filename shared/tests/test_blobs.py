"""The blob store: a name has its old content or its new, never part of either."""

import os
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import fsspec
import pytest

from lineup.blobs import UNFINISHED, BlobStore
from lineup.delivery import content_name, digest_of


@pytest.fixture(params=["file", "s3", "s3 below a folder", "memory"])
def blobs(request, tmp_path):
    """A store in a folder, in a bucket of a real S3 server, and in memory."""
    if request.param == "file":
        return BlobStore(f"file://{tmp_path}")
    if request.param == "memory":
        return BlobStore(f"memory://{tmp_path.name}")
    bucket = request.getfixturevalue("buckets").fresh()
    return BlobStore(bucket if request.param == "s3" else f"{bucket}/one/two")


@pytest.fixture(params=["file", "s3"])
def sure_blobs(request, tmp_path):
    """A store that an installation may have."""
    if request.param == "file":
        return BlobStore(f"file://{tmp_path}")
    return BlobStore(request.getfixturevalue("buckets").fresh())


def of_another_process(blobs):
    """The same store, with nothing in common but what is stored."""
    fsspec.get_filesystem_class(blobs.url.partition(":")[0]).clear_instance_cache()
    return BlobStore(blobs.url)


class Torn:
    """A file that cannot be read to its end."""

    def __init__(self, length):
        self.left = length

    def read(self, length):
        if self.left <= 0:
            raise OSError("torn")
        self.left -= length
        return b"x" * length


@pytest.fixture
def bucket_away(monkeypatch):
    """A store in a bucket whose server does not answer."""
    files = fsspec.get_filesystem_class("s3")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        files.clear_instance_cache()
        yield BlobStore("s3://bucket")
        files.clear_instance_cache()


@pytest.mark.parametrize(
    "act",
    [
        lambda blobs: blobs.read("a"),
        lambda blobs: blobs.has("a"),
        lambda blobs: blobs.write("a", b"x"),
    ],
    ids=["read", "has", "write"],
)
def test_a_bucket_that_is_away_is_told_as_a_folder_is(bucket_away, act):
    """Whoever goes by a copy meanwhile, or waits, looks for an OSError."""
    with pytest.raises(OSError, match="is away"):
        act(bucket_away)


@pytest.mark.parametrize(
    "act",
    [
        lambda blobs: blobs.read("a"),
        lambda blobs: blobs.read_slice("a", 0, 1),
        lambda blobs: blobs.read_many(["a"]),
        lambda blobs: blobs.has("a"),
        lambda blobs: list(blobs.names("a")),
        lambda blobs: blobs.write("a", b"x"),
        lambda blobs: blobs.write_content(b"x"),
        lambda blobs: blobs.remove("a"),
    ],
)
@pytest.mark.usefixtures("buckets")
def test_a_bucket_that_does_not_exist_is_no_empty_store(act):
    with pytest.raises(OSError, match="bucket does not exist") as raised:
        act(BlobStore("s3://never-made"))

    assert not isinstance(raised.value, FileNotFoundError)


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

    def test_a_name_holds_what_was_written_last(self, blobs):
        other = of_another_process(blobs)
        assert not other.has("a/one")
        assert list(other.names("a")) == []
        blobs.write("a/two", b"")
        assert [name for name, _ in other.names("a")] == ["a/two"]

        blobs.write("a/one", b"old and longer")
        assert other.read("a/one") == b"old and longer"
        blobs.write("a/one", b"new")
        blobs.remove("a/two")

        assert other.read("a/one") == b"new"
        ((name, written_at),) = other.names("a")
        assert name == "a/one"
        assert abs(datetime.now(UTC) - written_at) < timedelta(minutes=1)
        other.remove("a/one")
        assert blobs.read("a/one") is None
        assert not blobs.has("a/one")

    def test_names_are_those_below_a_folder_at_any_depth(self, blobs):
        for name in ("a/one", "a/b/two", "ab/three", "four"):
            blobs.write(name, b"x")

        assert sorted(name for name, _ in blobs.names("a")) == ["a/b/two", "a/one"]

    def test_a_part_that_reaches_beyond_the_end_is_what_there_is(self, blobs):
        blobs.write("a", b"0123")

        assert blobs.read_slice("a", 2, 100) == b"23"

    def test_nothing_is_content_too(self, blobs):
        blobs.write("a", b"")
        with blobs.new_content() as new:
            new.write(b"")

        assert blobs.read("a") == b""
        assert blobs.read(content_name(new.digest)) == b""

    def test_what_is_large_is_written_bit_by_bit_and_read_so(self, blobs):
        part = bytes(range(256)) * 4096
        with blobs.new_content() as new:
            for _ in range(120):
                new.write(part)

        name = content_name(new.digest)
        assert new.length == 120 << 20
        assert blobs.read_slice(name, (119 << 20) - 2, 4) == part[-2:] + part[:2]
        with blobs.open(name) as file:
            seen = 0
            while read := file.read(1 << 20):
                assert read == part
                seen += 1
        assert seen == 120

    @pytest.mark.parametrize("length", [10, 120 << 20])
    def test_a_write_that_breaks_off_leaves_the_old(self, sure_blobs, length):
        blobs = sure_blobs
        blobs.write("a/one", b"old")

        with pytest.raises(OSError, match="torn"):
            blobs.write_from("a/one", Torn(length))

        assert blobs.read("a/one") == b"old"
        assert [name for name, _ in blobs.names("a")] == ["a/one"]

    def test_a_reader_never_sees_a_part(self, blobs):
        texts = [bytes([65 + n]) * 200_000 for n in range(4)]
        blobs.write("one", texts[0])
        done = threading.Event()

        def write():
            for n in range(30):
                blobs.write("one", texts[n % 4])
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        seen = set()
        while not done.is_set():
            seen.add(blobs.read("one"))
        writer.join(timeout=20)

        assert seen <= set(texts)

    def test_old_content_that_is_kept_again_counts_as_young(self, blobs, monkeypatch):
        name = content_name(blobs.write_content(b"text"))
        ((_, first_at),) = blobs.names("content")
        time.sleep(1.1)
        monkeypatch.setattr("lineup.blobs.YOUNG", timedelta(seconds=1))

        blobs.write_content(b"text")

        ((again, written_at),) = blobs.names("content")
        assert again == name
        assert written_at > first_at

    def test_young_content_is_not_written_twice(self, blobs, monkeypatch):
        blobs.write_content(b"text")
        monkeypatch.setattr(blobs, "write", None)

        blobs.write_content(b"text")

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
