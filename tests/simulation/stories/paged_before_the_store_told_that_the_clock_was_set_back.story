# table: the page of 4001 is not in the journal (an oracle that took its moment for the gateway's)
{"seed": 610, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Signals", "at_s": 1.0, "channel": "table", "said": [["page", "A", 10.427]]}
{"happens": "DiskTrouble", "at_s": 1.0, "for_s": 20.0, "what": "unreadable"}
{"happens": "Crash", "at_s": 2.0, "when": "stop", "away_s": 0.05, "step_s": -3600.0, "rules": 0, "reboots": false}
