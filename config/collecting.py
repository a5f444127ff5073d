"""How the web workers collect garbage; a bench that measures in its own process does the same."""

import gc


def spare_what_is_loaded() -> None:
    """What is loaded by now lives as long as the process: the collector need not walk it again and again
    while a crowd waits (a full walk takes longer than placing fifty orders). What is young is walked in
    bites of a few milliseconds: fifty thousand objects at a time were a pause of thirty.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 200)
