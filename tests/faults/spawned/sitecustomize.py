"""Python runs this first in whatever an armed process spawns: it passes the point on that FAULT_POINT names."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3]))

from tests.faults.web_points import arm

arm(os.environ["FAULT_POINT"])
