//! The block of a head's digest that is made to be pasted into the unit's chat group: plain short lines, an official
//! each, the most urgent first, and short enough for one message.

use std::fmt::Write as _;

use super::Language;
use super::digest::{Digest, Subject, most_urgent_first};
use super::digest_words::{Kind, title};

/// Characters of the block at most: messengers cut, or refuse, what is longer than 2,000.
const LONGEST: usize = 1500;
/// Kept free for the line that tells of the rest.
const REST: usize = 60;
/// Codes that are named of one official and kind.
const CODES: usize = 3;

/// What one official has to do, by kind.
struct Share<'a> {
    unit: &'a str,
    holder: Option<&'a str>,
    of: Vec<(Kind, Vec<&'a str>)>,
}

impl Digest {
    /// The block, without an applicant's data.
    pub(super) fn paste(&self, language: Language) -> String {
        let shares = self.shares();
        let until = self.data_until.map(|at| {
            format!(" ({} {})", language.pick("số liệu đến", "records up to"), language.watermark(at))
        });
        let mut block = format!(
            "{} - {} {}{}",
            self.unit,
            language.pick("việc cần xử lý ngày", "work to attend to on"),
            language.date(self.run_at.date()),
            until.unwrap_or_default()
        );
        let mut told = 0;
        for share in &shares {
            let room = LONGEST - REST - block.chars().count().min(LONGEST - REST);
            let elsewhere = share.unit != self.unit;
            let lines = [share.line(elsewhere, CODES, language), share.line(elsewhere, 0, language)];
            let Some(line) = lines.iter().find(|line| line.chars().count() < room) else { break };
            let _ = write!(block, "\n{line}");
            told += 1;
        }
        let rest: usize = shares[told..].iter().map(Share::count).sum();
        if rest > 0 {
            let only_dossiers =
                Kind::ALL.iter().flat_map(|kind| self.lines(*kind)).all(|l| l.subject == Subject::Dossier);
            let _ = match (language, only_dossiers) {
                (Language::Vi, true) => write!(block, "\n… và {rest} hồ sơ khác"),
                (Language::Vi, false) => write!(block, "\n… và {rest} việc khác"),
                (Language::En, _) => write!(block, "\n… and {rest} more"),
            };
        }
        block
    }

    /// The lines by official, in the order of the most urgent one of each.
    fn shares(&self) -> Vec<Share<'_>> {
        let mut shares: Vec<Share<'_>> = Vec::new();
        for kind in Kind::ALL {
            for line in most_urgent_first(self.lines(kind)) {
                let (unit, holder) = (line.unit.as_str(), line.holder.as_deref());
                let at = shares.iter().position(|s| s.unit == unit && s.holder == holder);
                let at = at.unwrap_or_else(|| {
                    shares.push(Share { unit, holder, of: Vec::new() });
                    shares.len() - 1
                });
                match shares[at].of.last_mut() {
                    Some((last, codes)) if *last == kind => codes.push(&line.code),
                    Some(_) | None => shares[at].of.push((kind, vec![&line.code])),
                }
            }
        }
        shares
    }
}

impl Share<'_> {
    fn count(&self) -> usize {
        self.of.iter().map(|(_, codes)| codes.len()).sum()
    }

    /// `• Nguyễn Văn A: 3 quá hạn (…), 1 đến hạn hôm nay (…)`, naming so many codes of each kind.
    fn line(&self, with_unit: bool, most: usize, language: Language) -> String {
        let mut line = format!(
            "• {}",
            self.holder.unwrap_or_else(|| language.pick("Chưa có người giữ", "Held by nobody"))
        );
        if with_unit && !self.unit.is_empty() {
            let _ = write!(line, " ({})", self.unit);
        }
        let parts: Vec<String> = self
            .of
            .iter()
            .map(|(kind, codes)| {
                let mut said = format!("{} {}", codes.len(), title(*kind, language).to_lowercase());
                if most > 0 {
                    let more = if codes.len() > most { ", …" } else { "" };
                    let _ = write!(said, " ({}{more})", codes[..codes.len().min(most)].join(", "));
                }
                said
            })
            .collect();
        let _ = write!(line, ": {}", parts.join(", "));
        line
    }
}
