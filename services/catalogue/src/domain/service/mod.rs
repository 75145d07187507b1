//! Services and their editions, gates, states, favourites.
