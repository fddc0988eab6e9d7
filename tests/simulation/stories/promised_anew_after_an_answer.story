# promise: 20270115-0001 was promised by [16, 19], and should be by [(Entry(seq=16, at_us=1800000011000000, event=PromiseGiven(incident='20270115-0001', note='', by='li')), None)]
{"seed": 3180, "clock_off_s": 0.0, "drift_ppm": 0, "by_mqtt": false}
{"happens": "Talk", "at_s": 1.0, "channel": "meshes", "said": [["B", 2.0, 0.499], ["", 3.0, 4.0], ["", 10.0, 0.3]]}
{"happens": "Click", "at_s": 11.0, "what": "promise"}
{"happens": "Click", "at_s": 21.0, "what": "promise"}
