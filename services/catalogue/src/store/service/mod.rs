//! Services and their editions, gates, states, favourites: the SQL.
