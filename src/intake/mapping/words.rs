//! The words that cells of closed lists have: those of our own format, the national codes, and what
//! one-stop software writes. A mapping's own words come before them.

use super::field::{Field, Holds};
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use crate::domain::text::fold;

/// The words of our own format for a field; none where it is no closed list.
pub fn own(field: Field) -> Vec<&'static str> {
    match (field, field.holds()) {
        (Field::Channel, _) => Channel::ALL.iter().map(|word| word.as_str()).collect(),
        (Field::ApplicantKind, _) => ApplicantKind::ALL.iter().map(|word| word.as_str()).collect(),
        (Field::Outcome, _) => ClosedAs::ALL.iter().map(|word| word.as_str()).collect(),
        (Field::State, _) => State::ALL.iter().map(|word| word.as_str()).collect(),
        (_, Holds::Flag) => vec!["true", "false"],
        _ => Vec::new(),
    }
}

/// The word of our own format that a cell means.
pub fn read(field: Field, text: &str) -> Option<&'static str> {
    let folded = fold(text);
    let own = own(field).into_iter().find(|word| *word == folded);
    own.or_else(|| {
        table(field).iter().find(|(_, said)| said.contains(&folded.as_str())).map(|(word, _)| *word)
    })
}

type Words = &'static [(&'static str, &'static [&'static str])];

fn table(field: Field) -> Words {
    match (field, field.holds()) {
        // `KenhThucHien`.
        (Field::Channel, _) => &[
            (
                "counter",
                &[
                    "1",
                    "truc tiep",
                    "tai quay",
                    "nop truc tiep",
                    "tiep nhan truc tiep",
                    "tai bo phan mot cua",
                    "mot cua",
                ],
            ),
            (
                "online",
                &[
                    "2",
                    "truc tuyen",
                    "nop truc tuyen",
                    "qua mang",
                    "cong dich vu cong",
                    "qua cong dich vu cong",
                ],
            ),
            (
                "post",
                &[
                    "3",
                    "buu chinh",
                    "buu chinh cong ich",
                    "qua buu chinh",
                    "buu dien",
                    "qua buu dien",
                    "dich vu buu chinh cong ich",
                    "qua dich vu buu chinh cong ich",
                ],
            ),
        ],
        // `LoaiDoiTuong`.
        (Field::ApplicantKind, _) => &[
            ("person", &["1", "nguoi dan", "ca nhan", "cong dan"]),
            (
                "organisation",
                &[
                    "2",
                    "doanh nghiep",
                    "to chuc",
                    "co quan",
                    "hop tac xa",
                    "co quan, to chuc",
                    "ho kinh doanh",
                ],
            ),
        ],
        (Field::Outcome, _) => &[
            (
                "resolved",
                &["da giai quyet", "giai quyet xong", "da xu ly xong", "dong y", "dat", "co ket qua"],
            ),
            (
                "refused",
                &["tu choi", "tu choi giai quyet", "khong du dieu kien", "khong dong y", "khong dat"],
            ),
            ("withdrawn", &["rut ho so", "cong dan rut", "xin rut", "cong dan rut ho so"]),
            ("stopped", &["dung xu ly", "dung giai quyet"]),
        ],
        // `TrangThaiHoSo`; 8 is stopped for good where a closing instant stands beside it.
        (Field::State, _) => &[
            ("registered", &["1", "moi dang ky", "cho tiep nhan", "moi nop"]),
            ("received", &["2", "duoc tiep nhan", "da tiep nhan", "moi tiep nhan"]),
            ("not_accepted", &["3", "khong duoc tiep nhan", "khong tiep nhan", "tu choi tiep nhan"]),
            ("in_process", &["4", "dang xu ly", "dang giai quyet", "dang thu ly"]),
            (
                "awaiting_supplement",
                &[
                    "5",
                    "yeu cau bo sung giay to",
                    "yeu cau bo sung",
                    "cho bo sung",
                    "dang bo sung",
                    "cho bo sung giay to",
                    "yeu cau bo sung ho so",
                    "cho bo sung ho so",
                ],
            ),
            (
                "awaiting_payment",
                &[
                    "6",
                    "yeu cau thuc hien nghia vu tai chinh",
                    "cho thuc hien nghia vu tai chinh",
                    "thuc hien nghia vu tai chinh",
                    "cho nghia vu tai chinh",
                    "cho thanh toan",
                ],
            ),
            (
                "withdrawn",
                &[
                    "7",
                    "cong dan yeu cau rut ho so",
                    "cong dan rut ho so",
                    "rut ho so",
                    "xin rut",
                    "da rut",
                    "ho so rut",
                ],
            ),
            ("suspended", &["8", "dung xu ly", "tam dung xu ly", "tam dung"]),
            (
                "resolved",
                &["9", "da xu ly xong", "da giai quyet", "da co ket qua", "cho tra ket qua", "xu ly xong"],
            ),
            ("returned", &["10", "da tra ket qua", "da tra", "da tra kq"]),
        ],
        (_, Holds::Flag) => &[
            ("true", &["1", "co", "x", "da so hoa", "yes", "dung", "roi"]),
            ("false", &["0", "khong", "chua", "chua so hoa", "no", "sai"]),
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_codes_and_names_are_the_states() {
        for state in State::ALL {
            let code = state.national_code().to_string();
            let by_code = read(Field::State, &code).and_then(State::parse).expect("a state");
            assert_eq!(by_code.national_code(), state.national_code());
            assert_eq!(read(Field::State, state.as_str()), Some(state.as_str()));
            let by_name = read(Field::State, state.vietnamese()).and_then(State::parse).expect("a state");
            assert_eq!(by_name.national_code(), state.national_code(), "{}", state.vietnamese());
        }
        assert_eq!(read(Field::State, "11"), None);
        assert_eq!(read(Field::Channel, "  Trực  tuyến "), Some("online"));
        assert_eq!(read(Field::Channel, "TRU\u{323}C TIÊ\u{301}P"), Some("counter"));
        assert_eq!(read(Field::IntakeDigitised, "Có"), Some("true"));
    }

    #[test]
    fn every_word_of_the_tables_is_folded_and_means_one_thing() {
        for field in Field::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for (word, said) in table(*field) {
                assert!(own(*field).contains(word), "{word}");
                for text in *said {
                    assert_eq!(fold(text), *text);
                    assert!(seen.insert(text), "{text} stands twice");
                }
            }
        }
    }
}
