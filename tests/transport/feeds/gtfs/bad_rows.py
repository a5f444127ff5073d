"""Rows that do not hold together, each with the one fault that is told; and what is only odd."""

from __future__ import annotations

from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import CALENDAR, GOOD, STOP_TIMES, stops, table, times

ROWS = {
    "the same stop twice": (
        stops("town,汤口二,30.0,118.0"),
        "stops.txt, line 5, column stop_id: is the same as line 3",
    ),
    "the same place in a trip twice": (
        times(
            "T1-1,08:00:00,08:00:00,north,1",
            "T1-1,09:00:00,09:00:00,town,1",
        ),
        "stop_times.txt, line 3, column trip_id, stop_sequence: is the same as line 2",
    ),
    "a trip of no route": (
        table("trips", "route_id,service_id,trip_id\nT9,DAILY,T1-1\n"),
        "trips.txt, line 2, column route_id: nothing in routes.route_id is called “T9”",
    ),
    "a trip on no days": (
        table("trips", "route_id,service_id,trip_id\nT1,SOMETIMES,T1-1\n"),
        "trips.txt, line 2, column service_id: "
        "nothing in calendar.service_id is called “SOMETIMES”",
    ),
    "departures of no trip": (
        table("frequencies", "trip_id,start_time,end_time,headway_secs\nT9,08:00:00,09:00:00,60\n"),
        "frequencies.txt, line 2, column trip_id: nothing in trips.trip_id is called “T9”",
    ),
    "a stop time at no stop": (
        times("T1-1,08:00:00,08:00:00,south,1", "T1-1,09:00:00,09:00:00,town,2"),
        "stop_times.txt, line 2, column stop_id: nothing in stops.stop_id is called “south”",
    ),
    "a stop time nowhere": (
        times("T1-1,08:00:00,08:00:00,north,1", "T1-1,09:00:00,09:00:00,,2"),
        "stop_times.txt, line 3, column stop_id: is empty",
    ),
    "a trip of one stop": (
        times("T1-1,08:00:00,08:00:00,north,1"),
        "stop_times.txt, line 2, column trip_id: a trip needs two stops or more",
    ),
    "a trip that goes back in time": (
        times("T1-1,08:00:00,08:00:00,north,1", "T1-1,07:59:59,08:10:00,town,2"),
        "stop_times.txt, line 3, column arrival_time: is before the stop before",
    ),
    "a departure before the arrival": (
        times("T1-1,08:00:00,08:00:00,north,1", "T1-1,09:00:00,08:59:59,town,2"),
        "stop_times.txt, line 3, column departure_time: is before the arrival",
    ),
    "a trip that goes back over blank times": (
        times(
            "T1-1,08:00:00,08:30:00,north,1",
            "T1-1,,,town,2",
            "T1-1,08:20:00,08:20:00,gate,3",
        ),
        "stop_times.txt, line 4, column arrival_time: is before the stop before",
    ),
    "a trip without a beginning": (
        times("T1-1,,,north,1", "T1-1,09:00:00,09:00:00,town,2"),
        "stop_times.txt, line 2, column arrival_time: "
        "the first and the last stop of a trip need a time",
    ),
    "a distance that becomes less": (
        table(
            "stop_times",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
            "T1-1,08:00:00,08:00:00,north,1,5\nT1-1,09:00:00,09:00:00,town,2,4.9\n",
        ),
        "stop_times.txt, line 3, column shape_dist_traveled: must not become less along the way",
    ),
    "an exact stop without times": (
        table(
            "stop_times",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint\n"
            "T1-1,08:00:00,08:00:00,north,1,1\nT1-1,,,town,2,1\nT1-1,09:00:00,09:00:00,gate,3,\n",
        ),
        "stop_times.txt, line 3, column timepoint: an exact stop needs its times",
    ),
    "a route without a name": (
        table("routes", "route_id,agency_id,route_short_name,route_type\nT1,QY,,3\n"),
        "routes.txt, line 2, column route_short_name: a route needs a short or a long name",
    ),
    "a route of one of several agencies": (
        table(
            "routes",
            "route_id,agency_id,route_short_name,route_type\nT1,,T1,3\n",
            agency=GOOD["agency.txt"] + "B,乙,https://b.example/,Asia/Shanghai\n",
        ),
        "routes.txt, line 2, column agency_id: must be filled in where there are several agencies",
    ),
    "no agency": (
        table(
            "agency",
            "agency_id,agency_name,agency_url,agency_timezone\n",
            routes="route_id,route_short_name,route_type\nT1,T1,3\n",
        ),
        "agency.txt: must have a row",
    ),
    "no trips": (
        table(
            "trips",
            "route_id,service_id,trip_id\n",
            stop_times=STOP_TIMES,
        ),
        "trips.txt: must have a row",
    ),
    "a year that ends before it begins": (
        table("calendar", CALENDAR + "DAILY,1,1,1,1,1,1,1,20271231,20260101\n"),
        "calendar.txt, line 2, column end_date: lies before start_date",
    ),
    "no day at all": (
        table("calendar", CALENDAR + "DAILY,0,0,0,0,0,0,0,20260101,20271231\n"),
        "calendar.txt: no service of the feed runs on any day",
    ),
    "all days taken away": (
        table(
            "calendar",
            CALENDAR + "DAILY,1,1,1,1,1,1,1,20260101,20260101\n",
            calendar_dates="service_id,date,exception_type\nDAILY,20260101,2\n",
        ),
        "calendar.txt: no service of the feed runs on any day",
    ),
    "departures that overlap": (
        table(
            "frequencies",
            "trip_id,start_time,end_time,headway_secs\nT1-1,09:00:00,12:00:00,600\n"
            "T1-1,08:00:00,09:00:01,600\n",
        ),
        "frequencies.txt, line 2, column start_time: overlaps with line 3",
    ),
    "departures until before they begin": (
        table(
            "frequencies", "trip_id,start_time,end_time,headway_secs\nT1-1,09:00:00,09:00:00,600\n"
        ),
        "frequencies.txt, line 2, column end_time: must be after start_time",
    ),
    "an entrance to nothing": (
        {
            "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
            "north,甲,29.8,118.2,,\ntown,乙,30.0,118.1,,\ngate,丙,30.1,118.1,,\n"
            "in,入口,30.0,118.1,2,\n"
        },
        "stops.txt, line 5, column parent_station: "
        "an entrance, a node and a boarding area need a parent",
    ),
    "a stop inside a stop": (
        {
            "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
            "north,甲,29.8,118.2,,\ntown,乙,30.0,118.1,,north\ngate,丙,30.1,118.1,,\n"
        },
        "stops.txt, line 3, column parent_station: "
        "“north” is no parent for it: location type 0, wanted 1",
    ),
    "a station inside a station": (
        {
            "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
            "north,甲,29.8,118.2,,\ntown,乙,30.0,118.1,,\ngate,丙,30.1,118.1,,\n"
            "a,丁,30.1,118.1,1,\nb,戊,30.1,118.1,1,a\n"
        },
        "stops.txt, line 6, column parent_station: a station has no parent",
    ),
    "a stop that is its own parent": (
        {
            "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
            "north,甲,29.8,118.2,,\ntown,乙,30.0,118.1,,town\ngate,丙,30.1,118.1,,\n"
        },
        "stops.txt, line 3, column parent_station: "
        "“town” is no parent for it: location type 0, wanted 1",
    ),
    "a bus that stops at a station": (
        {
            "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type\n"
            "north,甲,29.8,118.2,1\ntown,乙,30.0,118.1,\ngate,丙,30.1,118.1,\n"
        },
        "stop_times.txt, line 2, column stop_id: “north” is no stop: location type 0 is wanted",
    ),
    "a stop without a name": (
        stops("x,,30.0,118.0"),
        "stops.txt, line 5, column stop_name: is empty",
    ),
    "a stop without a place": (
        stops("x,X,30.0,"),
        "stops.txt, line 5, column stop_lon: is empty",
    ),
    "a shape that is not there": (
        table("trips", "route_id,service_id,trip_id,shape_id\nT1,DAILY,T1-1,S\n"),
        "trips.txt, line 2, column shape_id: nothing in shapes.shape_id is called “S”",
    ),
    "a fare for a zone that is not there": (
        {**HARD["fares v1"], "fare_rules.txt": "fare_id,origin_id\nF8,Z\n"},
        "fare_rules.txt, line 2, column origin_id: nothing in stops.zone_id is called “Z”",
    ),
    "a change without an end": (
        table("transfers", "from_stop_id,to_stop_id,transfer_type\ntown,,2\n"),
        "transfers.txt, line 2, column to_stop_id: is empty",
    ),
    "a change in the seat without trips": (
        table("transfers", "from_trip_id,to_trip_id,transfer_type\nT1-1,,4\n"),
        "transfers.txt, line 2, column to_trip_id: is empty",
    ),
    "a translation of nothing": (
        table(
            "translations",
            "table_name,field_name,language,translation,record_id\nstops,stop_name,en,X,south\n",
        ),
        "translations.txt, line 2, column record_id: nothing in stops is called “south”",
    ),
    "a translation of both": (
        table(
            "translations",
            "table_name,field_name,language,translation,record_id,field_value\n"
            "stops,stop_name,en,X,town,汤口\n",
        ),
        "translations.txt, line 2, column record_id: "
        "a translation has either a record_id or a field_value",
    ),
    "an exit that is an entrance": (
        {
            **HARD["a station"],
            "pathways.txt": "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional\n"
            "w,hall,in,7,1\n",
        },
        "pathways.txt, line 2, column is_bidirectional: an exit gate leads one way only",
    ),
    "a way to a station": (
        {
            **HARD["a station"],
            "pathways.txt": "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional\n"
            "w,hall,hub,1,1\n",
        },
        "pathways.txt, line 2, column to_stop_id: "
        "a pathway joins entrances, nodes and platforms, not stations",
    ),
    "networks in two places": (
        {
            **HARD["networks among the routes"],
            "networks.txt": "network_id,network_name\nmountain,进山线\n",
        },
        "routes.txt, line 2, column network_id: "
        "must be empty where there is a networks.txt or route_networks.txt",
    ),
    "a group of stops called like a stop": (
        table("location_groups", "location_group_id\ntown\n"),
        "location_groups.txt, line 2, column location_group_id: “town” is also a name in stops",
    ),
    "zones that are no zones": (
        {"locations.geojson": "[]"},
        "locations.geojson: is not a collection of GeoJSON features with ids",
    ),
    "a window and a time": (
        table(
            "stop_times",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,"
            "start_pickup_drop_off_window,end_pickup_drop_off_window,pickup_type,drop_off_type\n"
            "T1-1,08:00:00,,north,1,08:00:00,09:00:00,2,1\n"
            "T1-1,09:00:00,09:00:00,town,2,,,,\n",
        ),
        "stop_times.txt, line 2, column arrival_time: "
        "must be empty where start_pickup_drop_off_window is 28800",
    ),
    "a window without an end": (
        table(
            "stop_times",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,"
            "start_pickup_drop_off_window,pickup_type,drop_off_type\n"
            "T1-1,,,north,1,08:00:00,2,1\nT1-1,09:00:00,09:00:00,town,2,,,\n",
        ),
        "stop_times.txt, line 2, column end_pickup_drop_off_window: is empty",
    ),
    "a rule of the same day without notice": (
        table("booking_rules", "booking_rule_id,booking_type\nsoon,1\n"),
        "booking_rules.txt, line 2, column prior_notice_duration_min: is empty",
    ),
    "a rule at once with notice": (
        table("booking_rules", "booking_rule_id,booking_type,prior_notice_duration_min\nnow,0,5\n"),
        "booking_rules.txt, line 2, column prior_notice_duration_min: "
        "must be empty where booking_type is 0",
    ),
    "times of day that overlap": (
        {
            **HARD["fares v2"],
            "timeframes.txt": "timeframe_group_id,start_time,end_time,service_id\n"
            "peak,06:00:00,10:00:00,DAILY\npeak,09:00:00,12:00:00,DAILY\nall,,,DAILY\n",
        },
        "timeframes.txt, line 3, column start_time: overlaps with line 2",
    ),
    "a discount without a count": (
        {
            **HARD["fares v2"],
            "fare_transfer_rules.txt": "from_leg_group_id,to_leg_group_id,fare_transfer_type\n"
            "up,up,0\n",
        },
        "fare_transfer_rules.txt, line 2, column transfer_count: "
        "must be filled in for transfers within one leg group",
    ),
}

KEPT = {
    "a kind of wheelchair place that is new": table(
        "trips", "route_id,service_id,trip_id,wheelchair_accessible\nT1,DAILY,T1-1,7\n"
    ),
    "an extended route type of nobody": table(
        "routes", "route_id,agency_id,route_short_name,route_type\nT1,QY,T1,9999\n"
    ),
    "an address without a scheme": table(
        "agency",
        "agency_id,agency_name,agency_url,agency_timezone\nQY,甲,www.bus.example,Asia/Shanghai\n",
    ),
    "a language with an underscore": table(
        "agency",
        "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n"
        "QY,甲,https://bus.example/,Asia/Shanghai,zh_CN\n",
    ),
    "only one of two times": times("T1-1,08:00:00,,north,1", "T1-1,09:00:00,09:00:00,town,2"),
    "a trip that never runs": table(
        "trips", "route_id,service_id,trip_id\nT1,DAILY,T1-1\nT1,DAILY,ghost\n"
    ),
    "a service that never runs": table(
        "calendar",
        GOOD["calendar.txt"] + "NEVER,0,0,0,0,0,0,0,20260101,20271231\n",
    ),
    "a translation of an unknown file": table(
        "translations",
        "table_name,field_name,language,translation,record_id\ndirections,x,en,X,1\n",
        feed_info="feed_publisher_name,feed_publisher_url,feed_lang\n甲,https://a.example/,zh\n",
    ),
    "an author without a role": table("attributions", "organization_name\n甲\n"),
    "a fare rule that is said twice": {
        **HARD["fares v1"],
        "fare_rules.txt": "fare_id,route_id\nF19,T1\nF8,T1\nF8,T1\n",
    },
    "a shape of one point": table(
        "shapes",
        "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nS,30.0,118.0,1\n",
    ),
}
