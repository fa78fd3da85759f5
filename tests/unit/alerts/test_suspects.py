"""Findings as they are told: a line a referring domain or network, most severe first, and severe cases by themselves."""

from linkwatch.alerts import ChangeLine, as_text, night_messages
from linkwatch.model import Finding, Role, Scope, Severity, Site
from linkwatch.settings import SlackSettings

NIGHT = "2026-11-03"
OWN, RIVAL = "example.com", "rival.com"
SITES = (Site(OWN, Role.OWN, Scope.DOMAIN), Site(RIVAL, Role.COMPETITOR, Scope.DOMAIN))
HIGH, MEDIUM, LOW, INFO = Severity


def finding(
    rule: str, severity: Severity, *domains: str, links: tuple[int, ...] = (1,), site: str = OWN, **evidence: object
) -> Finding:
    """A finding about some domains."""
    return Finding(rule, f"{rule}|{domains}", severity, site, links, evidence, tuple(sorted(domains)), ("seen",))


def compose(*findings: Finding, max_lines: int = 20) -> list[tuple[str, str]]:
    """Kind and text of the messages of a night with these findings and nothing else."""
    settings = SlackSettings(channel="#backlinks", max_lines=max_lines)
    return [(message.kind, as_text(message)) for message in night_messages(NIGHT, SITES, [], [], findings, settings)]


def lines(*findings: Finding, max_lines: int = 20) -> list[str]:
    """The lines of the night's message that tell findings."""
    _, shown = compose(*findings, max_lines=max_lines)[0]
    return [line.strip("│ ") for line in shown.splitlines() if "• " in line or "…" in line]


def test_a_domain_is_one_line_with_all_its_reasons():
    """Two rules on one domain are one line; another domain has its own; the most severe comes first, then the most links."""
    told = lines(
        finding("thin_page", LOW, "a.example"),
        finding("unqualified_paid", MEDIUM, "b.example", links=(7, 8), observed="sponsored post"),
        finding("link_dominated_page", MEDIUM, "a.example", links=(1, 2, 3)),
    )
    assert told == [
        "• medium: a.example (3 links): link dominated page, thin page",
        "• medium: b.example (2 links): unqualified paid: “sponsored post”",
    ]


def test_a_network_takes_in_the_findings_of_its_domains():
    """Whoever reads of the network reads of the thin page of one of its members in the same line."""
    told = lines(
        finding("link_network", MEDIUM, "a.example", "b.example", "c.example", "d.example", links=(1, 2, 3, 4)),
        finding("thin_page", LOW, "c.example", links=(3,)),
        finding("thin_page", LOW, "z.example", links=(9,)),
    )
    assert told == [
        "• medium: network of 4 domains: a.example, b.example, c.example and 1 more (4 links): link network, thin page",
        "• low: z.example (1 link): thin page",
    ]


def test_what_is_only_info_is_not_told():
    """A night with nothing else to tell is silent."""
    assert compose(finding("shared_address", INFO, "a.example", "b.example")) == []


def test_a_severe_case_is_a_message_of_its_own():
    """It says every reason and how to decide; a competitor's does not, since nobody can disavow it."""
    severe = finding("hidden_link", HIGH, "a.example", observed="hidden by display:none", samples=["https://a.example/x"])
    messages = compose(severe, finding("thin_page", LOW, "a.example"), finding("hidden_link", HIGH, "r.example", site=RIVAL))
    assert [kind for kind, _ in messages] == ["nightly", "suspicion", "nightly"]
    _, shown = messages[1]
    assert "worth a look: a.example" in shown
    assert "• high: hidden link: “hidden by display:none”, e.g. a.example/x" in shown
    assert "• low: thin page" in shown
    assert "linkwatch review" in shown


def test_the_same_case_is_the_same_message_and_new_grounds_are_another():
    """What a severe case rests on is its identity: told again only when something came up."""
    settings = SlackSettings(channel="#backlinks")

    def key(night: str, grounds: tuple[str, ...]) -> str:
        severe = Finding("link_network", "a", HIGH, OWN, (1,), {}, ("a.example", "b.example"), grounds)
        return night_messages(night, SITES, [], [], [severe], settings)[1].dedupe_key

    assert key("2026-11-03", ("a",)) == key("2026-11-04", ("a",)) != key("2026-11-04", ("a", "b"))


def test_what_does_not_fit_is_counted_in_findings():
    """The rest of the findings is a number that adds up, and says where they are."""
    told = lines(*(finding("thin_page", LOW, f"d{number}.example", links=(number,)) for number in range(9)), max_lines=4)
    assert len(told) == 5
    assert told[-1] == "… and 5 more findings: table “finding”, or the weekly report"


def test_an_eventful_night_leaves_room_for_findings():
    """However many links were lost, a few lines are kept for what is worth a look."""
    lost = [
        ChangeLine("lost", OWN, n, f"https://d{n}.example/", "https://example.com/", f"d{n}.example", "link_removed", {}, {}, {})
        for n in range(50)
    ]
    settings = SlackSettings(channel="#backlinks", max_lines=8)
    findings = [finding("thin_page", LOW, f"t{number}.example", links=(number,)) for number in range(5)]
    main, *_ = night_messages(NIGHT, SITES, [], lost, findings, settings)
    shown = as_text(main)
    assert shown.count("thin page") == 2
    assert shown.count("removed 1 link") == 6


def test_text_from_pages_is_no_markup():
    """An anchor and an observation are shown as text, whatever stands in them."""
    hostile = finding("hidden_link", HIGH, "a.example", observed="<!here> *bold*", anchor="<https://evil.example|click>")
    for message in night_messages(NIGHT, SITES, [], [], [hostile], SlackSettings(channel="#b")):
        assert "<!" not in str(message.payload)
        assert "<https://evil" not in str(message.payload)
