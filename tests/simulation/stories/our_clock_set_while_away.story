# a source that was in step told a false breach, which its own times took back
{"seed": 18, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Call", "at_s": 2.0, "name": "c0", "source": "main", "caller": "13800138000", "wait_s": 5.0, "answered": true, "devices": 1, "holds": [], "checkins": [], "ways": []}
{"happens": "Crash", "at_s": 30.0, "when": "now", "away_s": 0.5, "step_s": 30.0, "rules": 1, "reboots": false}
{"happens": "Call", "at_s": 40.0, "name": "c1", "source": "main", "caller": "02161234567", "wait_s": 6.0, "answered": true, "devices": 1, "holds": [[3.0, 12.0]], "checkins": [], "ways": []}
