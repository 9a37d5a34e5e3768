"""What came of the base's own tests, as people read it."""

from rich.table import Table

from bot.cli.terminal import out
from bot.explaining import because, percent
from bot.live import Brain
from bot.phrases import say
from bot.trial import Asked, Report


def show_misses(brain: Brain, results: Report) -> None:
    """Print each question that did not find its entry, what won instead and why."""
    for miss in results.misses:
        out.print(_missed(brain, miss), highlight=False, markup=False, soft_wrap=True)


def show_topics(results: Report) -> None:
    """Print a row per topic, the sum last."""
    out.print(_topics(results))


def show_thresholds(results: Report) -> None:
    """Print what other thresholds would give, and how far confidence may be believed."""
    out.print(_curve(results))
    error = percent(results.calibration_error)
    out.print(say("cli.calibration", error=error), highlight=False, soft_wrap=True)


def show_clauses(brain: Brain) -> None:
    """Print how well the clauses are found that the tests' entries cite, where the base has any law."""
    trial = brain.matcher.clauses.trial if brain.matcher.clauses else None
    if trial and trial.asked:
        first, third, first_article, third_article = (
            percent(count / trial.asked)
            for count in (trial.first, trial.third, trial.first_article, trial.third_article)
        )
        values = {
            "first": first,
            "third": third,
            "first_article": first_article,
            "third_article": third_article,
        }
        right = percent(trial.right / max(trial.shown, 1))
        out.print(
            say("cli.clauses", asked=trial.asked, shown=trial.shown, right=right, **values),
            highlight=False,
            soft_wrap=True,
        )


def shortfall(results: Report, least: float) -> str:
    """Return that fewer tests than this share (0..1) find their entry first; "" when enough do."""
    total = results.rows[-1]
    if total.first >= least * total.asked:
        return ""
    return say("cli.below", share=total.share(total.first), least=percent(least))


def _missed(brain: Brain, miss: Asked) -> str:
    why = because(brain, miss.question, miss.right, miss.won)
    rank = miss.rank or ">4"
    on = f" {say('cli.asked_on', day=f'{miss.on:%d/%m/%Y}')}" if miss.on else ""
    return say("cli.miss", question=miss.question, on=on, right=miss.right, won=miss.won, rank=rank, why=why)


def _topics(results: Report) -> Table:
    table = Table("Chủ đề", "Câu", "Đúng nhất", "Trong 3", "Trả lời ngay", "Trả lời sai")
    for row in results.rows:
        table.add_row(
            row.topic, str(row.asked), row.share(row.first), row.share(row.third), row.share(row.answered),
            row.share(row.wrong),
        )  # fmt: skip
    return table


def _curve(results: Report) -> Table:
    table = Table(
        "Ngưỡng", "Được trả lời", "Sai trong số đó", "", title=say("cli.curve"), title_justify="left"
    )
    for point in results.curve:
        table.add_row(
            percent(point.confidence), percent(point.answered),
            percent(point.wrong) if point.answered else "–", say("cli.present") if point.is_present else "",
        )  # fmt: skip
    return table
