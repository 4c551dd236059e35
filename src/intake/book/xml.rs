//! The little of XML that the packed forms need: attributes, entities, and what is said of what is no XML.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart};

use super::limits::Trouble;

/// What an XML reader or the package says, as trouble of the file.
pub fn broken(error: impl std::fmt::Display) -> Trouble {
    Trouble::broken(&error.to_string())
}

/// A reader to which `<a/>` is `<a></a>`.
pub fn reader<R: BufRead>(source: R) -> Reader<R> {
    let mut reader = Reader::from_reader(source);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    reader
}

/// An attribute by its name without prefix.
pub fn local(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Trouble> {
    for found in element.attributes().with_checks(false) {
        let found = found.map_err(broken)?;
        if found.key.local_name().as_ref() == name {
            return value(&found.value).map(Some);
        }
    }
    Ok(None)
}

/// An attribute by its whole name.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Trouble> {
    let Some(found) = element.try_get_attribute(name).map_err(broken)? else {
        return Ok(None);
    };
    value(&found.value).map(Some)
}

/// The value of an attribute as it is meant.
pub fn value(raw: &str) -> Result<String, Trouble> {
    quick_xml::escape::unescape(raw).map(std::borrow::Cow::into_owned).map_err(broken)
}

/// What an entity stands for. Those that a file defines itself are never followed.
pub fn character(entity: &BytesRef<'_>) -> Result<String, Trouble> {
    if let Some(c) = entity.resolve_char_ref().map_err(broken)? {
        return Ok(c.to_string());
    }
    let known = quick_xml::escape::resolve_xml_entity(entity.as_ref());
    known.map(str::to_owned).ok_or_else(|| Trouble::broken("an unknown entity"))
}
