# steps: sim-4-warning0 was skipped
# steps: sim-4-warning1 was skipped
{"seed": 2429, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "DiskTrouble", "at_s": 1.0, "for_s": 60.0, "what": "unreadable"}
{"happens": "Routed", "at_s": 2.0, "name": "r1", "source": "main", "caller": "13900139000", "wait_s": 29.914, "answered": true, "queue_s": 0.0, "stays": false, "moves_s": 14.957, "fetched": false, "passed": [14.363, 21.367, false], "ways": []}
