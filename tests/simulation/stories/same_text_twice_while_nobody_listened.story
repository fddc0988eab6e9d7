# dmr: the text of 4001 at 1800000060100000 is not in the journal
{"seed": 4140, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Cut", "at_s": 1.0, "for_s": 20.0, "channel": "dmr", "half_open": false}
{"happens": "Signals", "at_s": 2.0, "channel": "dmr", "said": [["text", "B", 1.0], ["text", "B", 2.0], ["text", "A", 55.0]]}
