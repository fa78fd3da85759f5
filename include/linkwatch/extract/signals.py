"""The signs by which a page that answers 200 is known to be no page. A table: what to do with it is in `verdicts.py`.

A phrase in a title or heading counts only as a whole part of it: "404 Not Found" does, "How to mend a 404 Not Found" does
not. Patterns are lower case; the source says where each comes from.
"""

from typing import NamedTuple

from linkwatch.model import Outcome


class Signal(NamedTuple):
    """One sign. It decides alone, or supports a verdict that needs a second sign from another place."""

    where: str  # title, h1 (a whole part); text, html, body (classes), header, host, path (of a page that moved); few (words)
    decides: bool
    name: str  # for people
    source: str
    pattern: str


_YOU_ARE = r"(?:that |if )?you(?:['’]re| are)(?: not)?(?: a| an)? (?:human|bot|robot)"
_ARE_YOU_HUMAN = rf"(?:verify|verifying|confirm|prove|checking|making sure) {_YOU_ARE}|are you a (?:human|robot)"
_DENIED = r"(?:\d{3}[ :-]*)?(?:access (?:is )?denied|forbidden)|security check(?:point)?|request rejected|captcha"
_LOG_IN = r"(?:please )?(?:log|sign)[ -]?in(?: (?:to|with|or) .*| required)?|members only|anmelden|connexion|iniciar sesión"

_NOT_FOUND = "|".join(
    (
        r"(?:error |http )*404(?: error)?(?:[ :,.!-]*(?:page |file )?not found)?",
        r"(?:error[ :-]*)?(?:(?:the )?(?:page|file|document) )?(?:was )?not found",
        r"(?:oops|sorry|whoops)?[ !,.…-]*(?:that|this|the) page (?:can['’]?t|can ?not|could ?n['’]?o?t|could not) be found",
        r"(?:sorry[, ]*)?(?:this|that|the) (?:page|content|article|post) "
        r"(?:isn['’]t|is not|is no longer|no longer|doesn['’]t|does not) (?:available|exists?|here)(?: any ?more)?",
        r"(?:the )?page you (?:requested|are looking for|were looking for) .{0,30}(?:found|exist|available)",
        r"(?:die )?seite (?:wurde )?nicht gefunden|pagina niet gevonden|siden ble ikke funnet|sidan hittades inte",
        r"page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata|página não encontrada|pagina nu a fost găsită",
        r"nie znaleziono strony|stránka nenalezena|страница не найдена|сторінку не знайдено|sivua ei löydy|sayfa bulunamadı",
        r"(?:お探しの)?ページ[がは]見つかりません(?:でした)?|页面不存在|找不到页面|페이지를 찾을 수 없습니다",
    )
)

_FOR_SALE = r"(?:is|may be) (?:for sale|available for purchase|parked)"
_DOMAIN = r"(?:this |the )?(?:premium )?(?:domain(?: name)?|[\w-]{1,63}(?:\.[\w-]{1,63}){1,3})"
_SALE = rf"{_DOMAIN} {_FOR_SALE}|buy this domain|parked (?:domain|free)"
_PARKING_SERVICES = (
    r"parkingcrew\.net|sedoparking\.com|\bbodis\.com|parklogic\.com|parking-lander|/adsense/domains/caf\.js|skenzo\.com"
)

SIGNALS: dict[Outcome, tuple[Signal, ...]] = {
    Outcome.BLOCKED: (
        Signal("header", True, "Cloudflare challenge", "Cloudflare: cf-mitigated header", r"challenge"),
        Signal("html", True, "Cloudflare challenge", "its script; pages behind it do not have it", r"_cf_chl_opt"),
        Signal("html", True, "DataDome captcha", "host of its captcha", r"captcha-delivery\.com/"),
        Signal("html", True, "HUMAN captcha", "element of its block page", r"id=[\"']?px-captcha"),
        Signal("html", True, "Akamai denial", "reference link of its denial page", r"errors\.edgesuite\.net"),
        Signal("html", True, "Sucuri challenge", "script of its challenge page", r"sucuri_cloudproxy_js"),
        Signal("text", True, "Imperva denial", "text of its denial page", r"incapsula incident id"),
        Signal("title", True, "Cloudflare title", "as seen", r"just a moment|attention required"),
        Signal("title", True, "DDoS-Guard title", "as seen", r"ddos-guard"),
        Signal("title", True, "Vercel title", "as seen", r"vercel security checkpoint"),
        Signal("title", True, "HUMAN title", "as seen", r"access to this page has been denied"),
        Signal("title", True, "Distil title", "as seen", r"pardon our interruption"),
        Signal("title", True, "test for robots", "AWS, Anubis and others", rf"{_ARE_YOU_HUMAN}|robot check|human verification"),
        Signal("title", True, "consent page", "Google's", r"before you continue(?: to .*)?"),
        Signal("host", True, "consent page", "hosts of Google's and Yahoo's", r"^(?:consent|guce)\.(?:google|youtube|yahoo)\."),
        Signal("title", False, "denial in title", "usual wording", _DENIED),
        Signal("h1", False, "denial in heading", "usual wording", rf"{_DENIED}|{_ARE_YOU_HUMAN}"),
        Signal(
            "text",
            False,
            "denial in text",
            "usual wording",
            rf"{_ARE_YOU_HUMAN}|unusual traffic from your|have permission to access|enable (?:js|javascript) and cookies",
        ),
        Signal("html", False, "captcha script", "widgets, also of contact forms", r"g-recaptcha|h-captcha|cf-turnstile|awswaf"),
        Signal("path", False, "redirect to log-in", "usual paths", r"/(?:log-?in|sign[-_]?in|sso|wp-login\.php)(?:[/.?]|$)"),
        Signal("title", False, "log-in in title", "usual wording", _LOG_IN),
        Signal("html", False, "password field", "HTML", r"type=[\"']?password"),
    ),
    Outcome.SOFT_404: (
        Signal("title", False, "error phrase in title", "suspicion.md, 6", _NOT_FOUND),
        Signal("h1", False, "error phrase in heading", "suspicion.md, 6", _NOT_FOUND),
        Signal("body", False, "body class error404", "WordPress: get_body_class", r"(?:^|\s)error404(?:\s|$)"),
        Signal(
            "path", False, "redirect to an error page", "suspicion.md, 6", r"/404(?:[/.?]|$)|/(?:page-?)?not-?found(?:[/.?]|$)"
        ),
        Signal("few", False, "few words", "suspicion.md, 6", r""),
    ),
    Outcome.DOMAIN_PARKED: (
        Signal("title", False, "for sale in title", "usual wording", rf"(?:{_SALE}).{{0,30}}"),
        Signal("h1", False, "for sale in heading", "usual wording", rf"(?:{_SALE}).{{0,30}}"),
        Signal("text", False, "for sale in text", "usual wording", rf"\b(?:{_SALE}|inquire about this domain)\b"),
        Signal("html", False, "script of a parking service", "their landing pages", _PARKING_SERVICES),
        Signal(
            "host", False, "domain market", "their hosts", r"(?:^|\.)(?:hugedomains|dan|afternic|sedo|atom|undeveloped)\.com$"
        ),
    ),
}
