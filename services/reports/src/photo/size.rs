//! The three files of a clean photo.

/// One of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// At most 2,048 px a side.
    Full,
    /// At most 1,280 px a side.
    Screen,
    /// At most 320 px a side.
    Thumb,
}

impl Size {
    pub const ALL: [Self; 3] = [Self::Full, Self::Screen, Self::Thumb];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Screen => "screen",
            Self::Thumb => "thumb",
        }
    }

    /// The size a file name such as `thumb.jpg` names.
    pub fn parse(file: &str) -> Option<Self> {
        let name = file.strip_suffix(".jpg")?;
        Self::ALL.into_iter().find(|size| size.name() == name)
    }

    /// Where the file is in the store.
    pub fn key(self, media_key: &str) -> String {
        format!("derived/{media_key}/{}.jpg", self.name())
    }
}
