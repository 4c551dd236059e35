//! What a head's digest has besides its lines: the whole list, and the block for the unit's chat group.

use std::collections::BTreeMap;

use crate::domain::reminder::{Concern, NoticeRole};

use super::tests::{digest, line, local, shown, with_concerns};
use super::*;

fn held(number: usize, due: &str, working_days: i64, holder: &str) -> Line {
    let holder = (!holder.is_empty()).then(|| holder.to_owned());
    Line { holder, ..line(number, due, working_days) }
}

/// The head of the unit oversees three officials, and holds a dossier too.
fn of_head() -> Digest {
    Digest {
        recipient: "Phạm Thị Hạnh".to_owned(),
        role: NoticeRole::Head,
        oversees: true,
        overdue: vec![
            held(2, "2024-05-14T17:00:00", -2, "Trần Thị Ánh"),
            held(1, "2024-04-26T17:00:00", -12, "Nguyễn Văn Ước"),
            held(5, "2024-05-13T17:00:00", -3, "Nguyễn Văn Ước"),
            held(6, "2024-05-13T17:00:00", -3, "Nguyễn Văn Ước"),
            held(7, "2024-05-15T17:00:00", -1, "Nguyễn Văn Ước"),
        ],
        due_today: vec![
            held(3, "2024-05-16T17:00:00", 0, "Nguyễn Văn Ước"),
            held(8, "2024-05-16T17:00:00", 0, ""),
        ],
        due_soon: vec![held(9, "2024-05-20T17:00:00", 2, "Phạm Thị Hạnh")],
        ..with_concerns()
    }
}

#[test]
fn a_heads_digest_in_both_languages() {
    insta::assert_snapshot!("digest_head_vi", shown(&of_head().render(Language::Vi)));
    insta::assert_snapshot!("digest_head_en", shown(&of_head().render(Language::En)));
    assert!(of_head().encloses_list(), "however short it is");
}

#[test]
fn the_list_has_every_line_by_unit() {
    let mut digest = of_head();
    digest.overdue[0].unit = "Chi nhánh Văn phòng Đăng ký đất đai".to_owned();
    let listing = digest.listing(Language::Vi);
    assert_eq!(listing.file_stem, "danh-sach-TNMT-2024-05-16");
    assert_eq!(
        listing.notes,
        [
            "Phòng Tài nguyên và Môi trường",
            "Số liệu đồng bộ đến 18 giờ 00, ngày 15/5/2024; lập lúc 07:15 ngày 16/5/2024"
        ]
    );
    let told: Vec<String> = listing
        .entries
        .iter()
        .map(|e| {
            let (unit, code) = (e.unit.split(' ').next().unwrap_or_default(), e.code.rsplit('-').next());
            let days = e.days.map(|days| days.to_string()).unwrap_or_default();
            format!("{unit} {} {} [{days}] {} | {}", code.unwrap_or_default(), e.step, e.holder, e.status)
        })
        .collect();
    insta::assert_snapshot!("listing_vi", told.join("\n"));
    let task = &listing.entries.iter().find(|e| e.code == "NV-2024-013").expect("the task").matter;
    assert_eq!(task, "Nhiệm vụ: Rà soát thủ tục nội bộ");
    assert_eq!(digest.listing(Language::En).file_stem, "list-TNMT-2024-05-16");
    let strange = Digest { list_code: "../P 2/ộ".to_owned(), ..digest };
    assert_eq!(strange.listing(Language::Vi).file_stem, "danh-sach-..-P-2---2024-05-16");
}

#[test]
fn what_grows_old_is_told_by_bands_of_months_the_oldest_first() {
    let of = |number, from: &str, months| Line {
        measured: Some(Measured {
            from: local(from),
            office_minutes: None,
            day_minutes: 480,
            months,
            missing: Vec::new(),
        }),
        ..held(number, "2024-05-20T17:00:00", 2, "Trần Thị Ánh")
    };
    let lines = vec![
        of(1, "2024-04-15T08:00:00", 1),
        of(2, "2023-05-16T08:00:00", 12),
        of(3, "2023-11-16T08:00:00", 6),
        of(4, "2023-06-15T08:00:00", 11),
    ];
    let digest = Digest { concerns: BTreeMap::from([(Concern::Age, lines)]), ..of_head() };
    let text = digest.render(Language::En).text;
    let bands = "Since the receipt - 12 months and more: 1; 6 to 11 months: 2; less than 3 months: 1";
    assert!(text.contains(&format!("LONG OPEN, WATCHED (4)\n{bands}\n\n* ")), "{text}");
    let places: Vec<_> = ["- 12 months old", "- 11 months old", "- 6 months old", "- 1 month old"]
        .map(|age| text.find(age))
        .into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {text}");
    let entries = digest.listing(Language::Vi).entries;
    let oldest = entries.iter().find(|entry| entry.status.starts_with("Tồn lâu")).expect("it is listed");
    assert_eq!(oldest.status, "Tồn lâu, đang theo dõi (đã 12 tháng)");
    let own = Digest { oversees: false, ..digest };
    assert!(!own.render(Language::En).text.contains(bands), "one's own work needs no summary");
}

#[test]
fn an_officials_long_list_names_the_official() {
    let listing = digest().listing(Language::Vi);
    assert_eq!(listing.notes[0], "Nguyễn Văn Ước (Phòng Tài nguyên và Môi trường)");
    let text = digest().render(Language::Vi).text;
    assert!(!text.contains("DÁN VÀO NHÓM"), "nobody else is to be told: {text}");
}

#[test]
fn the_block_for_the_group_is_short_and_tells_of_the_rest() {
    let block = |digest: &Digest, language| digest.paste(language);
    let few = block(&of_head(), Language::Vi);
    assert!(few.contains("\n• Nguyễn Văn Ước: 4 quá hạn (000.15.25.H48-240408-0001, 000.15.25.H48-240408-0005, 000.15.25.H48-240408-0006, …), 1 đến hạn hôm nay (000.15.25.H48-240408-0003)\n"), "{few}");
    assert!(few.contains("\n• Chưa có người giữ: 1 đến hạn hôm nay (000.15.25.H48-240408-0008)"), "{few}");
    assert!(few.find("• Nguyễn Văn Ước") < few.find("• Trần Thị Ánh"), "the most urgent first: {few}");
    assert!(!few.contains(" khác"), "nothing is left: {few}");

    let mut many = of_head();
    many.concerns.clear();
    many.overdue =
        (0..400).map(|i| held(i, "2024-05-02T17:00:00", -9, &format!("Cán bộ số {:03}", i / 4))).collect();
    for language in [Language::Vi, Language::En] {
        let long = block(&many, language);
        assert!(long.chars().count() <= 1500, "{}", long.chars().count());
        let told: usize = long
            .lines()
            .filter(|line| line.starts_with("• "))
            .map(|line| line.split(": ").nth(1).and_then(|said| said.split(' ').next()).expect("a count"))
            .map(|count| count.parse::<usize>().expect("a number"))
            .sum();
        let rest = language
            .pick(format!("\n… và {} hồ sơ khác", 403 - told), format!("\n… and {} more", 403 - told));
        assert!(told > 40 && long.ends_with(&rest), "{long}");
    }
    let several = Digest {
        due_soon: vec![Line {
            unit: "Phường <Phổ Minh>".to_owned(),
            ..held(9, "2024-05-20T17:00:00", 2, "Lê Thị Thu")
        }],
        run_at: local("2024-05-16T07:15:00"),
        ..of_head()
    };
    let (mail, text) = (several.render(Language::Vi), block(&several, Language::Vi));
    assert!(text.contains("\n• Lê Thị Thu (Phường <Phổ Minh>): 1 sắp đến hạn"), "{text}");
    assert!(mail.html.contains("• Lê Thị Thu (Phường &#60;Phổ Minh&#62;): 1 sắp đến hạn"), "{}", mail.html);
    assert!(mail.text.contains(&text), "{}", mail.text);
}

#[test]
fn what_is_awaited_from_others_in_both_languages() {
    let awaited = |code: &str, subject, procedure: &str, due: &str, working_days| Line {
        code: code.to_owned(),
        subject,
        procedure: procedure.to_owned(),
        received_on: local("2024-05-02T08:00:00").date(),
        ..held(1, due, working_days, "Trần Thị Ánh")
    };
    let opinion = Line {
        step: "asked".to_owned(),
        opens: Some("000.15.25.H48-240408-0001".to_owned()),
        ..awaited(
            "000.15.25.H48-240408-0001-YK1",
            Subject::Opinion,
            "Sở Xây dựng - chỉ giới <đường đỏ>",
            "2024-05-14T17:00:00",
            -2,
        )
    };
    let ends = Line {
        step: "delivered".to_owned(),
        ..awaited(
            "MC-01-CTS1",
            Subject::Certificate,
            "cấp mới - Ban Cơ yếu Chính phủ",
            "2024-06-14T09:30:00",
            21,
        )
    };
    let undelivered = Line {
        due: None,
        step: "requested".to_owned(),
        measured: Some(Measured {
            from: local("2024-05-02T08:00:00"),
            office_minutes: Some(4_800),
            day_minutes: 480,
            months: 0,
            missing: Vec::new(),
        }),
        ..awaited(
            "MC-02-CTS2",
            Subject::Certificate,
            "cấp đổi - Ban Cơ yếu Chính phủ",
            "2024-05-02T08:00:00",
            -10,
        )
    };
    let digest = Digest {
        overdue: vec![opinion],
        due_today: Vec::new(),
        due_soon: vec![ends],
        concerns: [(crate::domain::reminder::Concern::Delivery, vec![undelivered])].into(),
        link_template: Some("https://motcua.example/ho-so/{code}".to_owned()),
        ..of_head()
    };
    insta::assert_snapshot!("digest_awaited_vi", shown(&digest.render(Language::Vi)));
    insta::assert_snapshot!("digest_awaited_en", shown(&digest.render(Language::En)));
    let listing = digest.listing(Language::Vi);
    let told: Vec<&str> = listing.entries.iter().map(|entry| entry.matter.as_str()).collect();
    assert!(told.contains(&"Chờ ý kiến: Sở Xây dựng - chỉ giới <đường đỏ>"), "{told:?}");
    assert!(told.contains(&"Chứng thư số: cấp đổi - Ban Cơ yếu Chính phủ"), "{told:?}");
}
