//! What parent and child say to each other over two pipes. The parent trusts no length the child names.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::clean::Cleaned;
use super::format::Format;
use crate::domain::PhotoRefusal;

/// No upload is larger.
pub(super) const MAX_UPLOAD: u32 = 10 * 1024 * 1024;
/// A clean file of 2,048 px a side is far smaller, whatever it shows.
const MAX_FILE: u32 = 16 * 1024 * 1024;

const CLEAN: u8 = 0;
const REFUSALS: [(u8, PhotoRefusal); 4] = [
    (1, PhotoRefusal::NotAnImage),
    (2, PhotoRefusal::TypeMismatch),
    (3, PhotoRefusal::TooManyPixels),
    (4, PhotoRefusal::Corrupt),
];

/// The child's answer to one photo.
#[derive(Debug)]
pub(super) struct Answer {
    /// CPU time the child has used since it started.
    pub(super) cpu_ms: u32,
    pub(super) outcome: Result<Cleaned, PhotoRefusal>,
}

fn nonsense(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    u32::try_from(bytes.len()).map_err(|_| nonsense("too long to send"))
}

fn code(format: Format) -> u8 {
    match format {
        Format::Jpeg => 1,
        Format::Png => 2,
        Format::Webp => 3,
    }
}

/// Parent: one photo to clean.
pub(super) async fn send(
    to: &mut (impl AsyncWrite + Unpin),
    format: Format,
    bytes: &[u8],
) -> io::Result<()> {
    to.write_u8(code(format)).await?;
    to.write_u32(length(bytes)?).await?;
    to.write_all(bytes).await?;
    to.flush().await
}

/// Child: the next photo; `None` when the parent has no more.
pub(super) fn receive(from: &mut impl Read) -> io::Result<Option<(Format, Vec<u8>)>> {
    let mut first = [0];
    if from.read(&mut first)? == 0 {
        return Ok(None);
    }
    let format = Format::ALL.into_iter().find(|format| code(*format) == first[0]);
    let format = format.ok_or_else(|| nonsense("a format nobody knows"))?;
    let mut number = [0; 4];
    from.read_exact(&mut number)?;
    let length = u32::from_be_bytes(number);
    if length > MAX_UPLOAD {
        return Err(nonsense("an upload above the bound"));
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    from.read_exact(&mut bytes)?;
    Ok(Some((format, bytes)))
}

/// Child: the answer.
pub(super) fn answer(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let code = match &answer.outcome {
        Ok(_) => CLEAN,
        Err(refusal) => {
            REFUSALS.iter().find(|(_, known)| known == refusal).map_or(u8::MAX, |(code, _)| *code)
        }
    };
    to.write_all(&[code])?;
    to.write_all(&answer.cpu_ms.to_be_bytes())?;
    if let Ok(cleaned) = &answer.outcome {
        to.write_all(&cleaned.width.to_be_bytes())?;
        to.write_all(&cleaned.height.to_be_bytes())?;
        for file in [&cleaned.full, &cleaned.screen, &cleaned.thumb] {
            to.write_all(&length(file)?.to_be_bytes())?;
            to.write_all(file)?;
        }
    }
    to.flush()
}

/// Parent: the answer.
pub(super) async fn hear(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Answer> {
    let code = from.read_u8().await?;
    let cpu_ms = from.read_u32().await?;
    if code != CLEAN {
        let refusal =
            REFUSALS.iter().find(|(known, _)| *known == code).map(|(_, refusal)| *refusal);
        return Ok(Answer {
            cpu_ms,
            outcome: Err(refusal.ok_or_else(|| nonsense("an answer nobody knows"))?),
        });
    }
    let (width, height) = (from.read_u32().await?, from.read_u32().await?);
    let (full, screen, thumb) = (file(from).await?, file(from).await?, file(from).await?);
    Ok(Answer { cpu_ms, outcome: Ok(Cleaned { width, height, full, screen, thumb }) })
}

async fn file(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    if length > MAX_FILE {
        return Err(nonsense("a clean file above the bound"));
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}
