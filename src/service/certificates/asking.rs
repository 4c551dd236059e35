//! Asking for a certificate: what must be said, and what can't be so.

use chrono::{DateTime, Utc};

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, Wire};
use super::super::work::Work;
use super::{CertificateRow, standing};
use crate::domain::certificate::{CertificateKind, CertificateState};
use crate::domain::code::Code;
use crate::store::certificates;

/// Fields of a request on the wire.
const WIRE: Wire = Wire { resource: "certificate", names: &[] };

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateAsk {
    /// Code of the official whose it will be.
    pub official: String,
    /// What is asked for.
    pub kind: Option<CertificateKind>,
    /// Who makes it.
    pub provider: String,
    /// Code of the certificate whose place it takes; empty where none is known here.
    pub replaces: String,
    /// When it was asked for; None: now.
    pub asked_at: Option<DateTime<Utc>>,
}

/// Records that a certificate was asked for. `wrong` is what the reader of the request found.
pub async fn request(
    work: &mut Work,
    ask: CertificateAsk,
    wrong: Vec<Violation>,
) -> Result<CertificateRow, ServiceError> {
    let old = match ask.replaces.as_str() {
        "" => None,
        code => certificates::find(&work.tx, code, &work.context.scope).await?,
    };
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, &ask, old.as_ref()).filter(|_| findings.is_clean());
    let Some((row, official)) = row else { return Err(findings.invalid()) };
    let (now, had) = (work.now(), certificates::count_of(&work.tx, row.official_id).await?);
    let code = format!("{official}-CTS{}", had + 1);
    if Code::parse(&code).is_err() {
        return Err(Violation::new(
            "certificate.official",
            "TOO_LONG",
            "certificate.official: mã công chức quá dài để đặt mã cho chứng thư số; hãy rút ngắn mã công chức",
            "certificate.official: the official's code is too long to be part of another; shorten it",
        )
        .into());
    }
    if let Some(old) = old {
        let (version, state) = (old.version, replaceable(&old)?);
        let old = standing(CertificateRow { replaced_by: Some(code.clone()), ..old }, state, now);
        work.note(format!("certificates/{}", old.code), &serde_json::json!({ "replaced_by": code }));
        certificates::update(&work.tx, old, version).await?;
    }
    let row = standing(CertificateRow { code, ..row }, CertificateState::Requested, now);
    certificates::insert(&work.tx, row.clone()).await?;
    let detail = serde_json::json!({ "asked": { "kind": row.kind, "replaces": row.replaces } });
    work.note(format!("certificates/{}", row.code), &detail);
    Ok(row)
}

/// Only what was delivered and isn't to be replaced already can be replaced, be it in use still or broken.
fn replaceable(old: &CertificateRow) -> Result<CertificateState, ServiceError> {
    let subject = format!("certificates/{}", old.code);
    if let Some(other) = &old.replaced_by {
        return Err(ServiceError::Precondition {
            reason: "REPLACED",
            vi: format!("{subject} đã có certificates/{other} được đề nghị cấp thay; hãy dùng đề nghị đó"),
            en: format!("certificates/{other} was asked for in the place of {subject}; go on with that one"),
            subject,
        });
    }
    let known = CertificateState::parse(&old.state).filter(|_| old.delivered_at.is_some());
    known.ok_or_else(|| ServiceError::Precondition {
        reason: "NOT_DELIVERED",
        vi: format!("{subject} chưa từng được cấp nên không thể cấp đổi; hãy bỏ trống certificate.replaces"),
        en: format!(
            "{subject} was never delivered, so none takes its place; leave certificate.replaces empty"
        ),
        subject,
    })
}

/// The row of what is asked for, in its first version to be, without its code; and the official's code.
fn read(
    findings: &mut Findings<'_>,
    ask: &CertificateAsk,
    old: Option<&CertificateRow>,
) -> Option<(CertificateRow, String)> {
    let work = findings.work();
    let official = findings.official("official", &ask.official);
    let official = official.and_then(|id| work.rules.officials.get(&id));
    let official = match official {
        // What lies beyond one's reach is told as unknown.
        Some(official) if !work.context.scope.covers(official.unit_id, Some(official.id)) => {
            findings.unknown("official", &ask.official, "công chức", "official");
            None
        }
        Some(official) => Some(official),
        None => {
            findings.missing("official");
            None
        }
    };
    let kind = findings.given("kind", ask.kind);
    let provider = findings.mailed_text("provider", &ask.provider);
    if provider.is_empty() {
        findings.missing("provider");
    }
    if !ask.replaces.is_empty() {
        if kind == Some(CertificateKind::New) {
            findings.say(
                "replaces",
                "UNFIT",
                "chỉ dùng khi cấp đổi (CERTIFICATE_KIND_REPLACEMENT); hãy bỏ trống hoặc sửa kind",
                "is for replacements (CERTIFICATE_KIND_REPLACEMENT); leave it empty or correct kind",
            );
        }
        if old.is_none_or(|old| Some(old.official_id) != official.map(|official| official.id)) {
            findings.unknown(
                "replaces",
                &ask.replaces,
                "chứng thư số của công chức này",
                "certificate of this official",
            );
        }
    }
    let asked_at = ask.asked_at.unwrap_or(work.now());
    findings.not_in_future("asked_at", Some(asked_at));
    let official = official?;
    let row = CertificateRow {
        id: work.new_id(),
        code: String::new(),
        official_id: official.id,
        kind: kind?.as_str().to_owned(),
        provider,
        replaces: (!ask.replaces.is_empty()).then(|| ask.replaces.clone()),
        replaced_by: None,
        asked_at,
        delivered_at: None,
        valid_until: None,
        ended_at: None,
        end_reason: None,
        state: String::new(),
        open: false,
        next_notice_at: None,
        next_notice_rule: None,
        next_notice_step: None,
        version: 0,
        created_at: work.now(),
        updated_at: work.now(),
    };
    Some((row, official.code.clone()))
}
