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

    create_package = Remote(playlists.CreatePackage, playlists.PackageView)
    set_package_channels = Remote(playlists.SetPackageChannels, playlists.PackageView)
    get_package = Remote(playlists.GetPackage, playlists.PackageView)
    list_packages = Remote(playlists.ListPackages, Page[playlists.PackageView])

    import_channels = Remote(playlists.ImportChannels, playlists.JobView)
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
