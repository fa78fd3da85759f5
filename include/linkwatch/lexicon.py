"""Words that rules and page analysis share: topics that spam is about, and what publishers call an advertisement.

The lists are judgement, kept short on purpose: a word is here when it hardly ever means anything else. Whose trade a topic
is says so with `suspicion.allowed_topics`, and the topic is none for them.
"""

import re
from collections.abc import Mapping

TOPICS: Mapping[str, tuple[str, ...]] = {
    "casino": (
        *("casino", "casinos", "poker", "roulette", "blackjack", "baccarat", "slot machine", "slot machines", "online slots"),
        *("betting", "sportsbook", "bookmaker", "gambling", "jackpot", "togel", "judi online", "slot gacor", "sbobet", "1xbet"),
    ),
    "pharma": (
        *("viagra", "cialis", "levitra", "tadalafil", "sildenafil", "kamagra", "xanax", "valium", "tramadol", "phentermine"),
        *("ambien", "modafinil", "oxycontin", "canadian pharmacy", "online pharmacy", "weight loss pills", "cbd oil"),
    ),
    "adult": ("porn", "porno", "xxx", "escort", "escorts", "sex cam", "sex cams", "camgirls", "hentai", "adult dating"),
    "loan": ("payday loan", "payday loans", "bad credit loans", "cash advance", "no credit check", "instant loan"),
    "fake": ("replica watches", "replica handbags", "fake diploma", "essay writing service", "buy essays", "write my essay"),
}
"""Topic: its words, lower case. A word counts where it stands by itself, in a text or between the dots and hyphens of a host."""

DISCLOSURES = (
    *(
        "sponsored post",
        "sponsored content",
        "sponsored by",
        "sponsored article",
        "paid post",
        "paid partnership",
        "paid content",
    ),
    *("advertorial", "promoted content", "this is a sponsored", "paid advertisement", "anzeige", "publirreportaje"),
    *("contenu sponsorisé", "article sponsorisé", "contenido patrocinado", "contenuto sponsorizzato", "affiliate link"),
    *("affiliate links", "we may earn a commission", "compensated for this post"),
)
"""What publishers write beside what they were paid for; lower case. "In partnership with" is left out: news says it too."""

_CAMPAIGN = re.compile(
    r"[?&;]((?:(?:aff|aff_?id|affiliate|affiliate_?id|a_aid|irclickid|irgwc|awc|cjevent|ranmid|ransiteid|sscid|fpr)=[^&#;]*)"
    r"|(?:(?:ref|source|medium|utm_medium)=(?:aff|paid|sponsor|advertorial|cpc|ppc|cpm)[^&#;]*))",
    re.IGNORECASE,
)
"""Parameters with which affiliate networks and paid campaigns mark links. Of an address as it stands in the page: the canonical
one has lost its utm_* already [judgement]."""

_WORDS: Mapping[str, str] = {word: topic for topic, words in TOPICS.items() for word in words}
_TOPIC = re.compile(r"(?<![^\W_])(?:" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + r")(?![^\W_])")
_DISCLOSURE = re.compile(r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, DISCLOSURES), key=len, reverse=True)) + r")(?!\w)")


def topics_in(text: str) -> frozenset[str]:
    """Topics whose words a text names. "Casino Royale" names one too: what follows from it is a rule's business."""
    return frozenset(_WORDS[found] for found in _TOPIC.findall(text.casefold()))


def topics_of_host(host: str) -> frozenset[str]:
    """Topics that a host is named after: `best-casino-bonus.example`, not `bestcasinobonus.example`."""
    return topics_in(host.replace("-", " ").replace(".", " "))


def disclosure_in(text: str) -> str:
    """The first sponsorship cue in a text, as it is listed; "" when there is none."""
    found = _DISCLOSURE.search(text.casefold())
    return found[0] if found else ""


def campaign_in(address: str) -> str:
    """The parameter of an address that says that the link was paid for, 100 characters at most; "" when there is none."""
    found = _CAMPAIGN.search(address[:4_000])
    return found[1][:100] if found else ""
