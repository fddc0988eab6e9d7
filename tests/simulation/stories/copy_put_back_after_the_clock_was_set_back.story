# copy: [(19, 315356747029000)] tells of 315360338981000 µs that were lost after entry 18
{"seed": 3249, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false, "features": ["works"]}
{"happens": "ClockSet", "at_s": 568.0, "by_s": 315360000.0}
{"happens": "PutBack", "at_s": 627.0, "after_s": 200.0, "away_s": 0.05}
{"happens": "Crash", "at_s": 649.0, "when": "after", "away_s": 0.05, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "Crash", "at_s": 668.0, "when": "now", "away_s": 0.05, "step_s": -3600.0, "rules": 0, "reboots": false}
