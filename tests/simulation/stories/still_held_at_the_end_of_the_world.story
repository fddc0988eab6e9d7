# steps: sim-658-warning0 was skipped
{"seed": 201722, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Call", "at_s": 1.0, "name": "c5", "source": "plain", "caller": "13900139000", "wait_s": 4.999, "answered": true, "devices": 1, "holds": [[16.174, 30.0], [13.67, 30.0]], "checkins": [], "ways": []}
{"happens": "Crash", "at_s": 81.0, "when": "after", "away_s": 45.0, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "Crash", "at_s": 82.0, "when": "after", "away_s": 45.0, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "Crash", "at_s": 83.0, "when": "now", "away_s": 0.05, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "DiskTrouble", "at_s": 83.0, "for_s": 60.0, "what": "unreadable"}
