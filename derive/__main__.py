"""python -m derive"""

import gc

gc.disable()  # nothing that is imported is ever garbage

from derive.cli import main  # noqa: E402

gc.freeze()
gc.enable()
main()
