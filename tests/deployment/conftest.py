"""One deployment for all tests of this folder, with the demonstration conference in it."""

from collections.abc import Iterator

import pytest

from tests.deployment.stack import Deployment, deployed_stack


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployed_stack(tmp_path_factory.mktemp("deployment")) as started:
        started.start()
        started.seed_demo()
        yield started
