//! Which figures there are by name, and what each means: the cells that are frozen with a report (`domain::summary::cells`),
//! and the rates made of them.

/// A figure's name, what it means in Vietnamese and in English.
pub type Meaning = (&'static str, &'static str, &'static str);

/// What is counted of dossiers in each row.
pub const DOSSIERS: [Meaning; 16] = [
    ("received_total", "tiếp nhận, kể cả kỳ trước chuyển sang", "received, with those carried over"),
    ("received_in_period", "tiếp nhận trong kỳ", "received in the period"),
    ("carried_over", "kỳ trước chuyển sang", "carried over"),
    ("resolved", "đã giải quyết", "resolved"),
    ("resolved_early", "giải quyết trước hạn", "resolved early"),
    ("resolved_on_time", "giải quyết đúng hạn", "resolved on time"),
    ("resolved_late", "giải quyết trễ hạn", "resolved late"),
    ("resolved_late_apologised", "trễ hạn đã có thư xin lỗi", "late with apology"),
    ("resolved_late_recorded", "đúng hạn nhưng ghi nhận sau hạn", "in time, recorded late"),
    ("in_process", "đang giải quyết", "in process"),
    ("in_process_in_due", "đang giải quyết, trong hạn", "in process, in due"),
    ("in_process_paused", "đang tạm dừng tính thời hạn", "with the clock standing"),
    ("in_process_overdue", "đang giải quyết, quá hạn", "in process, overdue"),
    ("in_process_overdue_apologised", "quá hạn đã có thư xin lỗi", "overdue with apology"),
    ("withdrawn", "hồ sơ rút", "withdrawn"),
    ("stopped", "dừng giải quyết", "stopped"),
];

/// The rates of each row.
pub const RATES: [Meaning; 6] = [
    ("not_late", "giải quyết trước hạn, đúng hạn", "resolved in time"),
    ("late", "giải quyết trễ hạn", "resolved late"),
    ("online_partial", "hồ sơ trực tuyến một phần (mức độ 3)", "online, partial service"),
    ("online_full", "hồ sơ trực tuyến toàn trình (mức độ 4)", "online, full service"),
    ("intake", "số hóa hồ sơ khi tiếp nhận", "digitised at intake"),
    ("result", "số hóa kết quả giải quyết", "results digitised"),
];

/// What is counted once, for the whole house.
pub const HOUSE: [Meaning; 20] = [
    ("tasks/completed", "nhiệm vụ hoàn thành", "tasks completed"),
    ("tasks/completed_on_time", "nhiệm vụ hoàn thành đúng hạn", "tasks completed on time"),
    ("tasks/completed_late", "nhiệm vụ hoàn thành trễ hạn", "tasks completed late"),
    ("tasks/in_progress", "nhiệm vụ đang thực hiện", "tasks in progress"),
    ("tasks/in_progress_in_due", "nhiệm vụ đang thực hiện, còn hạn", "tasks in progress, in due"),
    ("tasks/in_progress_overdue", "nhiệm vụ đang thực hiện, quá hạn", "tasks in progress, overdue"),
    ("petitions/received", "phản ánh, kiến nghị tiếp nhận", "petitions received"),
    ("petitions/on_regulation", "phản ánh về quy định TTHC", "petitions on regulation"),
    ("petitions/by_portal", "phản ánh qua cổng quốc gia", "petitions by the national portal"),
    ("petitions/answered", "phản ánh đã trả lời", "petitions answered"),
    ("petitions/answered_on_time", "phản ánh trả lời đúng hạn", "petitions answered on time"),
    ("petitions/satisfied", "phản ánh được đánh giá hài lòng", "petitions with a satisfied citizen"),
    ("petitions/published", "phản ánh đã công khai", "petitions published"),
    ("ratings/total", "lượt đánh giá sự hài lòng", "ratings"),
    ("procedures/province", "TTHC cấp tỉnh", "procedures of the province"),
    ("procedures/town", "TTHC cấp huyện", "procedures of the district"),
    ("procedures/commune", "TTHC cấp xã", "procedures of the communes"),
    ("documents/count", "văn bản ban hành", "documents issued"),
    ("incidents/count", "sự cố phần mềm của hệ thống khác", "incidents of other software"),
    ("late_dossiers/count", "hồ sơ trễ hạn, quá hạn trong danh sách", "late and overdue dossiers listed"),
];

/// The rates of the whole house.
pub const HOUSE_RATES: [Meaning; 2] = [
    ("online_overall", "hồ sơ nộp trực tuyến, toàn địa bàn", "online, over all"),
    ("payments/online", "thanh toán trực tuyến", "payments online"),
];

/// Places and kinds of online payments.
pub const PAYMENTS: [Meaning; 4] = [
    (
        "payments/town/land_tax_and_registration_fee",
        "thuế đất, lệ phí trước bạ tại Bộ phận Một cửa của đơn vị",
        "land tax at the house's counter",
    ),
    ("payments/town/fee", "phí, lệ phí tại Bộ phận Một cửa của đơn vị", "fees at the house's counter"),
    (
        "payments/communes/land_tax_and_registration_fee",
        "thuế đất, lệ phí trước bạ tại các xã, phường",
        "land tax at the communes",
    ),
    ("payments/communes/fee", "phí, lệ phí tại các xã, phường", "fees at the communes"),
];

/// The parts of a rate.
pub const RATE_PARTS: [Meaning; 4] = [
    ("numerator", "tử số", "numerator"),
    ("denominator", "mẫu số", "denominator"),
    ("percent", "tỷ lệ % (99,84)", "percent (99.84)"),
    ("share", "tỷ lệ cho ô định dạng % (0,9984)", "share, for cells formatted as percent (0.9984)"),
];

/// What signing brings. Forms are filled and frozen when a report is submitted, so that they can't say it.
pub const AT_SIGNING: [&str; 5] =
    ["report/number", "report/dated_on", "report/dated", "report/signer", "report/signer_title"];

/// What the report says of itself.
pub const HEAD: [Meaning; 13] = [
    ("report/code", "mã báo cáo", "the report's code"),
    ("report/place", "địa danh", "the place"),
    ("report/superior", "cơ quan cấp trên", "the body above"),
    ("report/office", "cơ quan báo cáo", "the office that reports"),
    ("report/addressee", "nơi nhận", "to whom it goes"),
    ("report/request", "văn bản đề nghị", "the letter that asks for it"),
    ("report/subject", "trích yếu", "what it is about"),
    ("report/opening", "câu mở đầu", "the first sentence"),
    ("report/closing", "câu kết", "the last sentence"),
    ("report/data_until", "số liệu đồng bộ đến", "up to when records are known"),
    ("period/first", "ngày đầu kỳ", "the period's first day"),
    ("period/last", "ngày cuối kỳ", "its last day"),
    ("period/name", "tên kỳ, ví dụ 05 tháng đầu năm 2024", "what it is called"),
];

/// What stands in each row of a list of rows, besides its figures.
pub const ROW: [Meaning; 3] =
    [("no", "số thứ tự", "its number"), ("name", "tên", "its name"), ("code", "mã", "its code")];

/// The lists whose items are rows of figures.
pub const ROW_LISTS: [Meaning; 3] = [
    ("group", "nhóm cơ quan", "group"),
    ("unit", "cơ quan, đơn vị", "unit"),
    ("field", "lĩnh vực", "field of procedures"),
];

/// What a document in the list `document` has.
pub const DOCUMENT: [Meaning; 5] = [
    ("no", "số thứ tự", "its number in the list"),
    ("number", "số, ký hiệu văn bản", "its number"),
    ("issued_on", "ngày ban hành", "its date"),
    ("issuer", "cơ quan ban hành", "who issued it"),
    ("subject", "trích yếu văn bản", "what it is about"),
];

/// What a task in the list `task` has.
pub const TASK: [Meaning; 7] = [
    ("no", "số thứ tự", "its number in the list"),
    ("code", "mã nhiệm vụ", "its code"),
    ("title", "nội dung nhiệm vụ", "what is to be done"),
    ("assigned_by", "văn bản giao", "by which document"),
    ("unit", "cơ quan chủ trì", "the unit that leads"),
    ("due_on", "hạn hoàn thành", "its last day"),
    ("completed_on", "ngày hoàn thành", "when it was completed"),
];
