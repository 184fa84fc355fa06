"""The page where the mails of a demonstration can be read."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Flask, Response

from shared.auth import public
from shared.auth.guard import install_guard
from shared.errors import NotFound
from shared.mail.mailbox import Mailbox
from shared.web import assets
from shared.web.factory import install_templates
from shared.web.headers import install_headers
from shared.web.pages import render
from shared.web.problems import install_problems

HTML_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox allow-popups"


def make_mailbox_app(mail_url: str) -> Flask | None:
    """An app at /mailbox/ for a mailbox: URL; None where mail really leaves the house."""
    if urlsplit(mail_url).scheme != "mailbox":
        return None
    mailbox = Mailbox(Path(unquote(urlsplit(mail_url).path)))
    app = Flask(
        "plenary.mailbox", template_folder=str(assets.STATIC.parent / "templates"), static_folder=None
    )
    install_problems(app)
    install_headers(app, https=False)
    install_guard(app, lambda _conference: None)
    install_templates(app)
    app.register_blueprint(_pages(mailbox))
    return app


def _pages(mailbox: Mailbox) -> Blueprint:
    pages = Blueprint("mailbox", __name__, url_prefix="/mailbox")

    @pages.get("/")
    @public
    def show_list() -> str:
        return render("mailbox.html", mails=mailbox.list(), mail=None)

    @pages.get("/<name>")
    @public
    def show_mail(name: str) -> str:
        stored = mailbox.get(name)
        files = [
            {"name": item.name, "url": f"/mailbox/{name}/files/{item.number}"} for item in stored.attachments
        ]
        mail = {
            "to": stored.to,
            "subject": stored.subject,
            "sent_at": stored.sent_at,
            "text": stored.text,
            "html": stored.html,
            "html_url": f"/mailbox/{name}/html",
            "attachments": files,
        }
        return render("mailbox.html", mails=(), mail=mail)

    @pages.get("/<name>/html")
    @public
    def show_html(name: str) -> Response:
        response = Response(mailbox.get(name).html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = HTML_CSP
        return response

    @pages.get("/<name>/files/<int:number>")
    @public
    def download(name: str, number: int) -> Response:
        for item in mailbox.get(name).attachments:
            if item.number == number:
                response = Response(item.content, mimetype=item.content_type)
                response.headers.set("Content-Disposition", "attachment", filename=item.name)
                return response
        raise NotFound

    return pages
