"""Words that rules share: what names a topic, what discloses an advertisement, what an address says of a campaign."""

import pytest

from linkwatch.lexicon import campaign_in, disclosure_in, topics_in, topics_of_host

TOPICS = {
    "The best online casino of all": {"casino"},
    "Cheap VIAGRA and payday loans": {"pharma", "loan"},
    "a casinoesque evening": set(),
    "slots for your meeting": set(),
    "Online slots, now open": {"casino"},
    "": set(),
}
HOSTS = {
    "best-casino-bonus.example": {"casino"},
    "casino.example.org": {"casino"},
    "bestcasinobonus.example": set(),
    "garden.example": set(),
}
CAMPAIGNS = {
    "https://own.example/?utm_source=blog&utm_medium=paid&utm_campaign=autumn": "utm_medium=paid",
    "/shoes?size=9&aff_id=77#top": "aff_id=77",
    "/?UTM_Medium=CPC": "UTM_Medium=CPC",
    "/?ref=affiliate-jane": "ref=affiliate-jane",
    "/?utm_medium=email": "",
    "/?ref=homepage": "",
    "/paid/aff_id=7": "",
    "/affairs?staff=1": "",
    "": "",
}
DISCLOSURES = {
    "A Sponsored Post by somebody": "sponsored post",
    "in partnership with the museum": "",
    "Anzeige": "anzeige",
    "Anzeigenblatt": "",
}


@pytest.mark.parametrize("text", TOPICS)
def test_topics_of_a_text(text: str):
    """A word of a topic counts where it stands by itself, in any case."""
    assert topics_in(text) == TOPICS[text]


@pytest.mark.parametrize("host", HOSTS)
def test_topics_of_a_host(host: str):
    """Dots and hyphens part the words of a host; words that are written together are not guessed at."""
    assert topics_of_host(host) == HOSTS[host]


@pytest.mark.parametrize("address", CAMPAIGNS)
def test_campaigns(address: str):
    """A parameter says that a link was paid for; a path and other parameters do not."""
    assert campaign_in(address) == CAMPAIGNS[address]


@pytest.mark.parametrize("text", DISCLOSURES)
def test_disclosures(text: str):
    """What is listed is found where it stands by itself."""
    assert disclosure_in(text) == DISCLOSURES[text]
