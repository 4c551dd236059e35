//! The forms that a house has: the one that comes with it, and files of its own.

use super::template::{BadTemplate, Template};

/// Forms by name.
#[derive(Debug, Clone)]
pub struct Forms {
    /// Each with its text, which a report keeps.
    all: Vec<(String, Template)>,
}

impl Default for Forms {
    fn default() -> Self {
        Self { all: vec![(Template::period_text().to_owned(), Template::period())] }
    }
}

impl Forms {
    /// The house's own, and these. One of the same name stands in the place of another.
    ///
    /// # Errors
    /// The first that is no form, by its place among `texts`.
    pub fn with(texts: Vec<String>) -> Result<Self, (usize, BadTemplate)> {
        let mut forms = Self::default();
        for (number, text) in texts.into_iter().enumerate() {
            let template = Template::read(&text).map_err(|error| (number, error))?;
            forms.all.retain(|(_, known)| known.name != template.name);
            forms.all.push((text, template));
        }
        Ok(forms)
    }

    /// A form with its text; the empty name is that of the period report.
    pub fn find(&self, name: &str) -> Option<(&str, &Template)> {
        let name = if name.is_empty() { "period" } else { name };
        self.all.iter().find(|(_, form)| form.name == name).map(|(text, form)| (text.as_str(), form))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(_, form)| form.name.as_str())
    }
}
