"""Pages that stand where another page was asked for, as vendors and content systems write them; HOST is the host's name.

WALLS    somebody answers and does not let us in: challenges, captchas, consent, log-in, borders
PAGES    error pages that answer 200, and the shell of an application
"""

from typing import NamedTuple


class Wall(NamedTuple):
    """How one vendor or owner keeps us out."""

    status: int
    note: str  # a header that goes with it: "Name: value"
    html: str


def _html(title: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{body}</body></html>\n"
    )


_CLOUDFLARE = _html(
    "Just a moment...",
    '<div class="main-wrapper" role="main"><div class="main-content"><h1 class="zone-name-title">HOST</h1>'
    '<p class="h2">Verify you are human by completing the action below.</p>'
    "<noscript>Enable JavaScript and cookies to continue</noscript></div></div>"
    "<script>window._cf_chl_opt={cvId:'3',cZone:'HOST',cType:'managed'};</script>",
    '<meta name="robots" content="noindex,nofollow"><meta http-equiv="refresh" content="390">',
)
_IMPERVA = (
    '<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><body style="margin:0">'
    '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=22&xinfo=8-1-0&incident_id=7-1" frameborder=0 width="100%">'
    "Request unsuccessful. Incapsula incident ID: 877000280131337-1</iframe></body></html>\n"
)
_SUCURI = _html(
    "You are being redirected...",
    "<noscript>Javascript is required. Please enable javascript before you are allowed to see this page.</noscript>"
    "<script>var s={},u,c,U,r,i,l=0,a,e=eval,w=String.fromCharCode,sucuri_cloudproxy_js='',S='cz0i';</script>",
)
_AWS = _html(
    "",
    '<div id="challenge-container"></div><script>AwsWafIntegration.saveReferrer();</script>'
    "<noscript><h1>JavaScript is disabled</h1>In order to continue, we need to verify that you're not a robot. "
    "This requires JavaScript.</noscript>",
    '<script>window.awsWafCookieDomainList = []; window.gokuProps = {"key":"a"};</script>'
    '<script src="https://token.awswaf.com/challenge.js"></script>',
)
_CONSENT = _html(
    "Before you continue",
    '<div class="consent"><h1>Before you continue to HOST</h1><p>We and our 842 partners store and access information on your '
    "device, such as cookies, to measure our audience and to pay for what you read.</p>"
    '<form method="post" action="/consent"><button name="set" value="all">Accept all</button>'
    '<button name="set" value="none">Reject all</button></form><a href="/privacy/">Privacy policy</a></div>',
)
_LOG_IN = _html(
    "Log in – HOST",
    '<main><h1>Log in</h1><p>Please log in to read this page.</p><form method="post" action="/login/">'
    '<label>E-mail <input type="email" name="user"></label><label>Password <input type="password" name="password"></label>'
    '<button>Log in</button></form><a href="/register/">Create an account</a></main>',
)
WALLS = {
    "cloudflare_403": Wall(403, "cf-mitigated: challenge", _CLOUDFLARE),
    "cloudflare_503": Wall(503, "Server: cloudflare", _CLOUDFLARE),
    "akamai": Wall(
        403,
        "Server: AkamaiGHost",
        "<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n"
        "You don't have permission to access this page on HOST.<P>\nReference&#32;&#35;18&#46;4d1f1502&#46;1767\n"
        "<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;4d1f1502&#46;1767</P>\n</BODY>\n</HTML>\n",
    ),
    "datadome": Wall(
        403,
        "X-DataDome: protected",
        '<html lang="en"><head><title>HOST</title></head><body style="margin:0"><p id="cmsg">Please enable JS and disable any '
        "ad blocker</p><script data-cfasync=\"false\">var dd={'rt':'c','cid':'AHrlqAAAA','hsh':'A55','t':'bv','host':"
        "'geo.captcha-delivery.com'}</script><script src=\"https://ct.captcha-delivery.com/c.js\"></script></body></html>\n",
    ),
    "perimeterx": Wall(
        403,
        "X-PX: denied",
        _html(
            "Access to this page has been denied",
            '<div class="px-captcha-container"><h1>Please verify you are a human</h1><div id="px-captcha"></div></div>'
            '<script>window._pxAppId="PXu6b0qd2S";</script>',
        ),
    ),
    "imperva_200": Wall(200, "X-Iinfo: 8-1-0 NNNN", _IMPERVA),
    "imperva_403": Wall(403, "X-Iinfo: 8-1-0 NNNN", _IMPERVA),
    "sucuri_200": Wall(200, "X-Sucuri-ID: 14012", _SUCURI),
    "sucuri_403": Wall(
        403,
        "X-Sucuri-ID: 14012",
        _html(
            "Sucuri WebSite Firewall - Access Denied",
            "<h1>Access Denied - Sucuri Website Firewall</h1><p>If you are the site owner, please allow your address.</p>",
        ),
    ),
    "aws_202": Wall(202, "x-amzn-waf-action: challenge", _AWS),
    "aws_405": Wall(405, "x-amzn-waf-action: captcha", _AWS),
    "cloudflare_200": Wall(200, "cf-mitigated: challenge", _CLOUDFLARE),
    "human_200": Wall(
        200,
        "Server: nginx",
        _html(
            "Making sure you&#39;re not a bot!",
            "<h1>Making sure you&#39;re not a bot!</h1><p>Loading...</p><noscript>Sadly, you must enable JavaScript.</noscript>",
            '<script type="module" src="/.within.website/x/cmd/anubis/static/js/main.mjs"></script>',
        ),
    ),
    "busy_429": Wall(429, "Server: nginx", _html("429 Too Many Requests", "<h1>429 Too Many Requests</h1>")),
    "plain_403": Wall(403, "Server: nginx", _html("403 Forbidden", "<h1>403 Forbidden</h1><hr>nginx")),
    "consent_200": Wall(200, "Server: nginx", _CONSENT),
    "login_200": Wall(200, "Server: nginx", _LOG_IN),
    "login_401": Wall(401, 'WWW-Authenticate: Basic realm="HOST"', _LOG_IN),
    "border_451": Wall(
        451,
        "Server: nginx",
        _html(
            "Unavailable For Legal Reasons",
            "<h1>451: Unavailable For Legal Reasons</h1><p>We recognise that you are trying to reach this site from a country "
            "of the European Economic Area, and we cannot grant you access at this time.</p>",
        ),
    ),
    "border_403": Wall(
        403,
        "Server: CloudFront",
        _html(
            "ERROR: The request could not be satisfied",
            "<h1>403 ERROR</h1><h2>The request could not be satisfied.</h2><hr>The Amazon CloudFront distribution is configured "
            "to block access from your country.",
        ),
    ),
    "border_200": Wall(
        200,
        "Server: nginx",
        _html(
            "Not available in your country",
            "<h1>This content is not available in your country</h1><p>Our licences do not reach you.</p>",
        ),
    ),
}

PAGES = {
    "soft_404_wordpress": (
        '<!DOCTYPE html>\n<html lang="en"><head><title>Page not found – HOST</title></head>'
        '<body class="error404 wp-embed-responsive"><header><a href="/">HOST</a></header><main><h1>Nothing here</h1>'
        "<p>It looks like nothing was found at this location. Maybe try a search?</p></main></body></html>\n"
    ),
    "soft_404_german": (
        '<!DOCTYPE html>\n<html lang="de"><head><title>Seite nicht gefunden | HOST</title></head><body><main>'
        '<h1>Seite nicht gefunden</h1><p>Die gewünschte Seite gibt es nicht.</p><a href="/">Zur Startseite</a></main>'
        "</body></html>\n"
    ),
    "soft_404_shop": (
        '<!DOCTYPE html>\n<html lang="en"><head><title>HOST</title></head><body>'
        '<nav><a href="/">Home</a> <a href="/news/">News</a></nav>'
        "<main><h1>Sorry, this page is no longer available</h1><p>Have a look at our latest stories instead.</p></main>"
        "</body></html>\n"
    ),
    "bad_gateway": _html("502 Bad Gateway", "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.24.0</center>"),
    "database_error": _html("Database Error", "<h1>Error establishing a database connection</h1>"),
    "refresh": _html(
        "Moved", '<p>This page has moved. <a href="ADDRESS">Go on</a></p>', '<meta http-equiv="refresh" content="0; url=ADDRESS">'
    ),
}
