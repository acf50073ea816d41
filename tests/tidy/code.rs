//! Reads one Rust file and says where it breaks a rule. Items under `#[cfg(test)]` or `#[test]` are not looked at,
//! except for their length.

use proc_macro2::{Span, TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The longest function, from its first line to its closing brace.
pub const FUNCTION_LINES_MAX: usize = 70;

/// Modules named for their form instead of their job.
pub const FORM_NAMES: [&str; 5] = ["utils", "common", "helpers", "types", "models"];

/// Types of the store that only one place may make, or a check could be passed by.
pub const GUARDED: [&str; 2] = ["Scope", "Checked"];

/// What one file shows: each entry is a line and a word to find it by.
#[derive(Default)]
pub struct Facts {
    pub long_functions: Vec<(usize, String)>,
    pub panics: Vec<(usize, String)>,
    pub texts: Vec<(usize, String)>,
    pub open_matches: Vec<(usize, String)>,
    /// Values made by `Type::function(…)` or `Type { … }`, of the types in [`GUARDED`].
    pub made: Vec<(usize, String)>,
    pub form_modules: Vec<(usize, String)>,
}

/// Reads `text`; `Err` when it is not Rust.
pub fn read(text: &str) -> syn::Result<Facts> {
    let file = syn::parse_file(text)?;
    let mut walk = Walk { kind_names: BTreeSet::from(["FieldKind".to_string()]), ..Walk::default() };
    walk.visit_file(&file);
    Ok(walk.facts)
}

#[derive(Default)]
struct Walk {
    facts: Facts,
    /// The names `FieldKind` goes by here: its own, `use … as K`, and `Self` inside its own impl.
    kind_names: BTreeSet<String>,
    inside_test: bool,
}

fn line(span: Span) -> usize {
    span.start().line
}

fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let path = attr.path();
        let named_test = path.segments.last().is_some_and(|segment| segment.ident == "test");
        let configured = path.is_ident("cfg")
            && attr.meta.require_list().is_ok_and(|list| list.tokens.to_string().starts_with("test"));
        named_test || configured
    })
}

impl Walk {
    fn within(&mut self, attrs: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let before = self.inside_test;
        self.inside_test |= is_test(attrs);
        visit(self);
        self.inside_test = before;
    }

    fn measure(&mut self, name: &syn::Ident, whole: Span) {
        let lines = whole.end().line - line(name.span()) + 1;
        if lines > FUNCTION_LINES_MAX {
            self.facts.long_functions.push((line(name.span()), format!("{name}: {lines} lines")));
        }
    }

    fn panics(&mut self, span: Span, what: impl Into<String>) {
        if !self.inside_test {
            self.facts.panics.push((line(span), what.into()));
        }
    }

    fn text(&mut self, span: Span, value: String) {
        if !self.inside_test {
            self.facts.texts.push((line(span), value));
        }
    }

    fn made(&mut self, path: &syn::Path, by_call: bool) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let at = if by_call { names.len().wrapping_sub(2) } else { names.len() - 1 };
        if !self.inside_test && names.get(at).is_some_and(|name| GUARDED.contains(&name.as_str())) {
            self.facts.made.push((line(path.span()), names.join("::")));
        }
    }

    /// A macro's inside is only tokens; strings and `.unwrap()` are found there all the same.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut dot = false;
        for token in tokens {
            match &token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.text(literal.span(), text.value());
                    }
                }
                TokenTree::Ident(ident) if dot && ident == "unwrap" => self.panics(ident.span(), ".unwrap()"),
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
            dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        }
    }

    fn names_a_kind(&self, pat: &syn::Pat) -> bool {
        struct Names<'a>(&'a BTreeSet<String>, bool);
        impl<'ast> Visit<'ast> for Names<'_> {
            fn visit_path(&mut self, path: &'ast syn::Path) {
                let qualified = path.segments.len() > 1;
                self.1 |= qualified && path.segments.iter().any(|s| self.0.contains(&s.ident.to_string()));
                visit::visit_path(self, path);
            }
        }
        let mut names = Names(&self.kind_names, false);
        names.visit_pat(pat);
        names.1
    }
}

/// True for `_` and for a bare name that catches everything.
fn catches_all(arm: &syn::Arm) -> bool {
    let bare = match &arm.pat {
        syn::Pat::Wild(_) => true,
        syn::Pat::Ident(name) => {
            let first = name.ident.to_string().chars().next();
            name.subpat.is_none() && first.is_some_and(char::is_lowercase)
        }
        _ => false,
    };
    bare && arm.guard.is_none()
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        if FORM_NAMES.contains(&name.as_str()) {
            self.facts.form_modules.push((line(item.ident.span()), name));
        }
        self.within(&item.attrs, |walk| visit::visit_item_mod(walk, item));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig.ident, item.span());
        self.within(&item.attrs, |walk| visit::visit_item_fn(walk, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig.ident, item.span());
        self.within(&item.attrs, |walk| visit::visit_impl_item_fn(walk, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.measure(&item.sig.ident, item.span());
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let of_kind = matches!(&*item.self_ty, syn::Type::Path(ty) if ty.path.is_ident("FieldKind"));
        if of_kind {
            self.kind_names.insert("Self".to_string());
        }
        self.within(&item.attrs, |walk| visit::visit_item_impl(walk, item));
        self.kind_names.remove("Self");
    }

    fn visit_use_rename(&mut self, item: &'ast syn::UseRename) {
        if item.ident == "FieldKind" {
            self.kind_names.insert(item.rename.to_string());
        }
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.text(literal.span(), literal.value());
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        // A parser's own `expect(token)` is fine; `expect("…")` is Option's or Result's.
        let says =
            matches!(call.args.first(), Some(syn::Expr::Lit(lit)) if matches!(lit.lit, syn::Lit::Str(_)));
        if call.method == "unwrap" && call.args.is_empty() || call.method == "expect" && says {
            self.panics(call.method.span(), format!(".{}(", call.method));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        for name in ["todo", "unimplemented", "dbg"] {
            if call.path.is_ident(name) {
                self.panics(call.path.span(), format!("{name}!"));
            }
        }
        self.tokens(call.tokens.clone());
    }

    fn visit_expr_match(&mut self, item: &'ast syn::ExprMatch) {
        if !self.inside_test && item.arms.iter().any(|arm| self.names_a_kind(&arm.pat)) {
            for arm in item.arms.iter().filter(|arm| catches_all(arm)) {
                self.facts.open_matches.push((line(arm.span()), "_ =>".to_string()));
            }
        }
        visit::visit_expr_match(self, item);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            self.made(&path.path, true);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_struct(&mut self, item: &'ast syn::ExprStruct) {
        self.made(&item.path, false);
        visit::visit_expr_struct(self, item);
    }
}
