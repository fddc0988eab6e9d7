# held since it was written: short deadlines and begun obligations keep what they began with
{"seed": 3, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Call", "at_s": 2.0, "name": "c0", "source": "main", "caller": "13800138000", "wait_s": 16.0, "answered": true, "devices": 1, "holds": [], "checkins": [], "ways": []}
{"happens": "ClockSet", "at_s": 5.0, "by_s": 3600.0}
{"happens": "RulesEdited", "at_s": 9.0, "rules": 1}
{"happens": "ClockSet", "at_s": 12.0, "by_s": -3700.0}
{"happens": "Call", "at_s": 60.0, "name": "c1", "source": "main", "caller": "13800138000", "wait_s": 12.0, "answered": true, "devices": 1, "holds": [], "checkins": [], "ways": []}
