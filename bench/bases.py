"""What is measured: a base, questions with their entry, and questions that no entry answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.kb import Entry, Knowledge, OffTopicGroup, load

STRANGERS = Path(__file__).parent / "data" / "strangers.yaml"


@dataclass(frozen=True, slots=True)
class Task:
    """A base and what it is asked; `strangers` are questions without an answer, by how near they seem."""

    name: str
    knowledge: Knowledge
    questions: Sequence[tuple[str, str]]  # question, id of its entry
    strangers: Mapping[str, Sequence[str]]
    vietnamese: bool = True  # or else no diacritics to leave out, no Telex to type


def shipped(directory: Path) -> Task:
    """Return the base in `directory` with its own `tests`, and the blind set of strangers.

    Its `not_this` are no strangers here: the matcher learns from them, so refusing them would prove nothing.
    """
    knowledge = load(directory)
    rows = yaml.safe_load(STRANGERS.read_text(encoding="utf-8"))
    return Task(
        name="base",
        knowledge=knowledge,
        questions=[(test.ask, entry.id) for entry in knowledge.entries.values() for test in entry.tests],
        strangers={"far": rows["far"], "near": [row["ask"] for row in rows["near"]]},
    )


def clinc150(path: Path, every: int = 1) -> Task:
    """Return CLINC150 (Larson et al. 2019, CC BY 3.0) as a base: intents as entries, utterances as variants.

    Args:
        path: the data set's JSON with `train`, `test`, `oos_train`, `oos_test`.
        every: take every n-th distinct utterance of an intent.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    said: dict[str, dict[str, None]] = {}
    for text, intent in data["train"]:
        said.setdefault(intent.replace("_", "-"), {})[text] = None
    entries = {}
    for intent, texts in said.items():
        first, *others = list(texts)[::every]
        # The data set has no answers, and an entry cannot be without one.
        entries[intent] = Entry(id=intent, question=first, variants=tuple(others), answer="–")
    off_topic = OffTopicGroup(group="oos", reply="–", examples=tuple(text for text, _ in data["oos_train"]))
    return Task(
        name=f"clinc150-{every}" if every > 1 else "clinc150",
        knowledge=Knowledge(entries=entries, off_topic=(off_topic,), version=f"clinc150-{every}"),
        questions=[(text, intent.replace("_", "-")) for text, intent in data["test"]],
        strangers={"far": [text for text, _ in data["oos_test"]]},
        vietnamese=False,
    )
