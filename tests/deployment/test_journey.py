"""The journey of the first day through nginx and the eight processes, walked in Chromium."""

from playwright.sync_api import Browser

from tests.browser import test_journey as steps
from tests.browser.conftest import Watched
from tests.deployment.stack import Deployment


def test_from_the_agenda_to_a_badge_across_all_processes(browser: Browser, deployment: Deployment) -> None:
    phone = Watched(
        browser.new_context(viewport={"width": 360, "height": 800}, is_mobile=True, has_touch=True),
        deployment.base,
    )
    desk = Watched(browser.new_context(viewport={"width": 1280, "height": 900}), deployment.base)
    steps.look_at_the_agenda(phone)
    steps.register(phone)
    steps.sign_in(desk, deployment)
    steps.approve(desk)
    steps.see_the_badge(phone)
    steps.move_a_session(desk)
    steps.expect_the_new_time(phone)
    assert phone.wrong == []
    assert desk.wrong == []
