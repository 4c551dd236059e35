//! The sentences of the report of May 2024 whose figures come out of records, sections 1 to 3, in the wording of each
//! group. Not among them, because no record shows it, or a person writes it:
//! - the opening "Theo đề nghị của Phòng Nội vụ tại Công văn số 549/PNV": the demo answers no request;
//! - 2b "theo đó, chỉ đạo các cơ quan chuyên môn … trước ngày 01/9/2024": what a plan says;
//! - 2d "thường xuyên được quan tâm sửa chữa, cải tạo", "được triển khai kịp thời, hiệu quả. Các thông tin về điện
//!   thoại … niêm yết", "đều hài lòng và đánh giá cao tinh thần": opinions;
//! - 3 "tiếp tục được đẩy mạnh thực hiện có hiệu quả": an opinion.

/// Word for word.
pub const SENTENCES: &[&str] = &[
    "1. Về công tác chỉ đạo, điều hành cải cách hành chính",
    "a) Việc thực hiện các nhiệm vụ được UBND tỉnh, Chủ tịch UBND tỉnh giao:",
    "Tổng hợp, cập nhật tiến độ, kết quả thực hiện các nhiệm vụ được UBND tỉnh, Chủ tịch UBND tỉnh giao: UBND thị xã thực hiện hoàn thành 09 nhiệm vụ (trong đó có 08 nhiệm vụ đúng hạn, 01 nhiệm vụ trễ hạn), 06 nhiệm vụ đang thực hiện (còn thời hạn) (cụ thể có các danh sách gửi kèm).",
    "b) Việc xây dựng, ban hành các văn bản về kiểm soát TTHC năm 2024:",
    "Để thực hiện có hiệu quả công tác kiểm soát TTHC năm 2024, UBND đã ban hành Quyết định số 764/QĐ-UBND ngày 12/3/2024 ban hành Kế hoạch hoạt động kiểm soát thủ tục hành chính năm 2024 trên địa bàn thị xã Đức Phổ; Kế hoạch số 51/KH-UBND ngày 12/3/2024 về truyền thông về hoạt động kiểm soát thủ tục hành chính năm 2024 trên địa bàn thị xã Đức Phổ; Kế hoạch số 53/KH-UBND ngày 12/3/2024 kiểm tra nội bộ việc tiếp nhận, giải quyết thủ tục hành chính tại Bộ phận Tiếp nhận và Trả kết quả thị xã Đức Phổ năm 2024; Kế hoạch số 54/KH-UBND ngày 12/3/2024 tổ chức thực hiện Hội nghị đối thoại với tổ chức, công dân về thủ tục hành chính và giải quyết thủ tục hành chính năm 2024.",
    "b) Việc rà soát, cắt giảm, đơn giản hóa thủ tục hành chính (TTHC):",
    "UBND thị xã đã ban hành Kế hoạch số 52/KH-UBND ngày 12/3/2024 về rà soát, đánh giá thủ tục hành chính năm 2024 trên địa bàn thị xã Đức Phổ",
    "c) Tổng hợp, cập nhật số lượng TTHC thuộc thẩm quyền giải quyết:",
    "Tổng số thủ tục hành chính thuộc thẩm quyền giải quyết của UBND thị xã: 281 (bao gồm cả TTHC của cơ quan ngành dọc); tổng số thủ tục hành chính thuộc thẩm quyền giải quyết của UBND cấp xã (bao gồm cả TTHC của cơ quan ngành dọc): 143.",
    "d) Kết quả thực hiện cơ chế một cửa, một cửa liên thông trong giải quyết TTHC:",
    "+ Các cơ quan chuyên môn của UBND thị xã: Đã tiếp nhận 1.320 hồ sơ (trong kỳ 1.304, từ kỳ trước chuyển sang 16), đã giải quyết 1.277 hồ sơ (trước hạn 1.275 hồ sơ, chiếm tỷ lệ 99,84%; trễ hạn 02 hồ sơ, chiếm tỷ lệ 0,16%), đang giải quyết 37 hồ sơ (trong hạn 37, quá hạn 0), hồ sơ rút 06.",
    "+ Tại Bộ phận Một cửa các xã, phường: Đã tiếp nhận 15.205 hồ sơ (trong kỳ 15.028, từ kỳ trước chuyển sang 177), đã giải quyết 14.909 hồ sơ (trước hạn 14.901, chiếm tỷ lệ 99,95%; trễ hạn 08 hồ sơ, chiếm 0,05%), đang giải quyết 142 hồ sơ (trong hạn 142, quá hạn 00), hồ sơ rút 154.",
    "+ Văn phòng Đăng ký đất đai tỉnh - Chi nhánh thị xã Đức Phổ: Đã tiếp nhận 8.055 hồ sơ, đã giải quyết 6.338 hồ sơ (trước hạn 6.204 hồ sơ, chiếm tỷ lệ 97,89%; trễ hạn 134 hồ sơ, chiếm 2,11%), đang giải quyết 1.142 hồ sơ (trong hạn 1.014, quá hạn 128), hồ sơ rút 575.",
    "- Kết quả tiếp nhận, xử lý phản ánh kiến nghị của người dân, tổ chức liên quan đến quy định TTHC:",
    "Trong 05 tháng đầu năm 2024, phát sinh 02 phản ánh kiến nghị của người dân, tổ chức liên quan đến quy định TTHC trên pakn.dichvucong.gov.vn, đã giải quyết 02 phản ánh đảm bảo thời gian và thực hiện công khai theo quy định, được công dân đánh giá hài lòng.",
    "Trong 05 tháng đầu năm 2024, Bộ phận một cửa thị xã đã thực hiện 3.989 lượt đánh giá sự hài lòng bằng thiết bị điện tử (trong đó: các cơ quan chuyên môn thị xã có 296 lượt đánh giá, kết quả 291 lượt đánh giá rất hài lòng, 05 lượt đánh giá hài lòng; Văn phòng đăng ký đất đai tỉnh – Chi nhánh thị xã Đức Phổ có 3.693 lượt đánh giá, kết quả 3.603 lượt đánh giá rất hài lòng, 87 lượt đánh giá hài lòng, 03 lượt đánh giá bình thường).",
    "- Các cơ quan chuyên môn thị xã: Đã tiếp nhận 258 hồ sơ trực tuyến mức độ 3/tổng số 260 hồ sơ tiếp nhận, đạt tỷ lệ 99,23%; 28 hồ sơ trực tuyến mức độ 4/tổng số 28 hồ sơ tiếp nhận, đạt tỷ lệ 100%. Bộ phận Một cửa các xã, phường: Đã tiếp nhận 11.730 hồ sơ trực tuyến mức độ 3/tổng số 11.739 hồ sơ tiếp nhận, đạt tỷ lệ 99,92%; 3.203 hồ sơ trực tuyến mức độ 4/tổng số 3.206 hồ sơ tiếp nhận, đạt tỷ lệ 99,91%. Tỷ lệ hồ sơ nộp trực tuyến chung của toàn thị xã đạt 99,91%.",
    "- Kết quả số hóa hồ sơ, kết quả giải quyết TTHC: Các cơ quan chuyên môn của UBND thị xã số hóa hồ sơ khi tiếp nhận TTHC đạt tỷ lệ 99,69%, số hóa kết quả giải quyết TTHC đạt 99,52%; các xã, phường số hóa hồ sơ khi tiếp nhận TTHC đạt tỷ lệ 99,92%, số hóa kết quả giải quyết TTHC đạt 99,71%.",
    "- Việc thanh toán trực tuyến trên Cổng Dịch vụ công quốc gia",
    "Tại Bộ phận Một cửa thị xã đã thực hiện thanh toán trực tuyến thuế đất, lệ phí trước bạ với 950 lượt, tổng số tiền trên 5,2 tỷ đồng, thanh toán phí, lệ phí 423 lượt, tổng số tiền gần 10 triệu đồng; Bộ phận một cửa các xã, phường thanh toán trực tuyến phí, lệ phí 9.580 lượt với gần 196 triệu đồng. Tỷ lệ thanh toán trực tuyến trong 05 tháng đầu năm 2024 đạt 99,99%.",
    "(Có Phụ lục kèm theo)",
    "Trên đây là kết quả tham mưu thực hiện công tác cải cách hành chính 05 tháng đầu năm 2024 của Văn phòng HĐND và UBND thị xã Đức Phổ. Kính gửi Phòng Nội vụ tổng hợp./.",
];
