"""Makes a checkout ready: `python3 deploy/setup run` to serve, `check` to develop, `test` for the whole suite.

Runs before anything is installed, so it needs nothing but Python's standard library.
"""

import sys

import browser_code
import progress
import python_packages
import stamps
import system_packages

PURPOSES = ("run", "check", "test")


def main(arguments: list[str]) -> int:
    """Do what is not done yet; 0 when everything is there, 1 with a sentence saying what is missing."""
    if len(arguments) != 1 or arguments[0] not in PURPOSES:
        print(f"Usage: python3 deploy/setup {'|'.join(PURPOSES)}", file=sys.stderr)
        return 2
    try:
        if arguments[0] == "test":
            system_packages.require_for_tests()
        set_up(for_tests=arguments[0] != "run")
    except progress.CannotGoOn as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; the next run continues.", file=sys.stderr)
        return 130
    return 0


def set_up(*, for_tests: bool) -> None:
    """Install what the stamps say is missing; the second run only looks."""
    if stamps.is_current(for_tests=for_tests):
        return
    with progress.steps(3) as step:
        step("Python environment in .venv", python_packages.create_environment)
        step("Python packages", lambda: python_packages.install(for_tests=for_tests))
        step("Browser code and fonts", lambda: browser_code.install(for_tests=for_tests))
    stamps.write(for_tests=for_tests)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
