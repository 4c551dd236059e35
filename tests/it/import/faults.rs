//! A small town's directory of CSV files with every fault that people make, and the same directory mended.
//! Units, procedures and codes are made up for it.

use std::collections::BTreeMap;
use std::path::Path;

/// Columns that nobody asked for make `dossiers.csv` 200 columns wide.
const STRANGE_COLUMNS: usize = 187;

/// The mended files, a line a line.
const MENDED: [(&str, &str); 11] = [
    (
        "units.csv",
        "\
code,parent_code,kind,name,valid_from
UB,,people_committee,Ủy ban nhân dân,2020-02-01
NV,UB,specialised_agency,Phòng Nội vụ,2020-02-01
PX,UB,commune,Phường Ven Sông,2020-02-01
PB,UB,commune,Phường Bên Đồi,2020-02-01
PC,UB,commune,Phường Cửa Biển,2020-02-01
PD,UB,commune,Phường Đường Dài,2020-02-01
",
    ),
    (
        "calendar.csv",
        "\
day,kind,name,swapped_with
2024-04-30,day_off,Ngày Chiến thắng,
2024-05-01,day_off,Ngày Quốc tế lao động,
",
    ),
    (
        "officials.csv",
        "\
code,unit_code,full_name,role,email
NV-01,NV,Trưởng phòng 01,head,nv.01@ven-song.example
NV-02,NV,Công chức 02,officer,nv.02@ven-song.example
PX-01,PX,Công chức 01,officer,px.01@ven-song.example
PX-02,PX,Công chức 02,officer,px.02@ven-song.example
PX-03,PX,Công chức 03,officer,px.03@ven-song.example
PX-04,PX,Công chức 04,officer,px.04@ven-song.example
",
    ),
    (
        "procedures.csv",
        "\
code,name,field,level,unit_code,term_unit,term,online_level
TT-5,Thủ tục năm ngày,Hộ tịch,town,NV,working_days,5,full
TT-1,Thủ tục một tháng,Đất đai,commune,,months,1,none
TT-W,Thủ tục hai tuần,Đất đai,commune,,working_days,10,none
TT-0,Thủ tục trong ngày,Hộ tịch,commune,,working_days,1,partial
TT-3,Thủ tục ba ngày,Hộ tịch,commune,,working_days,3,partial
",
    ),
    (
        "dossiers.csv",
        "\
code,procedure_code,unit_code,channel,applicant_kind,received_at,due_at,closed_at,outcome,result_returned_at,officer_code,intake_digitised,result_digitised
D-01,TT-5,NV,online,person,2024-05-06T08:00:00+07:00,2024-05-13T17:00:00+07:00,,,,NV-02,true,
D-02,TT-5,NV,counter,person,2024-05-06T08:01:00+07:00,2024-05-13T17:00:00+07:00,,,,,,
D-03,TT-5,NV,counter,person,2024-05-06T08:02:00+07:00,2024-05-13T17:00:00+07:00,,,,,,
D-04,TT-5,NV,counter,person,2024-05-06T08:03:00+07:00,2024-05-13T17:00:00+07:00,,,,,,
D-05,TT-5,NV,counter,organisation,2024-05-06T08:04:00+07:00,2024-05-13T17:00:00+07:00,,,,,,
D-06,TT-5,NV,counter,person,2024-05-06T08:05:00+07:00,,,,,,,
D-07,TT-5,NV,counter,person,2024-05-06T08:06:00+07:00,,,,,,,
D-08,TT-5,NV,counter,person,2024-05-06T08:07:00+07:00,,2024-05-10T10:00:00+07:00,resolved,,,,
D-09,TT-5,NV,counter,person,2024-05-06T08:08:00+07:00,,,,,,,
D-10,TT-5,NV,counter,person,2024-05-06T08:09:00+07:00,,,,,,,
D-11,TT-5,NV,counter,person,2024-05-06T08:10:00+07:00,,,,,,,
D-12,TT-5,NV,online,person,2024-05-06T08:11:00+07:00,,,,,,,
D-13,TT-5,NV,counter,person,2024-05-06T08:12:00+07:00,,2024-05-14T10:00:00+07:00,refused,,,,
D-14,TT-1,PX,post,person,2024-04-02T08:00:00+07:00,,2024-05-10T09:00:00+07:00,resolved,2024-05-13T09:00:00+07:00,PX-01,true,false
D-15,TT-1,PX,counter,person,2024-04-03T08:00:00+07:00,,2024-04-08T09:00:00+07:00,withdrawn,,PX-01,,
D-16,TT-1,PX,counter,person,2024-04-04T08:00:00+07:00,,2024-04-09T09:00:00+07:00,resolved,,PX-01,,
D-17,TT-1,PX,counter,person,2024-04-05T08:00:00+07:00,,,,,PX-01,,
D-18,TT-1,PX,counter,person,2024-04-05T08:00:00+07:00,,,,,PX-01,,
D-19,TT-5,NV,counter,person,2024-04-08T08:00:00+07:00,,,,,NV-01,,
",
    ),
    (
        "dossier_moves.csv",
        "\
dossier_code,at,from_official,to_official,step
D-01,2024-05-06T09:00:00+07:00,NV-02,NV-01,Thẩm định
D-14,2024-04-02T09:00:00+07:00,,PX-01,Tiếp nhận
D-11,2024-05-07T09:00:00+07:00,,NV-02,Tiếp nhận
",
    ),
    (
        "dossier_events.csv",
        "\
dossier_code,at,event,reason
D-14,2024-04-10T09:00:00+07:00,paused,supplement_requested
D-14,2024-04-12T09:00:00+07:00,resumed,supplement_requested
D-06,2024-05-08T09:00:00+07:00,paused,supplement_requested
D-10,2024-05-08T09:00:00+07:00,paused,supplement_requested
D-01,2024-05-08T09:00:00+07:00,paused,financial_obligation
D-17,2024-04-08T09:00:00+07:00,paused,supplement_requested
",
    ),
    (
        "tasks.csv",
        "\
code,title,assigned_on,lead_unit_code,responsible_official,due_on,completed_at,product
G-1,Báo cáo quý,2024-04-02,NV,NV-02,2024-05-10,,Báo cáo
G-2,Báo cáo tháng,2024-03-01,NV,NV-02,2024-05-10,2024-05-09T09:00:00+07:00,Báo cáo
G-3,Rà soát thủ tục,2024-04-02,NV,NV-02,2024-06-10,,Báo cáo
G-4,\"Kiểm tra, đôn đốc\",2024-04-02,NV,NV-02,2024-06-10,,Báo cáo
G-5,Lập kế hoạch,2024-04-02,NV,NV-02,2024-06-10,2024-04-10T09:00:00+07:00,Báo cáo
",
    ),
    (
        "documents.csv",
        "\
number,kind,issued_on
11/QĐ-UBND,decision,2024-05-06
12/QĐ-UBND,decision,2024-05-15
",
    ),
    (
        "surveys.csv",
        "\
code,unit_code,rated_at,rating
Y-1,PX,2024-05-10T09:05:00+07:00,satisfied
Y-2,PX,2024-05-10T09:06:00+07:00,satisfied
Y-3,PX,2024-05-10T09:07:00+07:00,very_satisfied
",
    ),
    (
        "payments.csv",
        "\
code,unit_code,paid_at,kind,amount_vnd,online
P-1,PX,2024-05-10T09:05:00+07:00,fee,21000,true
P-2,PX,2024-05-10T09:06:00+07:00,fee,31000,true
P-3,PX,2024-05-10T09:07:00+07:00,fee,8000,false
",
    ),
];

const CALENDAR: &str = r#"{"office_hours":[["07:00","11:30"],["13:30","17:00"]],"working_weekdays":[1,2,3,4,5],"time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#;

/// Every fault: where it stands, the column that must be named (`-`: the whole row), the stable word, and the
/// line that stands there instead of the mended one. Each costs one row, and no other.
const FAULTS: &str = "\
units.csv:5 parent_code UNKNOWN_REFERENCE | PB,KHONG,commune,Phường Bên Đồi,2020-02-01
units.csv:6 kind UNKNOWN_KIND | PC,UB,village,Phường Cửa Biển,2020-02-01
units.csv:7 code BAD_CODE | P/D,UB,commune,Phường Đường Dài,2020-02-01
officials.csv:5 unit_code UNKNOWN_REFERENCE | PX-02,KHONG,Công chức 02,officer,px.02@ven-song.example
officials.csv:6 role UNKNOWN_WORD | PX-03,PX,Công chức 03,boss,px.03@ven-song.example
officials.csv:7 email BAD_EMAIL | PX-04,PX,Công chức 04,officer,px.04 tai ven-song
procedures.csv:4 term_unit UNKNOWN_WORD | TT-W,Thủ tục hai tuần,Đất đai,commune,,weeks,2,none
procedures.csv:5 term BAD_TERM | TT-0,Thủ tục trong ngày,Hộ tịch,commune,,working_days,0,partial
procedures.csv:6 term BAD_NUMBER | TT-3,Thủ tục ba ngày,Hộ tịch,commune,,working_days,ba,partial
dossiers.csv:3 procedure_code UNKNOWN_REFERENCE | D-02,TT-55,NV,counter,person,2024-05-06T08:01:00+07:00,2024-05-13T17:00:00+07:00,,,,,,
dossiers.csv:4 unit_code UNKNOWN_REFERENCE | D-03,TT-5,NVU,counter,person,2024-05-06T08:02:00+07:00,2024-05-13T17:00:00+07:00,,,,,,
dossiers.csv:5 due_at WRONG_ORDER | D-04,TT-5,NV,counter,person,2024-05-06T08:03:00+07:00,2024-05-03T17:00:00+07:00,,,,,,
dossiers.csv:6 code DUPLICATE_CODE | D-01,TT-5,NV,counter,organisation,2024-05-06T08:04:00+07:00,2024-05-13T17:00:00+07:00,,,,,,
dossiers.csv:8 received_at BAD_INSTANT | D-07,TT-5,NV,counter,person,31/04/2024 08:06,,,,,,,
dossiers.csv:9 closed_at NAIVE_INSTANT | D-08,TT-5,NV,counter,person,2024-05-06T08:07:00+07:00,,2024-05-10 10:00,resolved,,,,
dossiers.csv:10 code BAD_CODE | D 09,TT-5,NV,counter,person,2024-05-06T08:08:00+07:00,,,,,,,
dossiers.csv:13 channel MISSING_VALUE | D-12,TT-5,NV,,person,2024-05-06T08:11:00+07:00,,,,,,,
dossiers.csv:14 closed_at MISSING | D-13,TT-5,NV,counter,person,2024-05-06T08:12:00+07:00,,,refused,,,,
dossiers.csv:19 received_at IN_THE_FUTURE | D-18,TT-1,PX,counter,person,2024-06-05T08:00:00+07:00,,,,,PX-01,,
dossiers.csv:20 received_at IMPLAUSIBLE_DATE | D-19,TT-5,NV,counter,person,1974-04-08T08:00:00+07:00,,,,,NV-01,,
dossier_moves.csv:4 to_official UNKNOWN_REFERENCE | D-11,2024-05-07T09:00:00+07:00,,NV-99,Tiếp nhận
dossier_events.csv:4 at WRONG_ORDER | D-06,2024-05-03T09:00:00+07:00,paused,supplement_requested
dossier_events.csv:5 at BAD_INSTANT | D-10,2024-05-32T09:00:00+07:00,paused,supplement_requested
dossier_events.csv:6 dossier_code UNKNOWN_DOSSIER | D-99,2024-05-08T09:00:00+07:00,paused,financial_obligation
dossier_events.csv:7 event UNKNOWN_WORD | D-17,2024-04-08T09:00:00+07:00,stopped,supplement_requested
tasks.csv:3 assigned_on BAD_DATE | G-2,Báo cáo tháng,2024-02-30,NV,NV-02,2024-05-10,2024-05-09T09:00:00+07:00,Báo cáo
tasks.csv:4 lead_unit_code UNKNOWN_REFERENCE | G-3,Rà soát thủ tục,2024-04-02,KHONG,NV-02,2024-06-10,,Báo cáo
tasks.csv:5 - CELL_COUNT | G-4,Kiểm tra, đôn đốc,2024-04-02,NV,NV-02,2024-06-10,2024-05-09T09:00:00+07:00,Báo cáo
tasks.csv:6 completed_at WRONG_ORDER | G-5,Lập kế hoạch,2024-04-02,NV,NV-02,2024-06-10,2024-03-10T09:00:00+07:00,Báo cáo
documents.csv:3 issued_on BAD_DATE | 12/QĐ-UBND,decision,15/05/2024
surveys.csv:3 unit_code UNKNOWN_REFERENCE | Y-2,PXX,2024-05-10T09:06:00+07:00,satisfied
payments.csv:3 amount_vnd BAD_NUMBER | P-2,PX,2024-05-10T09:06:00+07:00,fee,31.000,true
payments.csv:4 online UNKNOWN_WORD | P-3,PX,2024-05-10T09:07:00+07:00,fee,8000,không
";

/// A line that is wrong, and what must be said of it.
pub struct Fault {
    /// The file.
    pub file: &'static str,
    /// Its line, from 1.
    pub line: usize,
    /// The column that must be named; empty where the whole row is wrong.
    pub field: &'static str,
    /// The stable word.
    pub reason: &'static str,
    /// What stands there.
    bad: &'static str,
}

/// Every fault.
pub fn faults() -> Vec<Fault> {
    let read = |text: &'static str| {
        let (place, bad) = text.split_once(" | ")?;
        let mut words = place.split(' ');
        let (file, line) = words.next()?.split_once(':')?;
        let field = words.next()?.trim_start_matches('-');
        Some(Fault { file, line: line.parse().ok()?, field, reason: words.next()?, bad })
    };
    FAULTS.lines().map(|text| read(text).expect("a fault")).collect()
}

/// The fault whose mend gives a landed dossier an event more; all others make a new record.
pub const MENDS_A_LANDED_ONE: &str = "UNKNOWN_DOSSIER";

/// Writes the directory, with its faults or mended. Spreadsheets leave their traces either way: Windows
/// line ends, a byte order mark, 187 columns that nobody knows, and a file without a line.
pub fn write(directory: &Path, mended: bool) {
    let mut files: BTreeMap<&str, Vec<String>> =
        MENDED.iter().map(|(name, text)| (*name, text.lines().map(str::to_owned).collect())).collect();
    if !mended {
        for fault in faults() {
            fault.bad.clone_into(&mut files.get_mut(fault.file).expect("a file of the town")[fault.line - 1]);
        }
    }
    let strange: Vec<String> = (1..=STRANGE_COLUMNS).map(|number| format!(",cột {number}")).collect();
    let strange = strange.concat();
    let cells = ",x".repeat(STRANGE_COLUMNS);
    for (row, line) in files.get_mut("dossiers.csv").expect("dossiers").iter_mut().enumerate() {
        line.push_str(if row == 0 { &strange } else { &cells });
    }
    for (name, lines) in files {
        let text = format!("\u{feff}{}\r\n", lines.join("\r\n"));
        std::fs::write(directory.join(name), text).expect("a file");
    }
    std::fs::write(directory.join("calendar.json"), CALENDAR).expect("a file");
    std::fs::write(directory.join("petitions.csv"), "").expect("a file");
}
