"""Why a guide is not taken: each reason with a stable code that staff can look up."""

from lineup.errors import Invalid


class GuideRefused(Invalid):
    """The guide was not taken; the old one stays."""

    code = "guide_refused"


class GuideTooLarge(GuideRefused):
    """The guide is longer than this installation reads."""

    code = "guide_too_large"


class GuideTruncated(GuideRefused):
    """The guide ends in the middle."""

    code = "guide_truncated"


class GuideDamaged(GuideRefused):
    """The packed guide cannot be unpacked."""

    code = "guide_damaged"


class WrongEncoding(GuideRefused):
    """The guide is not written in the encoding it declares."""

    code = "guide_encoding"


class EntitiesRefused(GuideRefused):
    """The guide declares entities, which can blow up a reader."""

    code = "guide_entities"


class NotXmltv(GuideRefused):
    """This is not a guide in XMLTV format."""

    code = "not_xmltv"


class GuideEmpty(GuideRefused):
    """There are no programmes in the guide."""

    code = "guide_empty"


class GuideShrunk(GuideRefused):
    """The guide tells less than half of what is still to come."""

    code = "guide_shrunk"
