# nobody was owed a call-back
{"seed": 71, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Call", "at_s": 2.0, "name": "c0", "source": "main", "caller": "13800138000", "wait_s": 5.0, "answered": false, "devices": 1, "holds": [], "checkins": [], "ways": [["late", 20.0]]}
