"""What staff sees of channels."""

from uuid import UUID

from sqlalchemy import select

from lineup.contracts.playlists.channels import ChannelView, GuideReach
from lineup.database import UnitOfWork
from playlists.channels.models import Channel, PackageChannel
from playlists.guide.mapping import guides_of


def view_of(work: UnitOfWork, channel: Channel) -> ChannelView:
    """What staff sees of a channel."""
    return views_of(work, [channel])[0]


def views_of(work: UnitOfWork, channels: list[Channel]) -> list[ChannelView]:
    """What staff sees of channels, packages and the reach of the guide with them."""
    ids = [channel.id for channel in channels]
    shown = guides_of(work, ids)
    packages: dict[UUID, list[UUID]] = {id_: [] for id_ in ids}
    held = select(PackageChannel).where(PackageChannel.channel_id.in_(ids))
    for row in work.session.scalars(held.order_by(PackageChannel.package_id)):
        packages[row.channel_id].append(row.package_id)
    return [
        ChannelView(
            updated_at=channel.updated_at,
            id=channel.id,
            partner_id=channel.partner_id,
            stream_id=channel.stream_id,
            details=channel.details(),
            package_ids=packages[channel.id],
            guide_until=shown[channel.id].until if channel.id in shown else None,
            guide_reach=shown[channel.id].reach
            if channel.id in shown
            else GuideReach.NONE,
            guide=shown[channel.id].guide if channel.id in shown else None,
            is_tied_by_staff=channel.guide_id_is_manual,
            said_by_staff=list(channel.said_by_staff),
            vanished_at=channel.vanished_at,
        )
        for channel in channels
    ]
