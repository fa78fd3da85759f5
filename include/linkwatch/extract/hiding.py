"""What hides a link from readers: attributes, inline styles, and the page's own <style> rules with simple selectors.

Only what the page itself shows is judged: rules of linked style sheets, scripts and compound selectors are not known.
Menus, tabs, accordions and text for screen readers are hidden for a reason, and Google exempts them: they do not count
(reference: suspicion.md, rule H1; Google Search spam policies, "Hidden text and links").
"""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkwatch.extract.zones import ancestors
from linkwatch.model import Zone

MAX_CSS = 2_000_000  # characters of <style> read: of 91 news pages six have more than 300,000, the largest 1,000,000
OFF_SCREEN_PX = -999.0
REASON_LEVELS = 4

_INNOCENT_TAGS = frozenset(("details", "dialog", "nav", "noscript"))
_INNOCENT_ROLES = frozenset(
    ("tabpanel", "tab", "tablist", "menu", "menubar", "menuitem", "navigation", "dialog", "listbox", "tooltip", "search")
)
_INNOCENT_NAMES = re.compile(
    r"(?:^|[\s_-])(?:sr-only\S*|visually-?hidden\S*|screen-?reader\S*|show-for-sr|assistive-text|a11y\S*|skip-?(?:to-?|nav|link)\S*"
    r"|tab-?(?:s|pane|panel|content)?|accordion|collaps\w*|dropdown|sub-?menu|mega-?menu|menu|nav|navbar|modal|popup|popover"
    r"|tooltip|off-?canvas|drawer|carousel|slider?|swiper|toggle|faq|spoiler)(?=$|[\s_-])"
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_MEDIA_THAT_APPLY = re.compile(r"@media\s+(?:all|screen|only screen)|@supports.*|@layer.*", re.IGNORECASE | re.DOTALL)
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?", re.IGNORECASE)
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|em|rem|pt|%|vw|vh|ch)?")
_PX = {
    "em": 16.0,
    "rem": 16.0,
    "pt": 4 / 3,
    "vw": 12.8,
    "vh": 7.2,
    "ch": 8.0,
    "px": 1.0,
    None: 1.0,
    "%": 10.0,
}  # 100 % of 1000 px
_OF_INTEREST = frozenset(
    (
        *("display", "visibility", "opacity", "font-size", "text-indent", "position", "left", "right", "top", "margin-left"),
        *(
            "transform",
            "transition",
            "animation",
            "width",
            "height",
            "max-width",
            "max-height",
            "overflow",
            "overflow-x",
            "overflow-y",
            "clip",
            "clip-path",
        ),
    )
)

_FADES_IN = frozenset(("transform", "transition", "animation"))  # shown as the reader scrolls; servers render its first frame


class Hiding:
    """Answers for one page what hides a link of it."""

    def __init__(self, document: LexborHTMLParser) -> None:
        self._rules = _sheets(tuple(node.text() for node in document.css("style")))
        self._document = document
        self._memo: dict[int, tuple[str, bool]] = {}

    def of(self, node: LexborNode, zone: Zone) -> str:
        """What hides the link, e.g. "display:none"; "" for a visible link and for one that is hidden for a reason.

        A reason stands on the link, on what hides it, between the two, or up to REASON_LEVELS above.
        """
        if zone is Zone.NAV:
            return ""
        hidden_by, levels_left = "", REASON_LEVELS
        for element in ancestors(node):
            reason, innocent = self._judge(element)
            if innocent:
                return ""
            hidden_by = hidden_by or reason
            levels_left -= bool(hidden_by)
            if levels_left < 0:
                break
        return hidden_by

    def _judge(self, element: LexborNode) -> tuple[str, bool]:
        key = element.mem_id
        if key not in self._memo:
            tag, attributes = element.tag or "", element.attributes
            reason = self._hides(tag, attributes)
            innocent = _is_innocent(element, tag, attributes)
            if reason and not innocent:
                innocent = attributes.get("id") in self._controlled or _follows_a_control(element)
            self._memo[key] = (reason, innocent)
        return self._memo[key]

    @cached_property
    def _controlled(self) -> frozenset[str]:
        controls = self._document.css("[aria-controls]")
        return frozenset(name for node in controls for name in (node.attributes["aria-controls"] or "").split())

    def _hides(self, tag: str, attributes: Mapping[str, str | None]) -> str:
        if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
            return "hidden attribute"
        inline = attributes.get("style")
        if not inline and not self._rules:
            return ""
        style = self._style(tag, attributes, inline or "")
        return _reason(style) if style else ""

    def _style(self, tag: str, attributes: Mapping[str, str | None], inline: str) -> dict[str, str]:
        names = [f".{name}" for name in (attributes.get("class") or "").split()[:30]]
        selectors = ["*", tag, *names, *(f"{tag}{name}" for name in names)]
        if attributes.get("id"):
            selectors += [f"#{attributes['id']}", f"{tag}#{attributes['id']}"]
        style: dict[str, str] = {}
        important: dict[str, str] = {}
        for declarations in (*(self._rules.get(selector, {}) for selector in selectors), _declarations(inline)):
            for name, value in declarations.items():
                plain = value.removesuffix("!important").rstrip()
                (style if plain == value else important)[name] = plain
        return style | important


def _follows_a_control(element: LexborNode) -> bool:
    before = element.prev
    while before is not None and before.tag in ("-text", "-comment"):
        before = before.prev
    return before is not None and before.css_first("[aria-expanded],[aria-controls]") is not None


def _is_innocent(element: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> bool:
    if tag in _INNOCENT_TAGS or "aria-expanded" in attributes or attributes.get("role") in _INNOCENT_ROLES:
        return True
    if tag in ("html", "body"):
        return False
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
    # A wrapper that holds the main part is named after a layout that it takes part in ("dialog-off-canvas-main-canvas").
    return _INNOCENT_NAMES.search(names[:500]) is not None and element.css_first("main,[role=main],h1") is None


def _sheets(sheets: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    """Rules of all style sheets of a page. Each is read by itself: what one leaves open ends with it."""
    if len(sheets) == 1:
        return _rules(sheets[0][:MAX_CSS])
    rules: dict[str, dict[str, str]] = {}
    left = MAX_CSS
    for sheet in sheets:
        for selector, declarations in _rules(sheet[:left]).items():
            rules.setdefault(selector, {}).update(declarations)
        left = max(0, left - len(sheet))
    return rules


@lru_cache(maxsize=64)  # the pages of a site share their <style>
def _rules(css: str) -> dict[str, dict[str, str]]:
    """Declarations that may hide, by simple selector; a later rule overrides an earlier one."""
    rules: dict[str, dict[str, str]] = {}
    around: list[str] = []  # at-rules that are open
    for chunk in _COMMENT.sub("", css).split("}"):
        *opened, body = chunk.split("{")
        if not opened:
            around = around[:-1]
            continue
        around += [prelude.strip() for prelude in opened[:-1]]
        declarations = _declarations(body) if all(_MEDIA_THAT_APPLY.fullmatch(prelude) for prelude in around) else {}
        if declarations:
            for selector in opened[-1].rpartition(";")[2].split(","):
                name = selector.strip()
                if name == "*" or (name and _SIMPLE.fullmatch(name)):
                    rules.setdefault(name, {}).update(declarations)
    return rules


def _declarations(style: str) -> dict[str, str]:
    found = {}
    for declaration in style.lower().split(";")[:100]:
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name in _OF_INTEREST:
            found[name] = " ".join(value.split())
    return found


def _reason(style: Mapping[str, str]) -> str:
    if style.get("display") == "none":
        return "display:none"
    if style.get("visibility") in ("hidden", "collapse") and _FADES_IN.isdisjoint(style):
        return f"visibility:{style['visibility']}"
    if _px(style.get("opacity")) == 0 and _FADES_IN.isdisjoint(style):
        return "opacity:0"
    if _px(style.get("font-size")) == 0:
        return "font-size:0"
    return _off_screen(style) or _cut_away(style)


def _off_screen(style: Mapping[str, str]) -> str:
    placed = style.get("position") != "static"  # often set by a style sheet that we do not see
    for name in ("text-indent", "left", "top", "right", "margin-left"):
        length = _px(style.get(name))
        if length is not None and length <= OFF_SCREEN_PX and (placed or name in ("text-indent", "margin-left")):
            return f"{name}:{style[name]}"
    return ""


def _cut_away(style: Mapping[str, str]) -> str:
    if any(style.get(name) in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y")):
        for name in ("width", "height", "max-width", "max-height"):
            length = _px(style.get(name))
            if length is not None and 0 <= length <= 1 and not style[name].endswith("%"):
                return f"{name}:{style[name]} with overflow:hidden"
    clip = style.get("clip", "").replace(",", " ").replace(" ", "")
    if style.get("position") in ("absolute", "fixed") and re.fullmatch(r"rect\((?:[01](?:px)?){4}\)", clip):
        return "clip"
    if re.fullmatch(r"inset\((?:50|100)%\)|circle\(0(?:px|%)?.*\)", style.get("clip-path", "")):
        return "clip-path"
    return ""


def _px(value: str | None) -> float | None:
    length = _LENGTH.fullmatch(value) if value else None
    return float(length[1]) * _PX[length[2]] if length else None
