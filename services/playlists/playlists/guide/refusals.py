"""Why a guide is not taken: each reason with a stable code that staff can look up."""

from lineup.errors import Invalid


class GuideRefused(Invalid):
    """The guide was rejected. The previous guide is kept."""

    code = "guide_refused"


class GuideTooLarge(GuideRefused):
    """The guide is too large."""

    code = "guide_too_large"


class GuideTruncated(GuideRefused):
    """The guide is incomplete."""

    code = "guide_truncated"


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
