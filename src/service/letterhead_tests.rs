//! Whose names stand on the reports of several houses.

use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::*;
use crate::service::settings::OfficeSettings;

fn unit(number: u128, kind: UnitKind, name: &str, parent: Option<u128>) -> Unit {
    Unit {
        id: Uuid::from_u128(number),
        code: format!("U{number}"),
        name: name.to_owned(),
        kind,
        parent_id: parent.map(Uuid::from_u128),
    }
}

/// The head of a house whose root is `(kind, name)`, with `more` below it.
fn head(kind: UnitKind, name: &str, more: &[(UnitKind, &str)]) -> Letterhead {
    let below = more.iter().zip(2..).map(|((kind, name), number)| unit(number, *kind, name, Some(1)));
    let units = UnitTree::new([unit(1, kind, name, None)].into_iter().chain(below).collect());
    Letterhead::of(&OfficeSettings::default().report, &units)
}

#[test]
fn names_come_from_the_units_unless_the_settings_say_otherwise() {
    let units = UnitTree::new(vec![
        unit(1, UnitKind::PeopleCommittee, "Ủy ban nhân dân thành phố Hội An", None),
        unit(2, UnitKind::Office, "Văn phòng HĐND và UBND thành phố", Some(1)),
        unit(3, UnitKind::Commune, "UBND xã Cẩm Hà", Some(1)),
    ]);
    let mut settings = OfficeSettings::default().report;
    let head = Letterhead::of(&settings, &units);
    assert_eq!(head.superior, "Ủy ban nhân dân thành phố Hội An");
    assert_eq!(head.office, "Văn phòng HĐND và UBND thành phố");
    assert_eq!((head.signer_title.as_str(), head.symbol, head.own), ("Chánh Văn phòng", "VP", false));
    assert_eq!(
        (head.locality().full().as_str(), head.locality().body),
        ("thành phố Hội An", "UBND thành phố")
    );
    assert!(head.registered().communes);
    settings.office = "VĂN PHÒNG".to_owned();
    settings.locality = "Hội An cổ".to_owned();
    settings.signer_title = "Phó Chánh Văn phòng".to_owned();
    let head = Letterhead::of(&settings, &units);
    assert_eq!((head.office.as_str(), head.locality().name), ("VĂN PHÒNG", "Hội An cổ"));
    assert_eq!((head.signer_title.as_str(), head.own), ("Phó Chánh Văn phòng", false));
}

#[test]
fn a_house_without_an_office_signs_as_its_committee() {
    for (kind, name) in [
        (UnitKind::PeopleCommittee, "Ủy ban nhân dân xã Tre Xanh"),
        (UnitKind::Commune, "Ủy ban nhân dân xã Tre Xanh"),
        (UnitKind::Other, "UBND xã Tre Xanh"),
    ] {
        let head = head(kind, name, &[(UnitKind::SpecialisedAgency, "Phòng A")]);
        assert_eq!((head.superior.as_str(), head.office.as_str()), ("", name));
        assert_eq!((head.signer_title.as_str(), head.symbol, head.own), ("Chủ tịch", "UBND", true));
        assert_eq!((head.locality().kind, head.locality().name), ("xã", "Tre Xanh"));
        assert_eq!((head.locality().body, head.registered().communes), ("UBND xã", false));
    }
}

#[test]
fn a_committee_is_known_by_any_spelling() {
    let decomposed: String = "Uỷ ban nhân dân thành phố Sông Mây".nfd().collect();
    for name in [
        "Uỷ ban nhân dân thành phố Sông Mây",
        "Ủy ban nhân dân Thành phố Sông Mây",
        "ỦY BAN NHÂN DÂN THÀNH PHỐ Sông Mây",
        "Uỷ Ban Nhân Dân  thành phố Sông Mây",
        "ubnd thành phố Sông Mây",
        decomposed.as_str(),
    ] {
        let head = head(UnitKind::PeopleCommittee, name, &[(UnitKind::Office, "VP")]);
        assert_eq!(head.superior, tidy(name));
        assert_eq!(head.locality().full(), "thành phố Sông Mây", "{name}");
        assert_eq!(head.locality().body, "UBND thành phố");
        assert_eq!(head.signer_title, "Chánh Văn phòng");
    }
}

#[test]
fn a_house_that_is_no_committee_has_a_name_and_a_place_all_the_same() {
    let of = |name: &str| head(UnitKind::Other, name, &[(UnitKind::SpecialisedAgency, "Phòng A")]);
    let seen = of("Sở Lao động - Thương binh và Xã hội tỉnh Sông Mây");
    assert_eq!((seen.locality().kind, seen.locality().name), ("tỉnh", "Sông Mây"));
    assert_eq!((seen.signer_title.as_str(), seen.own), ("Thủ trưởng cơ quan", true));
    let seen = of("Sở Nội vụ Sông Mây");
    assert_eq!((seen.office.as_str(), seen.superior.as_str()), ("Sở Nội vụ Sông Mây", ""));
    assert_eq!((seen.locality().body, seen.locality().name), ("Sở Nội vụ Sông Mây", "Sở Nội vụ Sông Mây"));
    let seen = of("UBND thị xã");
    assert_eq!((seen.locality().kind, seen.locality().name), ("thị xã", GAP));
    let nobody = Letterhead::of(&OfficeSettings::default().report, &UnitTree::default());
    assert_eq!((nobody.office.as_str(), nobody.locality().name, nobody.locality().body), (GAP, GAP, GAP));
}

#[test]
fn branches_are_those_of_the_register() {
    let name = "Văn phòng Đăng ký đất đai tỉnh - Chi nhánh thị xã Đức Phổ";
    let head =
        head(UnitKind::PeopleCommittee, "UBND thị xã Đức Phổ", &[(UnitKind::LandRegistryBranch, name)]);
    assert_eq!(head.registered(), Registered { branches: vec![name], communes: false });
}
