"""Why playlists refuses what it is asked, each reason with its code."""

from lineup.errors import Conflict, DocumentedCode, Invalid, NotFound


class ChannelNotFound(NotFound):
    """There is no such channel."""

    code = "channel_not_found"


class NoPreview(Invalid):
    """This preview cannot be imported. Create a new preview."""

    code = "preview_unusable"


class NotUndoable(Conflict):
    """Only the last import can be undone, once, and not during another import."""

    code = "import_not_undoable"


class NotAPlaylist(Invalid):
    """This is not a playlist in M3U format."""

    code = "not_a_playlist"


class EmptyPlaylist(Invalid):
    """This playlist has no channels."""

    code = "empty_playlist"


class UploadTooLarge(Invalid):
    """The file is too large."""

    code = "upload_too_large"


class PlaylistDamaged(Invalid):
    """The compressed playlist is damaged."""

    code = "playlist_damaged"


class PackageNotFound(NotFound):
    """There is no such package."""

    code = "package_not_found"


class PackageInUse(Conflict):
    """This package has active subscriptions."""

    code = "package_in_use"


class DemoStays(Conflict):
    """The demo package cannot be deleted, but it can be empty."""

    code = "demo_stays"


class DemoForAll(Conflict):
    """All users without an active subscription see the demo package."""

    code = "demo_for_all"


class NumberTaken(Conflict):
    """Another channel has this number."""

    code = "number_taken"


class FetchCode(DocumentedCode):
    """Why a FetchRefused could not fetch what its code begins with."""

    PLAYLIST_UNREACHABLE = "playlist_unreachable", "The URL does not return a playlist."
    PLAYLIST_TOO_SLOW = "playlist_too_slow", "The server sends the playlist too slowly."
    PLAYLIST_ADDRESS_FORBIDDEN = (
        "playlist_address_forbidden",
        "The URL points to an address that is not allowed.",
    )
    PLAYLIST_TOO_LARGE = "playlist_too_large", "The playlist is too large."
    PLAYLIST_TRUNCATED = "playlist_truncated", "The playlist is incomplete."
    GUIDE_TOO_LARGE = "guide_too_large", "The guide is too large."
    GUIDE_TRUNCATED = "guide_truncated", "The guide is incomplete."
    GUIDE_UNREACHABLE = "guide_unreachable", "The URL does not return a guide."
    GUIDE_TOO_SLOW = "guide_too_slow", "The server sends the guide too slowly."
    GUIDE_ADDRESS_FORBIDDEN = (
        "guide_address_forbidden",
        "The URL points to an address that is not allowed.",
    )

    @classmethod
    def about(cls, what: str, fault: str) -> "FetchCode":
        """The code of a fault with a playlist or a guide."""
        return cls[f"{what}_{fault}".upper()]


class FetchRefused(Invalid):
    """The content of the URL was not accepted."""

    code = "unreachable"


class GuideRefused(Invalid):
    """The guide was rejected. The previous guide is kept."""

    code = "guide_refused"


class GuideTooLarge(GuideRefused):
    """The guide is too large."""

    code = FetchCode.GUIDE_TOO_LARGE


class GuideTruncated(GuideRefused):
    """The guide is incomplete."""

    code = FetchCode.GUIDE_TRUNCATED


class GuideDamaged(GuideRefused):
    """The compressed guide is damaged."""

    code = "guide_damaged"


class WrongEncoding(GuideRefused):
    """The guide does not use the encoding it declares."""

    code = "guide_encoding"


class EntitiesRefused(GuideRefused):
    """The guide declares XML entities, which are not allowed."""

    code = "guide_entities"


class NotXmltv(GuideRefused):
    """This is not a guide in XMLTV format."""

    code = "not_xmltv"


class GuideEmpty(GuideRefused):
    """The guide has no programmes."""

    code = "guide_empty"


class GuideShrunk(GuideRefused):
    """The guide has less than half of the upcoming programmes it had before."""

    code = "guide_shrunk"


class GuideSourceNotFound(NotFound):
    """There is no such guide source."""

    code = "guide_source_not_found"


class JobNotFound(NotFound):
    """There is no such job."""

    code = "job_not_found"


class DaysOutOfRange(Invalid):
    """A guide can contain 0 to 30 days of the past and of the future."""

    code = "days_out_of_range"


class UploadMissing(Invalid):
    """The uploaded file has expired. Upload it again."""

    code = "upload_missing"


class JobCode(DocumentedCode):
    """Why a job failed; it is told at the job, and no request is refused with it."""

    JOB_TOO_SLOW = "job_too_slow", "The job took too long and was cancelled."
    JOB_TOO_LARGE = "job_too_large", "The job needs too much memory."
    RENDER_FAILED = "render_failed", "Playlist and guide could not be written."
    WORKER_DIED = "worker_died", "The job crashed repeatedly."
