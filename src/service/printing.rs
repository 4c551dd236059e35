//! What a period report is printed from, brought together: figures, lists, targets, what was declared, what broke down,
//! what people wrote, and who signs.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::error::ServiceError;
use super::imports::data_until;
use super::letterhead::Letterhead;
use super::settings::ReportSettings;
use super::slots::house_calendar;
use super::work::Look;
use super::{charting, declared_figures, enclosures, following, incidents, reconciling, targets};
use crate::domain::declared::Declared;
use crate::domain::period::Period;
use crate::domain::summary::PeriodSummary;
use crate::domain::target::Target;
use crate::report::{
    Charts, DossierLine, Following, IncidentLine, Language, Narrated, Paper, PrintError, ReportInput,
    TaskLine, Template, Wording, print,
};

/// What people have said of a report so far.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The date of the document; None: today.
    pub dated_on: Option<NaiveDate>,
    /// Its number, if it has one.
    pub number: Option<String>,
    /// To whom it goes; None: as the settings say.
    pub addressee: Option<String>,
    /// The letter that asked for it: `Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo …`.
    pub request: Option<String>,
    /// Who signs: title and name; None: as the settings say, and no name.
    pub signer: Option<(String, String)>,
    /// Its form.
    pub template: Template,
    /// What was written at its places.
    pub narrative: BTreeMap<String, Narrated>,
    /// It goes to be signed.
    pub is_final: bool,
    /// Its lists are as known at that number of the ledger; None: as known now.
    pub as_of: Option<i64>,
    /// In which language it is printed.
    pub language: Language,
    /// The report itself, and the issue that it corrects.
    pub reports: Vec<Uuid>,
    /// The unit whose own paper it is; None: the house's.
    pub unit_id: Option<Uuid>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            dated_on: None,
            number: None,
            addressee: None,
            request: None,
            signer: None,
            template: Template::period(),
            narrative: BTreeMap::new(),
            is_final: false,
            as_of: None,
            language: Language::Vi,
            reports: Vec::new(),
            unit_id: None,
        }
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Printing {
    /// The figures.
    pub summary: PeriodSummary,
    /// What was declared for the period.
    pub declared: Vec<Declared>,
    /// How the period stands to the one-stop software's own table, if it was ever reconciled.
    pub reconciled: Option<String>,
    head: Letterhead,
    addressee: String,
    draft: Draft,
    dated_on: NaiveDate,
    data_until: DateTime<Utc>,
    zone: Tz,
    wording: Wording,
    late_dossiers: Vec<DossierLine>,
    late_left_out: usize,
    tasks: Vec<TaskLine>,
    targets: Vec<Target>,
    incidents: Vec<IncidentLine>,
    following: Following,
    charts: Charts,
}

impl Printing {
    /// Brings it together as things stand.
    pub async fn gather(
        look: &Look,
        summary: PeriodSummary,
        settings: &ReportSettings,
        draft: Draft,
    ) -> Result<Self, ServiceError> {
        let calendar = house_calendar(&look.rules);
        let unit = draft.unit_id.and_then(|id| look.rules.units.get(id));
        let head = match unit {
            Some(unit) => Letterhead::of_unit(settings, &look.rules.units, unit),
            None => Letterhead::of(settings, &look.rules.units),
        };
        let period = summary.period;
        let house_wording = Wording::reference(head.locality(), &head.registered());
        let wording = draft.template.worded(&house_wording).map_err(|error| {
            ServiceError::Internal(format!("a form that was read has no wording: {error}"))
        })?;
        let below = draft.unit_id.map(|id| look.rules.units.subtree(id));
        let of_house = draft.unit_id.is_none();
        let (late_dossiers, late_left_out) =
            enclosures::late_dossiers(look, period, draft.as_of, draft.unit_id).await?;
        // What only the house has stands on no unit's paper.
        Ok(Self {
            declared: declared(look, period, draft.unit_id).await?,
            reconciled: if of_house { reconciled(look, period).await? } else { None },
            late_dossiers,
            late_left_out,
            tasks: enclosures::listed_tasks(look, period, draft.as_of, below.as_ref()).await?,
            targets: if of_house { targets::of_house(look, period).await? } else { Vec::new() },
            incidents: if of_house {
                incidents::of_period(look, period, draft.as_of).await?
            } else {
                Vec::new()
            },
            following: following::of_period(look, &summary, &draft.reports, below.as_ref()).await?,
            charts: if of_house { charting::charts(look, &summary).await? } else { Charts::default() },
            addressee: draft.addressee.clone().unwrap_or_else(|| settings.recipient.clone()),
            dated_on: draft.dated_on.unwrap_or_else(|| calendar.local_date(look.context.now)),
            data_until: data_until(look).await?.unwrap_or(look.context.now),
            zone: calendar.spec().time_zone,
            summary,
            head,
            draft,
            wording,
        })
    }

    /// It is printed in English.
    #[must_use]
    pub fn translated(&self) -> Self {
        let mut translated = self.clone();
        translated.draft.language = Language::En;
        translated
    }

    /// Prints it, beside the workers that answer others: some tenths of a second of nothing but reckoning.
    pub async fn print(&self, papers: &[Paper]) -> Result<Vec<Vec<u8>>, ServiceError> {
        let (printing, papers) = (self.clone(), papers.to_vec());
        let all = move || {
            let input = printing.input();
            papers.iter().map(|paper| print(&input, *paper)).collect::<Result<Vec<_>, _>>()
        };
        let done = tokio::task::spawn_blocking(all).await;
        let done = done.map_err(|_| ServiceError::Internal("the printer panicked".to_owned()))?;
        done.map_err(|error| told(&error))
    }

    /// For the printer.
    pub fn input(&self) -> ReportInput<'_> {
        let (head, draft) = (&self.head, &self.draft);
        let signer = draft.signer.as_ref();
        ReportInput {
            summary: &self.summary,
            superior: &head.superior,
            office: &head.office,
            symbol: head.symbol,
            own: head.own,
            locality: head.locality(),
            dated_on: self.dated_on,
            number: draft.number.as_deref(),
            recipient: &self.addressee,
            request: draft.request.as_deref(),
            signer_title: signer.map_or(head.signer_title.as_str(), |(title, _)| title),
            signer: signer.map(|(_, name)| name.as_str()),
            data_until: self.data_until,
            reconciled: self.reconciled.as_deref(),
            zone: self.zone,
            tasks: &self.tasks,
            targets: &self.targets,
            declared: &self.declared,
            incidents: &self.incidents,
            late_dossiers: &self.late_dossiers,
            late_left_out: self.late_left_out,
            following: &self.following,
            charts: &self.charts,
            template: &draft.template,
            narrative: &draft.narrative,
            is_final: draft.is_final,
            wording: &self.wording,
            language: draft.language,
        }
    }
}

/// The report of a summary on paper, a file for each that is asked for, with the tasks and the late dossiers by code.
pub async fn printed(
    look: &Look,
    summary: PeriodSummary,
    settings: &ReportSettings,
    papers: &[Paper],
) -> Result<Vec<Vec<u8>>, ServiceError> {
    Printing::gather(look, summary, settings, Draft::default()).await?.print(papers).await
}

fn told(error: &PrintError) -> ServiceError {
    match error {
        PrintError::Unavailable(paper) => ServiceError::Precondition {
            reason: "NOT_IN_THIS_BUILD",
            subject: format!("papers/{paper}"),
            vi: format!(
                "bản cài đặt này không in được {paper}; hãy dùng bản có tính năng pdf, hoặc tệp khác"
            ),
            en: format!("this build prints no {paper}; take one with the feature pdf, or another paper"),
        },
        PrintError::Untranslated(paper) => ServiceError::Precondition {
            reason: "VIETNAMESE_ONLY",
            subject: format!("papers/{paper}"),
            vi: format!("{paper} chỉ có bản tiếng Việt; hãy chọn pdf, docx hoặc html"),
            en: format!("{paper} is printed in Vietnamese only; take pdf, docx or html"),
        },
        PrintError::Refused { .. } => ServiceError::Internal(error.to_string()),
    }
}

async fn reconciled(look: &Look, period: Period) -> Result<Option<String>, ServiceError> {
    let calendar = house_calendar(&look.rules);
    let standing = reconciling::standing(look, period).await?;
    Ok(standing
        .map(|(row, standing)| reconciling::sentence(&row, standing, calendar.local_date(row.created_at))))
}

async fn declared(look: &Look, period: Period, unit_id: Option<Uuid>) -> Result<Vec<Declared>, ServiceError> {
    let rows = declared_figures::of_period(look, period, unit_id).await?;
    Ok(declared_figures::printed(&look.rules, rows))
}
