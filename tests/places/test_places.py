"""Where a text names a province, a district or a commune, before and since the merger of 1/7/2025."""

import pytest

from bot.places import Place, gazetteer, without

BAO_LAM = "huyện Bảo Lâm, tỉnh Cao Bằng"


def named(text: str, bare: frozenset[str] = frozenset()) -> list[str]:
    """Return what each name in a text may mean, by full name."""
    return [" | ".join(place.full for place in one.places) for one in gazetteer().find(text, bare)]


class TestNames:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("huyện Mường Ảng được gì", ["huyện Mường Ảng, tỉnh Điện Biên"]),
            ("huyen muong ang duoc gi", ["huyện Mường Ảng, tỉnh Điện Biên"]),
            ("h. kỳ sơn nghe an", ["huyện Kỳ Sơn, tỉnh Nghệ An", "tỉnh Nghệ An"]),
            ("huyện bảo lâm", ["huyện Bảo Lâm, tỉnh Cao Bằng | huyện Bảo Lâm, tỉnh Lâm Đồng"]),
            ("huyện bảo lâm cao bằng", ["huyện Bảo Lâm, tỉnh Cao Bằng", "tỉnh Cao Bằng"]),
            ("tt pác miầu", ["thị trấn Pác Miầu, huyện Bảo Lâm, tỉnh Cao Bằng"]),
            ("huyện hậu lộc thanh hóa", ["huyện Hậu Lộc, tỉnh Thanh Hóa", "tỉnh Thanh Hóa"]),
            ("lý bôn", []),
            ("xa ly bon bao lam", [f"xã Lý Bôn, {BAO_LAM}", BAO_LAM]),  # of two, the one around it
            ("huyện M'Đrắk", ["huyện M'Đrắk, tỉnh Đắk Lắk"]),
            ("huyen mdrak", ["huyện M'Đrắk, tỉnh Đắk Lắk"]),
            ("huyện Mộc Châu", ["thị xã Mộc Châu, tỉnh Sơn La"]),  # a town since 2025, not in all heads
            ("Lý Sơn là huyện đảo Lý Sơn", []),  # no word for its tier directly before it
            ("huyện Lý Sơn", ["huyện Lý Sơn, tỉnh Quảng Ngãi"]),  # without communes
            ("đặc khu Lý Sơn", ["đặc khu Lý Sơn, tỉnh Quảng Ngãi"]),
            ("ở thừa thiên huế", ["tỉnh Thừa Thiên Huế"]),
        ],
    )  # fmt: skip
    def test_are_found_however_they_are_typed(self, text: str, meant: list[str]):
        assert named(text) == meant

    @pytest.mark.parametrize(
        "text",
        [
            "xã hội hóa là gì",
            "tt 55/2023 quy định gì",
            "xã em có 3 thôn",
            "huyện nghèo là gì",
            "tỉnh tôi có được không",
            "thị trấn có được không",
            "hộ nghèo ở xã được hỗ trợ gì",
            "phường thanh tra xử lý thế nào",
            "huyện bao lầm",  # other marks: another name
            "",
        ],
    )
    def test_are_not_seen_in_ordinary_words(self, text: str):
        assert named(text) == []

    def test_may_stand_alone_where_a_list_has_them(self):
        assert named("bảo lạc có được không") == []
        assert named("bảo lạc có được không", frozenset({"huyện Bảo Lạc"})) == [
            "huyện Bảo Lạc, tỉnh Cao Bằng"
        ]

    def test_are_told_apart_by_a_province_of_either_time(self):
        old, new = named("huyện Na Rì, tỉnh Bắc Kạn")[0], named("huyện Na Rì, tỉnh Thái Nguyên")[0]
        assert old == new == "huyện Na Rì, tỉnh Bắc Kạn"


class TestUnits:
    def test_all_of_the_time_before_have_a_successor(self):
        units = [place for place in gazetteer().units() if place.is_past and place.within]
        assert len(units) == 696 + 10_035  # districts and communes at the end of June 2025
        assert all(unit.now for unit in units)

    def test_of_today_are_3321_in_34_provinces(self):
        today = [place for place in gazetteer().units() if not place.is_past and place.within]
        assert len(today) == 3321
        assert len({place.province for place in today}) == 34

    def test_know_what_they_were_and_what_they_are(self):
        (bao_lam,) = gazetteer().named("xã Lý Bôn, huyện Bảo Lâm, tỉnh Cao Bằng")
        assert bao_lam.now == ("xã Lý Bôn",)
        today = next(one for one in gazetteer().named("xã Lý Bôn, tỉnh Cao Bằng") if not one.is_past)
        assert set(today.was) == {
            "xã Lý Bôn, huyện Bảo Lâm, tỉnh Cao Bằng", "xã Vĩnh Quang, huyện Bảo Lâm, tỉnh Cao Bằng"
        }  # fmt: skip

    def test_of_a_province_that_merged_are_in_the_new_one(self):
        (na_ri,) = gazetteer().named("huyện Na Rì, tỉnh Bắc Kạn")
        assert isinstance(na_ri, Place)
        assert na_ri.province == "Thái Nguyên"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("hộ nghèo huyện Mường Ảng, tỉnh Điện Biên vay bao nhiêu", "hộ nghèo huyện , tỉnh vay bao nhiêu"),
        ("ho ngheo o son la vay duoc may trieu", "ho ngheo o vay duoc may trieu"),
        ("hộ nghèo vay được mấy triệu", "hộ nghèo vay được mấy triệu"),
    ],
)  # fmt: skip
def test_a_text_without_places_keeps_the_words_for_their_tiers(text: str, plain: str):
    assert without(text, gazetteer().find(text)) == plain
