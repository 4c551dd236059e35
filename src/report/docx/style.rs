//! The styles by their names in `styles.xml`.

/// How a paragraph looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Top left: the body above the issuing one.
    Superior,
    /// Top left: the issuing body.
    Issuer,
    /// The short line under it.
    IssuerRule,
    /// Top right: the nation.
    Nation,
    /// Top right: its motto.
    Motto,
    /// The line under it.
    MottoRule,
    /// The document's number.
    Number,
    /// What a letter is about, under its number.
    Matter,
    /// Place and date.
    PlaceDate,
    /// The name of the kind of document.
    Title,
    /// What it is about, or what it is enclosed with.
    Subtitle,
    /// To whom it goes.
    Addressee,
    /// The heading of a part or an annex.
    Heading,
    /// Running text.
    Body,
    /// A numbered item of it.
    NumberedItem,
    /// The signer's office.
    SignerTitle,
    /// The signer's name, below the room for a signature.
    SignerName,
    /// The head of the list of recipients.
    CopiesHead,
    /// One of them.
    CopiesItem,
    /// The head of a table's column.
    TableHead,
    /// The head of some of a table's rows.
    TableGroup,
    /// Text of a table.
    TableText,
    /// Numbers, dates and short words of a table.
    TableCentre,
    /// What a reader must know first, framed.
    Warning,
    /// What a report is about.
    Subject,
    /// The short line under it.
    SubjectRule,
    /// The heading of a section in running text.
    SectionHeading,
    /// A lettered heading in it.
    PartHeading,
    /// What an annex is about.
    AnnexName,
    /// What stands over a table.
    TableTitle,
    /// The head of a column of a wide table.
    CellHead,
    /// The head of some of its rows.
    CellGroup,
    /// Text of it.
    CellText,
    /// Dates and short words of it.
    CellCentre,
    /// Numbers of it.
    CellNumber,
    /// Sums of it.
    CellTotal,
    /// A remark under a table.
    Note,
}

impl Style {
    /// The identifier in `styles.xml`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Superior => "Superior",
            Self::Issuer => "Issuer",
            Self::IssuerRule => "IssuerRule",
            Self::Nation => "Nation",
            Self::Motto => "Motto",
            Self::MottoRule => "MottoRule",
            Self::Number => "DocumentNumber",
            Self::Matter => "Matter",
            Self::PlaceDate => "PlaceDate",
            Self::Title => "Title",
            Self::Subtitle => "Subtitle",
            Self::Addressee => "Addressee",
            Self::Heading => "Heading1",
            Self::Body => "BodyText",
            Self::NumberedItem => "ListNumber",
            Self::SignerTitle => "SignerTitle",
            Self::SignerName => "Signature",
            Self::CopiesHead => "CopiesHead",
            Self::CopiesItem => "CopiesItem",
            Self::TableHead => "TableHead",
            Self::TableGroup => "TableGroup",
            Self::TableText => "TableText",
            Self::TableCentre => "TableCentre",
            Self::Warning => "Warning",
            Self::Subject => "Subject",
            Self::SubjectRule => "SubjectRule",
            Self::SectionHeading => "SectionHeading",
            Self::PartHeading => "PartHeading",
            Self::AnnexName => "AnnexName",
            Self::TableTitle => "TableTitle",
            Self::CellHead => "CellHead",
            Self::CellGroup => "CellGroup",
            Self::CellText => "CellText",
            Self::CellCentre => "CellCentre",
            Self::CellNumber => "CellNumber",
            Self::CellTotal => "CellTotal",
            Self::Note => "Note",
        }
    }

    /// All of them.
    #[cfg(test)]
    pub const ALL: [Self; 37] = [
        Self::Superior,
        Self::Issuer,
        Self::IssuerRule,
        Self::Nation,
        Self::Motto,
        Self::MottoRule,
        Self::Number,
        Self::Matter,
        Self::PlaceDate,
        Self::Title,
        Self::Subtitle,
        Self::Addressee,
        Self::Heading,
        Self::Body,
        Self::NumberedItem,
        Self::SignerTitle,
        Self::SignerName,
        Self::CopiesHead,
        Self::CopiesItem,
        Self::TableHead,
        Self::TableGroup,
        Self::TableText,
        Self::TableCentre,
        Self::Warning,
        Self::Subject,
        Self::SubjectRule,
        Self::SectionHeading,
        Self::PartHeading,
        Self::AnnexName,
        Self::TableTitle,
        Self::CellHead,
        Self::CellGroup,
        Self::CellText,
        Self::CellCentre,
        Self::CellNumber,
        Self::CellTotal,
        Self::Note,
    ];
}
