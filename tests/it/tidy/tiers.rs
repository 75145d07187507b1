//! Who may import whom.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use super::root;

/// The tier of a workspace crate; a crate without one fails the test.
fn tier(name: &str) -> Option<u8> {
    Some(match name {
        "city-ids" | "city-money" | "city-clock" | "city-calendar" | "city-text"
        | "city-receipt" => 0,
        "city-contracts" => 1,
        "city-http" | "city-auth" | "city-events" | "city-blobs" | "city-boot" | "city-clients"
        | "city-providersim" | "city-ratelimit" | "city-testkit" => 2,
        "city-accounts" | "city-reports" | "city-notifications" | "city-catalogue"
        | "city-payments" | "city-gateway" => 3,
        "city-city" | "city-tests" => 4,
        "xtask" => 5, // builds the others, imports none
        _ => return None,
    })
}

fn workspace() -> Vec<Package> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec();
    metadata.expect("cargo metadata answers").packages
}

#[test]
fn no_crate_imports_upward_or_a_service_sideways() {
    let mut faults = Vec::new();
    for package in workspace() {
        let name = package.name.to_string();
        let Some(own) = tier(&name) else {
            faults.push(format!("{name} has no tier: add it to the table of this test"));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(other) = tier(&dependency.name) else { continue };
            let allowed = match own {
                0 => false,            // values know nobody
                2 | 4 => other <= own, // frames may stand on frames; the whole city imports everything
                _ => other < own,
            };
            // Nothing that ships may stand on the testkit.
            let ships = dependency.kind == DependencyKind::Normal && own < 4;
            if !allowed || (ships && dependency.name == "city-testkit") {
                faults.push(format!(
                    "{name} (tier {own}) imports {} (tier {other})",
                    dependency.name
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn heavy_and_dangerous_crates_are_seen_only_where_they_belong() {
    let belongs: &[(&str, &[&str])] = &[
        ("aws-sdk-s3", &["city-blobs"]),
        ("async-graphql", &["city-gateway"]),
        ("argon2", &["city-accounts"]),
        ("image", &["city-reports", "city-city", "city-tests"]),
    ];
    let mut faults = Vec::new();
    for package in workspace() {
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
        {
            let homes =
                belongs.iter().find(|(name, _)| *name == dependency.name).map(|(_, homes)| *homes);
            if homes.is_some_and(|homes| !homes.contains(&package.name.as_str())) {
                faults.push(format!("{} imports {}", package.name, dependency.name));
            }
            if package.name == "city-gateway" && dependency.name == "sqlx" {
                faults.push("the gateway imports sqlx".to_owned());
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_crate_keeps_the_workspace_lints() {
    for package in workspace() {
        let manifest =
            std::fs::read_to_string(&package.manifest_path).expect("a manifest can be read");
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{} has no workspace lints",
            package.name
        );
    }
}
