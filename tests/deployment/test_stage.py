"""The stage behind nginx: a viewer does not notice that the gateway is gone for five seconds."""

from playwright.sync_api import Browser

from tests.browser.conftest import Watched
from tests.browser.watching import seen, start_sampling, wait_for_picture
from tests.deployment.stack import Deployment
from tests.harness import SLUG

AWAY_SECONDS = 5
GATEWAY = ("streaming-gateway-worker", "streaming-gateway-web")


def test_the_picture_goes_on_while_the_gateway_is_killed_and_away_for_five_seconds(
    browser: Browser, deployment: Deployment
) -> None:
    viewer = Watched(browser.new_context(viewport={"width": 320, "height": 360}), deployment.base)
    page = viewer.open(f"/live/{SLUG}/")
    wait_for_picture(page, 60)
    page.wait_for_timeout(12_000)  # as much in hand as a player takes
    start_sampling(page)
    for name in GATEWAY:
        deployment.containers[name].kill()
    page.wait_for_timeout(AWAY_SECONDS * 1000)
    for name in GATEWAY:
        deployment.containers[name].start()
    page.wait_for_timeout(15000)
    what = seen(page)
    # What is in hand is the gateway's doing; a picture that stands with seconds in hand is a busy machine's.
    assert what.least > 0.5, what
    assert what.played >= AWAY_SECONDS + 13, what
    deployment.wait_healthy()
