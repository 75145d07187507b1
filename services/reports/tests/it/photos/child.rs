//! The child process that decodes: what it may do, and what its end costs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use city_reports::domain::PhotoRefusal;
use city_reports::photo::{Cleaner, Format};

use super::pictures::{hostile, jpeg, png};

const PROGRAM: &str = env!("CARGO_BIN_EXE_city-reports");

fn run(test: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(test);
}

/// A program that does something else at its first start, and at every other becomes the real child.
struct Wrapper(PathBuf);

impl Wrapper {
    fn new(name: &str, first: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        let (program, starts) = (folder.join("child"), folder.join("starts"));
        let starts = starts.display();
        let script = format!(
            "#!/bin/sh\necho \"$@\" >> '{starts}'\nif [ $(wc -l < '{starts}') = 1 ]; then {first}; fi\nexec '{PROGRAM}' \"$@\"\n"
        );
        fs::write(&program, script).expect("the script can be written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
            .expect("and made a program");
        Self(folder)
    }

    fn cleaner(&self) -> Cleaner {
        Cleaner::new(self.0.join("child"))
    }

    fn starts(&self) -> usize {
        fs::read_to_string(self.0.join("starts")).unwrap_or_default().lines().count()
    }
}

impl Drop for Wrapper {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

#[test]
fn b07_hostile_files_are_refused_and_the_next_photo_works() {
    run(async {
        let cleaner = Cleaner::new(PROGRAM.into());
        for (content_type, bytes, refusal) in hostile() {
            let format = Format::parse(content_type).unwrap();

            let outcome = cleaner.clean(format, &bytes).await.unwrap();

            assert_eq!(outcome.map_err(PhotoRefusal::as_str), Err(refusal));
            assert!(cleaner.clean(Format::Jpeg, &jpeg(40, 30)).await.unwrap().is_ok());
        }
    });
}

#[test]
fn the_largest_photos_fit_into_the_address_space_of_the_child() {
    run(async {
        let cleaner = Cleaner::new(PROGRAM.into());

        for (format, bytes) in
            [(Format::Jpeg, jpeg(8_000, 5_000)), (Format::Png, png(6_400, 6_250))]
        {
            let photo = cleaner.clean(format, &bytes).await.unwrap();
            assert_eq!(photo.map(|photo| photo.width), Ok(2_048));
        }
    });
}

#[test]
fn a_child_that_is_killed_in_the_middle_costs_nothing() {
    run(async {
        let wrapper = Wrapper::new("killed", "printf PHC1; head -c 100 > /dev/null; kill -9 $$");
        let cleaner = wrapper.cleaner();

        assert!(
            cleaner.clean(Format::Jpeg, &jpeg(400, 300)).await.unwrap().is_ok(),
            "another child did it"
        );
        assert!(cleaner.clean(Format::Jpeg, &jpeg(400, 300)).await.unwrap().is_ok());
        assert_eq!(wrapper.starts(), 2, "the first died, the second stays");
    });
}

#[test]
fn a_child_that_dies_over_a_photo_costs_that_photo_only() {
    for death in [
        "kill -ABRT $$",
        "kill -SEGV $$",
        "kill -XCPU $$",
        "exit 101",
        "printf '\\377nonsense'; cat > /dev/null",
    ] {
        run(async {
            let wrapper = Wrapper::new("dies", &format!("printf PHC1; {death}"));
            let cleaner = wrapper.cleaner();

            let outcome = cleaner.clean(Format::Jpeg, &jpeg(400, 300)).await.unwrap();

            assert_eq!(outcome, Err(PhotoRefusal::Corrupt), "{death}");
            assert!(cleaner.clean(Format::Jpeg, &jpeg(400, 300)).await.unwrap().is_ok(), "{death}");
        });
    }
}

#[test]
fn a_child_that_hangs_is_ended_after_fifteen_seconds() {
    run(async {
        let wrapper = Wrapper::new("hangs", "printf PHC1; exec sleep 600");
        let cleaner = wrapper.cleaner();
        let start = std::time::Instant::now();

        let outcome = cleaner.clean(Format::Jpeg, &jpeg(400, 300)).await.unwrap();

        assert_eq!(outcome, Err(PhotoRefusal::Corrupt));
        assert!((15..20).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
        assert!(cleaner.clean(Format::Jpeg, &jpeg(400, 300)).await.unwrap().is_ok());
    });
}

#[test]
fn a_child_is_replaced_after_fifty_photos() {
    run(async {
        let wrapper = Wrapper::new("fifty", "true");
        let cleaner = wrapper.cleaner();
        for _ in 0..50 {
            assert!(cleaner.clean(Format::Jpeg, &jpeg(8, 8)).await.unwrap().is_ok());
        }
        assert_eq!(wrapper.starts(), 1);

        assert!(cleaner.clean(Format::Jpeg, &jpeg(8, 8)).await.unwrap().is_ok());

        assert_eq!(wrapper.starts(), 2);
    });
}

#[test]
fn at_most_two_children_work_at_once() {
    run(async {
        let wrapper = Wrapper::new("two", "true");
        let cleaner = wrapper.cleaner();
        let photo = jpeg(800, 600);

        let all =
            futures_util::future::join_all((0..12).map(|_| cleaner.clean(Format::Jpeg, &photo)))
                .await;

        assert!(all.iter().all(|outcome| matches!(outcome, Ok(Ok(_)))));
        assert!(wrapper.starts() <= 2, "{}", wrapper.starts());
    });
}

#[cfg(target_os = "linux")]
#[test]
fn the_child_has_no_environment_and_low_limits() {
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};

    // Started as the cleaner starts it; its first answer means that the limits are lowered.
    let wrapper = Wrapper::new("env", "env > \"$(dirname \"$0\")/environment\"");
    run(async {
        assert!(wrapper.cleaner().clean(Format::Jpeg, &jpeg(8, 8)).await.unwrap().is_ok());
    });
    let mut child = Command::new(PROGRAM)
        .arg("photo-child")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.as_mut().unwrap().write_all(&[1, 0, 0, 0, 1, b'x']).unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 5]).unwrap();

    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success(), "it ends with its input");

    let environment = fs::read_to_string(wrapper.0.join("environment")).unwrap();
    let inherited = environment.lines().filter(|line| {
        !["PWD=", "_=", "SHLVL=", "OLDPWD="].iter().any(|own| line.starts_with(own))
    });
    assert_eq!(
        inherited.collect::<Vec<_>>(),
        Vec::<&str>::new(),
        "only what the shell itself sets"
    );
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line[name.len()..].split_whitespace().next().unwrap_or_default().to_owned()
    };
    assert_eq!(limit("Max address space"), "536870912");
    assert_eq!(limit("Max cpu time"), "10");
    assert_eq!(limit("Max file size"), "0");
    assert_eq!(limit("Max open files"), "16");
    assert_eq!(limit("Max core file size"), "0");
}
