-- What Synapse keeps of guests' accounts that are closed and of sessions' rooms that are purged: random ids and times, no text.
-- Optional. For SQLite and PostgreSQL; see docs/operations.md, "What Synapse keeps". Synapse must be stopped.
-- Adapt the one pattern below to appservice.visitor_prefix and homeserver.domain; "!" stands before each "_" of the prefix.
--
-- Synapse counts on from the newest row of a stream. That row stays, whoever it is about, and goes the next time.

BEGIN;

CREATE TEMPORARY TABLE closed_guest AS
    SELECT users.name FROM users JOIN erased_users ON erased_users.user_id = users.name
    WHERE users.deactivated = 1 AND users.name LIKE '@teleconnect!_visitor!_%:example.org' ESCAPE '!';

CREATE TEMPORARY TABLE purged_room AS
    SELECT DISTINCT room_id FROM current_state_delta_stream
    WHERE state_key IN (SELECT name FROM closed_guest) AND room_id NOT IN (SELECT room_id FROM rooms);

DELETE FROM e2e_cross_signing_keys WHERE user_id IN (SELECT name FROM closed_guest)
    AND stream_id < (SELECT MAX(stream_id) FROM e2e_cross_signing_keys);
DELETE FROM e2e_cross_signing_signatures
    WHERE user_id IN (SELECT name FROM closed_guest) OR target_user_id IN (SELECT name FROM closed_guest);
DELETE FROM devices WHERE user_id IN (SELECT name FROM closed_guest);
DELETE FROM device_lists_stream WHERE user_id IN (SELECT name FROM closed_guest)
    AND stream_id < (SELECT MAX(stream_id) FROM device_lists_stream);
DELETE FROM device_lists_changes_in_room
    WHERE (user_id IN (SELECT name FROM closed_guest) OR room_id IN (SELECT room_id FROM purged_room))
    AND stream_id < (SELECT MAX(stream_id) FROM device_lists_changes_in_room);
DELETE FROM user_signature_stream WHERE from_user_id IN (SELECT name FROM closed_guest)
    AND stream_id < (SELECT MAX(stream_id) FROM user_signature_stream);
DELETE FROM presence_stream WHERE user_id IN (SELECT name FROM closed_guest)
    AND stream_id < (SELECT MAX(stream_id) FROM presence_stream);
DELETE FROM account_data WHERE user_id IN (SELECT name FROM closed_guest)
    AND stream_id < (SELECT MAX(stream_id) FROM account_data);
DELETE FROM current_state_delta_stream WHERE room_id IN (SELECT room_id FROM purged_room)
    AND stream_id < (SELECT MAX(stream_id) FROM current_state_delta_stream);
DELETE FROM e2e_room_keys WHERE room_id IN (SELECT room_id FROM purged_room);
DELETE FROM user_stats_current WHERE user_id IN (SELECT name FROM closed_guest);
DELETE FROM scheduled_tasks WHERE status IN ('complete', 'failed')
    AND (resource_id IN (SELECT room_id FROM purged_room) OR resource_id IN (SELECT name FROM closed_guest));
DELETE FROM erased_users WHERE user_id IN (SELECT name FROM closed_guest);
DELETE FROM users WHERE name IN (SELECT name FROM closed_guest);

DROP TABLE purged_room;
DROP TABLE closed_guest;

COMMIT;

-- Freed pages still hold what stood in them. SQLite writes the whole file anew, PostgreSQL what it can reuse.
VACUUM;
