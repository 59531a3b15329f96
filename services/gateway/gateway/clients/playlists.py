"""What the gateway asks playlists, for the panel and the API; players ask blobs."""

from types import NoneType

from lineup.contracts import playlists
from lineup.contracts.paging import Page
from lineup.rpc import Remote, ServiceClient


class PlaylistsClient(ServiceClient):
    """Channels, packages, imports and guide sources."""

    service = "playlists"

    create_channel = Remote(playlists.CreateChannel, playlists.ChannelView)
    update_channel = Remote(playlists.UpdateChannel, playlists.ChannelView)
    delete_channel = Remote(playlists.DeleteChannel, NoneType)
    get_channel = Remote(playlists.GetChannel, playlists.ChannelView)
    list_channels = Remote(playlists.ListChannels, Page[playlists.ChannelView])

    list_groups = Remote(playlists.ListGroups, playlists.Groups)
    move_channels = Remote(playlists.MoveChannels, playlists.ChannelsTouched)
    switch_channels = Remote(playlists.SwitchChannels, playlists.ChannelsTouched)
    group_channels = Remote(playlists.GroupChannels, playlists.ChannelsTouched)
    delete_channels = Remote(playlists.DeleteChannels, playlists.ChannelsTouched)
    follow_list = Remote(playlists.FollowList, playlists.ChannelsTouched)

    create_package = Remote(playlists.CreatePackage, playlists.PackageView)
    rename_package = Remote(playlists.RenamePackage, playlists.PackageView)
    delete_package = Remote(playlists.DeletePackage, NoneType)
    set_package_channels = Remote(playlists.SetPackageChannels, playlists.PackageView)
    add_package_channels = Remote(playlists.AddPackageChannels, playlists.PackageView)
    remove_package_channels = Remote(
        playlists.RemovePackageChannels, playlists.PackageView
    )
    get_package = Remote(playlists.GetPackage, playlists.PackageView)
    list_packages = Remote(playlists.ListPackages, Page[playlists.PackageView])

    preview_channels = Remote(playlists.PreviewChannels, playlists.JobView)
    import_channels = Remote(playlists.ImportChannels, playlists.JobView)
    undo_import = Remote(playlists.UndoImport, playlists.JobView)
    get_job = Remote(playlists.GetJob, playlists.JobView)
    list_jobs = Remote(playlists.ListJobs, Page[playlists.JobView])

    create_guide_source = Remote(playlists.CreateGuideSource, playlists.GuideSourceView)
    update_guide_source = Remote(playlists.UpdateGuideSource, playlists.GuideSourceView)
    delete_guide_source = Remote(playlists.DeleteGuideSource, NoneType)
    get_guide_source = Remote(playlists.GetGuideSource, playlists.GuideSourceView)
    list_guide_sources = Remote(
        playlists.ListGuideSources, Page[playlists.GuideSourceView]
    )
    fetch_guide = Remote(playlists.FetchGuide, playlists.JobView)

    get_stream_settings = Remote(playlists.GetStreamSettings, playlists.StreamSettings)
    update_stream_settings = Remote(
        playlists.UpdateStreamSettings, playlists.StreamSettings
    )

    list_guide_proposals = Remote(
        playlists.ListGuideProposals, Page[playlists.ChannelProposals]
    )
    find_guide_channels = Remote(
        playlists.FindGuideChannels, playlists.GuideChannelsFound
    )
    tie_channels = Remote(playlists.TieChannels, playlists.ChannelsTouched)
    list_programmes = Remote(
        playlists.ListProgrammes, Page[playlists.ChannelProgrammes]
    )
