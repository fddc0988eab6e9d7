# meshes: Message(who='', to='!00001001', heard_us=1800000079000000) is not in the journal
{"seed": 2185, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Crash", "at_s": 60.0, "when": "before", "away_s": 0.05, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "ClockSet", "at_s": 61.0, "by_s": -1797552000.0}
{"happens": "Talk", "at_s": 76.0, "channel": "meshes", "said": [["", 3.0, 0.499], ["B", 9.5, 0.5]]}
