"""Signs of a server's own trouble on a page that answers 200: the page behind it may well be there, so it cannot be told."""

from linkwatch.extract.signals.signal import Signal

_STATUS = (
    r"(?:(?:http )?(?:error )?5\d\d[ :–-]*)?"
    r"(?:internal server error|bad gateway|(?:the )?service (?:is )?(?:temporarily )?unavailable|gateway time-?out"
    r"|web server is down|bandwidth limit exceeded|server error|temporarily unavailable|application error)(?: 5\d\d)?"
)
_DATABASE = r"error establishing a database connection|database (?:connection )?error"
_MAINTENANCE = (
    r"(?:(?:site|website|scheduled|planned) )?(?:is )?(?:currently )?(?:under |down for |undergoing )?(?:scheduled )?maintenance"
    r"(?: mode)?|we(?:['’]ll| will) be (?:right )?back(?: soon| shortly)?|(?:site |website )?(?:coming soon|under construction)"
    r"|wartungs(?:arbeiten|modus)|(?:site |sito )?en maintenance|in manutenzione|en mantenimiento"
)
_SUSPENDED = r"(?:this )?(?:account|site|website)(?: has been| is)? (?:temporarily )?suspended|(?:compte|cuenta) suspend\w+"
_UNCONFIGURED = (
    r"welcome to nginx|apache2? .{0,40}default page(?:: it works)?|it works|iis windows(?: server)?"
    r"|(?:web server(?:['’]s)? )?default page"
)
_IN_TEXT = (
    r"there has been a critical error on this website|website encountered an unexpected error"
    r"|briefly unavailable for scheduled maintenance|(?:fatal|parse) error: "
    r"|application error: a (?:client|server)-side exception|temporarily unable to service your request"
    r"|web server is successfully installed|the page you are looking for is temporarily unavailable"
)

FAILURES = (
    Signal("headline", False, "server's error as headline", "RFC 9110, 15.6, and nginx's error pages", _STATUS),
    Signal("headline", False, "database error as headline", "WordPress: dead_db", _DATABASE),
    Signal("headline", False, "maintenance as headline", "usual wording", _MAINTENANCE),
    Signal("headline", False, "suspended account as headline", "cPanel: suspendedpage.cgi", _SUSPENDED),
    Signal("headline", False, "server without a site", "what web servers show as they are installed", _UNCONFIGURED),
    Signal("text", False, "failure in text", "WordPress, Drupal, PHP, Next.js, Apache, nginx", _IN_TEXT),
    Signal("few", False, "few words", "suspicion.md, 6"),
)
