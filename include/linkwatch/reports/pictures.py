"""Charts as inline SVG: deterministic bytes, no script, colours from the page's style sheet (so dark mode works).

Matplotlib is loaded when a chart is drawn, not on import: it costs a second. Colours are drawn as stand-ins and replaced by
CSS variables afterwards; text stays text.
"""

import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from linkwatch.model import NightSummary

_COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--muted)",
    "#030303": "var(--line)",
    "#040404": "var(--accent)",
    "#050505": "var(--good)",
    "#060606": "var(--bad)",
}
_INK, _MUTED, _LINE, _ACCENT, _GOOD, _BAD = _COLOURS
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 8.5,
    "text.color": _INK,
    "text.parse_math": False,  # a dollar sign in a site's name is a dollar sign
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _MUTED,
    "axes.titlecolor": _INK,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "ytick.major.size": 0,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
}


def site_nights(nights: Sequence[NightSummary]) -> str:
    """One site's published nights, oldest first: live links, live referring domains, and links gained and lost a night."""
    if not nights:
        return ""
    days = [date.fromisoformat(night.night) for night in nights]
    with _figure((10, 2.3), columns=3) as (figure, (links, domains, moves)):
        _line(links, "Live links", days, [night.links_live for night in nights])
        _line(domains, "Live referring domains", days, [night.referring_domains_live for night in nights])
        _bars(moves, days, [night.gained + night.recovered for night in nights], [night.lost for night in nights])
        first, last = nights[0], nights[-1]
        label = (
            f"{first.site}, {first.night} to {last.night}: live links from {first.links_live:,} to {last.links_live:,}, live "
            f"referring domains from {first.referring_domains_live:,} to {last.referring_domains_live:,}"
        )
        return _svg(figure, f"nights-{first.site}", label)


def loss_reasons(counts: Mapping[str, int]) -> str:
    """Lost links by reason (in words), most first, as horizontal bars."""
    if not counts:
        return ""
    names, values = list(counts), list(counts.values())
    with _figure((8, 0.4 + 0.28 * len(names)), columns=1) as (figure, (axes,)):
        axes.barh(range(len(names)), values, color=_BAD, height=0.62)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        for place, value in enumerate(values):
            axes.annotate(f"{value:,}", (value, place), (4, 0), textcoords="offset points", va="center", color=_INK)
        axes.margins(x=0.08)
        label = "Lost links by reason: " + ", ".join(f"{name} {value:,}" for name, value in counts.items())
        return _svg(figure, "loss-reasons", label)


def sparkline(values: Sequence[int], label: str) -> str:
    """A line of a word's height; empty for fewer than two values."""
    if len(values) < 2:
        return ""
    low, span = min(values), (max(values) - min(values)) or 1
    step = 96 / (len(values) - 1)
    points = " ".join(f"{2 + place * step:.1f},{20 - (value - low) * 16 / span:.1f}" for place, value in enumerate(values))
    return (
        f'<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="{_attribute(label)}">'
        f'<polyline points="{points}" fill="none" stroke="var(--accent)" stroke-width="1.8" stroke-linejoin="round"/></svg>'
    )


@contextmanager
def _figure(size: tuple[float, float], columns: int) -> Iterator[tuple[Any, Sequence[Any]]]:
    """A figure with its panels in one row, and our style while it is drawn and written."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(wspace=0.09))
        yield figure, figure.subplots(1, columns, squeeze=False)[0]


def _line(axes: Any, title: str, days: Sequence[date], values: Sequence[int]) -> None:
    axes.set_title(title)
    axes.plot(days, values, color=_ACCENT, linewidth=1.6, marker="o", markersize=2.6 if len(days) < 32 else 0)
    axes.annotate(f"{values[-1]:,}", (days[-1], values[-1]), (5, 0), textcoords="offset points", va="center", color=_ACCENT)
    low, high = min(values), max(values)
    room = max((high - low) * 0.25, high * 0.01, 1)
    axes.set_ylim(max(low - room, 0 if low else -0.05 * room), high + room)
    _scale(axes, days)


def _bars(axes: Any, days: Sequence[date], up: Sequence[int], down: Sequence[int]) -> None:
    axes.set_title("Links gained or recovered (up), lost (down)")
    axes.bar(days, up, color=_GOOD, width=0.8)
    axes.bar(days, [-value for value in down], color=_BAD, width=0.8)
    axes.axhline(0, color=_MUTED, linewidth=0.8)
    most = max(*up, *down, 1)
    axes.set_ylim(-1.1 * most, 1.1 * most)
    _scale(axes, days)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")


def _scale(axes: Any, days: Sequence[date]) -> None:
    """Few ticks, on whole nights and whole links."""
    from matplotlib.ticker import MaxNLocator

    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    step = max((len(days) - 1) // 3, 1)
    ticks = list(days[::-step])[:4]
    axes.set_xticks(ticks, [f"{day.day} {day:%b}" for day in ticks])
    axes.set_xlim(days[0] - timedelta(days=1), days[-1] + timedelta(days=1))
    axes.margins(x=0.1)


def _svg(figure: Any, name: str, label: str) -> str:
    """The figure as an <svg> element that takes the page's width and colours; ids are the chart's own."""
    import matplotlib

    written = io.StringIO()
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure.savefig(written, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # groups are numbered anew in every chart, and nothing refers to them
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg))
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return svg.replace("<svg", f'<svg class="chart" role="img" aria-label="{_attribute(label)}"', 1)


def _attribute(text: str) -> str:
    return html.escape(text, quote=True)
