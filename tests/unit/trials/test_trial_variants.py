"""The variants of `make rules`: each draws real pages that link to the watched site, the same ones from the same seed."""

import re
from random import Random

import pytest
from trials.articles import ArticlesError, moved, read_articles, with_prose
from trials.drawing import Draw, Shelf
from trials.judging import sentences_of
from trials.variants import TRIALS
from trials.words import SITES

from linkwatch.extract import observe
from linkwatch.suspicion import RULES
from linkwatch.urls import Scopes, registrable_domain

ID = r"\bUA-\d{4,10}-\d"
EVERY = [(trial, variant) for trial in TRIALS for variant in (*trial.guilty, *trial.innocent)]


@pytest.fixture(scope="module")
def articles(real_data):
    """The real articles."""
    return read_articles(real_data / "articles")


def draw(articles, seed=3):
    """A seeded draw with all English articles on the shelf."""
    fitting = [article for article in articles if article.is_english and len(article.spots) >= 4]
    return Draw(Shelf(Random(seed), fitting, sentences_of(articles)), Random(seed), SITES[0])  # noqa: S311  # seeded on purpose


@pytest.mark.parametrize(("trial", "variant"), EVERY, ids=[f"{trial.rule}: {variant.name}" for trial, variant in EVERY])
def test_every_domain_of_a_story_links_to_the_watched_site(articles, trial, variant):
    """What is judged is a domain with a link: a story whose page lost its link to its making would be a miss of nobody's."""
    story = variant.make(draw(articles))
    again = variant.make(draw(articles))
    scopes = Scopes(SITES)
    domains = {registrable_domain(visit.page.url) for visit in story.visits}
    linking = {registrable_domain(visit.page.url) for visit in story.visits if observe(visit.page, scopes).sightings}
    assert domains == linking
    assert [visit.page for visit in story.visits] == [visit.page for visit in again.visits]


def test_every_rule_is_on_trial():
    """A rule without variants, guilty and innocent, is a rule that nobody has tried."""
    assert {rule.__name__ for rule in RULES} == {trial.rule for trial in TRIALS if trial.guilty and trial.innocent}


def test_an_article_moves_with_its_addresses_and_ids(articles):
    """A moved page links to itself under its new domain, and shares no id with another home of the same page."""
    article = next(entry for entry in articles if re.search(ID, entry.markup))
    one, other = moved(article, "one.example"), moved(article, "other.example")
    assert f"//www.{article.publisher}" not in one.markup
    assert one.markup.count("one.example") == other.markup.count("other.example") > 10
    ids = [set(re.findall(ID, markup)) for markup in (article.markup, one.markup, other.markup)]
    assert len(ids[0]) == len(ids[1]) == len(ids[2]) == len(set().union(*ids)) / 3
    assert with_prose(one, ["A.", "B."]).count("</p>") == one.markup.count("</p>")


def test_articles_that_are_not_there_are_named(tmp_path):
    """Without the real pages there is a sentence that says what is missing and how to name it."""
    with pytest.raises(ArticlesError, match=r"ground-truth\.json; expected the 91 articles"):
        read_articles(tmp_path)
