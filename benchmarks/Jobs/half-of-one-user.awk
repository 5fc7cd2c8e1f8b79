# Every second event is of one and the same user.
NR % 2 { sub(/"uuid":"[^"]*"/, "\"uuid\":\"user-000001\"") }
{ print }
