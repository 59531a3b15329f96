"""Guides as providers and grabbers write them: a player shows what a viewer expects.

Each case goes the whole way: the playlist and the guide are imported, the channel's id
is read from the M3U, its programmes from XMLTV; Xtream and the panel must agree.
"""

import pytest
from lxml import etree

from playlists.rendering.xmltv import ORDER

from .viewing import TODAY, Viewer, channel, entry, programme, tv


@pytest.fixture
def viewer(platform):
    return Viewer(platform)


EAST_WEST = tv(
    channel("news.e", "News (East)"),
    channel("news.w", "News (West)"),
    programme("news.e", "0900", "Sunrise"),
    programme("news.w", "0900", "Sunset"),
)
TWIN = tv(
    channel("tw", "Twin"),
    programme("tw", "0700", "Live now", "0800"),
    programme("tw", "0800", "Next", "0900"),
)


class TestWhichGuide:
    def test_channels_of_one_id_with_different_shifts(self, viewer):
        viewer.plays(
            entry("Twin", "tw"), entry("Twin +3", "tw"), entry("Twin HD", "TW")
        )
        viewer.reads(TWIN)
        viewer.shifts("Twin +3", 180)

        assert viewer.shows("Twin") == [("07:00", "Live now"), ("08:00", "Next")]
        assert viewer.shows("Twin +3") == [("10:00", "Live now"), ("11:00", "Next")]
        assert viewer.shows("Twin HD") == viewer.shows("Twin")
        assert viewer.tvg_id("Twin") == "tw"
        assert len(viewer.shown_programmes("Twin")) == 2

    @pytest.mark.parametrize("filler", ["none", "0", "N/A", "-", "null", "No EPG"])
    def test_channels_of_one_filler_for_an_id(self, viewer, filler):
        viewer.plays(entry("Red", filler), entry("Blue", filler), entry("Grey", filler))
        viewer.reads(
            tv(
                channel(filler, "Somebody else"),
                channel("r", "Red"),
                channel("b", "Blue"),
                programme("r", "0900", "Of red"),
                programme("b", "0900", "Of blue"),
                programme(filler, "0900", "Of nobody"),
            )
        )

        assert viewer.titles("Red") == ["Of red"]
        assert viewer.titles("Blue") == ["Of blue"]
        assert viewer.titles("Grey") == []

    def test_channels_of_one_id_that_is_tied_differently(self, viewer):
        viewer.plays(entry("Red", "shared"), entry("Blue", "shared"))
        viewer.reads(
            tv(
                channel("r", "Red"),
                channel("shared", "Shared"),
                programme("r", "0900", "Of red"),
                programme("shared", "0900", "Of both"),
            )
        )
        viewer.map_guide("Red", "r")

        assert viewer.titles("Red") == ["Of red"]
        assert viewer.titles("Blue") == ["Of both"]

    def test_an_id_made_up_is_nobodys_already(self, viewer):
        viewer.plays(*(entry(f"C{i}", "tw") for i in range(3)))
        viewer.plays(*(entry(f"D{i}", f"channel.{i + 1}") for i in range(6)))
        viewer.reads(TWIN)
        for i in range(3):
            viewer.shifts(f"C{i}", 60 * i)

        for i in range(3):
            assert viewer.shows(f"C{i}")[0] == (f"{7 + i:02}:00", "Live now")
        assert viewer.shows("D0") == []

    def test_names_that_differ_in_brackets_only(self, viewer):
        viewer.plays(entry("News (West)"), entry("News (East)"), entry("News"))
        viewer.reads(EAST_WEST)

        assert viewer.titles("News (East)") == ["Sunrise"]
        assert viewer.titles("News (West)") == ["Sunset"]
        assert viewer.shows("News") == []
        assert sorted(viewer.proposed()["News"]) == ["news.e", "news.w"]

    def test_brackets_that_say_another_thing_tie_nothing(self, viewer):
        viewer.plays(entry("News (North)"))
        viewer.reads(tv(channel("e", "News (East)"), programme("e", "0900")))

        assert viewer.shows("News (North)") == []
        assert viewer.proposed() == {"News (North)": ["e"]}

    @pytest.mark.parametrize(
        "name",
        [
            *("News (1080p)", "News [Not 24/7]", "News (Geo-blocked)", "NEWS FHD Ⓖ"),
            *("News [VIP] (720p)", "News (Opt 1)", "Néws", "[EN] News"),
        ],
    )
    def test_decorations_tie_as_before(self, viewer, name):
        viewer.plays(entry(name))
        viewer.reads(tv(channel("n", "News"), programme("n", "0900", "Seen")))

        assert viewer.titles(name) == ["Seen"]

    def test_an_exact_name_goes_before_a_loose_one_of_an_earlier_source(self, viewer):
        viewer.plays(entry("News (East)"))
        viewer.reads(tv(channel("n", "News"), programme("n", "0900", "Loose")))
        viewer.reads(EAST_WEST)

        assert viewer.titles("News (East)") == ["Sunrise"]

    def test_the_quality_in_a_name_makes_no_other_channel(self, viewer):
        viewer.plays(entry("One FHD"), entry("One HD"))
        viewer.reads(
            tv(
                channel("a", "One"),
                channel("b", "One HD"),
                programme("a", "0900", "A"),
                programme("b", "0900", "B"),
            )
        )

        assert viewer.titles("One HD") == ["B"]
        assert viewer.titles("One FHD") == ["A"]

    def test_one_name_of_two_channels_is_proposed(self, viewer):
        viewer.plays(entry("One"))
        viewer.reads(
            tv(
                channel("a", "One"),
                channel("b", "ONE"),
                programme("a", "0900", "A"),
                programme("b", "0900", "B"),
            )
        )

        assert viewer.shows("One") == []
        assert sorted(viewer.proposed()["One"]) == ["a", "b"]

    @pytest.mark.parametrize(
        ("named", "guide_id", "is_tied"),
        [
            (("One", "One.mt"), "One.fr", False),
            (("MT: One",), "One.fr", False),
            (("One", "One.uk"), "One.gb", True),
            (("One", "One.fr@HD"), "Uno.fr", True),
            (("One", "One.mt"), "one.tv", True),
            (("One", "one"), "One.fr", True),
            (("One", "one.hd"), "One.fr", True),
        ],
    )
    def test_a_name_ties_within_a_country(self, viewer, named, guide_id, is_tied):
        viewer.plays(entry(*named))
        viewer.reads(
            tv(channel(guide_id, "One.fr"), programme(guide_id, "0900", "Seen"))
            if guide_id.endswith(".fr")
            else tv(channel(guide_id, "One"), programme(guide_id, "0900", "Seen"))
        )

        assert viewer.titles(named[0]) == (["Seen"] if is_tied else [])
        assert is_tied or viewer.proposed() == {named[0]: [guide_id]}

    def test_any_display_name_ties(self, viewer):
        names = "5.1 KAAA", "5.1", "KAAA", "Alpha News"
        viewer.plays(entry("Alpha News"))
        viewer.reads(tv(channel("I1.zap", *names), programme("I1.zap", "0900", "Seen")))

        assert viewer.titles("Alpha News") == ["Seen"]

    @pytest.mark.parametrize(
        ("listed", "titles"),
        [("Beta Sport 1", ["Seen"]), ("beta sport 1 HD", ["Seen"]), ("Beta", [])],
    )
    def test_the_name_a_playlist_has_for_the_guide_ties(self, viewer, listed, titles):
        viewer.plays(entry("UK | BS1 FHD", "", tvg_name=listed))
        viewer.reads(
            tv(channel("zz9", "Beta Sport 1"), programme("zz9", "0900", "Seen"))
        )

        assert viewer.titles("UK | BS1 FHD") == titles

    def test_but_its_own_name_goes_first(self, viewer):
        viewer.plays(entry("Alpha", tvg_name="Beta"))
        viewer.reads(
            tv(
                channel("b", "Beta"),
                channel("a", "Alpha"),
                programme("b", "0900", "Of beta"),
                programme("a", "0900", "Of alpha"),
            )
        )

        assert viewer.titles("Alpha") == ["Of alpha"]

    def test_a_mark_of_country_in_front_is_proposed(self, viewer):
        viewer.plays(entry("UK: Delta One FHD"), entry("|DE| Delta One HD"))
        viewer.reads(tv(channel("delta.1", "Delta One"), programme("delta.1", "0900")))

        assert set(viewer.proposed()) == {"UK: Delta One FHD", "|DE| Delta One HD"}

    def test_an_id_beats_a_name_of_an_earlier_source(self, viewer):
        viewer.plays(entry("News", "n.id"))
        viewer.reads(tv(channel("x", "News"), programme("x", "0900", "By name")))
        viewer.reads(tv(channel("n.id", "Y"), programme("n.id", "0900", "By id")))

        assert viewer.titles("News") == ["By id"]

    def test_ids_with_blanks_other_case_and_twice(self, viewer):
        viewer.plays(
            entry("Space", "space id.fr"), entry("Dup", "dup"), entry("Nobody")
        )
        viewer.reads(
            tv(
                channel("", "Nobody"),
                channel(" Space Id.fr ", "Space"),
                channel("dup", "Dup A"),
                channel("dup", "Dup B"),
                programme("", "0700", "lost"),
                programme(" Space Id.fr ", "0700", "spaced"),
                programme("dup", "0700", "d1", "0800"),
                programme("DUP", "0800", "d2", "0900"),
            )
        )

        assert viewer.titles("Space") == ["spaced"]
        assert viewer.titles("Dup") == ["d1", "d2"]

    def test_streams_of_one_guide_share_it_under_all_their_names(self, viewer):
        viewer.plays(entry("Twin", "tw"), entry("Twin HD", "tw"))
        viewer.reads(TWIN)

        (programmes,) = viewer.xmltv().iterfind("channel")
        assert [name.text for name in programmes.iterfind("display-name")] == [
            "Twin",
            "Twin HD",
        ]

    def test_the_guides_picture_where_the_channel_has_none(self, viewer):
        viewer.plays(entry("Gap", "gp"))
        icon = '<icon src="http://i.example/gap.png"/>'
        viewer.reads(
            tv(f'<channel id="gp">{icon}</channel>', programme("gp", "0900", "T"))
        )

        assert viewer.xtream("Gap")["stream_icon"] == "http://i.example/gap.png"
        assert 'tvg-logo="http://i.example/gap.png"' in viewer.platform.playlist(
            viewer.user
        )


class TestWhatIsOver:
    def test_a_guide_that_is_over_gives_way_to_one_that_goes_on(self, viewer):
        viewer.plays(entry("Stale", "sx"))
        viewer.reads(tv(channel("sx", "Stale"), past("sx", "Long ago")))
        viewer.reads(tv(channel("sx", "Stale"), programme("sx", "1000", "Today")))

        assert viewer.titles("Stale") == ["Today"]

    def test_even_one_of_the_same_id_to_one_of_the_same_name(self, viewer):
        viewer.plays(entry("Stale", "sx"))
        viewer.reads(tv(channel("sx", "Stale"), past("sx", "Long ago")))
        viewer.reads(tv(channel("other", "Stale"), programme("other", "1000", "Today")))
        assert viewer.titles("Stale") == ["Today"]

        viewer.map_guide("Stale", "sx")
        assert viewer.shows("Stale") == [("20:00", "Long ago")]

    def test_of_two_that_go_on_the_first_source_wins(self, viewer):
        viewer.plays(entry("News", "n"))
        viewer.reads(tv(channel("n", "News"), programme("n", "1000", "First")))
        viewer.reads(tv(channel("n", "News"), programme("n", "1000", "Second")))

        assert viewer.titles("News") == ["First"]


def past(id_, title):
    """A programme of yesterday evening."""
    return programme(id_, "2000", title, "2100").replace(TODAY, "20260301")


RICH = (
    '<title lang="de">Nachrichten</title><title lang="fr">Journal</title>'
    '<sub-title lang="en">Late</sub-title>'
    '<desc lang="de">Lage</desc><desc lang="fr">Infos &amp; plus</desc>'
    "<credits><director>A Director</director>"
    '<actor role="Hero">An Actor</actor><guest>B &lt; C</guest></credits>'
    '<date>1999</date><category lang="en">Film</category><category>Kino</category>'
    "<keyword>night</keyword><language>German</language>"
    '<orig-language lang="en">French</orig-language>'
    '<length units="minutes">90</length><icon src="http://i/1.png" width="10"/>'
    '<icon src="http://i/2.png"/><url>http://u/?a=1&amp;b=2</url><country>FR</country>'
    '<episode-num system="dd_progid">EP01234567.0012</episode-num>'
    '<episode-num system="xmltv_ns">0.1.</episode-num>'
    '<episode-num system="onscreen">Folge 2</episode-num>'
    "<video><quality>HDTV</quality></video><audio><stereo>dolby</stereo></audio>"
    '<previously-shown start="20100101"/><premiere>First time</premiere><new/>'
    '<subtitles type="teletext"><language>German</language></subtitles>'
    '<rating system="FSK"><value>12</value></rating>'
    '<rating system="MPAA"><value>PG</value></rating>'
    '<star-rating system="X"><value>7/10</value></star-rating>'
    '<review type="text">Fine</review>'
)


PROGID = '<episode-num system="dd_progid">EP01.2</episode-num>'


class TestWhatAProgrammeShows:
    def programmes(self, viewer, inside, *others):
        viewer.plays(entry("Cast", "c1"))
        guide = tv(
            channel("c1", "Cast"),
            programme("c1", "0900", None, "1000", inside),
            *(
                programme("c1", f"{10 + i}00", None, f"{11 + i}00", other)
                for i, other in enumerate(others)
            ),
        )
        viewer.reads(guide)
        return viewer.shown_programmes("Cast")

    def test_all_of_it_in_the_order_of_the_dtd(self, viewer):
        (found,) = self.programmes(viewer, RICH)

        assert children_of(found.element) == children_of(
            etree.fromstring(f"<p>{RICH}</p>")
        )
        tags = [child.tag for child in found.element]
        assert tags == sorted(tags, key=ORDER.index)

    def test_beside_programmes_that_say_less(self, viewer):
        plain = "<title>Plain</title><desc>Text</desc>"
        first, second = self.programmes(viewer, RICH, plain)

        assert children_of(first.element) == children_of(
            etree.fromstring(f"<p>{RICH}</p>")
        )
        assert children_of(second.element) == [
            ("desc", (), "Text"),
            ("title", (), "Plain"),
        ]

    @pytest.mark.parametrize(
        ("inside", "expected"),
        [
            (
                PROGID + '<episode-num system="onscreen">S01E02</episode-num>',
                [("onscreen", "S01E02"), ("dd_progid", "EP01.2")],
            ),
            (
                '<episode-num system="onscreen">2.5</episode-num>',
                [("onscreen", "2.5")],
            ),
            (
                '<episode-num system="xmltv_ns">0.1.</episode-num>',
                [("xmltv_ns", "0.1."), ("onscreen", "S01E02")],
            ),
            (
                '<episode-num system="xmltv_ns">soon</episode-num>',
                [("xmltv_ns", "soon")],
            ),
            ("<episode-num>12</episode-num>", [("onscreen", "12")]),
        ],
    )
    def test_a_number_keeps_its_system(self, viewer, inside, expected):
        (found,) = self.programmes(viewer, f"<title>T</title>{inside}")

        programmes = found.texts("episode-num", "system")
        assert sorted((s or "onscreen", v) for s, v in programmes) == sorted(expected)

    def test_without_a_title_it_is_called_by_what_else_is_said(self, viewer):
        self.programmes(
            viewer,
            '<title lang="de"/><title lang="fr">Journal</title>',
            "<title></title><sub-title>Part two</sub-title>",
            "<title> </title><category>Film</category>",
            "<desc>Nothing else</desc>",
        )

        assert viewer.titles("Cast") == ["Journal", "Part two", "Film", "Cast"]
        first = viewer.shown_programmes("Cast")[0]
        assert first.texts("title", "lang") == [("fr", "Journal")]


def children_of(element):
    """What an element's children say."""
    return sorted(
        (
            child.tag,
            tuple(sorted(child.attrib.items())),
            " ".join(" ".join(child.itertext()).split()),
        )
        for child in element
    )
