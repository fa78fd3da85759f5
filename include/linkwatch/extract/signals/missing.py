"""Signs of an error page that answers 200 where it should answer 404. A suspicion without these signs is `doubt.py`'s."""

from linkwatch.extract.signals.signal import Signal

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

MISSING = (
    Signal("title", False, "error phrase in title", "suspicion.md, 6", _NOT_FOUND),
    Signal("h1", False, "error phrase in heading", "suspicion.md, 6", _NOT_FOUND),
    Signal("body", False, "body class error404", "WordPress: get_body_class", r"(?:^|\s)error404(?:\s|$)"),
    Signal("path", False, "redirect to an error page", "suspicion.md, 6", r"/404(?:[/.?]|$)|/(?:page-?)?not-?found(?:[/.?]|$)"),
    Signal("few", False, "few words", "suspicion.md, 6"),
)
