//! A head's digest on the wire: the unit's list as a sheet, and the block for the group.

use super::office::{HEAD, OFFICER, Office};
use crate::support::both;
use crate::support::letters::{enclosed, parts as texts};
use crate::support::packages::parts;

both!(a_heads_mail_encloses_the_list, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-OVERDUE", None, "2024-05-10").await;
    office.assign("NV-TODAY", None, "2024-05-16").await;
    office.petition("PAKN-1", "2024-05-15").await;
    office.assign("NV-OWN", Some(HEAD), "2024-05-16").await;
    office.assign("NV-HIS", Some(OFFICER), "2024-05-16").await;
    office.morning().await;
    let mails = office.outbox().await;
    assert_eq!(mails.iter().map(|m| m.state.as_str()).collect::<Vec<_>>(), ["sent"; 2]);
    let of = |official| {
        let mail = mails.iter().find(|m| m.recipient_official_id == Some(official)).expect("a mail");
        String::from_utf8(mail.sealed.clone().expect("sealed")).expect("ASCII")
    };
    let mail = of(HEAD);
    let (name, bytes) = enclosed(&mail, ".xlsx").expect("a sheet");
    assert_eq!(name, "danh-sach-YT-2024-05-16.xlsx");
    let sheet = parts(&bytes);
    let words = &sheet["xl/sharedStrings.xml"];
    for word in [
        "NV-OVERDUE",
        "NV-TODAY",
        "PAKN-1",
        "NV-OWN",
        "Cán bộ YT-01",
        "Phòng Y tế",
        "Nhiệm vụ: Nhiệm vụ NV-TODAY",
        "Ghi chú",
        "Chưa có người thụ lý",
    ] {
        assert!(words.contains(word), "{word}: {words}");
    }
    assert!(!words.contains("NV-HIS") && !words.contains("names a person"), "{words}");
    let said = texts(&mail).join("\n").replace("\r\n", "\n");
    let own = "• Cán bộ YT-01: 1 đến hạn hôm nay (NV-OWN)";
    let nobodys = "• Chưa có người giữ: 2 quá hạn (NV-OVERDUE, PAKN-1), 1 đến hạn hôm nay (NV-TODAY)";
    assert!(said.contains(&format!("\n{nobodys}\n{own}\n")), "in the text");
    assert!(said.contains(&format!("<br>\n{nobodys}<br>\n{own}</td>")), "in the page");
    assert_eq!(enclosed(&of(OFFICER), ".xlsx"), None, "an official's short mail has none");
});
