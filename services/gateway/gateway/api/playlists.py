"""Channels, packages, imports and guide sources."""

from gateway.api.doors import Doors
from gateway.clients import PlaylistsClient
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, SELLERS_AND_SUPPORT

channels = Doors("channels", "Channels, packages and imports.", PlaylistsClient)
guide = Doors("guide", "Where the guide comes from.", PlaylistsClient)

streams = Doors("streams", "How players are let in to streams.", PlaylistsClient)

OK, ACCEPTED = 200, 202

channels.ask("GET /channels", "list_channels", SELLERS_AND_SUPPORT)
channels.ask("POST /channels", "create_channel", PARTNERS)
channels.ask("GET /channels/<uuid:channel_id>", "get_channel", SELLERS_AND_SUPPORT)
channels.change("/channels/<uuid:channel_id>", "update_channel", PARTNERS)
channels.ask("DELETE /channels/<uuid:channel_id>", "delete_channel", PARTNERS)
channels.ask(
    "GET /channel-groups",
    "list_groups",
    SELLERS_AND_SUPPORT,
    name="list_channel_groups",
)
channels.ask("POST /channels/move", "move_channels", PARTNERS, OK)
channels.ask("POST /channels/switch", "switch_channels", PARTNERS, OK)
channels.ask("POST /channels/group", "group_channels", PARTNERS, OK)
channels.ask("POST /channels/delete", "delete_channels", PARTNERS, OK)
channels.ask("POST /channels/follow", "follow_list", PARTNERS, OK)
channels.ask("GET /packages", "list_packages", SELLERS_AND_SUPPORT)
channels.ask("POST /packages", "create_package", PARTNERS)
channels.ask("GET /packages/<uuid:package_id>", "get_package", SELLERS_AND_SUPPORT)
channels.ask("PATCH /packages/<uuid:package_id>", "rename_package", PARTNERS)
channels.ask("DELETE /packages/<uuid:package_id>", "delete_package", PARTNERS)
channels.ask(
    "POST /packages/<uuid:package_id>/channels/add",
    "add_package_channels",
    PARTNERS,
    OK,
)
channels.ask(
    "POST /packages/<uuid:package_id>/channels/remove",
    "remove_package_channels",
    PARTNERS,
    OK,
)
channels.ask(
    "PUT /packages/<uuid:package_id>/channels",
    "set_package_channels",
    PARTNERS,
)
channels.ask("GET /jobs", "list_jobs", PARTNERS_AND_SUPPORT)
channels.ask("GET /jobs/<uuid:job_id>", "get_job", PARTNERS_AND_SUPPORT)
channels.ask("POST /jobs/<uuid:job_id>/undo", "undo_import", PARTNERS, ACCEPTED)

guide.ask("GET /guide-sources", "list_guide_sources", PARTNERS_AND_SUPPORT)
guide.ask(
    "GET /guide-sources/<uuid:source_id>", "get_guide_source", PARTNERS_AND_SUPPORT
)
guide.change(
    "/guide-sources/<uuid:source_id>",
    "update_guide_source",
    PARTNERS,
    without=frozenset({"upload"}),
)
guide.ask(
    "DELETE /guide-sources/<uuid:source_id>",
    "delete_guide_source",
    PARTNERS,
)
guide.ask(
    "POST /guide-sources/<uuid:source_id>/fetch",
    "fetch_guide",
    PARTNERS,
    ACCEPTED,
)
guide.ask("GET /guide-proposals", "list_guide_proposals", PARTNERS_AND_SUPPORT)
guide.ask(
    "GET /channels/<uuid:channel_id>/guide-channels",
    "find_guide_channels",
    PARTNERS_AND_SUPPORT,
)
guide.ask("POST /guide-ties", "tie_channels", PARTNERS, OK)
guide.ask("GET /programmes", "list_programmes", PARTNERS_AND_SUPPORT)

streams.ask("GET /stream-settings", "get_stream_settings", PARTNERS_AND_SUPPORT)
streams.change("/stream-settings", "update_stream_settings", PARTNERS)
