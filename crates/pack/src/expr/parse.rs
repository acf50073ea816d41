//! From text to CEL's tree, bounded: the parser's own recursion must not be able to end the process.
use cel::common::ast::{Expr as Cel, IdedExpr, SourceInfo};
use cel::parser::Parser;
use thiserror::Error;

use super::schema::Env;
use super::typing::Typing;
use super::{Expr, Type};

/// Longest source of an expression, in bytes.
const SOURCE_BYTES_MAX: usize = 2048;

/// Deepest nesting of brackets, lists and calls.
const NESTING_MAX: u16 = 32;

/// Most signs (operators, brackets, dots, commas) in one expression: each may be one level of the parser's recursion.
const SIGNS_MAX: usize = 256;

/// Stack of the parser's thread; only what is touched is ever taken.
const STACK_BYTES: usize = 32 << 20;

/// A mistake in an expression, with its place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ExprError {
    /// First byte of the place in the source.
    pub offset: usize,
    /// Length of the place in bytes; 0 points between two bytes.
    pub len: usize,
    /// What is wrong, in Chinese.
    pub message: String,
    /// What to do about it, when that is known.
    pub help: Option<String>,
}

impl ExprError {
    pub(super) fn new(place: (usize, usize), message: impl Into<String>) -> Self {
        Self { offset: place.0, len: place.1 - place.0, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Expr {
    /// Parses and type-checks `source`.
    ///
    /// # Errors
    /// All mistakes found, in the order of their places.
    pub fn parse(source: &str, env: &dyn Env) -> Result<Expr, Vec<ExprError>> {
        let (tree, info) = tree(source)?;
        let mut typing = Typing::new(env, source, &info);
        let typed = typing.lower(&tree);
        let mut errors = typing.errors;
        errors.sort_by_key(|error| error.offset);
        match typed {
            Some(typed) if errors.is_empty() => {
                Ok(Expr { node: typed.node, ty: typed.ty, source: source.to_string() })
            }
            _ => Err(errors),
        }
    }

    /// Parses a condition: like [`Expr::parse`], and the result must be true or false.
    ///
    /// # Errors
    /// All mistakes found, in the order of their places.
    pub fn parse_condition(source: &str, env: &dyn Env) -> Result<Expr, Vec<ExprError>> {
        let expr = Self::parse(source, env)?;
        if matches!(expr.ty, Type::Bool | Type::Null) {
            return Ok(expr);
        }
        let message = format!("这里要一个条件（是或否），写的却是{}", super::typing::type_words(&expr.ty));
        Err(vec![ExprError::new((0, source.len()), message).help("用 ==、!=、<、> 等比较，或用 && 连接条件")])
    }
}

fn tree(source: &str) -> Result<(IdedExpr, SourceInfo), Vec<ExprError>> {
    let whole = (0, source.len());
    if source.len() > SOURCE_BYTES_MAX {
        let message = format!("表达式太长：{} 字节，最多 {SOURCE_BYTES_MAX} 字节", source.len());
        return Err(vec![ExprError::new(whole, message).help("拆成几个计算字段")]);
    }
    if source.trim().is_empty() {
        return Err(vec![ExprError::new(whole, "表达式是空的")]);
    }
    if source.bytes().filter(|byte| b"+-*/%<>=!&|?.,([{".contains(byte)).count() > SIGNS_MAX {
        return Err(vec![ExprError::new(whole, "表达式太复杂").help("拆成几个计算字段")]);
    }
    // Twenty brackets overflow the two megabytes of an ordinary thread in a debug build: give the parser its own.
    let parsed = std::thread::scope(|scope| {
        let parse = || {
            let parser = Parser::new().max_recursion_depth(NESTING_MAX).error_recovery_limit(8);
            parser.parse_with_source_info(source)
        };
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, parse);
        thread.ok().and_then(|thread| thread.join().ok())
    });
    let Some(parsed) = parsed else {
        return Err(vec![ExprError::new(whole, "表达式解析失败").help("换一种写法")]);
    };
    parsed.map_err(|errors| {
        let mut found: Vec<ExprError> = errors
            .errors
            .iter()
            .map(|error| {
                let at = byte_offset(source, error.pos);
                let end = source[at..].chars().next().map_or(at, |first| at + first.len_utf8());
                ExprError::new((at, end), syntax_words(&error.msg))
            })
            .collect();
        found.dedup_by_key(|error| error.offset);
        found.truncate(5);
        found
    })
}

/// The parser counts lines and characters from one.
fn byte_offset(source: &str, (line, column): (isize, isize)) -> usize {
    let before: usize =
        source.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(str::len).sum();
    let skip = usize::try_from(column - 1).unwrap_or(0);
    source[before..].char_indices().nth(skip).map_or(source.len(), |(at, _)| before + at)
}

fn syntax_words(message: &str) -> String {
    let message = message.trim_start_matches("Syntax error: ");
    if message.contains("recursion") {
        return format!("嵌套太深：最多 {NESTING_MAX} 层");
    }
    if let Some(rest) = message.strip_prefix("token recognition error at: ") {
        return format!("不认识的符号 {rest}：运算符、括号和引号要用半角，中文只能写在引号里");
    }
    if message.contains("<EOF>") {
        return "没有写完：后面还缺内容".to_string();
    }
    format!("语法不对：{message}")
}

/// The bytes a tree was written in: the parser's own spans are single tokens, end inclusive.
pub(super) fn span(tree: &IdedExpr, info: &SourceInfo) -> (usize, usize) {
    let (mut from, mut to) =
        info.offset_for(tree.id).map_or((usize::MAX, 0), |(from, to)| (from as usize, to as usize + 1));
    let mut widen = |inner: &IdedExpr| {
        let (inner_from, inner_to) = span(inner, info);
        from = from.min(inner_from);
        to = to.max(inner_to);
    };
    match &tree.expr {
        Cel::Call(call) => {
            call.target.iter().for_each(|target| widen(target));
            call.args.iter().for_each(&mut widen);
            if call.func_name.starts_with(|first: char| first.is_ascii_alphabetic()) {
                let source = info.source.as_str();
                let rest = source.get(to..).unwrap_or_default();
                to += ["()", ")"].iter().find(|end| rest.starts_with(**end)).map_or(0, |end| end.len());
                if source.get(..from).is_some_and(|before| before.ends_with(&call.func_name)) {
                    from -= call.func_name.len();
                }
            }
        }
        Cel::Select(select) => {
            widen(&select.operand);
            let rest = info.source.get(to..).unwrap_or_default();
            to += rest
                .find(&select.field)
                .filter(|skip| *skip <= 1)
                .map_or(0, |skip| skip + select.field.len());
        }
        Cel::List(list) => list.elements.iter().for_each(&mut widen),
        Cel::Unspecified
        | Cel::Comprehension(_)
        | Cel::Ident(_)
        | Cel::Literal(_)
        | Cel::Map(_)
        | Cel::Struct(_) => {}
    }
    (from.min(to), to)
}
