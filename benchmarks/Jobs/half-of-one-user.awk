# Every second event is of one and the same user.
NR % 2 { sub(/"uuid":"[^"]*"/, "\"uuid\":\"user-0000-0001-00000-00000\"") }
{ print }
