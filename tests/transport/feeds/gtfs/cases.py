"""Feeds that are good and hard: each is what some city does."""

from __future__ import annotations

from tests.transport.feeds.gtfs.zips import CALENDAR, GOOD, STOP_TIMES

_BOM = "\ufeff"

HARD: dict[str, dict[str, str | bytes | None]] = {
    "plain": {},
    "byte order marks": {name: _BOM + text for name, text in GOOD.items()},
    "line ends of Windows": {name: text.replace("\n", "\r\n") for name, text in GOOD.items()},
    "line ends of old Macs": {name: text.replace("\n", "\r") for name, text in GOOD.items()},
    "blank lines and blanks around cells": {
        "trips.txt": "\n route_id , service_id,trip_id \n T1 ,DAILY, T1-1 \n,,\n\n".lstrip("\n")
    },
    "past midnight": {
        "stop_times.txt": STOP_TIMES
        + "T1-1,23:50:00,23:50:00,north,1\nT1-1,25:10:00,25:10:00,town,2\n"
    },
    "an hour of one digit": {
        "stop_times.txt": STOP_TIMES + "T1-1,7:05:00,7:05:00,north,1\nT1-1,8:00:00,8:00:00,town,2\n"
    },
    "blank times between timepoints": {
        "stop_times.txt": STOP_TIMES
        + "T1-1,08:00:00,08:00:00,north,1\nT1-1,,,town,2\nT1-1,09:40:00,09:40:00,gate,3\n"
    },
    "a loop, and gaps in the sequence": {
        "stop_times.txt": STOP_TIMES
        + "T1-1,08:00:00,08:00:00,north,0\nT1-1,08:10:00,08:10:00,town,7\n"
        + "T1-1,08:20:00,08:20:00,gate,40\nT1-1,08:30:00,08:30:00,north,1000000\n"
    },
    "rows out of order": {
        "stop_times.txt": STOP_TIMES
        + "T1-1,09:40:00,09:40:00,gate,3\nT1-1,08:00:00,08:00:00,north,1\n"
        + "T1-1,09:10:00,09:15:00,town,2\n"
    },
    "agencies in two time zones": {
        "agency.txt": (
            "agency_id,agency_name,agency_url,agency_timezone,agency_lang,agency_phone\n"
            "QY,黄山全域,https://bus.example/,Asia/Shanghai,zh-Hans,+86 559 000 0000\n"
            "XJ,Ürümqi Bus,https://bus.example/xj,Asia/Urumqi,ug,0991-0000000\n"
        ),
        "routes.txt": (
            "route_id,agency_id,route_long_name,route_type,route_color,route_text_color\n"
            "T1,QY,东线,3,0039A6,ffffff\nX1,XJ,天池线,6,,\n"
        ),
        "trips.txt": "route_id,service_id,trip_id\nT1,DAILY,T1-1\nX1,DAILY,X1-1\n",
        "stop_times.txt": GOOD["stop_times.txt"]
        + "X1-1,10:00:00,10:00:00,town,1\nX1-1,10:08:00,10:08:00,gate,2\n",
    },
    "one agency without a name for rows": {
        "agency.txt": "agency_name,agency_url,agency_timezone\n甲,https://a.example/,Asia/Shanghai\n",
        "routes.txt": "route_id,route_short_name,route_type\nT1,T1,1501\n",
    },
    "a station": {
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,platform_code,"
            "level_id,wheelchair_boarding,stop_access,zone_id,stop_timezone\n"
            "hub,换乘中心,30.08,118.18,1,,,,1,,,Asia/Shanghai\n"
            "north,站台 1,30.0801,118.1801,0,hub,1,L0,1,0,A,\n"
            "town,站台 2,30.0802,118.1802,,hub,2,L1,2,1,B,\n"
            "gate,慈光阁,30.102,118.161,,,,,0,,B,\n"
            "in,东入口,30.0799,118.1799,2,hub,,L0,,,,\n"
            "hall,,,,3,hub,,L0,,,,\n"
            "door,,30.0802,118.1802,4,town,,L1,,,,\n"
        ),
        "levels.txt": "level_id,level_index,level_name\nL0,0,地面\nL1,-1.5,站台层\n",
        "pathways.txt": (
            "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,length,"
            "traversal_time,stair_count,max_slope,min_width,signposted_as,reversed_signposted_as\n"
            "w1,in,hall,1,1,20.5,30,,0.083,0.9,往站台,出口\n"
            "w2,hall,door,2,1,,,-24,,,,\n"
            "w3,hall,in,7,0,,12,,,,,\nw4,hall,north,5,1,,,,,,,\n"
        ),
    },
    "frequencies": {
        "frequencies.txt": (
            "trip_id,start_time,end_time,headway_secs,exact_times\n"
            "T1-1,06:00:00,09:00:00,600,\nT1-1,09:00:00,16:00:00,1200,0\n"
            "T1-1,16:00:00,26:00:00,900,1\n"
        )
    },
    "dates only": {
        "calendar.txt": None,
        "calendar_dates.txt": "service_id,date,exception_type\nDAILY,20261001,1\nDAILY,20261002,1\n",
    },
    "weeks without a day": {
        "calendar.txt": CALENDAR + "DAILY,0,0,0,0,0,0,0,20260101,20271231\n",
        "calendar_dates.txt": "service_id,date,exception_type\nDAILY,20261001,1\n",
    },
    "holidays": {
        "calendar.txt": CALENDAR
        + "DAILY,1,1,1,1,1,0,0,20260101,20271231\nPEAK,0,0,0,0,0,1,1,20260101,20271231\n",
        "calendar_dates.txt": (
            "service_id,date,exception_type\nDAILY,20261001,2\nPEAK,20261001,1\nPEAK,20261010,2\n"
        ),
    },
    "shapes with broken distances": {
        "shapes.txt": (
            "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled\n"
            "S,29.81834,118.26734,1,0\nS,30.0,118.2,5,0.1\nS,30.0843,118.1822,6,35.30000000000001\n"
            "S,30.102,118.161,10,1e2\n"
        ),
        "trips.txt": "route_id,service_id,trip_id,shape_id,direction_id\nT1,DAILY,T1-1,S,1\n",
        "stop_times.txt": (
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled,"
            "stop_headsign,pickup_type,drop_off_type,timepoint,continuous_pickup\n"
            "T1-1,08:00:00,08:00:00,north,1,0,往汤口,0,1,1,3\n"
            "T1-1,09:10:00,09:15:00,town,2,35.30000000000001,往慈光阁,2,3,0,\n"
            "T1-1,09:40:00,09:40:00,gate,3,99.99999999999999,,1,0,,\n"
        ),
    },
    "names with commas, quotes and line ends": {
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,stop_desc\n"
            'north,"say ""黄山"", please",29.81834,118.26734,5" pipe\n'
            'town,"汤口, 镇",30.0843,118.1822,"first\nsecond\r\nthird"\n'
            "gate,慈光阁,30.1020,118.1610,𪚥 e\u0301 👨‍👩‍👧\n"
        )
    },
    "empty files": {
        "shapes.txt": "",
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs\n",
        "calendar_dates.txt": _BOM + "service_id,date,exception_type\r\n",
    },
    "columns and files of others": {
        "trips.txt": "route_id,service_id,trip_id,班次备注,ticketing_id\nT1,DAILY,T1-1,雨天停,\n",
        "vehicle_classes.txt": b"\xff\xfe what only their maker reads",
        "directions.txt": "route_id,direction\nT1,往山上\n",
    },
    "fares v1": {
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,zone_id\nnorth,黄山北站,29.81834,118.26734,A\n"
            "town,汤口,30.0843,118.1822,B\ngate,慈光阁,30.1020,118.1610,B\n"
        ),
        "fare_attributes.txt": (
            "fare_id,price,currency_type,payment_method,transfers,transfer_duration,agency_id\n"
            "F19,19.00,CNY,1,0,,QY\nF8,8,CNY,0,,3600,\n"
        ),
        "fare_rules.txt": (
            "fare_id,route_id,origin_id,destination_id,contains_id\nF19,T1,A,B,\nF8,,B,B,\n"
            "F8,,,,A\n"
        ),
    },
    "fares v2": {
        "networks.txt": "network_id,network_name\nmountain,进山线\n",
        "route_networks.txt": "network_id,route_id\nmountain,T1\n",
        "areas.txt": "area_id,area_name\nlow,山下\nhigh,\n",
        "stop_areas.txt": "area_id,stop_id\nlow,north\nhigh,gate\n",
        "timeframes.txt": (
            "timeframe_group_id,start_time,end_time,service_id\n"
            "peak,06:00:00,09:30:00,DAILY\npeak,09:30:00,24:00:00,DAILY\nall,,,DAILY\n"
        ),
        "rider_categories.txt": (
            "rider_category_id,rider_category_name,is_default_fare_category,eligibility_url\n"
            "adult,成人,1,\nchild,儿童,0,https://bus.example/child\n"
        ),
        "fare_media.txt": "fare_media_id,fare_media_name,fare_media_type\ncode,一码通,4\n",
        "fare_products.txt": (
            "fare_product_id,fare_product_name,rider_category_id,fare_media_id,amount,currency\n"
            "single,单程,adult,code,19.00,CNY\nsingle,单程,child,,9.50,CNY\n"
            "change,换乘优惠,,,-4.00,CNY\n"
        ),
        "fare_leg_rules.txt": (
            "leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,"
            "to_timeframe_group_id,fare_product_id,rule_priority\n"
            "up,mountain,low,high,peak,all,single,1\n"
        ),
        "fare_leg_join_rules.txt": (
            "from_network_id,to_network_id,from_stop_id,to_stop_id\n"
            "mountain,mountain,town,town\nmountain,mountain,,\n"
        ),
        "fare_transfer_rules.txt": (
            "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,"
            "duration_limit_type,fare_transfer_type,fare_product_id\nup,up,-1,5400,0,1,change\n"
        ),
    },
    "networks among the routes": {
        "routes.txt": (
            "route_id,agency_id,route_short_name,route_type,network_id,route_sort_order\n"
            "T1,QY,T1,3,mountain,4\n"
        ),
        "fare_products.txt": "fare_product_id,amount,currency\nsingle,19.00,CNY\n",
        "fare_leg_rules.txt": "network_id,fare_product_id\nmountain,single\n",
    },
    "transfers": {
        "trips.txt": (
            "route_id,service_id,trip_id,block_id,trip_short_name,wheelchair_accessible,"
            "bikes_allowed,cars_allowed\nT1,DAILY,T1-1,B,101,1,2,0\nT1,DAILY,T1-2,B,102,,,\n"
        ),
        "stop_times.txt": GOOD["stop_times.txt"]
        + "T1-2,10:00:00,10:00:00,gate,1\nT1-2,10:30:00,10:30:00,north,2\n",
        "transfers.txt": (
            "from_stop_id,to_stop_id,from_route_id,to_route_id,from_trip_id,to_trip_id,"
            "transfer_type,min_transfer_time\n"
            "town,town,,,,,2,180\ntown,gate,T1,T1,,,,\n,,T1,,T1-1,T1-2,4,\n"
        ),
    },
    "all that can be said of a line": {
        "agency.txt": (
            "agency_id,agency_name,agency_url,agency_timezone,agency_fare_url,agency_email,"
            "cemv_support\nQY,甲,https://bus.example/,Asia/Shanghai,https://bus.example/fares,"
            "bus@bus.example,2\n"
        ),
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,stop_code,tts_stop_name,stop_url\n"
            "north,黄山北站,29.81834,118.26734,001,黄山北火车站,https://bus.example/north\n"
            "town,汤口,30.0843,118.1822,,,\ngate,慈光阁,30.102,118.161,,,\n"
        ),
        "routes.txt": (
            "route_id,agency_id,route_short_name,route_type,route_desc,route_url,"
            "continuous_pickup,continuous_drop_off,cemv_support\n"
            "T1,QY,T1,3,沿途招手即停,https://bus.example/t1,3,2,1\n"
        ),
        "trips.txt": (
            "route_id,service_id,trip_id,trip_headsign,shape_id\nT1,DAILY,T1-1,慈光阁,S\n"
        ),
        "stop_times.txt": (
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,continuous_drop_off\n"
            "T1-1,08:00:00,08:00:00,north,1,1\nT1-1,09:40:00,09:40:00,gate,3,\n"
        ),
        "shapes.txt": (
            "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
            "S,29.81834,118.26734,1\nS,30.102,118.161,2\n"
        ),
    },
    "another language": {
        "feed_info.txt": (
            "feed_publisher_name,feed_publisher_url,feed_lang,default_lang,feed_start_date,"
            "feed_end_date,feed_version,feed_contact_email,feed_contact_url\n"
            "全域,https://bus.example/,zh-Hans,en,20260101,20271231,7,gtfs@bus.example,"
            "https://bus.example/gtfs\n"
        ),
        "translations.txt": (
            "table_name,field_name,language,translation,record_id,record_sub_id,field_value\n"
            "stops,stop_name,en,Huangshan North,north,,\n"
            "stops,stop_name,ja,湯口,,,汤口\n"
            "stop_times,stop_headsign,en,To the gate,T1-1,2,\n"
            "feed_info,feed_publisher_name,en,All Region,,,\n"
            "directions,direction,en,Up,T1,,\n"
        ),
        "attributions.txt": (
            "attribution_id,agency_id,route_id,trip_id,organization_name,is_producer,is_operator,"
            "is_authority,attribution_url,attribution_email,attribution_phone\n"
            "a,QY,,,全域,1,0,,https://bus.example/,a@bus.example,110\n"
            ",,T1,,甲,,1,0,,,\n,,,T1-1,乙,,,1,,,\n"
        ),
    },
    "rides on request": {
        "booking_rules.txt": (
            "booking_rule_id,booking_type,prior_notice_duration_min,prior_notice_last_day,"
            "prior_notice_last_time,prior_notice_start_day,prior_notice_start_time,message,"
            "phone_number,info_url,booking_url,prior_notice_service_id,prior_notice_duration_max,"
            "pickup_message,drop_off_message\n"
            "now,0,,,,,,,,,,,,,\n"
            "soon,1,30,,,,,请提前预约,110,,https://bus.example/book,,600,上车,下车\n"
            "eve,2,,1,17:00:00,7,00:00:00,,,https://bus.example/,,DAILY,,,\n"
        ),
        "location_groups.txt": "location_group_id,location_group_name\nvillages,各村\n",
        "location_group_stops.txt": ("location_group_id,stop_id\nvillages,town\nvillages,gate\n"),
        "locations.geojson": (
            '{"type":"FeatureCollection","features":[{"type":"Feature","id":"valley","properties":'
            '{"stop_name":"山谷"},"geometry":{"type":"Polygon","coordinates":'
            "[[[118.1,30.0],[118.2,30.0],[118.2,30.1],[118.1,30.0]]]}}]}"
        ),
        "trips.txt": (
            "route_id,service_id,trip_id,safe_duration_factor,safe_duration_offset\n"
            "T1,DAILY,T1-1,,\nT1,DAILY,flex,1.5,600\n"
        ),
        "stop_times.txt": (
            "trip_id,arrival_time,departure_time,stop_id,location_group_id,location_id,"
            "stop_sequence,start_pickup_drop_off_window,end_pickup_drop_off_window,pickup_type,"
            "drop_off_type,pickup_booking_rule_id,drop_off_booking_rule_id\n"
            "T1-1,08:00:00,08:00:00,north,,,1,,,,,,\nT1-1,09:00:00,09:00:00,town,,,2,,,,,,\n"
            "flex,,,,,valley,1,09:00:00,17:00:00,2,1,soon,\n"
            "flex,,,,villages,,2,09:00:00,17:00:00,1,2,,eve\n"
        ),
    },
}
