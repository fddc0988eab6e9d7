# steps: sim-15-warning0 tells not_acted_yet to [], and should not_acted_yet to ['desk']
{"seed": 1000381, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Call", "at_s": 1.0, "name": "c1", "source": "main", "caller": "02161234567", "wait_s": 4.999, "answered": false, "devices": 1, "holds": [], "checkins": [], "ways": []}
{"happens": "Crash", "at_s": 2.0, "when": "after", "away_s": 0.05, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "ClockSet", "at_s": 2.0, "by_s": 3600.0}
{"happens": "Works", "at_s": 12.0, "name": "w0", "for_s": 900.0, "sources": [], "only_rules": [], "ended_after_s": null}
{"happens": "Click", "at_s": 1040.0, "what": "notice"}
