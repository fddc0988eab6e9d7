# dmr: the text of 4002 at 1800000169895000 is not in the journal
{"seed": 2325, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Signals", "at_s": 1.0, "channel": "dmr", "said": [["text", "A", 8.174], ["text", "A", 82.554], ["text", "B", 78.167]]}
{"happens": "Crash", "at_s": 55.0, "when": "before", "away_s": 45.0, "step_s": 0.0, "rules": 0, "reboots": false}
