//! A part of a package as a tree that can be changed and written again: what isn't changed says the same.

use quick_xml::Reader;
use quick_xml::escape::{partial_escape, resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, Event};

/// How deep elements may stand in one another: no office program goes there, and each step is one on the stack.
const DEEPEST: usize = 200;
/// Elements, attributes and texts of a part at most: some bytes of a packed file become hundreds in memory.
const MOST: usize = 500_000;
/// Attributes of an element at most: each is compared with those before it.
const MOST_ATTRIBUTES: usize = 256;
/// What a node takes in memory besides its words, about.
const NODE: usize = 200;

/// Why a part isn't read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    /// It isn't what it should be.
    Broken(String),
    /// It holds more than a form does.
    TooMuch,
}

impl From<String> for Unread {
    fn from(what: String) -> Self {
        Self::Broken(what)
    }
}

impl From<&str> for Unread {
    fn from(what: &str) -> Self {
        Self::Broken(what.to_owned())
    }
}

/// A part.
pub struct Tree {
    /// What stands before the root: the declaration, comments.
    before: String,
    /// Its only element.
    pub root: Element,
}

/// A node of it.
#[derive(Debug, Clone)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text as it is meant.
    Text(String),
}

/// An element.
#[derive(Debug, Clone, Default)]
pub struct Element {
    /// Its name with its prefix.
    pub name: String,
    /// Its attributes; values as they are written.
    attributes: Vec<(String, String)>,
    /// What stands in it.
    pub children: Vec<Node>,
}

impl Tree {
    /// Reads a part. Entities that it defines itself are refused, so that nothing grows.
    pub fn read(text: &str) -> Result<Self, Unread> {
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        let mut before = String::new();
        let mut open: Vec<Element> = Vec::new();
        let mut root = None;
        let mut left = MOST;
        loop {
            left = left.checked_sub(1).ok_or(Unread::TooMuch)?;
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Eof => break,
                Event::DocType(_) => return Err("a document type".into()),
                Event::Decl(declaration) => before = ["<?", &*declaration, "?>\n"].concat(),
                Event::Start(start) => {
                    if open.len() == DEEPEST {
                        return Err("elements too deep in one another".into());
                    }
                    open.push(element(&start, &mut left)?);
                }
                Event::Empty(start) => close(&mut open, &mut root, element(&start, &mut left)?)?,
                Event::End(_) => {
                    let done = open.pop().ok_or("an end without a beginning")?;
                    close(&mut open, &mut root, done)?;
                }
                Event::Text(text) => say(&mut open, &text.xml10_content()),
                Event::CData(text) => say(&mut open, &text.xml10_content()),
                Event::GeneralRef(entity) => {
                    let character = entity.resolve_char_ref().map_err(|error| error.to_string())?;
                    match (character, resolve_xml_entity(&entity)) {
                        (Some(c), _) => say(&mut open, &c.to_string()),
                        (None, Some(known)) => say(&mut open, known),
                        (None, None) => return Err("an unknown entity".into()),
                    }
                }
                Event::Comment(_) | Event::PI(_) => {}
            }
        }
        if !open.is_empty() {
            return Err("an element that doesn't end".into());
        }
        Ok(Self { before, root: root.ok_or("no element")? })
    }

    /// Writes it.
    pub fn written(&self) -> String {
        let mut out = self.before.clone();
        self.root.write(&mut out);
        out
    }
}

fn element(start: &BytesStart<'_>, left: &mut usize) -> Result<Element, Unread> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        *left = left.checked_sub(1).filter(|_| attributes.len() < MOST_ATTRIBUTES).ok_or(Unread::TooMuch)?;
        attributes.push((attribute.key.as_ref().to_owned(), attribute.value.replace('"', "&quot;")));
    }
    Ok(Element { name: start.name().as_ref().to_owned(), attributes, children: Vec::new() })
}

fn close(open: &mut [Element], root: &mut Option<Element>, done: Element) -> Result<(), Unread> {
    match open.last_mut() {
        Some(parent) => parent.children.push(Node::Element(done)),
        None if root.is_none() => *root = Some(done),
        None => return Err("two roots".into()),
    }
    Ok(())
}

fn say(open: &mut [Element], text: &str) {
    let Some(parent) = open.last_mut() else { return };
    if let Some(Node::Text(before)) = parent.children.last_mut() {
        before.push_str(text);
    } else {
        parent.children.push(Node::Text(text.to_owned()));
    }
}

impl Element {
    /// One without content.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Its name without its prefix.
    pub fn local(&self) -> &str {
        self.name.rsplit_once(':').map_or(self.name.as_str(), |(_, local)| local)
    }

    /// Another name with its prefix.
    pub fn beside(&self, local: &str) -> String {
        self.name.rsplit_once(':').map_or_else(|| local.to_owned(), |(prefix, _)| format!("{prefix}:{local}"))
    }

    /// An attribute by its name without prefix, as it is meant.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self
            .attributes
            .iter()
            .find(|(key, _)| key.rsplit_once(':').map_or(key.as_str(), |k| k.1) == name);
        found.map(|(_, value)| unescape(value).map_or_else(|_| value.clone(), std::borrow::Cow::into_owned))
    }

    /// Attributes of this name, whatever their prefixes.
    pub fn attributes(&self, name: &str) -> usize {
        self.attributes.iter().filter(|(key, _)| key.rsplit(':').next() == Some(name)).count()
    }

    /// What it takes in memory with all that stands in it, about.
    pub fn weight(&self) -> usize {
        let attributes = self.attributes.iter().map(|(key, value)| NODE / 2 + key.len() + value.len());
        let children = self.children.iter().map(|node| match node {
            Node::Element(element) => element.weight(),
            Node::Text(text) => NODE / 2 + text.len(),
        });
        NODE + self.name.len() + attributes.sum::<usize>() + children.sum::<usize>()
    }

    /// Sets an attribute by its whole name.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = quick_xml::escape::escape(value).into_owned();
        match self.attributes.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }

    /// Takes an attribute away, by its whole name.
    pub fn unset(&mut self, name: &str) {
        self.attributes.retain(|(key, _)| key != name);
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements in it, to be changed.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Those of a name, without prefix.
    pub fn all<'a>(&'a self, local: &'a str) -> impl Iterator<Item = &'a Self> {
        self.elements().filter(move |element| element.local() == local)
    }

    /// The first of a name, to be changed.
    pub fn first_mut(&mut self, local: &str) -> Option<&mut Self> {
        self.elements_mut().find(|element| element.local() == local)
    }

    /// The text that stands right in it.
    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect()
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (key, value) in &self.attributes {
            for piece in [" ", key, "=\"", value, "\""] {
                out.push_str(piece);
            }
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for node in &self.children {
            match node {
                Node::Element(element) => element.write(out),
                // Ends of lines that were meant would be read as blanks of another kind.
                Node::Text(text) => out.push_str(&partial_escape(text.as_str()).replace('\r', "&#13;")),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}
