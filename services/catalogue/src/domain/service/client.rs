//! What an app says of itself. Whatever is missing or malformed matches nothing: who hides a version is not let in by it.

use city_contracts::catalogue::service::ClientApp;

/// What an app runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    Ios,
    Android,
    Web,
}

impl Platform {
    pub const ALL: [Self; 3] = [Self::Ios, Self::Android, Self::Web];

    /// The word of the header and of the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ios => "IOS",
            Self::Android => "ANDROID",
            Self::Web => "WEB",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.as_str() == word)
    }
}

/// A version of 1 to 4 dotted numbers, compared number by number: 1.10 is after 1.9, and 2 is 2.0.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppVersion([u32; 4]);

impl AppVersion {
    /// Reads a version; nothing for anything else, such as `1.2-beta` or five numbers.
    pub fn parse(raw: &str) -> Option<Self> {
        let mut numbers = [0; 4];
        for (place, part) in raw.split('.').enumerate() {
            let is_number =
                (1..=9).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            *numbers.get_mut(place)? = is_number.then(|| part.parse().ok())??;
        }
        Some(Self(numbers))
    }
}

/// The app that asks, as far as it said so in a form that can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Client {
    pub platform: Option<Platform>,
    pub app: Option<AppVersion>,
    pub os: Option<AppVersion>,
}

impl Client {
    /// Reads what was sent.
    pub fn read(sent: &ClientApp) -> Self {
        let version = |raw: &Option<String>| raw.as_deref().and_then(AppVersion::parse);
        Self {
            platform: sent.platform.as_deref().and_then(Platform::parse),
            app: version(&sent.app_version),
            os: version(&sent.os_version),
        }
    }
}
