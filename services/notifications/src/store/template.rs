//! Templates by code and version.

use std::collections::{BTreeMap, HashMap};

use city_contracts::notifications::MessageClass;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;

use crate::domain::Template;
use crate::error::{Error, broken, fault};

struct Row {
    code: String,
    version: i32,
    class: String,
    channels: Vec<String>,
    bodies: serde_json::Value,
    variables: serde_json::Value,
}

impl TryFrom<Row> for Template {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            class: class(&row.class)?,
            bodies: json(row.bodies)?,
            variables: json::<BTreeMap<_, _>>(row.variables)?,
            code: row.code,
            version: row.version,
            channels: row.channels,
        })
    }
}

fn json<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| broken("reading a template", error))
}

/// The class of a row; the names are those of the wire.
pub fn class(name: &str) -> Result<MessageClass, Error> {
    json(name.into())
}

/// The name of a class, as the wire has it.
pub const fn class_name(class: MessageClass) -> &'static str {
    match class {
        MessageClass::Security => "SECURITY",
        MessageClass::Warning => "WARNING",
        MessageClass::Transactional => "TRANSACTIONAL",
        MessageClass::Service => "SERVICE",
    }
}

/// The version of a template that is sent now.
pub async fn find_live(db: &mut PgConnection, code: &str) -> Result<Option<Template>, Error> {
    let query = sqlx::query_as!(
        Row,
        "select code, version, class, channels, bodies, variables
         from notifications.template
         where code = $1 and state = 'LIVE'",
        code
    );
    query
        .fetch_optional(db)
        .await
        .map_err(fault("finding a template"))?
        .map(Template::try_from)
        .transpose()
}

/// Certain versions, at most one page of them.
pub async fn list_versions(
    db: &mut PgConnection,
    wanted: &[(String, i32)],
) -> Result<HashMap<(String, i32), Template>, Error> {
    let (codes, versions): (Vec<String>, Vec<i32>) = wanted.iter().cloned().unzip();
    let query = sqlx::query_as!(
        Row,
        "select code, version, class, channels, bodies, variables
         from notifications.template
         where (code, version) in (select * from unnest($1::text[], $2::int[]))",
        &codes,
        &versions
    );
    let rows = query.fetch_all(db).await.map_err(fault("listing templates"))?;
    rows.into_iter()
        .map(|row| {
            Template::try_from(row).map(|found| ((found.code.clone(), found.version), found))
        })
        .collect()
}

/// Adds a version that does not exist yet; false if it did. A live one takes the place of an older live one.
pub async fn insert(db: &mut PgConnection, template: &Template, live: bool) -> Result<bool, Error> {
    let json = |value: Result<serde_json::Value, serde_json::Error>| {
        value.map_err(|error| broken("writing a template", error))
    };
    let inserted = sqlx::query!(
        "insert into notifications.template (code, version, class, channels, bodies, variables, state)
         values ($1, $2, $3, $4, $5, $6, 'DRAFT')
         on conflict (code, version) do nothing",
        template.code,
        template.version,
        class_name(template.class),
        &template.channels,
        json(serde_json::to_value(&template.bodies))?,
        json(serde_json::to_value(&template.variables))?
    )
    .execute(&mut *db)
    .await
    .map_err(fault("inserting a template"))?
    .rows_affected()
        == 1;
    if inserted && live {
        make_live(db, &template.code, template.version).await?;
    }
    Ok(inserted)
}

/// Makes a version live, unless a later one is: staff may be ahead of the installation.
async fn make_live(db: &mut PgConnection, code: &str, version: i32) -> Result<(), Error> {
    sqlx::query!(
        "update notifications.template set state = 'SUPERSEDED' where code = $1 and version < $2 and state = 'LIVE'",
        code,
        version
    )
    .execute(&mut *db)
    .await
    .map_err(fault("superseding a template"))?;
    sqlx::query!(
        "update notifications.template set state = 'LIVE'
         where code = $1 and version = $2
           and not exists (select from notifications.template later where later.code = $1 and later.state = 'LIVE')",
        code,
        version
    )
    .execute(db)
    .await
    .map_err(fault("making a template live"))?;
    Ok(())
}
