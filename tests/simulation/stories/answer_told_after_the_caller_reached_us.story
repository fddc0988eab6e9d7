# call_back: c3 (answered) is owed 1 call-backs
{"seed": 2165, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Crash", "at_s": 1.0, "when": "after", "away_s": 45.0, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "Call", "at_s": 2.0, "name": "c3", "source": "plain", "caller": "13900139000", "wait_s": 25.38, "answered": true, "devices": 1, "holds": [], "checkins": [], "ways": []}
{"happens": "Crash", "at_s": 2.0, "when": "stop", "away_s": 12.0, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "Call", "at_s": 3.0, "name": "c1", "source": "plain", "caller": "13900139000", "wait_s": 15.0, "answered": true, "devices": 1, "holds": [], "checkins": [], "ways": []}
