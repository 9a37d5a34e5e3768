"""The 34 provinces and cities since 1/7/2025, found by their names and by those that merged into them.

Nghị quyết 202/2025/QH15 on rearranging provincial units.
"""

from collections.abc import Mapping
from typing import Final

from bot.normalise.letters import clean, fold

# What each was called before, where it took in others.
PROVINCES: Final[Mapping[str, tuple[str, ...]]] = {
    "An Giang": ("Kiên Giang",),
    "Bắc Ninh": ("Bắc Giang",),
    "Cà Mau": ("Bạc Liêu",),
    "Cao Bằng": (),
    "Cần Thơ": ("Sóc Trăng", "Hậu Giang"),
    "Đà Nẵng": ("Quảng Nam",),
    "Đắk Lắk": ("Phú Yên", "Đắc Lắc", "Dak Lak"),
    "Điện Biên": (),
    "Đồng Nai": ("Bình Phước",),
    "Đồng Tháp": ("Tiền Giang",),
    "Gia Lai": ("Bình Định",),
    "Hà Nội": (),
    "Hà Tĩnh": (),
    "Hải Phòng": ("Hải Dương",),
    "Huế": ("Thừa Thiên Huế",),
    "Hưng Yên": ("Thái Bình",),
    "Khánh Hòa": ("Ninh Thuận",),
    "Lai Châu": (),
    "Lạng Sơn": (),
    "Lào Cai": ("Yên Bái",),
    "Lâm Đồng": ("Đắk Nông", "Đắc Nông", "Bình Thuận"),
    "Nghệ An": (),
    "Ninh Bình": ("Hà Nam", "Nam Định"),
    "Phú Thọ": ("Vĩnh Phúc", "Hòa Bình"),
    "Quảng Ngãi": ("Kon Tum",),
    "Quảng Ninh": (),
    "Quảng Trị": ("Quảng Bình",),
    "Sơn La": (),
    "Tây Ninh": ("Long An",),
    "Thái Nguyên": ("Bắc Kạn", "Bắc Cạn"),
    "Thanh Hóa": (),
    "Thành phố Hồ Chí Minh": ("Hồ Chí Minh", "TPHCM", "HCM", "Sài Gòn", "Bình Dương", "Bà Rịa Vũng Tàu"),
    "Tuyên Quang": ("Hà Giang",),
    "Vĩnh Long": ("Bến Tre", "Trà Vinh"),
}
_PREFIXES: Final = ("tinh ", "thanh pho ", "tp ")


def _key(name: str) -> str:
    key = " ".join(fold(clean(name)).replace("-", " ").replace(".", " ").split())
    prefix = next((each for each in _PREFIXES if key.startswith(each)), "")
    return key.removeprefix(prefix)


_BY_NAME: Final = {
    _key(name): province for province, others in PROVINCES.items() for name in (province, *others)
}


def province(name: str) -> str | None:
    """Return the province that goes by a name, or did; None where it is none. Diacritics do not matter."""
    return _BY_NAME.get(_key(name))
