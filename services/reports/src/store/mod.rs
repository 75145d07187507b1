//! SQL of the service: free functions over a connection, no decisions.

pub mod copies;
pub mod photo;
pub mod photo_work;
pub mod quota;
pub mod rating;
pub mod reference;
pub mod report;
pub mod row;
pub mod seed;
pub mod stop;
pub mod timeline;
pub mod timer;
pub mod work_list;
