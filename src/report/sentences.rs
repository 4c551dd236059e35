//! The sentences of the report that carry figures, each a function of figures and wording.
//! A part is said only where its figure exists; no layout here.

use std::collections::BTreeMap;

use crate::domain::figure::Rating;
use crate::domain::summary::{
    DossierFigures, Figures, Payments, PeriodSummary, PetitionFigures, Rate, TaskFigures,
};
use crate::domain::target::{Target, Verdict};
use crate::domain::text::{count, grouped, percent, worded_amount};
use crate::domain::unit::Group;

use super::wording::{GroupWords, Locality, Wording, payment_kind};

/// A rate in running text; None for 0/0.
pub fn share(rate: Rate) -> Option<String> {
    rate.percent().map(|canonical| percent(&canonical))
}

/// A count where zero is written as the group has it.
fn counted(number: i64, words: &GroupWords) -> String {
    if number == 0 { words.zero.clone() } else { count(number) }
}

/// Assigned tasks: how many were completed and how many go on.
pub fn tasks(f: &TaskFigures, at: Locality<'_>, listed: bool) -> String {
    let givers = at.givers();
    let head = format!("Tổng hợp, cập nhật tiến độ, kết quả thực hiện các nhiệm vụ được {givers} giao:");
    if f.completed == 0 && f.in_progress == 0 {
        return format!("{head} Trong kỳ không ghi nhận nhiệm vụ nào.");
    }
    let completed = match (f.completed, f.completed_on_time, f.completed_late) {
        (0, _, _) => "chưa có nhiệm vụ hoàn thành trong kỳ".to_owned(),
        (all, _, 0) => format!("thực hiện hoàn thành {} nhiệm vụ (đúng hạn)", count(all)),
        (all, on_time, late) => format!(
            "thực hiện hoàn thành {} nhiệm vụ (trong đó có {} nhiệm vụ đúng hạn, {} nhiệm vụ trễ hạn)",
            count(all),
            count(on_time),
            count(late)
        ),
    };
    let going_on = match (f.in_progress, f.in_progress_in_due, f.in_progress_overdue) {
        (0, _, _) => "không có nhiệm vụ đang thực hiện".to_owned(),
        (all, _, 0) => format!("{} nhiệm vụ đang thực hiện (còn thời hạn)", count(all)),
        (all, in_due, overdue) => format!(
            "{} nhiệm vụ đang thực hiện (còn thời hạn {}, quá hạn {})",
            count(all),
            count(in_due),
            count(overdue)
        ),
    };
    let list = if listed { " (cụ thể có các danh sách gửi kèm)" } else { "" };
    format!("{head} {} {completed}, {going_on}{list}.", at.body)
}

/// The size of the catalogue by level, from the highest down; the locality's own level by its name.
pub fn procedures(sizes: &BTreeMap<String, i64>, at: Locality<'_>) -> String {
    let own = match at.kind {
        "tỉnh" => "province",
        _ if at.is_commune() => "commune",
        _ => "town",
    };
    let all = "(bao gồm cả TTHC của cơ quan ngành dọc)";
    let said: Vec<String> =
        [("province", "UBND cấp tỉnh"), ("town", "UBND cấp huyện"), ("commune", "UBND cấp xã")]
            .into_iter()
            .filter_map(|(level, name)| Some((level, name, *sizes.get(level).filter(|size| **size > 0)?)))
            .map(|(level, name, size)| {
                let whose = "tổng số thủ tục hành chính thuộc thẩm quyền giải quyết của";
                // As the report of May 2024 has it.
                if level == own {
                    format!("{whose} {}: {} {all}", at.body, count(size))
                } else {
                    format!("{whose} {name} {all}: {}", count(size))
                }
            })
            .collect();
    if said.is_empty() {
        return "Danh mục TTHC chưa được ghi nhận trên hệ thống.".to_owned();
    }
    super::body::capitalised(&said.join("; ")) + "."
}

/// The dossiers of a group.
pub fn dossiers(f: &DossierFigures, words: &GroupWords, merge_early: bool) -> String {
    let n = |number: i64| counted(number, words);
    if f.received_total == 0 && f.resolved == 0 && f.in_process == 0 {
        return format!("{}: Trong kỳ không phát sinh hồ sơ.", words.dossiers);
    }
    let mut said = vec![format!("{}: Đã tiếp nhận {} hồ sơ", words.dossiers, n(f.received_total))];
    if words.split_received {
        let carried = n(f.carried_over);
        said.push(format!(" (trong kỳ {}, từ kỳ trước chuyển sang {carried})", n(f.received_in_period)));
    }
    said.push(format!(", đã giải quyết {} hồ sơ", n(f.resolved)));
    if let (Some(good), Some(late)) = (share(f.not_late_rate()), share(f.late_rate())) {
        let noun = if words.early_with_noun { " hồ sơ" } else { "" };
        let early = if merge_early {
            format!("trước hạn {}{noun}", n(f.resolved_early + f.resolved_on_time))
        } else {
            format!("trước hạn {}{noun}, đúng hạn {}{noun}", n(f.resolved_early), n(f.resolved_on_time))
        };
        let late_share = &words.late_share;
        said.push(format!(
            " ({early}, chiếm tỷ lệ {good}; trễ hạn {} hồ sơ, {late_share} {late})",
            n(f.resolved_late)
        ));
    }
    said.push(format!(", đang giải quyết {} hồ sơ (trong hạn {}", n(f.in_process), n(f.in_process_in_due)));
    if f.in_process_paused > 0 {
        said.push(format!(", trong đó {} hồ sơ đang tạm dừng tính thời hạn", n(f.in_process_paused)));
    }
    said.push(format!(", quá hạn {}), hồ sơ rút {}", n(f.in_process_overdue), n(f.withdrawn)));
    if f.stopped > 0 {
        said.push(format!(", dừng giải quyết {}", n(f.stopped)));
    }
    said.concat() + "."
}

/// `phản ánh kiến nghị của người dân, tổ chức liên quan đến quy định TTHC`, the last words only where it holds for
/// all of them.
pub fn petitions_of_people(f: &PetitionFigures) -> String {
    let about = if f.on_regulation == f.received { " liên quan đến quy định TTHC" } else { "" };
    format!("phản ánh kiến nghị của người dân, tổ chức{about}")
}

/// Petitions.
pub fn petitions(f: &PetitionFigures, period: &str, wording: &Wording) -> String {
    let portal = spaced(&wording.petition_portal);
    let whole = if f.by_portal == f.received { portal.as_str() } else { "" };
    let about = format!("{}{whole}", petitions_of_people(f));
    if f.received == 0 {
        return format!("Trong {period}, không phát sinh {about}.");
    }
    let some = |number: i64| number > 0 && number < f.received;
    let parts: Vec<String> = [
        (f.on_regulation, " liên quan đến quy định TTHC".to_owned()),
        (f.by_portal, if portal.is_empty() { String::new() } else { format!(" tiếp nhận{portal}") }),
    ]
    .into_iter()
    .filter(|(number, what)| some(*number) && !what.is_empty())
    .map(|(number, what)| format!("{} phản ánh{what}", count(number)))
    .collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" (trong đó {})", parts.join("; ")) };
    let mut said = vec![format!("Trong {period}, phát sinh {} {about}{parts}", count(f.received))];
    if f.answered == 0 {
        return said.concat() + ", chưa có phản ánh nào được trả lời.";
    }
    said.push(format!(", đã giải quyết {} phản ánh", count(f.answered)));
    if f.answered_on_time == f.answered {
        said.push(" đảm bảo thời gian".to_owned());
    } else {
        said.push(format!(" (trong đó {} phản ánh đảm bảo thời gian)", count(f.answered_on_time)));
    }
    if f.published > 0 && f.published == f.answered {
        said.push(" và thực hiện công khai theo quy định".to_owned());
    } else if f.published > 0 {
        said.push(format!(", công khai {} phản ánh", count(f.published)));
    }
    if f.satisfied > 0 && f.satisfied == f.answered {
        said.push(", được công dân đánh giá hài lòng".to_owned());
    } else if f.satisfied > 0 {
        said.push(format!(", {} phản ánh được công dân đánh giá hài lòng", count(f.satisfied)));
    }
    said.concat() + "."
}

/// What a rating is called.
pub fn rating_name(rating: Rating) -> &'static str {
    match rating {
        Rating::VerySatisfied => "rất hài lòng",
        Rating::Satisfied => "hài lòng",
        Rating::Neutral => "bình thường",
        Rating::Dissatisfied => "không hài lòng",
        Rating::VeryDissatisfied => "rất không hài lòng",
    }
}

/// Ratings of the services, by group.
pub fn ratings(summary: &PeriodSummary, period: &str, wording: &Wording, at: Locality<'_>) -> String {
    let means = spaced(&wording.rating_means);
    if summary.ratings_total == 0 {
        return format!("Trong {period}, không ghi nhận lượt đánh giá sự hài lòng nào{means}.");
    }
    let mut named = 0;
    let mut parts = Vec::new();
    for (group, figures) in groups(summary) {
        let given: i64 = figures.ratings.values().sum();
        if given == 0 {
            continue;
        }
        named += given;
        let kinds: Vec<String> = Rating::ALL
            .iter()
            .filter_map(|r| Some((r, *figures.ratings.get(r)?)))
            .map(|(r, number)| format!("{} lượt đánh giá {}", count(number), rating_name(*r)))
            .collect();
        parts.push(format!(
            "{} có {} lượt đánh giá, kết quả {}",
            wording.group(group).ratings,
            count(given),
            kinds.join(", ")
        ));
    }
    let others = summary.ratings_total - named;
    if others > 0 && named > 0 {
        parts.push(format!("các bộ phận khác có {} lượt đánh giá", count(others)));
    }
    let at_communes = summary.group(Group::Communes).is_some_and(|f| !f.ratings.is_empty());
    let several = at_communes && wording.copy_to_communes;
    let place = if several {
        "Bộ phận một cửa các cấp".to_owned()
    } else {
        at.of("Bộ phận một cửa")
    };
    let inside =
        if parts.is_empty() { String::new() } else { format!(" (trong đó: {})", parts.join("; ")) };
    let total = count(summary.ratings_total);
    format!("Trong {period}, {place} đã thực hiện {total} lượt đánh giá sự hài lòng{means}{inside}.")
}

/// The groups that are there, in the report's order.
pub fn groups(summary: &PeriodSummary) -> impl Iterator<Item = (Group, &Figures)> {
    Group::ALL.iter().filter_map(|g| summary.group(*g).map(|figures| (*g, figures)))
}

/// Online shares by group and over all.
pub fn online(summary: &PeriodSummary, wording: &Wording, at: Locality<'_>) -> String {
    let Some(overall) = share(summary.online_overall) else {
        return "Trong kỳ không tiếp nhận hồ sơ thuộc TTHC có cung cấp dịch vụ công trực tuyến.".to_owned();
    };
    let mut said = Vec::new();
    for (group, figures) in groups(summary) {
        let levels: Vec<String> = [(figures.online_partial, "3"), (figures.online_full, "4")]
            .into_iter()
            .filter_map(|(rate, level)| {
                let rate = rate?;
                Some(format!(
                    "{} hồ sơ trực tuyến mức độ {level}/tổng số {} hồ sơ tiếp nhận, đạt tỷ lệ {}",
                    count(rate.numerator),
                    count(rate.denominator),
                    share(rate)?
                ))
            })
            .collect();
        if !levels.is_empty() {
            said.push(format!("{}: Đã tiếp nhận {}. ", wording.group(group).online, levels.join("; ")));
        }
    }
    let whole = if at.kind.is_empty() { String::new() } else { at.of(" của toàn") };
    said.push(format!("Tỷ lệ hồ sơ nộp trực tuyến chung{whole} đạt {overall}."));
    said.concat()
}

/// Digitisation at intake and of results, by group.
pub fn digitisation(summary: &PeriodSummary, wording: &Wording) -> String {
    let mut parts: Vec<String> = groups(summary)
        .filter_map(|(group, figures)| {
            let intake = figures.intake.and_then(share);
            let result = figures.result.and_then(share);
            let of_intake = intake.map(|p| format!("số hóa hồ sơ khi tiếp nhận TTHC đạt tỷ lệ {p}"));
            let of_result = result.map(|p| format!("số hóa kết quả giải quyết TTHC đạt {p}"));
            let said: Vec<String> = of_intake.into_iter().chain(of_result).collect();
            (!said.is_empty()).then(|| format!("{} {}", wording.group(group).digitisation, said.join(", ")))
        })
        .collect();
    if parts.is_empty() {
        return "Trong kỳ không có hồ sơ thuộc diện theo dõi số hóa.".to_owned();
    }
    // After a semicolon the sentence goes on.
    for part in parts.iter_mut().skip(1) {
        if let Some(rest) = part.strip_prefix("Các ") {
            *part = format!("các {rest}");
        }
    }
    format!("{}.", parts.join("; "))
}

/// A target, what was reached, and what comes of it.
pub fn target(target: &Target, summary: &PeriodSummary) -> String {
    let asked = share(Rate { numerator: target.value_hundredths, denominator: 10_000 }).unwrap_or_default();
    let asked =
        if target.at_most { format!("không quá {asked}") } else { format!("từ {asked} trở lên") };
    let basis = if target.basis.is_empty() { String::new() } else { format!(" ({})", target.basis) };
    let rate = target.indicator.of(summary);
    let head = format!("- {}: chỉ tiêu được giao {asked}{basis}", target.name);
    let (Some(reached), Some(verdict)) = (share(rate), target.verdict(rate)) else {
        return format!("{head}; trong kỳ chưa có số liệu để đánh giá.");
    };
    let verdict = match verdict {
        Verdict::Exceeded => "vượt chỉ tiêu",
        Verdict::Reached => "đạt chỉ tiêu",
        Verdict::Missed => "chưa đạt chỉ tiêu",
    };
    let (numerator, denominator) = (grouped(rate.numerator), grouped(rate.denominator));
    format!("{head}; thực hiện {reached} ({numerator}/{denominator}), {verdict}.")
}

/// Online payments by place, and their share of all.
pub fn payments(f: &Payments, period: &str, wording: &Wording, at: Locality<'_>) -> String {
    let Some(rate) = share(f.online) else {
        return format!("Trong {period}, không phát sinh khoản thanh toán nào.");
    };
    let mut places = Vec::new();
    let town = kinds_at(f, "town");
    if !town.is_empty() {
        let kinds: Vec<String> = town
            .iter()
            .enumerate()
            .map(|(i, (kind, times, amount))| {
                let (verb, joint) =
                    if i == 0 { ("thanh toán trực tuyến", " với") } else { ("thanh toán", "") };
                format!("{verb} {kind}{joint} {times} lượt, tổng số tiền {amount}")
            })
            .collect();
        places.push(format!("{} đã thực hiện {}", at.of("Tại Bộ phận Một cửa"), kinds.join(", ")));
    }
    let communes = kinds_at(f, "communes");
    if !communes.is_empty() {
        let kinds: Vec<String> = communes
            .iter()
            .map(|(kind, times, amount)| format!("{kind} {times} lượt với {amount}"))
            .collect();
        // In the middle of a sentence the counter is written small.
        let counter = wording.communes.ratings.replacen("Một cửa", "một cửa", 1);
        places.push(format!("{counter} thanh toán trực tuyến {}", kinds.join(", ")));
    }
    let told = if places.is_empty() { String::new() } else { format!("{}. ", places.join("; ")) };
    format!("{told}Tỷ lệ thanh toán trực tuyến trong {period} đạt {rate}.")
}

/// Kind, times and worded amount of the online payments at a place, the greatest amount first.
fn kinds_at(f: &Payments, place: &str) -> Vec<(String, String, String)> {
    let mut there: Vec<_> =
        f.by_place.iter().filter(|((at, _), p)| at == place && p.transactions != 0).collect();
    there.sort_by_key(|(_, p)| std::cmp::Reverse(p.amount_vnd));
    there
        .into_iter()
        .map(|((_, kind), p)| (payment_kind(kind), count(p.transactions), worded_amount(p.amount_vnd)))
        .collect()
}

/// A setting that follows other words; nothing where it is empty.
fn spaced(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" {words}") }
}
