"""A case in words: as Markdown for Airflow's page, and as a letter to a publisher. No case is put together here.

Whatever a page, a file or a person said stands in code spans alone: in them nothing is a link, a picture or HTML. Airflow's
renderer turns bare addresses into links even where their punctuation is escaped, so escaping would not do.
"""

import html
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from linkwatch.cases import rule_name
from linkwatch.steps.cases import Case, sample_urls
from linkwatch.suspicion import RULES

SHOWN_FINDINGS = 10
SHOWN_URLS = 3
LETTER_LINKS = 20
MAX_URL_CHARS = 2_000
MAX_CHARS = 300
"""Of any other text from outside."""

CHOICES: Mapping[str, str] = {
    "keep": "the links are fine as they are. Nobody is asked again unless something new comes up.",
    "disavow": "they go into the next disavow file that you write with `linkwatch disavow`. Nothing is sent to "
    "Google, which advises against disavowing unless there is a manual action, or is likely to be one.",
    "mute": "what these rules say of these domains is not asked about until the day that you name.",
    "ask the publisher": "you write to the publisher, and it is noted that you did. In the terminal, `linkwatch review ask` "
    "drafts the letter.",
}
"""What follows from each choice, by its label."""

_ASKS: Mapping[str, str] = {
    "unqualified_paid": 'mark the link as paid with rel="sponsored" (or rel="nofollow"), as search engines ask of paid links',
    "injected_link": "look whether somebody broke into your site: we did not place this link and it does not seem to be yours. "
    "Please remove it, together with what let it in",
    "hidden_link": "look whether you know of this link: no reader can see it, and we did not ask for it. Please remove it",
    "sitewide_link": 'keep the link on one page, or add rel="nofollow" to it in the template',
    "widget_link": 'add rel="nofollow" to the link in the widget',
}
_ASK = 'remove the link, or add rel="nofollow" to it'


def case_text(case: Case) -> tuple[str, str]:
    """Subject line (plain), and the body in Markdown: each finding with its evidence, and what each choice does."""
    subject = _plain(f"{case.severity}: {case.subject} → {case.site} ({_counted(case.links, 'link')})", 200)
    parts = [f"{_counted(len(case.findings), 'reason')} to look at {_code(case.subject)}, which links to {_code(case.site)}."]
    if len(case.domains) > 1:
        parts.append("Domains: " + ", ".join(map(_code, case.domains[:50])) + (", …" if len(case.domains) > 50 else ""))
    if case.asked_before:
        parts.append("Before:\n\n" + "\n".join(f"- {_code(line)}" for line in case.asked_before.splitlines()))
    parts += [_finding(row) for row in case.findings[:SHOWN_FINDINGS]]
    if more := case.findings[SHOWN_FINDINGS:]:
        rules = ", ".join(sorted({_code(row["rule"]) for row in more}))
        parts.append(f"And {_counted(len(more), 'more finding')}: {rules}.")
    choices = [f"- **{label}**: {follows}" for label, follows in CHOICES.items()]
    parts.append("What each choice does\n\n" + "\n".join(choices) + "\n- no answer, or **later**: nothing is decided.")
    return subject, "\n\n".join(parts)


def letters(case: Case, links: Iterable[Mapping[str, Any]]) -> str:
    """A draft to the publisher of each domain, plain text: its links, and what is asked for; "" where no link is known.

    `links` are rows as `links_of_findings` has them.
    """
    by_domain: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in links:
        by_domain[row["source_domain"]].append(row)
    return "\n\n".join(_letter(case.site, domain, by_domain[domain]) for domain in sorted(by_domain))


def _letter(site: str, domain: str, links: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"Subject: links from {_plain(domain)} to {site}", "", "Hello,", ""]
    lines += [f"we run {site} and found links to it on {_plain(domain)} that we would like to ask you about.", ""]
    for asked in dict.fromkeys(map(_asked, links)):
        lines += [f"Please {asked}:", ""]
        told = dict.fromkeys((row["source_url"], row["target_url"], row["anchor"]) for row in links if _asked(row) == asked)
        for source, target, anchor in list(told)[:LETTER_LINKS]:
            lines += [f"  page: {_plain(source, MAX_URL_CHARS)}", f"  link: {_plain(target, MAX_URL_CHARS)}"]
            lines += [f"  text: {text}"] if (text := _plain(anchor)) else []
            lines.append("")
        if len(told) > LETTER_LINKS:
            lines += ["and others like these.", ""]
    return "\n".join([*lines, "Thank you, and please write to us if anything is unclear."])


def rule_in_words(rule: str) -> str:
    """The first sentence of a rule's manual; its name where this version does not know it."""
    return _manual(rule) or rule_name(rule)


def observations(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Name and text of what a finding saw, without its URLs: observed, threshold, baseline, anchor, and who agrees."""
    evidence = row["evidence"]
    for name in ("observed", "threshold", "baseline", "anchor"):
        if evidence.get(name) not in (None, ""):
            yield name, _plain(str(evidence[name]))
    if isinstance(promoted := evidence.get("promoted_by"), list):
        yield "agreeing", _plain(", ".join(rule_name(str(rule)) for rule in promoted))


def _finding(row: Mapping[str, Any]) -> str:
    lines = [f"**{row['severity']}** · {_code(row['rule'])} · {_counted(row['links'], 'link')} · since {row['night']}", ""]
    if manual := _manual(row["rule"]):
        lines.append(f"- {html.escape(manual, quote=False)}")
    lines += [f"- {name}: {_code(text)}" for name, text in observations(row)]
    lines += [f"- page: {_code(url)}" for url in sample_urls(row)[:SHOWN_URLS]]
    return "\n".join(lines)


def _manual(rule: str) -> str:
    manual = next((entry.__doc__ for entry in RULES if entry.__name__ == rule), None)
    return manual.strip().splitlines()[0] if manual else ""


def _asked(row: Mapping[str, Any]) -> str:
    return _ASKS.get(row["rule"], _ASK)


def _code(text: str) -> str:
    """A code span that nothing in the text can end."""
    return f"`{_plain(text).replace('`', chr(39)) or ' '}`"


def _plain(text: str, limit: int = MAX_CHARS) -> str:
    """On one line, cut, without control, direction and invisible characters (Unicode category C)."""
    kept = (" " if letter.isspace() else letter for letter in text[: 4 * limit] if _shows(letter))
    words = " ".join("".join(kept).split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def _shows(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter)[0] != "C"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
