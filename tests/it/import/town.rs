//! A larger directory, generated: enough rows for several batches, and a digest for each official.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{Days, NaiveDate};

/// How large.
#[derive(Clone, Copy)]
pub struct Town {
    /// Officials, each of whom holds some open dossiers.
    pub officials: usize,
    /// Dossiers.
    pub dossiers: usize,
    /// Whether one official of an unknown unit is among them, in the first batch.
    pub faulty: bool,
}

const UNITS: [&str; 5] = ["P1", "P2", "P3", "CM", "TN"];
const CALENDAR: &str = r#"{"office_hours":[["07:00","11:30"],["13:30","17:00"]],"working_weekdays":[1,2,3,4,5],"time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#;

impl Town {
    /// The rows that its files make: the units with their root, the calendar, the procedures and the rest.
    pub fn rows(self) -> usize {
        UNITS.len() + 1 + 1 + 3 + self.officials + usize::from(self.faulty) + self.dossiers
    }

    /// Writes the files.
    pub fn write(self, directory: &Path) {
        let put = |name: &str, text: &str| std::fs::write(directory.join(name), text).expect("a file");
        let mut units = "code,parent_code,kind,name\nGOC,,people_committee,Ủy ban nhân dân\n".to_owned();
        for code in UNITS {
            let kind = if code.starts_with('P') { "specialised_agency" } else { "commune" };
            let _ = writeln!(units, "{code},GOC,{kind},Đơn vị {code}");
        }
        put("units.csv", &units);
        put("calendar.json", CALENDAR);
        put("calendar.csv", "day,kind,name\n2024-04-30,day_off,Nghỉ lễ\n2024-05-01,day_off,Nghỉ lễ\n");
        let mut officials = "code,unit_code,full_name,role,email\n".to_owned();
        for number in 0..self.officials {
            let unit = UNITS[number % UNITS.len()];
            let _ = writeln!(officials, "C{number},{unit},Công chức {number},officer,c{number}@tinh.example");
        }
        if self.faulty {
            officials.push_str("C-X,KHONG,Công chức X,officer,\n");
        }
        put("officials.csv", &officials);
        put(
            "procedures.csv",
            "code,name,field,level,unit_code,term_unit,term,online_level\n\
             A,Thủ tục A,Hộ tịch,town,,working_days,3,full\n\
             B,Thủ tục B,Đất đai,town,,working_days,10,partial\n\
             C,Thủ tục C,Đất đai,commune,,months,1,none\n",
        );
        self.write_dossiers(&put);
    }

    fn write_dossiers(self, put: &impl Fn(&str, &str)) {
        let mut dossiers =
            "code,procedure_code,unit_code,channel,applicant_kind,received_at,closed_at,outcome,officer_code\n"
                .to_owned();
        let mut moves = "dossier_code,at,from_official,to_official,step\n".to_owned();
        let mut events = "dossier_code,at,event,reason\n".to_owned();
        let first = NaiveDate::from_ymd_opt(2024, 4, 1).expect("a day");
        for number in 0..self.dossiers {
            let officer = number % self.officials;
            let unit = UNITS[officer % UNITS.len()];
            let procedure = ["A", "B", "C"][number % 3];
            // Everybody's first dossier is long overdue at the end.
            let offset = number % if number < self.officials { 10 } else { 40 };
            let day = |after: usize| first + Days::new((offset + after) as u64);
            let at = format!("T{:02}:{:02}:{:02}+07:00", 7 + number % 4, number % 60, number % 59);
            // The first dossiers of everybody stay open, and of the others a third.
            let open = number < 2 * self.officials || number % 3 == 1;
            let closed = if open { ",".to_owned() } else { format!("{}{at},resolved", day(1 + number % 6)) };
            let received = day(0);
            let _ = writeln!(
                dossiers,
                "H-{number},{procedure},{unit},online,person,{received}{at},{closed},C{officer}"
            );
            let _ = writeln!(moves, "H-{number},{received}{at},,C{officer},Tiếp nhận");
            if number % 5 == 0 {
                let _ = writeln!(events, "H-{number},{received}T13:30:00+07:00,paused,supplement_requested");
                let _ = writeln!(events, "H-{number},{received}T15:00:00+07:00,resumed,supplement_requested");
            }
        }
        put("dossiers.csv", &dossiers);
        put("dossier_moves.csv", &moves);
        put("dossier_events.csv", &events);
    }
}
