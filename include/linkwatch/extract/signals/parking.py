"""Signs of a parked domain, or one that is for sale. None decides alone: people write about parking, too."""

from linkwatch.extract.signals.signal import Signal

_DOMAIN = r"(?:this |the )?(?:premium )?(?:domain(?: name)?|[\w-]{1,63}(?:\.[\w-]{1,63}){1,3})"
_FOR_SALE = r"(?:is|may be) (?:for sale|available for purchase|parked)"
_EXPIRED = r"(?:registration )?(?:has |is )?expired"
_SALE = rf"{_DOMAIN} (?:{_FOR_SALE}|{_EXPIRED})|buy this domain|parked (?:domain|free)"
_SERVICES = (
    r"parkingcrew\.net|sedoparking(?:\.com|url)|\bbodis\.com|parklogic\.com|parking-lander|/adsense/domains/caf\.js|skenzo\.com"
    r"|window\.park *= *[\"']|location(?:\.href)? *= *[\"']/lander[\"']"
)
_HOLDING = (
    r"domain (?:name )?(?:has been|is|was) (?:recently |successfully |newly )?registered (?:at|by|with|through|via)"
    r"|parked (?:for )?free,? (?:of charge|courtesy of)|has been parked at your registrar|future home of something quite cool"
    r"|dominio ha sido registrado|diese domain (?:ist|wurde) .{0,30}registriert"
)
_MARKETS = r"(?:hugedomains|dan|afternic|sedo|atom|undeveloped|brandbucket|domainmarket|efty)\.com"

PARKING = (
    Signal("title", False, "for sale in title", "usual wording", rf"(?:{_SALE}).{{0,30}}"),
    Signal("h1", False, "for sale in heading", "usual wording", rf"(?:{_SALE}).{{0,30}}"),
    Signal("text", False, "for sale in text", "usual wording", rf"\b(?:{_SALE}|inquire about this domain)\b"),
    Signal("text", False, "registrar's holding page", "registrars' pages", _HOLDING),
    Signal("html", False, "script of a parking service", "their landing pages", _SERVICES),
    Signal("few", False, "few words", "suspicion.md, 6"),
    Signal("host", False, "domain market", "their hosts", rf"(?:^|\.){_MARKETS}$"),
    Signal(
        "asked",
        False,
        "offers the very domain",
        "w-shadow.com, Detecting parked domains",
        rf"^(?:[\w-]+\.)*{_MARKETS}/.*\{{asked\}}",
    ),
)
