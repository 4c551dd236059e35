//! Submitting for signing: figures are frozen at a cut of the ledger, checked, printed and kept with all that is needed to
//! reckon them anew: the number of the ledger, the frame, each cell, and the dossiers behind the exceptional ones.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::flagging::{By, flag_overdue};
use super::super::members::{DossierFigure, codes_at};
use super::super::period_report::check_figures;
use super::super::printing::Printing;
use super::super::report::{Ask, counted};
use super::super::work::{Context, Entered, ReplayKey};
use super::super::{House, Look, proposals};
use super::{
    BREAKDOWNS, Report, ReportRow, Step, draft_of, form_of, forms, get, is_carried, itself, keeping, load,
    name, period_of, save,
};
use crate::domain::report::ReportStep;
use crate::domain::summary::{Frame, cells, summary};
use crate::report::{Paper, ProposalLine, Saying, Template, said_by_figures, says};
use crate::store::reports::TextRow;
use crate::store::{contributions, figures, proposals as mentions, reports};

/// The figures whose dossiers are kept with a report: those by which people are judged.
pub const EXCEPTIONS: [DossierFigure; 6] = [
    DossierFigure::ResolvedLate,
    DossierFigure::Overdue,
    DossierFigure::Withdrawn,
    DossierFigure::Stopped,
    DossierFigure::LateApologised,
    DossierFigure::LateRecorded,
];

/// The word of the file with the sentences that figures say.
pub const SENTENCES: &str = "sentences";

/// What came of it.
#[derive(Debug)]
pub enum Submitted {
    /// The answer that was kept when it was done before.
    Before(Vec<u8>),
    /// The report.
    Now(Box<Report>),
}

/// Submits a draft; `without_proposals`: also where its words leave out proposals that nobody has answered. `answer` writes what is kept for a repeat of the request.
pub async fn submit(
    house: &House,
    context: Context,
    replay: Option<ReplayKey>,
    step: &Step,
    without_proposals: bool,
    answer: fn(&Report) -> Vec<u8>,
) -> Result<Submitted, ServiceError> {
    if replay.is_some()
        && let Entered::Replay(kept) = house.work(context.clone(), replay.clone()).await?
    {
        return Ok(Submitted::Before(kept));
    }
    // What can't be submitted changes nothing.
    let look = house.look(context.clone()).await?;
    let (row, _) = load(&look.door, step, ReportStep::Submit).await?;
    complete(&look, &row, without_proposals).await?;
    drop(look);
    // A deadline that passed counts, whether or not the hour of the job has come. Boxed: its future is large.
    Box::pin(flag_overdue(house, By::Caller(&context))).await?;
    let cut = figures::cut(&house.store, house.world.office.now()).await?;
    let look = house.look(context.clone()).await?;
    let (row, state) = load(&look.door, step, ReportStep::Submit).await?;
    let frozen = Box::pin(freeze(&look, &row, cut, without_proposals)).await?;
    drop(look);

    let mut work = match house.work(context, replay).await? {
        Entered::Replay(kept) => return Ok(Submitted::Before(kept)),
        Entered::Fresh(work) => *work,
    };
    // Somebody may have written meanwhile: what is signed is what is frozen.
    let same = Step { code: row.code.clone(), etag: row.version.to_string() };
    reports::hold(&work.tx, row.id).await?;
    let (row, _) = load(&work.tx, &same, ReportStep::Submit).await?;
    let now = work.now();
    let mut hashes = BTreeMap::new();
    for (paper, bytes) in frozen.files {
        let file = keeping::file(work.new_id(), &row, &paper, bytes, now);
        hashes.insert(file.paper.clone(), file.sha256.clone());
        reports::put_file(&work.tx, file).await?;
    }
    reports::keep_members(&work.tx, row.id, &frozen.members).await?;
    mentions::mention(&work.tx, row.id, &frozen.proposals).await?;
    contributions::close(&work.tx, row.id).await?;
    let sha256 = keeping::sha256(frozen.figures.as_bytes());
    // The audit trail is chained: whoever alters the report alters what this says too, or is found out.
    let frame = keeping::sha256(&frozen.frame);
    let detail = json!({
        "frozen": { "sequence": cut, "figures_sha256": sha256, "frame_sha256": frame, "files": hashes },
        "without_proposals": without_proposals,
    });
    let row = ReportRow {
        frozen_seq: Some(cut),
        frozen_at: Some(now),
        frame: Some(frozen.frame),
        figures_sha256: Some(sha256),
        figures: Some(frozen.figures),
        ..row
    };
    let row = save(&mut work, row, state, &detail).await?;
    let report = get(&work.tx, row).await?;
    work.finish(&answer(&report)).await?;
    Ok(Submitted::Now(Box::new(report)))
}

struct Frozen {
    frame: Vec<u8>,
    figures: String,
    members: BTreeMap<String, Vec<String>>,
    files: Vec<(String, Vec<u8>)>,
    /// The proposals that its words make.
    proposals: Vec<Uuid>,
}

async fn freeze(
    look: &Look,
    row: &ReportRow,
    cut: i64,
    without_proposals: bool,
) -> Result<Frozen, ServiceError> {
    complete(look, row, without_proposals).await?;
    let ask =
        Ask { period: period_of(row)?, unit_id: None, as_of: Some(cut), breakdowns: BREAKDOWNS.to_vec() };
    let (frame, ledger) = counted(look, &ask).await?;
    let summary = summary(&frame, &ledger, &BREAKDOWNS);
    check_figures(&name(&row.code), &summary)?;
    let mut members = BTreeMap::new();
    for figure in EXCEPTIONS {
        let codes = codes_at(&look.door, figure, &frame.counted, cut).await?;
        members.insert(figure.as_str().to_owned(), codes);
    }
    let figures = cells::written(&cells::cells(&summary));
    let draft = draft_of(&look.door, row, Some(cut)).await?;
    let printing = Printing::gather(look, summary, &look.settings.report, draft).await?;
    let sentences = said_by_figures(&printing.input()).join("\n");
    let of_report = itself(&look.door, row).await?;
    let unanswered = proposals::unanswered(&look.door, row.to_on, &of_report).await?;
    let made = unanswered.into_iter().filter(|(_, line)| says(&printing.input(), &line.text));
    let proposals = made.map(|(id, _)| id).collect();
    let papers: Vec<Paper> = Paper::ALL.into_iter().filter(|paper| paper.is_available()).collect();
    let printed = printing.print(&papers).await?;
    let words = papers.iter().map(|paper| paper.extension().to_owned());
    let mut files: Vec<(String, Vec<u8>)> = words.zip(printed).collect();
    files.push((SENTENCES.to_owned(), sentences.into_bytes()));
    // Now, so that it says for good what is signed, whatever is recorded later.
    let courtesy: Vec<Paper> = papers.into_iter().filter(|paper| paper.has_translation()).collect();
    let words = courtesy.iter().copied().map(keeping::translated);
    files.extend(words.zip(printing.translated().print(&courtesy).await?));
    let recipients = forms::of_report(&look.door, row).await?;
    files.extend(forms::filled(&look.rules, row, &printing, recipients).await?);
    Ok(Frozen { frame: packed(&frame)?, figures, members, files, proposals })
}

/// Whatever a person must write is written, what was carried over was looked at, and no proposal is left out unnoticed.
async fn complete(look: &Look, row: &ReportRow, without_proposals: bool) -> Result<(), ServiceError> {
    let texts = reports::texts(&look.door, row.id).await?;
    let mut wrong = Vec::new();
    let of_report = itself(&look.door, row).await?;
    let unanswered = proposals::unanswered(&look.door, row.to_on, &of_report).await?;
    let is_proposed = !unanswered.is_empty();
    for (section, block) in form_of(row)?.places() {
        let written = texts.get(&block.place).filter(|text| !text.text.is_empty());
        let field = format!("narrative.{}", block.place);
        let speaks =
            |saying: &Saying| !saying.may_be_silent() || (*saying == Saying::Proposals && is_proposed);
        let figures_speak = block.say.iter().any(speaks);
        match written {
            None if block.must_be_written(figures_speak) => wrong.push(Violation::new(
                &field,
                "NOT_WRITTEN",
                format!("{field}: mục “{section}” chưa có phần “{}”; hãy soạn trước khi trình ký", block.label),
                format!("{field}: nobody has written “{}” of “{section}”; write it first", block.label),
            )),
            Some(text) if is_carried(text) => wrong.push(Violation::new(
                &field,
                "CARRIED_OVER",
                format!(
                    "{field}: phần “{}” chép từ {} và chưa ai rà soát; hãy sửa, hoặc ghi lại nguyên văn để xác nhận",
                    block.label, text.written_by
                ),
                format!(
                    "{field}: “{}” comes from {} and nobody has looked at it; write it anew, or the same to confirm",
                    block.label, text.written_by
                ),
            )),
            None | Some(_) => {}
        }
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let left_out = left_out(&form_of(row)?, &texts, &unanswered);
    if left_out.is_empty() || without_proposals {
        return Ok(());
    }
    let listed = left_out.iter().map(|text| format!("“{text}”")).collect::<Vec<_>>().join("; ");
    Err(ServiceError::Precondition {
        reason: "PROPOSALS_LEFT_OUT",
        subject: name(&row.code),
        vi: format!(
            "phần đã soạn không nêu kiến nghị chưa được trả lời: {listed}; hãy bổ sung nguyên văn, ghi nhận trả lời, \
             hoặc xác nhận trình không kèm kiến nghị"
        ),
        en: format!(
            "what was written leaves out proposals that nobody has answered: {listed}; say them word for word, record \
             their answers, or confirm that it goes without them"
        ),
    })
}

/// The proposals that stand nowhere in a form that speaks of them, because somebody wrote something else over its place.
fn left_out<'a>(
    form: &Template,
    texts: &BTreeMap<String, TextRow>,
    unanswered: &'a [(Uuid, ProposalLine)],
) -> Vec<&'a str> {
    let written =
        |place: &str| texts.get(place).map(|text| text.text.as_str()).filter(|text| !text.is_empty());
    let blocks = || form.sections.iter().flat_map(|section| &section.blocks);
    let mut speaking = blocks().filter(|block| block.say.contains(&Saying::Proposals)).peekable();
    if speaking.peek().is_none() || speaking.any(|block| written(&block.place).is_none()) {
        return Vec::new();
    }
    let said: Vec<&str> = blocks().filter_map(|block| written(&block.place)).collect();
    let words = unanswered.iter().map(|(_, line)| line.text.trim_end_matches('.'));
    words.filter(|words| !said.iter().any(|said| said.contains(words))).collect()
}

/// A frame as it is kept.
fn packed(frame: &Frame) -> Result<Vec<u8>, ServiceError> {
    let json = serde_json::to_vec(frame).map_err(|error| ServiceError::Internal(error.to_string()))?;
    zstd::encode_all(json.as_slice(), 0).map_err(|error| ServiceError::Internal(error.to_string()))
}

/// A frame that was kept. None: it can't be read.
pub fn unpacked(bytes: &[u8]) -> Option<Frame> {
    serde_json::from_slice(&zstd::decode_all(bytes).ok()?).ok()
}
