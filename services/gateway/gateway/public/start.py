"""Putting the public layer together from settings."""

from typing import Any

from gateway.public.admission import Admission
from gateway.public.connection_limits import LongestBody, ordinary_body
from gateway.public.content_store import ContentStore
from gateway.public.guides import GuideDesk
from gateway.public.layer import Application, PublicLayer, RequestPolicy
from gateway.public.limits import limits_of
from gateway.public.settings import PublicSettings
from gateway.public.streams import StreamDesk
from lineup.blobs import BlobStore
from lineup.clock import clock_for
from lineup.context import Event
from lineup.contracts.playlists.events import AccessChanged, ChannelSetRendered
from lineup.rpc import Listener
from lineup.secrets import Keyring


def public_layer(
    settings: PublicSettings,
    pages: Application,
    longest_body: LongestBody = ordinary_body,
) -> PublicLayer:
    """The public layer before `pages`; nothing is read and no thread started yet.

    `longest_body` says how much may be sent where.
    """
    content_store = ContentStore(
        BlobStore(settings.blob_url),
        Keyring.of(settings.lineup_secret_keys),
        settings.public_url.rstrip("/"),
        cache_bytes=settings.public_cache_mb << 20,
    )
    return PublicLayer(
        pages,
        content_store,
        clock_for(settings.clock_offset_file),
        guides=GuideDesk(accel_prefix=settings.accel_prefix),
        streams=StreamDesk(
            link_seconds=settings.stream_link_seconds,
            session_seconds=settings.stream_session_seconds,
        ),
        policy=RequestPolicy(
            settings.probe_port,
            settings.connection_limits(),
            longest_body,
            Admission(limits_of(settings), settings.trusted_proxies),
        ),
    )


def listener_for(content_store: ContentStore, amqp_uri: str) -> Listener:
    """Drops from memory what changed, as soon as it is announced.

    Without it, or while the broker is away, age alone does so: facts are looked at
    again after 15 seconds, manifests after 5.
    """

    def receive(event: Event[Any]) -> None:
        state = event.state
        if isinstance(state, AccessChanged):
            content_store.evict_access(state.keys)
        elif isinstance(state, ChannelSetRendered):
            content_store.evict_set(state.set_id)

    return Listener(
        amqp_uri,
        (AccessChanged, ChannelSetRendered),
        receive,
        on_connected=content_store.evict_everything,
    )
