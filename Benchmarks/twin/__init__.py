"""The PyTorch programs that disttrain is measured against."""

import sys
from pathlib import Path

# The networks are those of the agreement tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests" / "Peers"))
