"""What the style guide shows. Names are real places, figures are invented."""

from datetime import date, datetime, timedelta
from typing import Any

import segno
from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from kernel.errors import Busy
from kernel.web import calendars
from kernel.web.forms import PageForm

ZONE = "Asia/Shanghai"


def both(zh: str, en: str) -> str:
    """Sample data in the active language, like the `name` of a row with `name_zh`, `name_en`."""
    return en if get_language() == "en" else zh


def samples(now: datetime) -> dict[str, Any]:
    """The context of the style guide."""
    return {
        "region": {"name": both("黄山", "Huangshan")},
        "tab": "home",
        "basket_count": 2,
        "sample_data": True,
        "zone": ZONE,
        "say": _words(),
        "calendar": calendars.calendar(_days(now.date())),
        "slots": _slots(),
        "departures": _departures(),
        "areas": _areas(),
        "runs": _runs(),
        "parts": _parts(),
        "amounts": _amounts(),
        "stops": _stops(),
        "figures": _figures(),
        "until": now + timedelta(minutes=12, seconds=38),
        "soon": now + timedelta(seconds=58),
        "tomorrow": now + timedelta(days=1, hours=3),
        "steps": [both("行程", "Trip"), both("旅客", "People"), both("付款", "Pay")],
        "form": _form({}),
        "wrong_form": _form({"name": "", "document": "34100219800101001X", "phone": "138"}),
        "refusal": Busy(),
        "code": _code("QY1.HS10240617.1"),
        "map": _map(),
        "places": _places(),
        "people": gate_people(),
    }


def gate_people() -> list[dict[str, str]]:
    kinds = [both("成人", "Adult"), both("成人", "Adult"), both("儿童", "Child")]
    kinds.append(both("长者", "Senior"))
    return [{"name": name, "kind": kind} for name, kind in zip("ABCD", kinds, strict=True)]


def gate_answers() -> dict[str, dict[str, str]]:
    """What a gate says, by tone."""
    early = both(
        "还没到时段：12:00–13:00 入园。请 18 分后再扫，不用换票",
        "Too early: entry is 12:00–13:00. Scan again in 18 minutes",
    )
    look = both("请看身份证：A · 成人 · ****002X", "Look at the document: A · Adult · ****002X")
    return {
        "in": {"word": both("请进", "IN"), "count": both("4 人", "4 people")},
        "stop": {"word": both("请停", "STOP"), "text": early},
        "check": {"word": both("核对", "CHECK"), "text": look},
    }


class SampleForm(PageForm):
    name = forms.CharField()
    document = forms.CharField()
    phone = forms.CharField(widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    kind = forms.ChoiceField()
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    way = forms.ChoiceField(widget=forms.RadioSelect)
    agree = forms.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "name": both("姓名", "Name"),
            "document": both("证件号码", "Document number"),
            "phone": both("手机", "Phone"),
            "kind": both("证件", "Document"),
            "note": both("留言", "Note"),
            "way": both("有一项订不成时", "If one part cannot be booked"),
            "agree": both("我已看过退改规则", "I have read the refund rules"),
        }
        for key, label in labels.items():
            self.fields[key].label = label
        self.fields["document"].help_text = both("与入园时出示的一致", "As shown at the gate")
        kinds = [both("身份证", "Resident ID"), both("护照", "Passport")]
        ways = [both("整单退回", "Release everything"), both("保留其余", "Keep the rest")]
        for field, words in (("kind", kinds), ("way", ways)):
            choices = [(str(number), word) for number, word in enumerate(words)]
            self.fields[field].widget.choices = choices
            self.fields[field].choices = choices  # type: ignore[attr-defined]

    def clean_document(self) -> str:
        raise forms.ValidationError(
            both("身份证最后一位不对，请核对", "The last character does not match. Please check.")
        )


def _form(data: dict[str, str]) -> SampleForm:
    prefix = "wrong" if data else "fresh"
    sent = {f"{prefix}-{name}": value for name, value in data.items()}
    return SampleForm(sent or None, prefix=prefix)


def _words() -> dict[str, str]:
    return {
        "hero": both("今天宜登山", "A good day for the mountain"),
        "weather": both("10月22日 周四 · 光明顶 9 ℃ 多云", "Thu 22 Oct · 9 °C at the top, cloudy"),
        "search": both("景区、班车、住处", "Areas, buses, places to stay"),
        "include": both("含进山大门票", "Includes mountain entry"),
        "not_included": both(
            "不含景交车 ¥19、云谷索道 ¥80。入园前一天 24:00 前可全额退。",
            "Not included: scenic bus ¥19, Yungu Cableway ¥80. Full refund until the day before.",
        ),
        "late": both("S01 晚约 5 分", "S01 is about 5 min late"),
        "late_text": both("后面都接得上，不用改。", "All that follows still fits; change nothing."),
        "wrong_id": both(
            "身份证最后一位不对，请核对", "The ID number does not match. Please check."
        ),
        "refund": both("入园前一天 24:00 前可全额退", "Full refund until the day before entry"),
        "missing": both("还差 D · 长者的证件号", "The document of D, senior, is missing"),
        "hold": both("6 项都已为你保留", "All 6 items are held for you"),
        "free_again": both("过时放回，不会扣款", "then released; nothing is charged"),
        "people": both("4 人 · 10月24日 12:00", "4 people · 24 Oct 12:00"),
        "family": both("A · 成人", "A · Adult"),
        "read_out": both("扫不了就报这六位数", "If it does not scan, read out these six digits"),
        "gate": both("云谷寺 3 号闸", "Yungu gate 3"),
    }


def _days(today: date) -> list[calendars.Day]:
    start = today - timedelta(days=today.weekday())
    lefts = [None, 40, 8, 0, 300, 3, 90]
    days = []
    for offset in range(21):
        day = start + timedelta(days=offset)
        past = day < today
        left = lefts[offset % 7]
        days.append(
            calendars.Day(
                date=day,
                left=left,
                url="" if past or left == 0 else f"?day={day:%Y-%m-%d}",
                closed=both("已过", "Past") if past else "",
                waiting=41 if left == 0 and offset > 14 else None,
                chosen=day == today + timedelta(days=2),
                today=day == today,
            )
        )
    return days


def _slots() -> list[dict[str, Any]]:
    full = both("售罄", "Sold out")
    fits = both("接得上你的班车", "Fits your bus")
    return [
        {"value": "1", "label": "06:30–08:00", "left": 0, "closed": full},
        {"value": "2", "label": "08:00–09:00", "left": 8},
        {"value": "3", "label": "09:00–10:30", "left": 120},
        {"value": "4", "label": "10:30–12:00", "left": 300},
        {"value": "5", "label": "12:00–13:00", "checked": True, "note": fits, "note_tone": "good"},
        {"value": "6", "label": "13:00–15:00", "left": 80},
    ]


def _departures() -> list[dict[str, Any]]:
    left = [14, 9, 0, 7, 30, 22, 18, 40]
    hours = ["07:30", "08:10", "08:50", "09:30", "10:10", "10:50", "11:30", "12:10"]
    closed = both("售罄", "Sold out")
    return [
        {
            "value": hour,
            "label": hour,
            "left": seats,
            "closed": "" if seats else closed,
            "checked": hour == "10:50",
        }
        for hour, seats in zip(hours, left, strict=True)
    ]


def _areas() -> list[dict[str, str]]:
    return [
        {
            "title": both("宏村", "Hongcun"),
            "note": both("07:30–17:30 · 成人 ¥104", "07:30–17:30 · adult ¥104"),
            "word": both("人较多", "Busy"),
            "tone": "few",
            "icon": "crowd",
            "end": both("余票充足", "Plenty of tickets"),
        },
        {
            "title": both("屯溪老街", "Tunxi Old Street"),
            "note": both("全天 · 免费，不用预约", "All day · free, no booking"),
            "word": both("开放", "Open"),
            "tone": "good",
            "icon": "check",
            "end": both("步行街", "Walking street"),
        },
        {
            "title": both("西海观光缆车", "Xihai Funicular"),
            "note": both("07:00–16:30 · 成人 ¥100", "07:00–16:30 · adult ¥100"),
            "word": both("大风暂停", "Stopped by wind"),
            "tone": "bad",
            "icon": "wind",
            "end": both("10:30 再通知", "News at 10:30"),
        },
    ]


def _runs() -> list[dict[str, str]]:
    return [
        {
            "lead": "09:30",
            "title": both("到汤口南大门", "To Tangkou South Gate"),
            "note": both("T01 直通车 · 52 分 · ¥20", "T01 direct · 52 min · ¥20"),
            "word": both("余 7 座", "7 seats left"),
            "tone": "few",
            "icon": "warn",
            "end": both("18 分后", "in 18 min"),
        },
        {
            "lead": "10:00",
            "title": both("到宏村", "To Hongcun"),
            "note": both("T04 · 85 分 · ¥35", "T04 · 85 min · ¥35"),
            "word": both("座位充足", "Plenty of seats"),
            "tone": "good",
            "icon": "check",
            "end": both("48 分后", "in 48 min"),
        },
    ]


def _parts() -> list[dict[str, Any]]:
    each = both("每人", "each")
    return [
        {
            "icon": "bus",
            "title": both("T01 黄山北站 → 寨西", "T01 Huangshan North → Zhaixi"),
            "note": "10:50–11:42 · 3A 3B 3C 3D",
            "fen": 8000,
            "end": f"4 × ¥20 {each}",
        },
        {
            "icon": "ticket",
            "title": both("黄山风景区门票", "Mount Huangshan entry"),
            "note": both("12:00–13:00 入园 · C D 免票", "Entry 12:00–13:00 · C, D free"),
            "fen": 38000,
            "end": f"2 × ¥190 {each}",
        },
        {
            "icon": "gift",
            "title": both("黄山毛峰 100 g", "Maofeng tea 100 g"),
            "note": both("黄山北站取", "Pick up at Huangshan North"),
            "fen": 12000,
            "end": "",
        },
    ]


def _amounts() -> dict[str, Any]:
    rows = [
        (both("交通", "Transport"), both("班车 2 段", "2 rides"), 15600),
        (both("门票和索道", "Tickets"), both("4 人", "4 people"), 66000),
        (both("住宿", "Stay"), both("2 间 1 晚", "2 rooms, 1 night"), 326000),
    ]
    return {
        "rows": [{"label": label, "note": note, "fen": fen} for label, note, fen in rows],
        "total_fen": 407600,
        "note": both("含税费。C、D 免票已减 ¥380。", "Tax included. C and D are free: ¥380 less."),
    }


def _stops() -> list[dict[str, str]]:
    return [
        {
            "time": "10:50",
            "name": both("黄山北站", "Huangshan North"),
            "note": both("站前广场 · 旅游班车区", "Station square, shuttle bays"),
            "end": both("上车", "Board"),
            "kind": "first",
        },
        {"time": "11:04", "name": both("潜口", "Qiankou"), "end": "¥5", "kind": "minor"},
        {
            "time": "11:42",
            "name": both("寨西换乘中心", "Zhaixi Hub"),
            "note": both("换 S01 上云谷寺", "Change to S01 for Yungu"),
            "end": "¥20",
            "kind": "last",
        },
    ]


def _figures() -> list[dict[str, str]]:
    return [
        {"label": both("在园", "Inside"), "value": "15,420", "unit": "/ 50,000"},
        {
            "label": both("今日已约", "Booked today"),
            "value": "31,240",
            "note": both("还可约 12,260", "12,260 free"),
        },
        {"label": both("今日收款", "Taken today"), "value": "¥482,190"},
        {
            "label": both("班车准点", "On time"),
            "value": "96.4",
            "unit": "%",
            "note": both("晚点 4 班", "4 late"),
            "tone": "few",
        },
    ]


def _code(text: str) -> str:
    qr = segno.make_qr(text, error="m")
    return mark_safe(qr.svg_inline(border=0, dark="#111", omitsize=True))  # noqa: S308


def _map() -> str:
    drawing = (
        '<svg viewBox="0 0 400 240" aria-hidden="true">'
        '<path class="q-map__area" d="M150 40l70-18 60 30 12 70-50 50-80-8-36-60z"/>'
        '<path class="q-map__water" d="M20 190q40-30 80-8t60 20-20 30H20z"/>'
        '<path class="q-map__road" d="M20 214Q150 190 190 130T380 30"/>'
        '<path class="q-map__line" d="M60 206Q150 188 190 130"/>'
        '<path class="q-map__cable" d="M190 130L250 70"/>'
        '<circle class="q-map__place" cx="60" cy="206" r="9"/>'
        '<circle class="q-map__place" cx="190" cy="130" r="9"/>'
        '<circle class="q-map__place" cx="250" cy="70" r="9"/>'
        '<text class="q-map__number" x="60" y="206">1</text>'
        '<text class="q-map__number" x="190" y="130">2</text>'
        '<text class="q-map__number" x="250" y="70">3</text></svg>'
    )
    return mark_safe(drawing)  # noqa: S308


def _places() -> list[dict[str, str]]:
    return [
        {"name": both("黄山北站", "Huangshan North"), "note": "132 m"},
        {"name": both("云谷寺", "Yungu"), "note": "890 m", "href": "#map"},
        {"name": both("白鹅岭", "Bai'e Ridge"), "note": "1,663 m"},
    ]
