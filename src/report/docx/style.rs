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
        }
    }

    /// All of them.
    #[cfg(test)]
    pub const ALL: [Self; 23] = [
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
    ];
}
