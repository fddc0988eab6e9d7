# copy: sim-4-breach0 was due 56450000 µs before the start, and does not say that it is late
{"seed": 1994, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Crash", "at_s": 1.0, "when": "before", "away_s": 45.0, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "Works", "at_s": 2.0, "name": "w0", "for_s": 0.5, "sources": ["yard"], "only_rules": [], "ended_after_s": null}
{"happens": "Call", "at_s": 40.0, "name": "c5", "source": "main", "caller": "02161234567", "wait_s": 16.512, "answered": true, "devices": 1, "holds": [], "checkins": [], "ways": []}
{"happens": "PutBack", "at_s": 57.0, "after_s": 2.0, "away_s": 60.0}
