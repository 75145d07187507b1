//! What stops the servers from starting is said in one line that tells what to do.

use crate::infra::{Folder, Infra, Refused};

#[test]
fn a_second_city_in_the_same_folder_is_refused_and_names_the_first() {
    let folder = Folder::new("refused-second", 0o755);
    let first = Infra::start(&folder, &["--throwaway"]);

    let Err(Refused { status, said }) = Infra::try_start(&folder, &["--throwaway"], |_| {}) else {
        panic!("the second city started");
    };

    assert!(!status.success());
    assert!(said.contains(&format!("in use by process {}", first.pid())), "{said}");
    assert!(first.stop().0.success());
}

#[test]
fn a_missing_server_is_one_line_that_names_the_package() {
    let folder = Folder::new("refused-missing", 0o755);

    let Err(Refused { said, .. }) = Infra::try_start(&folder, &["--throwaway"], |command| {
        command.env("PATH", folder.data()); // Debian's PostgreSQL is found without a path, Redis is not
    }) else {
        panic!("the city started without a server");
    };

    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("is not installed: apt install "), "{said}");
}

#[test]
fn lasting_data_is_never_started_as_throwaway() {
    let folder = Folder::new("refused-lasting", 0o755);
    assert!(Infra::start(&folder, &[]).stop().0.success());

    let Err(Refused { said, .. }) = Infra::try_start(&folder, &["--throwaway"], |_| {}) else {
        panic!("throwaway servers run on lasting data");
    };

    assert!(said.contains("holds lasting data"), "{said}");
    assert!(folder.data().join("postgres/cluster/PG_VERSION").exists());
}

#[test]
fn files_of_others_are_never_deleted_as_throwaway() {
    let folder = Folder::new("refused-others", 0o755);
    let precious = folder.data().join("postgres/precious");
    std::fs::create_dir_all(&precious).unwrap();

    let refused = Infra::try_start(&folder, &["--throwaway"], |_| {}).err();

    assert!(refused.is_some_and(|refused| refused.said.contains("holds other data")));
    assert!(precious.exists());
}
