"""Cells and files that do not hold, each with the one fault that is told of it."""

from __future__ import annotations

from tests.transport.feeds.gtfs.zips import CALENDAR, GOOD, stops, table, times

CELLS = {
    "an id that no index holds": (
        stops("s" * 256 + ",站,30.0,118.0"),
        "stops.txt, line 5, column stop_id: is longer than 255 characters",
    ),
    "a column with a control character in its name": (
        table("trips", "route_id,service_id,trip_id,a\x00b\nT1,DAILY,T1-1,x\n"),
        "trips.txt, line 1: a column has no name",
    ),
    "an empty name": (
        table(
            "agency",
            "agency_id,agency_name,agency_url,agency_timezone\nQY,,https://a.example/,Asia/Shanghai\n",
        ),
        "agency.txt, line 2, column agency_name: is empty",
    ),
    "a time zone of nowhere": (
        table(
            "agency",
            "agency_id,agency_name,agency_url,agency_timezone\nQY,A,https://a.example/,Asia/Huangshan\n",
        ),
        "agency.txt, line 2, column agency_timezone: "
        "“Asia/Huangshan” is not a time zone like Asia/Shanghai",
    ),
    "a time zone that is a path": (
        table(
            "agency",
            "agency_id,agency_name,agency_url,agency_timezone\nQY,A,https://a.example/,../../etc/passwd\n",
        ),
        "agency.txt, line 2, column agency_timezone: "
        "“../../etc/passwd” is not a time zone like Asia/Shanghai",
    ),
    "an address that is a script": (
        table(
            "agency",
            "agency_id,agency_name,agency_url,agency_timezone\nQY,A,javascript:alert(1),Asia/Shanghai\n",
        ),
        "agency.txt, line 2, column agency_url: “javascript:alert(1)” is not a web address",
    ),
    "a latitude beyond the pole": (
        stops("x,X,90.5,118.0"),
        "stops.txt, line 5, column stop_lat: 90.5 is not between -90 and 90",
    ),
    "a longitude that is no number": (
        stops("x,X,30.5,nan"),
        "stops.txt, line 5, column stop_lon: “nan” is not a number",
    ),
    "a longitude that is endless": (
        stops("x,X,30.5,1e999"),
        "stops.txt, line 5, column stop_lon: “1e999” is not a number",
    ),
    "a stop in the gulf of Guinea": (
        stops("x,X,0.0,0.0"),
        "stops.txt, line 5, column stop_lat: lies at 0, 0 or at a pole",
    ),
    "a NUL in a name": (
        stops("x,X\0Y,30.0,118.0"),
        "stops.txt, line 5, column stop_name: has control characters in it",
    ),
    "a name that lost its characters": (
        stops("x,�,30.0,118.0"),
        "stops.txt, line 5, column stop_name: "
        "has characters in it that were lost when the file was made",
    ),
    "a colour by name": (
        table("routes", "route_id,route_short_name,route_type,route_color\nT1,T1,3,red\n"),
        "routes.txt, line 2, column route_color: “red” is not a colour like 0039A6",
    ),
    "a route type in words": (
        table("routes", "route_id,route_short_name,route_type\nT1,T1,bus\n"),
        "routes.txt, line 2, column route_type: “bus” is not a whole number",
    ),
    "a time without seconds": (
        times("T1-1,08:00,08:00:00,north,1", "T1-1,09:00:00,09:00:00,town,2"),
        "stop_times.txt, line 2, column arrival_time: “08:00” is not a time like 06:30:00",
    ),
    "a time before the day": (
        times("T1-1,-1:00:00,08:00:00,north,1", "T1-1,09:00:00,09:00:00,town,2"),
        "stop_times.txt, line 2, column arrival_time: “-1:00:00” is not a time like 06:30:00",
    ),
    "a time with sixty minutes": (
        times("T1-1,08:60:00,08:00:00,north,1", "T1-1,09:00:00,09:00:00,town,2"),
        "stop_times.txt, line 2, column arrival_time: “08:60:00” is not a time like 06:30:00",
    ),
    "a time in other digits": (
        times("T1-1,०८:00:00,08:00:00,north,1", "T1-1,09:00:00,09:00:00,town,2"),
        "stop_times.txt, line 2, column arrival_time: “०८:00:00” is not a time like 06:30:00",
    ),
    "a huge number": (
        times("T1-1,08:00:00,08:00:00,north,1", "T1-1,09:00:00,09:00:00,town,99999999999999999999"),
        "stop_times.txt, line 3, column stop_sequence: “99999999999999999999” is not a whole number",
    ),
    "a number that a database cannot hold": (
        times("T1-1,08:00:00,08:00:00,north,1", "T1-1,09:00:00,09:00:00,town,2147483648"),
        "stop_times.txt, line 3, column stop_sequence: 2147483648 is not between 0 and 2147483647",
    ),
    "a negative sequence": (
        times("T1-1,08:00:00,08:00:00,north,-1", "T1-1,09:00:00,09:00:00,town,2"),
        "stop_times.txt, line 2, column stop_sequence: -1 is not between 0 and 2147483647",
    ),
    "a way to get on that nobody knows": (
        table(
            "stop_times",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type\n"
            "T1-1,08:00:00,08:00:00,north,1,9\nT1-1,09:00:00,09:00:00,town,2,\n",
        ),
        "stop_times.txt, line 2, column pickup_type: “9” is not one of: 0, 1, 2, 3",
    ),
    "a day that does not exist": (
        table("calendar", CALENDAR + "DAILY,1,1,1,1,1,1,1,20260230,20271231\n"),
        "calendar.txt, line 2, column start_date: “20260230” is not a day like 20261001",
    ),
    "a day with hyphens": (
        table("calendar", CALENDAR + "DAILY,1,1,1,1,1,1,1,2026-02-03,20271231\n"),
        "calendar.txt, line 2, column start_date: “2026-02-03” is not a day like 20261001",
    ),
    "a Monday of two": (
        table("calendar", CALENDAR + "DAILY,2,1,1,1,1,1,1,20260101,20271231\n"),
        "calendar.txt, line 2, column monday: “2” is not one of: 0, 1",
    ),
    "a price in words": (
        table(
            "fare_attributes",
            "fare_id,price,currency_type,payment_method,transfers\nF,¥19,CNY,0,\n",
        ),
        "fare_attributes.txt, line 2, column price: “¥19” is not an amount of money",
    ),
    "a price below nothing": (
        table(
            "fare_attributes",
            "fare_id,price,currency_type,payment_method,transfers\nF,-19,CNY,0,\n",
        ),
        "fare_attributes.txt, line 2, column price: must not be less than 0",
    ),
    "a currency in words": (
        table(
            "fare_attributes",
            "fare_id,price,currency_type,payment_method,transfers\nF,19,yuan,0,\n",
        ),
        "fare_attributes.txt, line 2, column currency_type: “yuan” is not a currency code like CNY",
    ),
    "departures all at once": (
        table(
            "frequencies", "trip_id,start_time,end_time,headway_secs\nT1-1,08:00:00,09:00:00,0\n"
        ),
        "frequencies.txt, line 2, column headway_secs: 0 is not between 1 and 2147483647",
    ),
}

SHEETS = {
    "a file that is missing": ({"routes.txt": None}, "routes.txt: this file is missing"),
    "no calendar at all": ({"calendar.txt": None}, "calendar.txt: this file is missing"),
    "no stops": ({"stops.txt": None}, "stops.txt: this file is missing"),
    "a column that is missing": (
        table("trips", "route_id,trip_id\nT1,T1-1\n"),
        "trips.txt, line 1, column service_id: this column is missing",
    ),
    "a column twice": (
        table("trips", "route_id,service_id,trip_id,trip_id\nT1,DAILY,T1-1,T1-1\n"),
        "trips.txt, line 1, column trip_id: this column is here twice",
    ),
    "a column without a name": (
        table("trips", "route_id,service_id,trip_id,\nT1,DAILY,T1-1,\n"),
        "trips.txt, line 1: a column has no name",
    ),
    "a row that is too short": (
        table("trips", "route_id,service_id,trip_id\nT1,DAILY,T1-1\nT1,DAILY\n"),
        "trips.txt, line 3: has 2 cells, the header has 3",
    ),
    "a row that is too long": (
        table("trips", "route_id,service_id,trip_id\nT1,DAILY,T1-1,x\n"),
        "trips.txt, line 2: has 4 cells, the header has 3",
    ),
    "a quote that does not end": (
        table("trips", 'route_id,service_id,trip_id\nT1,DAILY,"T1-1\n'),
        "trips.txt, line 2: is not CSV: unexpected end of data",
    ),
    "a quote that ends too early": (
        table("trips", 'route_id,service_id,trip_id\nT1,"DAI"LY,T1-1\n'),
        "trips.txt, line 2: is not CSV: ',' expected after '\"'",
    ),
    "a cell without an end": (
        table("trips", f"route_id,service_id,trip_id\nT1,DAILY,{'x' * 200_000}\n"),
        "trips.txt, line 2: is not CSV: field larger than field limit (131072)",
    ),
    "another encoding": (
        {"stops.txt": GOOD["stops.txt"].encode("gb18030")},
        "stops.txt, line 2: is not UTF-8 text",
    ),
    "UTF-16": (
        {"stops.txt": GOOD["stops.txt"].encode("utf-16")},
        "stops.txt, line 1: is not UTF-8 text",
    ),
    "half a surrogate pair": (
        {"stops.txt": GOOD["stops.txt"].encode().replace("汤口".encode(), b"\xed\xa0\x80")},
        "stops.txt, line 3: is not UTF-8 text",
    ),
    "a table without a column that we know": (
        table("transfers", "\nfrom_stop_id\n"),
        "transfers.txt, line 1: a column has no name",
    ),
}
