"""Every process ends by itself when it is asked to, while people are at work, and comes back to go on."""

from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Browser, expect

from tests.deployment.stack import ROLES, Deployment
from tests.faults.ledger import settle_accounts, wait_until_drained
from tests.faults.load import Load, open_registration
from tests.harness import SLUG

WORKERS = [name for name in ROLES if name.endswith("-worker")]
WEBS = [name for name in ROLES if name.endswith("-web")]


def test_each_process_ends_cleanly_within_thirty_seconds_under_load(deployment: Deployment) -> None:
    load = Load(deployment.port, open_registration(deployment.environ()), pause=0.05, name="stop-")
    load.start()
    for names in (WORKERS, WEBS, ["nginx"]):
        taken = load.accepted
        with ThreadPoolExecutor(len(names)) as together:
            for seconds in together.map(lambda name: deployment.containers[name].stop(), names):
                assert seconds < 30
        deployment.start(*names)
        load.wait_for(taken + 1)
    load.finish()
    wait_until_drained(deployment.environ())
    ledger = settle_accounts(deployment.environ(), load.accepted)
    assert load.refused == []
    assert ledger.clean, ledger


def test_a_reader_waits_on_a_friendly_page_that_gives_way_as_soon_as_the_service_is_back(
    browser: Browser, deployment: Deployment
) -> None:
    deployment.containers["sessions-web"].kill()
    page = browser.new_page()
    page.goto(f"{deployment.base}/sessions/{SLUG}/")
    expect(page.get_by_role("heading", name="One moment, please")).to_be_visible()
    deployment.restart("sessions-web")
    expect(page.get_by_role("heading", name="Opening").first).to_be_visible(timeout=10_000)
    page.close()
