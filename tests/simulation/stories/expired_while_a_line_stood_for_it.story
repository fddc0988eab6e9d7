# steps: sim-20-escalation1 was skipped
{"seed": 7072, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false, "features": ["storm"]}
{"happens": "ClockSet", "at_s": 1.0, "by_s": 315360000.0}
{"happens": "Talk", "at_s": 2.0, "channel": "tetra", "said": [["A", 1.5, 4.512], ["A", 2.5, 4.0], ["B", 3.0, 0.499], ["", 1.5, 0.501], ["A", 9.5, 1.879], ["B", 1.5, 1.0]]}
{"happens": "Crash", "at_s": 131.0, "when": "after", "away_s": 0.05, "step_s": 0.0, "rules": 0, "reboots": false}
{"happens": "Call", "at_s": 132.0, "name": "c102", "source": "ami", "caller": "02161234567", "wait_s": 7.529, "answered": true, "devices": 1, "holds": [], "checkins": [], "ways": []}
{"happens": "Crash", "at_s": 132.0, "when": "stop", "away_s": 45.0, "step_s": 30.0, "rules": 0, "reboots": false}
{"happens": "ReceiverTrouble", "at_s": 133.0, "for_s": 90.0, "receiver": "desk", "what": "refused"}
{"happens": "ReceiverTrouble", "at_s": 133.0, "for_s": 90.0, "receiver": "chief", "what": "unreachable"}
