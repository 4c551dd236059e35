//! Reads Rust sources with `syn` and says where they cross the picture of the house. Knows no
//! room by name: the tables are in `house.rs`.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemExternCrate, ItemMod, ItemUse, Macro, MetaList, UseTree};

/// A room (a first-level module of `src/`) and the rooms that it may import.
pub struct Room {
    pub name: &'static str,
    pub may_import: &'static [&'static str],
}

/// An outside crate, or a path in one, and the rooms that may speak to it.
pub struct Outside {
    pub path: &'static str,
    pub rooms: &'static [&'static str],
}

/// What the sources are held against.
pub struct Picture {
    /// How the binary names the library: `bonro::x` is the same room as `crate::x`.
    pub crate_name: &'static str,
    pub rooms: &'static [Room],
    pub outside: &'static [Outside],
}

impl Picture {
    /// One text `src/FILE:LINE: what` a crossing. `file` is relative to `src/`, with slashes.
    pub fn check(&self, file: &str, source: &str) -> Vec<String> {
        let stem = file.strip_suffix(".rs").unwrap_or(file);
        let mut modules: Vec<String> = stem.split('/').map(str::to_owned).collect();
        let name = modules[0].clone();
        if modules.last().is_some_and(|last| last == "mod") {
            modules.pop();
        }
        if name == "main" || name == "lib" {
            modules.clear();
        }
        let Some(room) = self.rooms.iter().find(|room| room.name == name) else {
            return vec![format!("src/{file}:1: `{name}` is not a room of the house")];
        };
        let tree = match syn::parse_file(source) {
            Ok(tree) => tree,
            Err(error) => return vec![format!("src/{file}:{}: {error}", error.span().start().line)],
        };
        let mut walk = Walk { picture: self, room, modules, findings: Vec::new() };
        walk.visit_file(&tree);
        walk.findings.sort_by_key(|(line, _)| *line);
        walk.findings.dedup();
        walk.findings.into_iter().map(|(line, what)| format!("src/{file}:{line}: {what}")).collect()
    }
}

struct Walk<'p> {
    picture: &'p Picture,
    room: &'p Room,
    /// The module path that the walk stands in, so that `super::` can be followed.
    modules: Vec<String>,
    findings: Vec<(usize, String)>,
}

impl Walk<'_> {
    /// Judges one path as written. `imported` tells a `use` from a path in code, where a single
    /// segment is a local name and no crate.
    fn judge(&mut self, segments: &[String], line: usize, imported: bool) {
        let Some(first) = segments.first() else { return };
        if !imported && segments.len() < 2 {
            return;
        }
        if first == "crate" || first == self.picture.crate_name {
            self.enter(segments.get(1), line);
        } else if first == "self" || first == "super" {
            let steps = segments.iter().take_while(|s| *s == "self" || *s == "super").count();
            let up = segments.iter().filter(|s| *s == "super").count();
            let depth = self.modules.len().saturating_sub(up);
            let target = if depth == 0 { segments.get(steps) } else { self.modules.first() }.cloned();
            self.enter(target.as_ref(), line);
        } else {
            self.speak(&segments.join("::"), line);
        }
    }

    /// Is the step into this room of the house allowed? `None` is the crate's root itself.
    fn enter(&mut self, target: Option<&String>, line: usize) {
        let room = self.room;
        let what = match target {
            None => format!("{} imports the `whole house`; name the room", room.name),
            Some(target) if target == room.name || room.may_import.contains(&target.as_str()) => return,
            Some(target) if self.picture.rooms.iter().all(|room| room.name != target) => {
                format!("`{target}` is not a room of the house")
            }
            Some(target) => format!("{} may not import `{target}`", room.name),
        };
        self.findings.push((line, what));
    }

    /// Is the outside path one that this room may speak to?
    fn speak(&mut self, path: &str, line: usize) {
        for outside in self.picture.outside {
            let inside =
                path.strip_prefix(outside.path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
            if inside && !outside.rooms.contains(&self.room.name) {
                let rooms = outside.rooms.join(", ");
                let what =
                    format!("{} may not use `{}`, which belongs to {rooms}", self.room.name, outside.path);
                self.findings.push((line, what));
            }
        }
    }

    fn judge_use(&mut self, tree: &UseTree, prefix: &mut Vec<String>, line: usize) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.judge_use(&path.tree, prefix, path.ident.span().start().line);
                prefix.pop();
            }
            UseTree::Name(name) => self.judge_leaf(&name.ident, prefix),
            UseTree::Rename(rename) => self.judge_leaf(&rename.ident, prefix),
            UseTree::Glob(_) => self.judge(prefix, line, true),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.judge_use(tree, prefix, line);
                }
            }
        }
    }

    fn judge_leaf(&mut self, leaf: &proc_macro2::Ident, prefix: &mut Vec<String>) {
        let line = leaf.span().start().line;
        if leaf == "self" && !prefix.is_empty() {
            self.judge(prefix, line, true);
        } else {
            prefix.push(leaf.to_string());
            self.judge(prefix, line, true);
            prefix.pop();
        }
    }

    /// Macro calls and attributes hold plain tokens: look for `a::b::c` in them.
    fn judge_tokens(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let colons = |at: usize| match (tokens.get(at), tokens.get(at + 1)) {
            (Some(TokenTree::Punct(one)), Some(TokenTree::Punct(two))) => {
                one.as_char() == ':' && one.spacing() == Spacing::Joint && two.as_char() == ':'
            }
            _ => false,
        };
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if let TokenTree::Group(group) = token {
                self.judge_tokens(&group.stream());
            }
            let TokenTree::Ident(ident) = token else { continue };
            let mut segments = vec![ident.to_string()];
            while colons(at)
                && let Some(TokenTree::Ident(next)) = tokens.get(at + 2)
            {
                segments.push(next.to_string());
                at += 3;
            }
            self.judge(&segments, ident.span().start().line, false);
        }
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let line = item.use_token.span.start().line;
        self.judge_use(&item.tree, &mut Vec::new(), line);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        self.judge(&[item.ident.to_string()], item.ident.span().start().line, true);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.modules.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.modules.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.judge(&segments, first.ident.span().start().line, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.judge_tokens(&call.tokens);
        visit::visit_macro(self, call);
    }

    fn visit_meta_list(&mut self, list: &'ast MetaList) {
        self.judge_tokens(&list.tokens);
        visit::visit_meta_list(self, list);
    }
}
