"""Every word of the gate's own program: it is given all of them in every language when it loads.

A name that begins with "why_" is followed by the code of a refusal.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.vouchers import reasons

TEXTS = {
    "title": _("Gate"),
    "in": pgettext_lazy("gate", "IN"),
    "out": pgettext_lazy("gate", "OUT"),
    "stop": pgettext_lazy("gate", "STOP"),
    "check": pgettext_lazy("gate", "CHECK"),
    "ready": pgettext_lazy("gate", "Scan"),
    "way_in": pgettext_lazy("gate", "Way in"),
    "way_out": pgettext_lazy("gate", "Way out"),
    "person": _("1 person"),
    "persons": _("{n} people"),
    "left": _("{n} more may still enter with this code"),
    "age": _("age {n}"),
    "compare": _("Compare the document"),
    "holder": _("Guest"),
    "field": _("Code, digits or document number"),
    "go": pgettext_lazy("gate", "Check it"),
    "how_many": _("How many enter now"),
    "all": pgettext_lazy("gate", "all"),
    "camera": pgettext_lazy("gate", "Camera"),
    "camera_off": pgettext_lazy("gate", "Camera off"),
    "no_camera": _("The camera cannot be used here. It needs https and your leave."),
    "enrol_title": _("Enrol this device"),
    "enrol_text": _("Type the eight letters that the desk gave you."),
    "enrol_go": _("Enrol"),
    "locked_title": _("Locked"),
    "locked_text": _("The desk has shut this device out. Its list was removed."),
    "locked_queue": _("{n} scans were not sent. Keep the device and tell the desk."),
    "second": _("The gate is open in another window of this device."),
    "loading": _("Loading today's list …"),
    "online": pgettext_lazy("gate", "online"),
    "offline": pgettext_lazy("gate", "offline"),
    "queue": _("{n} to send"),
    "age_s": _("list {n} s old"),
    "age_min": _("list {n} min old"),
    "load_s": _("{n} s ago"),
    "load_min": _("{n} min ago"),
    "load": pgettext_lazy("gate", "How busy it is here"),
    "battery": _("battery {n} %"),
    "clock": _("clock off by {n} s"),
    "clock_bad": _("clock not to be trusted"),
    "no_list": _("no list of today"),
    "document_title": _("The clock of this device is wrong."),
    "document_text": _("Look at the time and at the document, and type its number."),
    "good_between": _("good from {from} until {until}"),
    "belongs": _("Not here. Please go to: {where}"),
    "departures_title": _("Which departure is yours?"),
    "departures_open": pgettext_lazy("gate", "Departures"),
    "no_departures": _("No departure leaves about now."),
    "needs_network": _("This needs the network. Try again where there is one."),
    "back": pgettext_lazy("gate", "Back"),
    "list_of": _("List · {n} of {all} aboard"),
    "everybody": pgettext_lazy("gate", "Everybody"),
    "at_stop": _("We are at"),
    "counts": _("On: {on} · off: {off} · aboard: {aboard} · missing: {missing}"),
    "ending": _("Ends in {ending}: {n} could be meant. Compare the document."),
    "group_could_be": _("Who it could be"),
    "group_on": _("Gets on here ({n})"),
    "group_off": _("Gets off here ({n})"),
    "group_missing": _("Did not come ({n})"),
    "group_aboard": _("Aboard ({n})"),
    "group_later": _("Gets on later ({n})"),
    "is_aboard": pgettext_lazy("gate", "aboard"),
    "board": _("Let on: seat {seat}"),
    "undo": _("Undo"),
    "undo_why": _("Why is this entry undone?"),
    "why_undone": _("Undone"),
    "sign_in": _("Sign in"),
    **{f"why_{code}": words for code, words in reasons.WORDS.items()},
    "why_not_enough": _("Only {n} can still enter with this code."),
    "why_digits_alone": _("Six digits need the network. Ask for the code, or the document."),
    "why_not_bound": _("This gate is offline: it lets in only who is bound to it."),
    "why_document_differs": _("The document is not the holder's."),
}


def why(code: str) -> str:
    """Why a gate did not let somebody in, for the back office."""
    return reasons.words_of(code) if code in reasons.WORDS else str(TEXTS.get(f"why_{code}", code))
