"""knowledge/schema.json is what editors know of the format: it may not drift from the models."""

import json
from pathlib import Path

from bot.kb import json_schema

COMMITTED = Path(__file__).parents[2] / "knowledge" / "schema.json"


def test_the_committed_schema_is_the_models():
    assert (
        COMMITTED.read_text(encoding="utf-8")
        == json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
    )


def test_every_file_and_field_has_help():
    definitions = json_schema()["$defs"]
    files = {"EntriesFile", "DocumentsFile", "TopicsFile", "GlossaryFile", "OffTopicFile", "WordsFile"}
    assert files < definitions.keys()
    helps = [one.get("description") for one in definitions.values()]
    helps += [
        one.get("description") for d in definitions.values() for one in d.get("properties", {}).values()
    ]
    assert len(helps) > 40
    assert all(helps)


def test_the_category_is_no_field():
    assert "category" not in json_schema()["$defs"]["Entry"]["properties"]


def test_shipped_files_point_to_definitions_that_exist():
    base = COMMITTED.parent
    files = sorted(base.rglob("*.yaml"))
    assert len(files) > 3
    for file in files:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), file
        target, _, name = first.partition("=")[2].partition("#/$defs/")
        assert (file.parent / target).resolve() == COMMITTED, file
        assert name in json_schema()["$defs"], file
