"""Writes `units.txt` anew from the data of the library `vietnamadminunits` (MIT): `make places`.

The library itself would bring geometry packages along for the sake of two tables of names. What it calls the
default successor of a commune that was divided comes first.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

DATA = files("vietnamadminunits") / "data"
TO = Path(__file__).parent / "units.txt"
_LEGACY = """select province, district, ward, provinceKey, districtKey, wardKey from admin_units_legacy
             order by provinceCode, districtCode, wardCode"""
_TODAY = "select province, ward, provinceKey, wardKey from admin_units"


def lines(database: Path, conversion: Path) -> Iterator[str]:
    """Yield the lines of `units.txt`, in the order of the official codes before the merger.

    Args:
        database: `dataset.db`, with the units of both times.
        conversion: `converter_2025.json`, which of them became which.
    """
    successors = _successors(json.loads(conversion.read_text()))
    with sqlite3.connect(database) as connection:
        today = {(row[2], row[3]): (row[0], row[1]) for row in connection.execute(_TODAY)}
        before = list(connection.execute(_LEGACY))
    districts: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for province, district, ward, *keys in before:
        found = successors["_".join(key or "" for key in keys)]
        names = ";".join(today[one][1] for one in found)
        districts[province, district, today[found[0]][0]].append(f"{ward or ''}>{names}")
    for (province, district, now), wards in districts.items():
        yield "\t".join([province, district, now, *wards])


def _successors(
    conversion: dict[str, dict[str, dict[str, list[object]]]],
) -> dict[str, list[tuple[str, str]]]:
    """Return what each unit of before became: (province, ward) keys, the default one first."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for province, wards in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, merged in wards.items():
            for old in merged:
                found[str(old)].append((province, ward))
    for province, divided in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            ranked = sorted(parts, key=lambda part: not part["isDefaultNewWard"])  # type: ignore[index]
            found[old] = [(province, part["newWardKey"]) for part in ranked]  # type: ignore[index]
    return found


if __name__ == "__main__":
    with as_file(DATA / "dataset.db") as database, as_file(DATA / "converter_2025.json") as conversion:
        TO.write_text("\n".join(lines(database, conversion)) + "\n")
