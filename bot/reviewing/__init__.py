"""What experts and admins do with the questions that wait; an act is one transaction and a row of audit.

`reading` is the queue as it is read, `standing` where an item stands and what an act expects of that, `words`
what askers are told, `undoing` how an act is taken back, `acts` all that a reviewer may do.
"""

from bot.reviewing.acts import TAKEN_FOR, Reviewing
from bot.reviewing.reading import MOST_NEAREST, PAGE
from bot.reviewing.standing import conflict_text

__all__ = ["MOST_NEAREST", "PAGE", "TAKEN_FOR", "Reviewing", "conflict_text"]
