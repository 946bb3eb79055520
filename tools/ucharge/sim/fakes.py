"""The parts of the simulated chip that the host uses as well: one definition, not two.

They import each other by their names on the chip, so its folder is on the path meanwhile.
"""

import sys
from pathlib import Path

_CHIP = str(Path(__file__).parent / "chip")

sys.path.insert(0, _CHIP)
try:
    import app_image  # pyright: ignore[reportMissingImports]
    import esp32  # pyright: ignore[reportMissingImports]
    import nor  # pyright: ignore[reportMissingImports]
    import ota_boot  # pyright: ignore[reportMissingImports]
finally:
    sys.path.remove(_CHIP)

__all__ = ["app_image", "esp32", "nor", "ota_boot"]
