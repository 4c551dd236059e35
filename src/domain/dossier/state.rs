//! The states of a dossier with the national codes, and the small words of its attributes.

/// Makes a plain enum of words: `as_str`, `parse` and `ALL`, for tables, files and the wire alike.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every word, in the order of the trade.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in tables and files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word of a table or file.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a dossier stands. The number is the national synchronisation code `TrangThaiHoSo`.
    State {
        /// 1, mới đăng ký: registered online, not yet accepted; outside all counts.
        Registered = "registered",
        /// 2, được tiếp nhận.
        Received = "received",
        /// 3, không được tiếp nhận; outside all counts.
        NotAccepted = "not_accepted",
        /// 4, đang xử lý.
        InProcess = "in_process",
        /// 5, yêu cầu bổ sung giấy tờ: the clock stands.
        AwaitingSupplement = "awaiting_supplement",
        /// 6, yêu cầu thực hiện nghĩa vụ tài chính: the clock stands.
        AwaitingPayment = "awaiting_payment",
        /// 7, công dân yêu cầu rút hồ sơ.
        Withdrawn = "withdrawn",
        /// 8, dừng xử lý, for a time: the clock stands.
        Suspended = "suspended",
        /// 8, dừng xử lý, for good (Circular 03/2025/TT-VPCP, form 05).
        Stopped = "stopped",
        /// 9, đã xử lý xong.
        Resolved = "resolved",
        /// 10, đã trả kết quả.
        Returned = "returned",
    }
}

impl State {
    /// The national synchronisation code.
    pub fn national_code(self) -> u8 {
        match self {
            Self::Registered => 1,
            Self::Received => 2,
            Self::NotAccepted => 3,
            Self::InProcess => 4,
            Self::AwaitingSupplement => 5,
            Self::AwaitingPayment => 6,
            Self::Withdrawn => 7,
            Self::Suspended | Self::Stopped => 8,
            Self::Resolved => 9,
            Self::Returned => 10,
        }
    }

    /// What officials call it.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Registered => "mới đăng ký",
            Self::Received => "được tiếp nhận",
            Self::NotAccepted => "không được tiếp nhận",
            Self::InProcess => "đang xử lý",
            Self::AwaitingSupplement => "yêu cầu bổ sung giấy tờ",
            Self::AwaitingPayment => "yêu cầu thực hiện nghĩa vụ tài chính",
            Self::Withdrawn => "công dân rút hồ sơ",
            Self::Suspended => "tạm dừng xử lý",
            Self::Stopped => "dừng xử lý",
            Self::Resolved => "đã xử lý xong",
            Self::Returned => "đã trả kết quả",
        }
    }

    /// Received and not closed.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Received
                | Self::InProcess
                | Self::AwaitingSupplement
                | Self::AwaitingPayment
                | Self::Suspended
        )
    }

    /// The clock stands in this state.
    pub fn is_paused(self) -> bool {
        matches!(self, Self::AwaitingSupplement | Self::AwaitingPayment | Self::Suspended)
    }
}

words! {
    /// Why the clock was stopped; decides between the states 5, 6 and 8.
    PauseReason {
        /// The citizen must add papers.
        SupplementRequested = "supplement_requested",
        /// The citizen must pay first.
        FinancialObligation = "financial_obligation",
        /// Anything else that the law lets stop the clock.
        Suspension = "suspension",
    }
}

impl PauseReason {
    /// The state it leads to.
    pub fn state(self) -> State {
        match self {
            Self::SupplementRequested => State::AwaitingSupplement,
            Self::FinancialObligation => State::AwaitingPayment,
            Self::Suspension => State::Suspended,
        }
    }
}

words! {
    /// How the dossier came in (`KenhThucHien`: 1 counter, 2 online, 3 post).
    Channel {
        /// At the counter of the one-stop shop.
        Counter = "counter",
        /// Through a public-service portal.
        Online = "online",
        /// By public post.
        Post = "post",
    }
}

words! {
    /// Whose dossier it is.
    ApplicantKind {
        /// A citizen.
        Person = "person",
        /// An enterprise or organisation.
        Organisation = "organisation",
    }
}

words! {
    /// What a resolution says: a refusal to grant is a result too.
    Outcome {
        /// Granted, done as asked.
        Granted = "resolved",
        /// Refused with reasons.
        Refused = "refused",
    }
}

words! {
    /// How a dossier was closed.
    ClosedAs {
        /// With a result that grants.
        Resolved = "resolved",
        /// With a refusal as its result; counts as resolved.
        Refused = "refused",
        /// Taken back by the citizen.
        Withdrawn = "withdrawn",
        /// Stopped for good.
        Stopped = "stopped",
    }
}

impl ClosedAs {
    /// Closed with a result, and so judged early, on time or late.
    pub fn is_resolved(self) -> bool {
        matches!(self, Self::Resolved | Self::Refused)
    }
}

words! {
    /// Whether something that may be tracked was done.
    Tracked {
        /// Done.
        Yes = "yes",
        /// Tracked and not done.
        No = "no",
        /// Not tracked, or need not be done.
        Untracked = "untracked",
    }
}

impl Tracked {
    /// From an optional flag: blank is untracked.
    pub fn from_flag(flag: Option<bool>) -> Self {
        match flag {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Untracked,
        }
    }
}

/// The word of a closing's timeliness in the ledger; withdrawn and stopped have none.
pub fn closed_timeliness_word(timeliness: Option<super::super::deadline::Timeliness>) -> &'static str {
    timeliness.map_or("none", super::super::deadline::Timeliness::as_str)
}
