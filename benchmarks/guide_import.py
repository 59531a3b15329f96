"""How fast a guide gets from its file into the table, beside the least it can take.

    .venv/bin/python benchmarks/guide_import.py [--rounds 5] [--channels 500]

The limit is what C and PostgreSQL need for the same file: expat in C++ that takes the
same values out of every programme, plus `psql`'s COPY of ready text into a table with
a primary key. Ours is the worker's whole import: fetched into a temporary file with its
digest, checked, unpacked, put in order, stored, swapped in. Rounds are interleaved and
medians compared; the machine is shared by all of them, so read the ratios. The second
figure is the same guide again, unchanged. Needs g++, libexpat1-dev and psql.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from synthetic_guide import write

from lineup import lean  # noqa: F401 - before structlog, as the worker does
from lineup.blobs import BlobStore
from lineup.clock import SystemClock
from lineup.contracts.playlists.guide import CreateGuideSource
from lineup.database import Database, connect
from lineup.secrets import Keyring, make_key
from playlists.addresses import Limits
from playlists.guide.importing import Importer
from playlists.guide.models import GuideSource
from playlists.guide.normalizer import GuideNormalizer
from playlists.guide.sources import create_guide_source
from playlists.guide.times import Times
from playlists.guide.unpack import pieces
from playlists.guide.xmltv import Guide
from playlists.jobs.running import Progress

GOAL = 0.45
UNCHANGED_GOAL = 0.25
PEAK_GOAL_MB = 80
PARTNER = UUID(int=1)
SECONDS = 300
UPLOAD = "uploads/guide"
EXPAT = r"""
#include <chrono>
#include <cstdio>
#include <cstring>
#include <expat.h>
#include <string>
static size_t programmes = 0, taken = 0;
static std::string text;
static bool inside = false;
static void begins(void *, const char *name, const char **attribute) {
  if (!strcmp(name, "programme")) {
    programmes++;
    for (; *attribute; attribute += 2) taken += strlen(attribute[1]);
  }
  inside = true;
  text.clear();
}
static void ends(void *, const char *) {
  if (inside) { taken += text.size(); inside = false; }
}
static void says(void *, const char *part, int length) {
  if (inside) text.append(part, length);
}
int main(int, char **arguments) {
  auto start = std::chrono::steady_clock::now();
  static char block[1 << 18];
  FILE *file = fopen(arguments[1], "rb");
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetElementHandler(parser, begins, ends);
  XML_SetCharacterDataHandler(parser, says);
  while (size_t length = fread(block, 1, sizeof block, file))
    if (!XML_Parse(parser, block, length, 0)) return 3;
  if (!XML_Parse(parser, block, 0, 1)) return 3;
  std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  printf("{\"programmes\": %zu, \"taken\": %zu, \"seconds\": %.4f}\n",
         programmes, taken, spent.count());
}
"""
TABLE = """
SET client_min_messages = warning; DROP TABLE IF EXISTS ready; CREATE TABLE ready (
  import_id bigint, channel_no integer, start_at timestamptz, stop_at timestamptz,
  title text, sub_title text, description text, categories text, episode text,
  icon text, language text, made_on text, rating text, star_rating text, marks smallint,
  extra text,
  PRIMARY KEY (import_id, channel_no, start_at))
"""


@dataclass(frozen=True)
class Place:
    """Where everything lies."""

    folder: Path
    uri: str

    @property
    def guide(self) -> Path:
        """The synthetic guide."""
        return self.folder / "guide.xml"

    @property
    def ready(self) -> Path:
        """Its rows as COPY reads them."""
        return self.folder / "ready.txt"

    @property
    def expat(self) -> Path:
        """The reader in C++."""
        return self.folder / "expat"


def prepare(place: Place, channels: int) -> None:
    """Make the guide, its rows and the reader."""
    write(place.guide, channels)
    with place.guide.open("rb") as file, place.ready.open("wb") as ready:
        guide = Guide(pieces(file, longest=1 << 40))
        ready.writelines(GuideNormalizer(Times("UTC", 0), 1).blocks(guide.programmes()))
    command = ["g++", "-O2", "-x", "c++", "-", "-o", str(place.expat), "-lexpat"]
    subprocess.run(command, input=EXPAT, text=True, check=True, timeout=SECONDS)


def expat_seconds(place: Place) -> float:
    """The reader in C++ over the whole guide."""
    return float(asked([str(place.expat), str(place.guide)])["seconds"])


def copy_seconds(place: Place) -> float:
    """COPY of the ready rows into an empty table, committed."""
    psql(place, TABLE)
    start = time.perf_counter()
    psql(place, f"\\copy ready FROM '{place.ready}'")
    return time.perf_counter() - start


def ours(place: Place) -> dict[str, float]:
    """The worker's import, in a process of its own."""
    psql(place, "TRUNCATE programmes, guide_channels, guide_sources")
    return asked([sys.executable, __file__, "--one", str(place.folder), place.uri])


def one(place: Place) -> None:
    """Import the guide, then the same again; print seconds and peak memory."""
    importer, source_id = importer_at(place)
    first, unchanged = (timed_import(place, importer, source_id) for _ in range(2))
    with importer.database.transaction() as work:
        programmes = work.session.get_one(GuideSource, source_id).programmes
    status = Path("/proc/self/status").read_text()
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024
    said = {"seconds": first, "unchanged": unchanged, "peak": peak}
    print(json.dumps({"programmes": programmes, **said}))


def importer_at(place: Place) -> tuple[Importer, UUID]:
    """What the worker would use, and a source to use it on."""
    database = Database(connect(place.uri, pool_size=2), SystemClock())
    keyring = Keyring([make_key()])
    request = CreateGuideSource(name="G", upload=UPLOAD, partner_id=PARTNER)
    with database.transaction() as work:
        source_id = create_guide_source(work, request, keyring=keyring).id
    importer = Importer(
        database=database,
        blobs=BlobStore(place.folder.as_uri()),
        keyring=keyring,
        limits=Limits(megabytes=1 << 12, seconds=SECONDS),
        longest=1 << 32,
        confirm=lambda _work: None,
        progress=Progress(),
    )
    return importer, source_id


def timed_import(place: Place, importer: Importer, source_id: UUID) -> float:
    """Seconds of one import; an upload is read once, so it is offered each time."""
    upload = place.folder / UPLOAD
    upload.parent.mkdir(exist_ok=True)
    upload.hardlink_to(place.guide)
    start = time.perf_counter()
    importer.run(source_id)
    return time.perf_counter() - start


def asked(command: list[str]) -> dict[str, float]:
    """What a program prints as JSON."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, timeout=SECONDS
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def psql(place: Place, statement: str) -> None:
    """Run a statement as people would."""
    command = ["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", place.uri, "-c", statement]
    subprocess.run(command, check=True, timeout=SECONDS)


@contextmanager
def a_place() -> Iterator[Place]:
    """A folder and a migrated database, gone afterwards."""
    # Only here, so that none of it counts as memory of the import.
    from lineup.command.migrations import migrate
    from lineup.testing.databases import Databases
    from lineup.testing.servers import running_servers

    with tempfile.TemporaryDirectory() as folder, running_servers() as servers:
        databases = Databases(servers.postgres, migrate)
        uri = databases.fresh("playlists")
        try:
            name = uri.rsplit("/", 1)[1]
            place = Place(Path(folder), uri)
            psql(place, f'ALTER DATABASE "{name}" RESET synchronous_commit')
            yield place
        finally:
            databases.drop_all()


def compared(place: Place, rounds: int) -> int:
    """Measure in turns, print the table; 1 when a goal is missed."""
    runs: dict[str, list[float]] = {name: [] for name in NAMES}
    for _ in range(rounds):
        runs["expat in C++"].append(expat_seconds(place))
        runs["COPY of ready text"].append(copy_seconds(place))
        mine = ours(place)
        runs["our import"].append(mine["seconds"])
        runs["our import, unchanged"].append(mine["unchanged"])
        runs["peak MB"].append(mine["peak"])
    median = {name: statistics.median(values) for name, values in runs.items()}
    limit = median["expat in C++"] + median["COPY of ready text"]
    ratio = limit / median["our import"]
    unchanged = median["our import, unchanged"] / median["our import"]
    size = place.guide.stat().st_size / 1e6
    print(f"{size:.1f} MB, {mine['programmes']:.0f} programmes, {rounds} rounds")
    for name, values in runs.items():
        spread = f"{min(values):.2f} to {max(values):.2f}"
        print(f"{name:24} {median[name]:7.2f}   ({spread})")
    print(f"{'limit / ours':24} {ratio:7.2f}   goal: at least {GOAL}")
    print(f"{'unchanged / first':24} {unchanged:7.2f}   goal: at most {UNCHANGED_GOAL}")
    print(f"{'peak memory':24} {max(runs['peak MB']):7.0f}   goal: < {PEAK_GOAL_MB} MB")
    is_met = ratio >= GOAL and unchanged <= UNCHANGED_GOAL
    return int(not (is_met and max(runs["peak MB"]) < PEAK_GOAL_MB))


NAMES = (
    "expat in C++",
    "COPY of ready text",
    "our import",
    "our import, unchanged",
    "peak MB",
)


def main() -> int:
    """Measure, print, and fail when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--channels", type=int, default=500)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        one(Place(Path(wanted.one[0]), wanted.one[1]))
        return 0
    with a_place() as place:
        prepare(place, wanted.channels)
        return compared(place, wanted.rounds)


if __name__ == "__main__":
    sys.exit(main())
