"""Access facts in shards as playlists writes them, for tests of who reads them."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from lineup.delivery import (
    AccessFact,
    digest_in,
    keys_of,
    packed,
    shard_of_key,
    shard_of_user,
)


def shards_of(facts: Iterable[AccessFact]) -> dict[str, bytes]:
    """The shards that hold these facts and nothing else, by blob name."""
    entries: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for fact in sorted(facts, key=lambda fact: fact.user_id):
        user = fact.user_id.hex
        said = msgspec.json.encode(fact).decode()
        entries[shard_of_user(fact.user_id)].append((user, said))
        for key in keys_of(fact):
            entries[shard_of_key(key)].append((digest_in(key), user))
    return {shard: packed(lines) for shard, lines in entries.items()}
