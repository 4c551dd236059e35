//! Reminders that nobody hears, at no level: whoever runs the system is told, once for each time that an address falls
//! silent.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::super::operator::{self, Trouble};
use super::super::slots::Claim;
use super::deciding::Wait;
use super::reach::Reach;

/// How many notices wait for an address, by the official who is the first to have one.
pub(super) fn by_official(waits: &BTreeMap<Wait, u64>) -> BTreeMap<Uuid, u64> {
    let of_address = |(why, count): (&Wait, &u64)| match why {
        Wait::Address(official) => Some((*official, *count)),
        Wait::Later | Wait::Snoozed | Wait::Source | Wait::Grace => None,
    };
    waits.iter().filter_map(of_address).collect()
}

/// Tells of the officials whose reminders wait because neither they nor anybody above can be written to, with how many.
pub(super) async fn tell_operator(
    house: &House,
    claim: &Claim,
    reach: &Reach<'_>,
    unheard: &BTreeMap<Uuid, u64>,
) -> Result<(), ServiceError> {
    for (official, waiting) in unheard {
        let Some(official) = reach.rules().officials.get(official) else { continue };
        let Some(held) = reach.held_against(official) else { continue };
        let since = held.suppressed_at.unwrap_or(held.created_at);
        let stamp = since.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let trouble = Trouble {
            key: format!("unheard/{}/{stamp}", official.code),
            headline: format!("Nhắc việc của {} chưa báo được cho ai", official.code),
            details: vec![
                format!("{waiting} lời nhắc đang chờ."),
                format!("Địa chỉ {} hiện không gửi đến được.", held.address),
                "Các cấp trên cũng không có ai nhận được thư.".to_owned(),
            ],
            mend: "sửa địa chỉ thư của cán bộ này hoặc của người đứng đầu đơn vị; nếu địa chỉ cũ đã nhận được thư thì \
                   chạy bonro mails lift"
                .to_owned(),
        };
        operator::tell(house, claim, trouble).await?;
    }
    Ok(())
}
