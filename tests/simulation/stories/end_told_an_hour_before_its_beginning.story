# inbound_only: {'o0'} has []
{"seed": 1566, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false, "beats": true}
{"happens": "Crash", "at_s": 758.0, "when": "after", "away_s": 45.0, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "CallOut", "at_s": 788.0, "name": "o0", "source": "main", "by": "88887777", "to": "13900139000", "wait_s": 2.859, "answered": true, "ways": []}
{"happens": "Crash", "at_s": 845.0, "when": "after", "away_s": 0.05, "step_s": 3600.0, "rules": 0, "reboots": false}
{"happens": "RulesEdited", "at_s": 846.0, "rules": 0}
