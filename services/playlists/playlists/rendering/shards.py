"""Shards: the files in which access facts lie, each made of many rows.

What a shard holds is said by the rows alone, so it can be made again at any time. A
change of a row leaves a note (`stale_shards`, by a trigger), which goes in the
transaction that has written the file: a worker that dies in between leaves it to the
next one. Files are not synced one by one: what a power cut, a faulty disk or somebody's
hand took from the store is found by `mark_differing` and written again.
"""

from collections.abc import Iterator, Sequence

import structlog
from sqlalchemy import TextClause, insert, text
from sqlalchemy.orm import Session

from lineup.blobs import BlobStore
from lineup.contracts.playlists.events import AccessChanged
from lineup.database import Database, UnitOfWork
from lineup.delivery import SHARD_DIGITS, packed
from lineup.ids import new_id
from playlists.pending.models import StaleShard

AT_ONCE = 64
"""Shards in a transaction."""
AHEAD = 8
"""Of how many shards that became stale last a full batch takes care, too."""
NOTES_LOOKED_AT = 2000
KEYS_AN_EVENT = 1000
COMPARED_AT_ONCE = 256
CLAIM = """
SELECT shard FROM (
    SELECT shard FROM (
        SELECT id, shard FROM stale_shards ORDER BY id {order} LIMIT :notes
    ) AS notes GROUP BY shard ORDER BY min(id) {order} LIMIT :limit
) AS waiting
WHERE pg_try_advisory_xact_lock(hashtext('access shards'), hashtext(shard))
"""
OLDEST, NEWEST = (text(CLAIM.format(order=order)) for order in ("ASC", "DESC"))
TAKE_NOTES = text("DELETE FROM stale_shards WHERE shard = ANY(:shards) RETURNING keys")
FACTS = """
SELECT right(user_id::text, 3) AS number, replace(user_id::text, '-', ''), fact::text
FROM access_files
WHERE right(user_id::text, 3) = ANY(:numbers) AND jsonb_typeof(fact) = 'object'
ORDER BY user_id
"""
KEYS = """
SELECT substr(names ->> {place}, {start}, 3), substr(names ->> {place}, {start}, 64),
    replace(user_id::text, '-', '')
FROM access_files WHERE substr(names ->> {place}, {start}, 3) = ANY(:numbers)
ORDER BY user_id
"""
ENTRIES = {
    "access/facts": text(FACTS),
    "access/by-token": text(KEYS.format(place=0, start=len("access/token/00/") + 1)),
    "access/by-username": text(
        KEYS.format(place=1, start=len("access/username/00/") + 1)
    ),
}
"""How the entries of shards are found, by their folder: number, id, text of each."""
log = structlog.get_logger(__name__)


def write_stale(database: Database, blobs: BlobStore, limit: int = AT_ONCE) -> int:
    """Write shards that are older than their rows; how many.

    The oldest come first. What changed is announced with the commit.
    """
    with database.transaction() as work:
        shards = _claimed(work.session, limit)
        if shards:
            keys = _take_notes(work.session, shards)
            blobs.write_remakable(_made(work.session, shards))
            _announce(work, keys)
    return len(shards)


def mark_differing(database: Database, blobs: BlobStore) -> int:
    """Have every shard written again that is not what its rows say; how many."""
    count = 0
    for folder in ENTRIES:
        for shards in _all_of(folder):
            with database.transaction() as work:
                made = _made(work.session, shards)
                found = blobs.read_many(shards)
                differing = [
                    shard
                    for shard in shards
                    if found.get(shard, packed([])) != made[shard]
                ]
                mark_stale(work, differing)
            count += len(differing)
    if count:
        log.warning("access_shards_differ", count=count)
    return count


def mark_stale(work: UnitOfWork, shards: Sequence[str]) -> None:
    """Have shards written again."""
    if shards:
        notes = [{"shard": shard, "keys": []} for shard in shards]
        work.session.execute(insert(StaleShard), notes)


def _claimed(session: Session, limit: int) -> list[str]:
    """Shards that are stale and that no other worker writes, until the commit."""
    shards = _locked(session, OLDEST, limit)
    if len(shards) == limit > AHEAD:
        shards += set(_locked(session, NEWEST, AHEAD)) - set(shards)
    return shards


def _locked(session: Session, claim: TextClause, limit: int) -> list[str]:
    found = session.scalars(claim, {"notes": NOTES_LOOKED_AT, "limit": limit})
    return list(found)


def _take_notes(session: Session, shards: list[str]) -> list[str]:
    """The keys of what changed in these shards; it is noted no more."""
    notes = session.scalars(TAKE_NOTES, {"shards": shards})
    return sorted({key for keys in notes for key in keys})


def _made(session: Session, shards: Sequence[str]) -> dict[str, bytes]:
    """What these shards hold, as their rows say."""
    entries: dict[str, list[tuple[str, str]]] = {shard: [] for shard in shards}
    for folder, wanted in ENTRIES.items():
        numbers = [_number(s) for s in shards if s.startswith(f"{folder}/")]
        if numbers:
            for number, id_, said in session.execute(wanted, {"numbers": numbers}):
                entries[f"{folder}/{number}"].append((id_, said))
    return {shard: packed(lines) for shard, lines in entries.items()}


def _number(shard: str) -> str:
    return shard.rpartition("/")[2]


def _all_of(folder: str) -> Iterator[list[str]]:
    """The names of all shards of a folder, some at a time."""
    many = 16**SHARD_DIGITS
    names = [f"{folder}/{number:0{SHARD_DIGITS}x}" for number in range(many)]
    for begin in range(0, many, COMPARED_AT_ONCE):
        yield names[begin : begin + COMPARED_AT_ONCE]


def _announce(work: UnitOfWork, keys: Sequence[str]) -> None:
    work.announce_all(
        [
            AccessChanged(
                id=new_id(), version=1, keys=list(keys[begin : begin + KEYS_AN_EVENT])
            )
            for begin in range(0, len(keys), KEYS_AN_EVENT)
        ]
    )
