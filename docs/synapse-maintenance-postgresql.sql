-- On PostgreSQL alone, after synapse-maintenance.sql and while Synapse is stopped: ids of rooms, events and accounts that Synapse's
-- processes told each other to read anew. It deletes them itself after 7 days, and reads none of them when it starts.

DELETE FROM cache_invalidation_stream_by_instance;

VACUUM cache_invalidation_stream_by_instance;
